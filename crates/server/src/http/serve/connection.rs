//! What one connection waits for, and since when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use rejoinder_core::identity::address::Network;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::config::ConnectionLimits;

/// So many requests in a row may be taken back before they are answered: whoever does so asks for work that
/// nobody wants.
const MAX_CANCELLED: u32 = 200;

/// A connection, as those see it who may end it.
pub(super) struct Connection {
    pub(super) network: Network,
    pub(super) id: u64,
    epoch: Instant,
    limits: ConnectionLimits,
    /// A [`Waiting`] as a number, so that what is ended is still what was looked at.
    waiting: AtomicU64,
    /// Since when the client has taken none of what is written to it, in ms; 0 when it does.
    blocked_ms: AtomicU64,
    has_answered: AtomicBool,
    /// Whether it is one of HTTP/2, on which many requests are under way at once.
    is_shared: AtomicBool,
    n_asked: AtomicU32,
    n_cancelled: AtomicU32,
    end: Notify,
}

/// A request, until all of its answer was handed over.
pub(super) struct Asked {
    connection: Arc<Connection>,
    is_answered: bool,
}

impl Asked {
    /// Whether others are under way on its connection.
    pub(super) fn is_shared(&self) -> bool {
        self.connection.is_shared.load(Ordering::Relaxed)
    }

    /// There is an answer.
    pub(super) fn answered(mut self) -> Self {
        self.is_answered = true;
        self
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.connection.finish(self.is_answered);
    }
}

/// What a connection is at: in the order in which they have to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Nothing was asked, or everything is answered.
    Idle,
    /// A request has begun to come.
    Head,
    /// A request is being answered.
    Asked,
    /// It was told to go.
    Ended,
}

/// A phase, and since when, in ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Waiting(Phase, u64);

impl Waiting {
    const fn number(self) -> u64 {
        self.1 << 2 | self.0 as u64
    }

    const fn read(number: u64) -> Self {
        let phase = match number & 3 {
            0 => Phase::Idle,
            1 => Phase::Head,
            2 => Phase::Asked,
            _ => Phase::Ended,
        };
        Self(phase, number >> 2)
    }
}

impl Connection {
    pub(super) fn new(network: Network, id: u64, epoch: Instant, limits: ConnectionLimits) -> Self {
        let new = Self {
            network,
            id,
            epoch,
            limits,
            waiting: AtomicU64::new(0),
            blocked_ms: AtomicU64::new(0),
            has_answered: AtomicBool::new(false),
            is_shared: AtomicBool::new(false),
            n_asked: AtomicU32::new(0),
            n_cancelled: AtomicU32::new(0),
            end: Notify::new(),
        };
        new.set(Phase::Idle);
        new
    }

    /// Something was read; whether the connection may go on. What comes on a shared one may be about any of
    /// its requests, or none: there it counts when a whole request was heard.
    pub(super) fn hear(&self) -> bool {
        let now = self.waiting();
        match now.0 {
            Phase::Idle if self.is_shared.load(Ordering::Relaxed) => true,
            Phase::Idle => self.replace(now, Waiting(Phase::Head, self.now_ms())),
            Phase::Head | Phase::Asked => true,
            Phase::Ended => false,
        }
    }

    /// The head of a request is whole.
    pub(super) fn ask(self: &Arc<Self>, is_shared: bool) -> Asked {
        self.is_shared.store(is_shared, Ordering::Relaxed);
        self.n_asked.fetch_add(1, Ordering::AcqRel);
        self.set(Phase::Asked);
        Asked {
            connection: Arc::clone(self),
            is_answered: false,
        }
    }

    /// It is the connection's turn among all that have something to do.
    pub(super) fn begin_turn(&self) {
        self.has_answered.store(false, Ordering::Relaxed);
    }

    /// Returns when it may answer: at once, or in its next turn if it has answered in this one. Whoever
    /// asks for much at once waits after each answer until others have had theirs.
    pub(super) async fn turn(&self) {
        while self.has_answered.swap(true, Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
    }

    /// All of an answer was handed over, or nobody wants it any more.
    fn finish(&self, is_answered: bool) {
        let next = |n: u32| {
            Some(if is_answered {
                n.saturating_sub(1)
            } else {
                n + 1
            })
        };
        let (set, read) = (Ordering::Relaxed, Ordering::Relaxed);
        let n_cancelled = self.n_cancelled.fetch_update(set, read, next);
        if self.n_asked.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.set(Phase::Idle);
            // Another may have been asked meanwhile.
            if self.n_asked.load(Ordering::Acquire) > 0 {
                self.set(Phase::Asked);
            }
        }
        if n_cancelled.is_ok_and(|n| n >= MAX_CANCELLED) {
            self.end.notify_one();
        }
    }

    /// Note whether the client takes what is written to it.
    pub(super) fn write(&self, is_blocked: bool) {
        let was_blocked = self.blocked_ms.load(Ordering::Relaxed) != 0;
        if is_blocked != was_blocked {
            let since = if is_blocked { self.now_ms().max(1) } else { 0 };
            self.blocked_ms.store(since, Ordering::Relaxed);
        }
    }

    pub(super) const fn body_timeout(&self) -> Duration {
        self.limits.body_timeout
    }

    /// How long a client may take nothing of an answer.
    pub(super) const fn write_timeout(&self) -> Duration {
        self.limits.write_timeout
    }

    /// What it waits for, when that is nothing that is being answered.
    pub(super) fn waits(&self) -> Option<Waiting> {
        let now = self.waiting();
        matches!(now.0, Phase::Idle | Phase::Head).then_some(now)
    }

    /// End it, unless something has happened since it was looked at; whether it ends.
    pub(super) fn end_if_still(&self, waiting: Waiting) -> bool {
        let is_ended = self.replace(waiting, Waiting(Phase::Ended, waiting.1));
        if is_ended {
            self.end.notify_one();
        }
        is_ended
    }

    /// End it if it has waited for too long; whether it ends.
    pub(super) fn end_if_late(&self) -> bool {
        let (now_ms, waiting) = (self.now_ms(), self.waiting());
        let is_over = |since_ms, timeout: Duration| {
            u128::from(now_ms.saturating_sub(since_ms)) >= timeout.as_millis()
        };
        let blocked_ms = self.blocked_ms.load(Ordering::Relaxed);
        let is_late = match waiting {
            _ if blocked_ms != 0 && is_over(blocked_ms, self.limits.write_timeout) => true,
            Waiting(Phase::Idle, since) => is_over(since, self.limits.idle_timeout),
            Waiting(Phase::Head, since) => is_over(since, self.limits.head_timeout),
            Waiting(Phase::Asked | Phase::Ended, _) => false,
        };
        is_late && self.end_if_still(waiting)
    }

    /// Returns when it was told to go.
    pub(super) async fn ended(&self) {
        self.end.notified().await;
    }

    fn set(&self, phase: Phase) {
        let waiting = Waiting(phase, self.now_ms());
        self.waiting.store(waiting.number(), Ordering::Relaxed);
    }

    fn replace(&self, from: Waiting, to: Waiting) -> bool {
        let (from, to) = (from.number(), to.number());
        let (set, read) = (Ordering::Relaxed, Ordering::Relaxed);
        self.waiting.compare_exchange(from, to, set, read).is_ok()
    }

    fn waiting(&self) -> Waiting {
        Waiting::read(self.waiting.load(Ordering::Relaxed))
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
