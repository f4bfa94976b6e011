//! Where spans come from and where they wait.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rejoinder_core::{Clock, Random, Time};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::attribute::Attribute;
use crate::ids::{SpanId, TraceId, TraceParent};

/// What part a span has in its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is a step of another.
    Internal,
    /// It answers a request.
    Server,
    /// It asks another server.
    Client,
    /// It does what was put off.
    Consumer,
}

/// What a span is called: what is done, and of what there are many, which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    pub(crate) what: &'static str,
    pub(crate) which: &'static str,
}

impl Name {
    /// Such as `POST` and a route.
    pub const fn of(what: &'static str, which: &'static str) -> Self {
        Self { what, which }
    }

    /// Of which there is one.
    pub const fn only(what: &'static str) -> Self {
        Self { what, which: "" }
    }
}

/// A span that has come to its end.
#[derive(Debug)]
pub struct Ended {
    pub(crate) own: TraceParent,
    pub(crate) parent: Option<SpanId>,
    pub(crate) kind: Kind,
    pub(crate) name: Name,
    pub(crate) began_at: Time,
    pub(crate) took: Duration,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) is_failed: bool,
}

/// How many of the traces that begin here are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling(u64);

impl Sampling {
    /// All of them.
    pub const ALL: Self = Self(CHANCES);

    /// A share from 0 to 1; nothing else.
    pub fn share(share: f64) -> Option<Self> {
        let is_share = (0.0..=1.0).contains(&share);
        is_share.then_some(Self((share * CHANCES as f64) as u64))
    }

    /// As other programs decide by the same number, so that they agree.
    const fn takes(self, trace: TraceId) -> bool {
        trace.chance() < self.0
    }
}

/// How many different values the chance of a trace has.
const CHANCES: u64 = 1 << 63;

/// How many spans wait to be sent; what is more is dropped.
const MAX_WAITING: usize = 2_048;

#[derive(Debug, Default)]
struct Counters {
    sent: AtomicU64,
    dropped: AtomicU64,
}

/// How many spans were sent and dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Those that the collector took.
    pub sent: u64,
    /// Those that it did not take, or for which there was no room.
    pub dropped: u64,
}

/// Begins spans, where an operator wants traces. Cheap to clone.
#[derive(Clone)]
pub struct Tracer(Arc<Own>);

struct Own {
    sampling: Sampling,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    queue: mpsc::Sender<Ended>,
    counters: Arc<Counters>,
}

impl fmt::Debug for Tracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tracer").field(&self.0.sampling).finish()
    }
}

impl Tracer {
    /// A tracer, and the queue of its spans for whoever sends them.
    pub fn new(
        sampling: Sampling,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> (Self, Waiting) {
        let (queue, spans) = mpsc::channel(MAX_WAITING);
        let counters = Arc::<Counters>::default();
        let waiting = Waiting {
            spans,
            counters: Arc::clone(&counters),
        };
        let own = Own {
            sampling,
            clock,
            random,
            queue,
            counters,
        };
        (Self(Arc::new(own)), waiting)
    }

    /// How many spans were sent and dropped so far.
    pub fn counts(&self) -> Counts {
        self.0.counters.now()
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// The name of a span that begins a trace.
    pub(crate) fn begin(&self) -> TraceParent {
        let trace = TraceId::new(&*self.0.random);
        TraceParent {
            trace,
            span: SpanId::new(&*self.0.random),
            is_sampled: self.0.sampling.takes(trace),
        }
    }

    /// The name of a span below `parent`.
    pub(crate) fn below(&self, parent: TraceParent) -> TraceParent {
        TraceParent {
            span: SpanId::new(&*self.0.random),
            ..parent
        }
    }

    /// Let a span wait to be sent. Nobody waits for that: where there is no room it is dropped.
    pub(crate) fn take(&self, span: Ended) {
        if self.0.queue.try_send(span).is_err() {
            self.0.counters.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Counters {
    fn now(&self) -> Counts {
        Counts {
            sent: self.sent.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
        }
    }
}

/// The spans that wait to be sent.
#[derive(Debug)]
pub struct Waiting {
    spans: mpsc::Receiver<Ended>,
    counters: Arc<Counters>,
}

impl Waiting {
    /// Wait for spans, and then for more until `batch` has `max` or `wait` is over. What was taken stands in
    /// `batch` even when nobody waits for this any more.
    pub async fn fill(&mut self, batch: &mut Vec<Ended>, max: usize, wait: Duration) {
        match self.spans.recv().await {
            Some(first) => batch.push(first),
            // Its tracer is gone, and with it the last span.
            None => return std::future::pending().await,
        }
        let more = async {
            while batch.len() < max
                && let Some(next) = self.spans.recv().await
            {
                batch.push(next);
            }
        };
        let _ = timeout(wait, more).await;
    }

    /// Take what waits now, at most until `batch` has `max`.
    pub fn take(&mut self, batch: &mut Vec<Ended>, max: usize) {
        while batch.len() < max
            && let Ok(next) = self.spans.try_recv()
        {
            batch.push(next);
        }
    }

    /// So many were taken by the collector, and so many were not.
    pub fn count(&self, sent: u64, dropped: u64) {
        self.counters.sent.fetch_add(sent, Ordering::Relaxed);
        self.counters.dropped.fetch_add(dropped, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use rejoinder_core::FixedRandom;

    use super::*;

    #[test]
    fn so_many_of_the_traces_are_sent_as_is_said() {
        let random = FixedRandom::seeded(4);
        let traces: Vec<TraceId> = (0..10_000).map(|_| TraceId::new(&random)).collect();
        let sent = |share| {
            let sampling = Sampling::share(share).unwrap();
            traces
                .iter()
                .filter(|trace| sampling.takes(**trace))
                .count()
        };

        assert_eq!((sent(0.0), sent(1.0)), (0, 10_000));
        assert!((900..1_100).contains(&sent(0.1)), "{}", sent(0.1));
        for bad in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Sampling::share(bad), None, "{bad}");
        }
    }
}
