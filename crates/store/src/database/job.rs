//! An operation on its way to the database and its answer on the way back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use crate::CommitHook;
use crate::database::error::StoreError;
use crate::database::operation::Watch;
use crate::database::tx::{Change, Tx};

/// What became of one run of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    /// Its changes stand.
    Kept,
    /// It failed; its changes must be undone.
    Undone,
    /// It collided with another transaction; it may run again.
    Collided,
}

/// An operation that waits for its turn.
pub(crate) trait Job: Send {
    /// Run the operation in `tx`, and keep its result.
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran;
    /// Whether nobody was told yet that it did not happen. What was given up is not begun, nor committed; a
    /// client that left meanwhile was told nothing, and what it asked for is done.
    fn is_wanted(&self) -> bool;
    /// Why the operation failed, when it has run and failed.
    fn error(&self) -> Option<&StoreError>;
    /// Whoever waits for it.
    fn caller(&self) -> Arc<dyn Caller>;
    /// Give the result to whoever waits.
    fn answer(self: Box<Self>);
    /// Give an error instead.
    fn fail(self: Box<Self>, error: StoreError);
}

/// Whoever waits for an operation.
pub(crate) trait Caller: Send + Sync {
    /// Tell them that the operation did not happen: it must not happen any more.
    fn give_up(&self, error: StoreError);
}

struct Waiting<F, T> {
    operation: F,
    result: Option<Result<T, StoreError>>,
    asked: Arc<Asked<T>>,
    watch: Watch,
}

/// What the two ends of an operation share.
struct Asked<T> {
    /// Until it is used.
    reply: Mutex<Option<oneshot::Sender<Result<T, StoreError>>>>,
    is_given_up: AtomicBool,
}

impl<T> Asked<T> {
    fn taken(&self) -> Option<oneshot::Sender<Result<T, StoreError>>> {
        let mut reply = self.reply.lock().unwrap_or_else(PoisonError::into_inner);
        reply.take()
    }

    fn reply(&self, result: Result<T, StoreError>) {
        if let Some(reply) = self.taken() {
            let _ = reply.send(result);
        }
    }
}

impl<T: Send> Caller for Asked<T> {
    fn give_up(&self, error: StoreError) {
        self.is_given_up.store(true, Ordering::Release);
        self.reply(Err(error));
    }
}

/// The reply to an operation; an error where the store has stopped.
pub(crate) struct Reply<T> {
    answer: oneshot::Receiver<Result<T, StoreError>>,
    asked: Arc<Asked<T>>,
}

impl<T> Reply<T> {
    /// Whoever waits is told that the operation did not happen: it must not happen any more.
    pub(crate) fn give_up(&self) {
        self.asked.is_given_up.store(true, Ordering::Release);
    }
}

impl<T> Future for Reply<T> {
    type Output = Result<Result<T, StoreError>, oneshot::error::RecvError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(context)
    }
}

/// Make a job of `operation`, which `watch` follows, and the reply to wait for.
pub(crate) fn job<F, T>(watch: Watch, operation: F) -> (Box<dyn Job>, Reply<T>)
where
    F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let asked = Arc::new(Asked {
        reply: Mutex::new(Some(reply)),
        is_given_up: AtomicBool::new(false),
    });
    let waiting = Waiting {
        operation,
        result: None,
        asked: Arc::clone(&asked),
        watch,
    };
    (Box::new(waiting), Reply { answer, asked })
}

/// An operation that is dropped unanswered is one that the store has stopped for.
impl<F, T> Drop for Waiting<F, T> {
    fn drop(&mut self) {
        drop(self.asked.taken());
    }
}

impl<F, T> Job for Waiting<F, T>
where
    F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send,
    T: Send + 'static,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran {
        let operation = &self.operation;
        let mut result = None;
        self.watch.run(&mut || {
            result = catch_unwind(AssertUnwindSafe(|| operation(tx))).ok();
        });
        let panicked = || Err(StoreError::Internal("an operation panicked".into()));
        let result = result.unwrap_or_else(panicked);
        let ran = match &result {
            Ok(_) => Ran::Kept,
            // One that waited too long for a lock stands back for others, too, and tries again.
            Err(StoreError::Collision | StoreError::Busy) => Ran::Collided,
            Err(_) => Ran::Undone,
        };
        if ran == Ran::Kept {
            self.watch.kept();
        }
        self.result = Some(result);
        ran
    }

    fn is_wanted(&self) -> bool {
        !self.asked.is_given_up.load(Ordering::Acquire)
    }

    fn error(&self) -> Option<&StoreError> {
        self.result.as_ref()?.as_ref().err()
    }

    fn caller(&self) -> Arc<dyn Caller> {
        Arc::<Asked<T>>::clone(&self.asked)
    }

    fn answer(mut self: Box<Self>) {
        if let Some(result) = self.result.take() {
            self.watch.end(result.as_ref().err());
            self.asked.reply(result);
        }
    }

    fn fail(mut self: Box<Self>, error: StoreError) {
        self.watch.end(Some(&error));
        self.asked.reply(Err(error));
    }
}

/// Tell `hook` what a commit changed. A hook that panics takes nobody with it: what it was told of
/// is committed all the same.
pub(crate) fn tell(hook: &CommitHook, changes: &[Change]) {
    if !changes.is_empty() {
        let _ = catch_unwind(AssertUnwindSafe(|| hook(changes)));
    }
}
