//! Threads that wait for PostgreSQL, and others in the place of those that wait in vain.
//!
//! A server whose processes are stopped, or whose disk is gone, takes whatever is sent and says nothing,
//! while its machine goes on to confirm that it arrived: neither end of the connection ever counts as lost,
//! and the client has no end to its waiting. Whoever waits on such a connection is left there, and another
//! thread does their work on a connection of its own, to a server that answers.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::Result;
use crate::database::error::StoreError;
use crate::database::job::Caller;
use crate::database::timelines::Timelines;

/// How often the threads are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What one thread is doing, as the overseer sees it.
#[derive(Default)]
pub(crate) struct Shift {
    /// Raised when a call to the server begins and when it ends: odd while one is under way.
    turns: AtomicU64,
    /// The newest timeline when the connection was made.
    timeline: AtomicU32,
    caller: Mutex<Option<Arc<dyn Caller>>>,
    is_relieved: AtomicBool,
}

impl Shift {
    /// Make a call to the server that nobody waits for. Fails where another thread has taken over meanwhile.
    pub(crate) fn call<T>(&self, call: impl FnOnce() -> T) -> Result<T> {
        self.begin(None);
        let called = call();
        self.end();
        match self.is_relieved() {
            false => Ok(called),
            true => Err(too_late()),
        }
    }

    /// A call to the server begins, for `caller` if somebody waits.
    pub(crate) fn begin(&self, caller: Option<Arc<dyn Caller>>) {
        *self.caller() = caller;
        self.turns.fetch_add(1, Ordering::AcqRel);
    }

    /// It is made on a connection from when `timeline` was the newest.
    pub(crate) fn is_on(&self, timeline: u32) {
        self.timeline.store(timeline, Ordering::Release);
    }

    /// The call has ended.
    pub(crate) fn end(&self) {
        self.turns.fetch_add(1, Ordering::AcqRel);
        *self.caller() = None;
    }

    /// Whether another thread has taken over, and this one ends.
    pub(crate) fn is_relieved(&self) -> bool {
        self.is_relieved.load(Ordering::Acquire)
    }

    fn timeline(&self) -> u32 {
        self.timeline.load(Ordering::Acquire)
    }

    fn caller(&self) -> MutexGuard<'_, Option<Arc<dyn Caller>>> {
        self.caller.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another thread has taken over: whoever waits for this one is told so.
    fn relieve(&self) {
        self.is_relieved.store(true, Ordering::Release);
        if let Some(caller) = self.caller().take() {
            caller.give_up(too_late());
        }
    }
}

fn too_late() -> StoreError {
    StoreError::Unavailable("the server did not answer on an open connection".to_owned())
}

/// A thread's work, begun anew by each that takes it over.
type Work = Arc<dyn Fn(&Shift) + Send + Sync>;

/// One thread and its work.
struct Post {
    name: String,
    /// How long one call may take; `None` for as long as no other server has taken over.
    patience: Option<Duration>,
    work: Work,
    shift: Arc<Shift>,
    /// The call that was under way when it was last looked at, and for how many looks it has been.
    seen: (u64, u32),
}

/// Starts threads and looks after them for as long as it is kept.
pub(crate) struct Overseer {
    posts: Mutex<Vec<Post>>,
    timelines: Timelines,
    /// How long a server may be silent once another has taken over.
    link: Duration,
}

impl Overseer {
    pub(crate) fn start(timelines: Timelines, link: Duration) -> Result<Arc<Self>> {
        let overseer = Arc::new(Self {
            posts: Mutex::default(),
            timelines,
            link,
        });
        let seen = Arc::downgrade(&overseer);
        let look = move || {
            loop {
                thread::sleep(LOOK_EVERY);
                match seen.upgrade() {
                    Some(overseer) => overseer.look(),
                    None => return,
                }
            }
        };
        spawn("store-overseer", look).map_err(internal)?;
        Ok(overseer)
    }

    /// Do `work` on a thread called `name`, and on another once a call has taken longer than `patience`.
    pub(crate) fn keep(
        &self,
        name: String,
        patience: Option<Duration>,
        work: impl Fn(&Shift) + Send + Sync + 'static,
    ) -> Result<()> {
        let mut post = Post {
            name,
            patience,
            work: Arc::new(work),
            shift: Arc::default(),
            seen: (0, 0),
        };
        post.begin().map_err(internal)?;
        self.posts().push(post);
        Ok(())
    }

    fn posts(&self) -> MutexGuard<'_, Vec<Post>> {
        self.posts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) {
        for post in self.posts().iter_mut() {
            let waits_in_vain = post.waited().is_some_and(|waited| {
                let is_overdue = post.patience.is_some_and(|patience| waited > patience);
                let is_left_behind = post.shift.timeline() != self.timelines.newest();
                is_overdue || (is_left_behind && waited > self.link)
            });
            if !waits_in_vain {
                continue;
            }
            tracing::warn!(
                thread = %post.name,
                "The database did not answer on an open connection, which is given up"
            );
            let relieved = Arc::clone(&post.shift);
            match post.begin() {
                Ok(()) => relieved.relieve(),
                Err(error) => tracing::error!(%error, "No thread to take over"),
            }
        }
    }
}

impl Post {
    /// Let a new thread begin.
    fn begin(&mut self) -> io::Result<()> {
        let (work, shift) = (Arc::clone(&self.work), Arc::<Shift>::default());
        let own = Arc::clone(&shift);
        spawn(&self.name, move || work(&own))?;
        self.shift = shift;
        self.seen = (0, 0);
        Ok(())
    }

    /// How long the call that is under way has been at least.
    fn waited(&mut self) -> Option<Duration> {
        let turn = self.shift.turns.load(Ordering::Acquire);
        let n_looks = match self.seen {
            (seen, n_looks) if seen == turn => n_looks.saturating_add(1),
            _ => 0,
        };
        self.seen = (turn, n_looks);
        (turn % 2 == 1).then(|| LOOK_EVERY * n_looks)
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(work);
    spawned.map(drop)
}

fn internal(error: io::Error) -> StoreError {
    StoreError::Internal(error.into())
}
