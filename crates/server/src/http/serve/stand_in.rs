//! Answers while there is no database yet.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::Semaphore;

use super::listener::Listener;
use super::{PAUSE, refusal};
use crate::http::error::ApiError;

/// So many are answered at once; those beyond wait.
const MAX_AT_ONCE: usize = 256;

/// How long one question and its answer may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Say on `listener` that the comments cannot be reached for the moment, and on `internal` that the program
/// runs and is not ready, until `opened` ends. Gives the two back.
pub async fn stand_in(
    listener: Listener,
    internal: Option<Listener>,
    opened: impl Future<Output = ()> + Send,
) -> (Listener, Option<Listener>) {
    let inside = async {
        match &internal {
            Some(internal) => answer_all(internal, inside).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = answer_all(&listener, outside) => {}
        () = inside => {}
        () = opened => {}
    }
    (listener, internal)
}

type Answering = fn(&str) -> Response<Body>;

fn outside(_: &str) -> Response<Body> {
    refusal(ApiError::unavailable())
}

fn inside(path: &str) -> Response<Body> {
    match path {
        "/healthz" => "alive\n".into_response(),
        _ => {
            let why = "the database cannot be reached yet\n";
            (StatusCode::SERVICE_UNAVAILABLE, why).into_response()
        }
    }
}

async fn answer_all(listener: &Listener, answer: Answering) {
    let seats = Arc::new(Semaphore::new(MAX_AT_ONCE));
    loop {
        let Ok(seat) = Arc::clone(&seats).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let answered = service_fn(move |asked: Request<Incoming>| {
            let mut response = answer(asked.uri().path());
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
            async move { Ok::<_, Infallible>(response) }
        });
        let connection = http1::Builder::new()
            .keep_alive(false)
            .serve_connection(TokioIo::new(stream), answered);
        tokio::spawn(async move {
            // A client that goes away, or says nothing, is its own business.
            let _ = tokio::time::timeout(TIMEOUT, connection).await;
            drop(seat);
        });
    }
}
