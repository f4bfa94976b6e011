//! Connections: taken while there is room for them, and ended when they keep others waiting.

mod connection;
pub(crate) mod connections;
mod guarded;
mod listener;
mod pace;
mod paced;
mod stand_in;
mod streams;
mod timed;

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, Response, Uri, Version, header};
use axum::response::IntoResponse as _;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto;
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
use connection::Connection;
use connections::{Admitted, Connections};
use guarded::{Answered, Guarded};
pub use listener::Listener;
use listener::Stream;
use paced::Paced;
pub use stand_in::stand_in;
use streams::Streams;
use timed::{Late, Timed};

/// Requests under way have so long to end after the server was told to.
const GRACE: Duration = Duration::from_secs(10);

/// How long no connection is taken when the machine has no handle for one.
const PAUSE: Duration = Duration::from_millis(50);

/// The most that is read ahead of a connection, and so the longest head of a request, in bytes.
const MAX_BUFFER: usize = 64 << 10;

/// So many requests may be under way at once on a connection of HTTP/2.
const MAX_STREAMS: u32 = 128;

/// The longest head of a request of HTTP/2, in bytes.
const MAX_HEAD: u32 = 64 << 10;

/// So much of one answer is kept there for a client that does not take it yet, in bytes.
const MAX_STREAM_BUFFER: usize = 16 << 10;

/// So many requests may be taken back there before they were looked at; with more the connection ends.
const MAX_RESETS: usize = 20;

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
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        let connection = served.clone();
        let (paced, mut service) = (paced.clone(), service.clone());
        let is_shared = request.version() == Version::HTTP_2;
        let asked = connection.ask(is_shared);
        let late = Late::default();
        name_host(&mut request);
        let limit = connection.body_timeout();
        let mut request = request.map(|body| Timed::new(body, limit, late.clone()));
        request.extensions_mut().insert(ConnectInfo(peer));
        async move {
            match is_shared {
                true => tokio::task::yield_now().await,
                false => connection.turn().await,
            }
            let answer = match paced.wait(request.headers()).await {
                Ok(own) => {
                    let answer = service.call(request).await;
                    let answer = answer.unwrap_or_else(|never| match never {});
                    paced.note(own.as_ref(), answer.status());
                    answer
                }
                Err(refused) => refusal(refused),
            };
            let answer = match late.is_late() {
                true => body_late(is_shared),
                false => answer,
            };
            Ok::<_, Infallible>(answer.map(|body| Answered::new(body, asked)))
        }
    });
    let stream = TokioIo::new(Guarded::new(stream, connection.clone()));
    let builder = builder(&connection);
    let speaking = builder.serve_connection(stream, service);
    let watched = graceful.watch(speaking.into_owned());
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

/// What speaks HTTP/1 on a connection, or HTTP/2 with whoever begins with it, as proxies do: both within
/// the same limits.
fn builder(connection: &Connection) -> auto::Builder<Streams> {
    let write_timeout = connection.write_timeout();
    let mut builder = auto::Builder::new(Streams { write_timeout });
    builder
        .http1()
        .max_buf_size(MAX_BUFFER)
        // The bytes of a thread go from the cache to the kernel without a copy on the way.
        .writev(true);
    builder
        .http2()
        .max_concurrent_streams(MAX_STREAMS)
        .max_pending_accept_reset_streams(MAX_RESETS)
        .max_send_buf_size(MAX_STREAM_BUFFER)
        .max_header_list_size(MAX_HEAD);
    builder
}

/// HTTP/2 names the host in the address of a request; everybody here looks for it where HTTP/1 has it.
fn name_host(request: &mut Request<Incoming>) {
    let uri = request.uri();
    let (Some(host), Some(path)) = (uri.authority(), uri.path_and_query()) else {
        return;
    };
    let path = Uri::from(path.clone());
    if let Ok(host) = HeaderValue::from_str(host.as_str()) {
        request.headers_mut().insert(header::HOST, host);
        *request.uri_mut() = path;
    }
}

/// The answer to a request whose body does not come; what may come of it later is not waited for.
fn body_late(is_shared: bool) -> Response<Body> {
    let mut response = refusal(ApiError::body_late());
    // Of a shared connection only this request ends, as it does anyway.
    if !is_shared {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
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
