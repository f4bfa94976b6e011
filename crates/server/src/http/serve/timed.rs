//! The body of a request, which has only so long to come.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::Sleep;

use super::connection::Connection;

/// A body that fails when it has not come whole in time.
pub(super) struct Timed<B> {
    body: B,
    connection: Arc<Connection>,
    /// Made when the body has to be waited for: most have come with the head.
    timeout: Option<Pin<Box<Sleep>>>,
}

impl<B> Timed<B> {
    pub(super) const fn new(body: B, connection: Arc<Connection>) -> Self {
        Self {
            body,
            connection,
            timeout: None,
        }
    }
}

impl<B> HttpBody for Timed<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let connection = &this.connection;
        let sleep = || Box::pin(tokio::time::sleep(connection.body_timeout()));
        let timeout = this.timeout.get_or_insert_with(sleep);
        if timeout.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        connection.miss_body();
        Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
