//! The requests of a connection of HTTP/2, each in a task of its own.
//!
//! There a client takes of each answer as much as it says, whatever the socket takes. One of which it takes
//! nothing is given up after a while, as a whole connection of HTTP/1 is, and the others go on.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::Executor;
use tokio::time::Sleep;

tokio::task_local! {
    /// How many pieces of this task's answer were handed over, as long as the next is not asked for; 0 while
    /// it is the server that is waited for.
    static HANDED: Arc<AtomicU64>;
}

/// A piece of the answer was handed over: the client is to take it.
pub(super) fn hand() {
    // A connection of HTTP/1 has no such tasks, and waits for its socket.
    let _ = HANDED.try_with(|handed| handed.fetch_add(1, Ordering::Relaxed));
}

/// The client has taken what there is, and waits for more.
pub(super) fn wait() {
    let _ = HANDED.try_with(|handed| handed.store(0, Ordering::Relaxed));
}

/// Runs each request of a connection.
#[derive(Clone)]
pub(super) struct Streams {
    /// How long a client may take nothing of an answer.
    pub(super) write_timeout: Duration,
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        tokio::spawn(Watched {
            stream: Box::pin(stream),
            handed: Arc::default(),
            write_timeout: self.write_timeout,
            stalled: None,
        });
    }
}

/// A request and its answer, which end when the client takes nothing.
struct Watched<F> {
    stream: Pin<Box<F>>,
    handed: Arc<AtomicU64>,
    write_timeout: Duration,
    /// After which piece nothing was taken, and how long that may go on.
    stalled: Option<(u64, Pin<Box<Sleep>>)>,
}

impl<F: Future<Output = ()>> Future for Watched<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let handed = Arc::clone(&this.handed);
        if HANDED
            .sync_scope(handed, || this.stream.as_mut().poll(cx))
            .is_ready()
        {
            return Poll::Ready(());
        }
        let handed = this.handed.load(Ordering::Relaxed);
        if handed == 0 {
            this.stalled = None;
            return Poll::Pending;
        }
        let is_known = this.stalled.as_ref().is_some_and(|(n, _)| *n == handed);
        if !is_known {
            this.stalled = Some((handed, Box::pin(tokio::time::sleep(this.write_timeout))));
        }
        match &mut this.stalled {
            Some((_, timeout)) => timeout.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }
}
