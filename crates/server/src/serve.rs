//! Connections.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tower::Service;

use crate::front::Front;
use crate::routes::routed;
use crate::state::App;

/// A client has so long to send the head of a request; this ends idle connections too.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// Requests under way have so long to end after the server was told to.
const GRACE: Duration = Duration::from_secs(10);

/// Serve `app` on `listener` until `shutdown` is done; what is under way then ends first.
pub async fn serve(listener: TcpListener, app: App, shutdown: impl Future<Output = ()> + Send) {
    let front = Front::new(app.clone(), routed(app));
    let graceful = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => start(&graceful, stream, peer, front.clone()),
                Err(error) => rest(&error).await,
            },
            () = &mut shutdown => break,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

fn start(graceful: &GracefulShutdown, stream: TcpStream, peer: SocketAddr, front: Front) {
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = front.clone().call(request);
        async move { answer.await.map_err(|never: Infallible| match never {}) }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        // The bytes of a thread go from the cache to the kernel without a copy on the way.
        .writev(true);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        // A client that goes away in the middle is its own business.
        let _ = watched.await;
    });
}

/// The machine is out of file handles or memory: let connections end before the next is taken.
async fn rest(error: &io::Error) {
    let is_connection = matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    );
    if !is_connection {
        tracing::error!(cause = %error, "No connection can be accepted: {error}");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
