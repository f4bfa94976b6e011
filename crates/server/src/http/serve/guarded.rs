//! The socket and the answers of a connection, which note what it waits for.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection::{Asked, Connection};
use super::listener::Stream;
use super::streams;

/// A socket whose connection knows whether its client sends and takes anything.
pub(super) struct Guarded {
    stream: Stream,
    connection: Arc<Connection>,
}

impl Guarded {
    pub(super) const fn new(stream: Stream, connection: Arc<Connection>) -> Self {
        Self { stream, connection }
    }

    fn wrote(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.connection.write(result.is_pending());
        result
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let n_before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let may_go_on = buffer.filled().len() == n_before || self.connection.hear();
        Poll::Ready(match may_go_on {
            true => Ok(()),
            false => Err(io::ErrorKind::TimedOut.into()),
        })
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.wrote(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// So much of an answer is handed over at a time on a connection that others share, in bytes: what was handed
/// over is kept there, however little of it the client takes.
const PIECE: usize = 16 << 10;

/// The body of an answer: when it is dropped, all of it was handed over.
pub(super) struct Answered<B> {
    body: B,
    /// What is still to be handed over of the body's last frame.
    rest: Bytes,
    asked: Asked,
}

impl<B> Answered<B> {
    pub(super) fn new(body: B, asked: Asked) -> Self {
        streams::hand();
        Self {
            body,
            rest: Bytes::new(),
            asked: asked.answered(),
        }
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Answered<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = &mut *self;
        if !this.asked.is_shared() {
            return Pin::new(&mut this.body).poll_frame(cx);
        }
        if this.rest.is_empty() {
            let frame = Pin::new(&mut this.body).poll_frame(cx);
            let data = match frame {
                Poll::Ready(Some(Ok(frame))) => frame.into_data(),
                Poll::Ready(_) => return frame,
                Poll::Pending => {
                    streams::wait();
                    return Poll::Pending;
                }
            };
            match data {
                Ok(data) => this.rest = data,
                Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
            }
        }
        streams::hand();
        let piece = this.rest.split_to(this.rest.len().min(PIECE));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match self.rest.is_empty() {
            true => self.body.size_hint(),
            false => SizeHint::default(),
        }
    }
}
