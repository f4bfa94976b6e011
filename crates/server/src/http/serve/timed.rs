//! The body of a request, which has only so long to come.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::Sleep;

/// Whether the body of a request did not come in time. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Late(Arc<AtomicBool>);

impl Late {
    pub(super) fn is_late(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A body that fails when it has not come whole in time.
pub(super) struct Timed<B> {
    body: B,
    limit: Duration,
    late: Late,
    /// Made when the body has to be waited for: most have come with the head.
    timeout: Option<Pin<Box<Sleep>>>,
}

impl<B> Timed<B> {
    pub(super) const fn new(body: B, limit: Duration, late: Late) -> Self {
        Self {
            body,
            limit,
            late,
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
        let limit = this.limit;
        let sleep = || Box::pin(tokio::time::sleep(limit));
        let timeout = this.timeout.get_or_insert_with(sleep);
        if timeout.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        this.late.0.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
