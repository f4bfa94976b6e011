//! Connections: taken while there is room for them, and ended when they keep others waiting.

mod connection;
pub(crate) mod connections;
mod guarded;
mod listener;
mod pace;
mod paced;
mod stand_in;
mod timed;

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, Response, header};
use axum::response::IntoResponse as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::time::MissedTickBehavior;
use tower::Service;

use crate::config::ConnectionLimits;
use crate::http::error::ApiError;
use crate::http::front::Front;
use crate::http::internal::internal_router;
use crate::http::middleware::headers;
use crate::http::routes::routed;
use crate::state::App;
use connections::{Admitted, Connections};
use guarded::{Answered, Guarded};
pub use listener::Listener;
use listener::Stream;
use paced::Paced;
pub use stand_in::stand_in;
use timed::Timed;

/// Requests under way have so long to end after the server was told to.
const GRACE: Duration = Duration::from_secs(10);

/// How long no connection is taken when the machine has no handle for one.
const PAUSE: Duration = Duration::from_millis(50);

/// The most that is read ahead of a connection, and so the longest head of a request, in bytes.
const MAX_BUFFER: usize = 64 << 10;

/// Connections to the internal address, beside those of readers.
const MAX_INTERNAL: usize = 32;

/// What a connection hears for which there is no room.
const NO_ROOM: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\n\
    Connection: close\r\nContent-Length: 0\r\n\r\n";

/// Serve `app` on `listener` until `shutdown` is done; what is under way then ends first.
pub async fn serve(
    listener: impl Into<Listener>,
    app: App,
    shutdown: impl Future<Output = ()> + Send,
) {
    let listener = listener.into();
    let front = Front::new(app.clone(), routed(app.clone()));
    accept(listener, &app, &app.connections, front, shutdown).await;
}

/// Serve what operators and their machines ask on `listener` until `shutdown` is done.
///
/// It has room of its own, so that a full house does not look like a dead one.
pub async fn serve_internal(
    listener: impl Into<Listener>,
    app: App,
    shutdown: impl Future<Output = ()> + Send,
) {
    let connections = Connections::new(ConnectionLimits {
        max: MAX_INTERNAL,
        max_per_network: MAX_INTERNAL,
        pace: None,
        ..app.config.connections
    });
    let router = internal_router(app.clone());
    accept(listener.into(), &app, &connections, router, shutdown).await;
}

async fn accept<S>(
    listener: Listener,
    app: &App,
    connections: &Connections,
    service: S,
    shutdown: impl Future<Output = ()> + Send,
) where
    S: Service<Request<Timed<Incoming>>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let graceful = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    let mut sweep = tokio::time::interval(connections.sweep_every());
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_out_of_handles = false;
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            _ = sweep.tick() => {
                connections.sweep();
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                is_out_of_handles = false;
                match connections.admit(peer.ip(), app.config.trusts(peer.ip())) {
                    Some(admitted) => {
                        let paced = Paced::new(app, connections, peer.ip());
                        start(&graceful, stream, peer, admitted, paced, service.clone());
                    }
                    // What fits into the socket at once is said, and nothing waited for.
                    None => drop(stream.try_write(NO_ROOM)),
                }
            }
            Err(error) if is_of_client(&error) => {}
            Err(error) => {
                if !std::mem::replace(&mut is_out_of_handles, true) {
                    tracing::error!(cause = %error, "No connection can be accepted: {error}");
                }
                connections.make_room();
                tokio::select! {
                    () = &mut shutdown => break,
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        }
    }
    drop(listener);
    connections.wind_up();
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

fn start<S>(
    graceful: &GracefulShutdown,
    stream: Stream,
    peer: SocketAddr,
    admitted: Admitted,
    paced: Paced,
    service: S,
) where
    S: Service<Request<Timed<Incoming>>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    stream.prepare();
    let connection = admitted.connection.clone();
    let served = connection.clone();
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let connection = served.clone();
        let (paced, mut service) = (paced.clone(), service.clone());
        connection.ask();
        let mut request = request.map(|body| Timed::new(body, connection.clone()));
        request.extensions_mut().insert(ConnectInfo(peer));
        async move {
            connection.turn().await;
            let answer = match paced.wait(request.headers()).await {
                Ok(own) => {
                    let answer = service.call(request).await;
                    let answer = answer.unwrap_or_else(|never| match never {});
                    paced.note(own.as_ref(), answer.status());
                    answer
                }
                Err(refused) => refusal(refused),
            };
            let answer = match connection.is_body_late() {
                true => body_late(),
                false => answer,
            };
            Ok::<_, Infallible>(answer.map(|body| Answered::new(body, connection)))
        }
    });
    let mut builder = http1::Builder::new();
    builder
        .max_buf_size(MAX_BUFFER)
        // The bytes of a thread go from the cache to the kernel without a copy on the way.
        .writev(true);
    let stream = TokioIo::new(Guarded::new(stream, connection.clone()));
    let watched = graceful.watch(builder.serve_connection(stream, service));
    tokio::spawn(async move {
        let mut watched = pin!(watched);
        let in_turns = poll_fn(|cx| {
            connection.begin_turn();
            watched.as_mut().poll(cx)
        });
        // A client that goes away in the middle is its own business.
        tokio::select! {
            _ = in_turns => {}
            () = connection.ended() => {}
        }
        // The handle is closed by now.
        drop(admitted);
    });
}

/// The answer to a request whose body does not come; what may come of it later is not waited for.
fn body_late() -> Response<Body> {
    let mut response = refusal(ApiError::body_late());
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

/// The answer to a request that nobody was asked about.
fn refusal(error: ApiError) -> Response<Body> {
    let mut response = error.into_response();
    headers::complete(response.headers_mut(), false);
    response
}

/// Whether it is only that a client went away before it was taken.
fn is_of_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
