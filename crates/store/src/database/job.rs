//! An operation on its way to the database and its answer on the way back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::CommitHook;
use crate::database::error::StoreError;
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
    /// Whether somebody still waits for the result. What nobody waits for is not begun, nor committed: they
    /// were told that it did not happen.
    fn is_wanted(&self) -> bool;
    /// Why the operation failed, when it has run and failed.
    fn error(&self) -> Option<&StoreError>;
    /// Give the result to whoever waits.
    fn answer(self: Box<Self>);
    /// Give an error instead.
    fn fail(self: Box<Self>, error: StoreError);
}

struct Waiting<F, T> {
    operation: F,
    result: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

/// The reply to an operation.
pub(crate) type Reply<T> = oneshot::Receiver<Result<T, StoreError>>;

/// Make a job of `operation`, and the reply to wait for.
pub(crate) fn job<F, T>(operation: F) -> (Box<dyn Job>, Reply<T>)
where
    F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (
        Box::new(Waiting {
            operation,
            result: None,
            reply,
        }),
        answer,
    )
}

impl<F, T> Job for Waiting<F, T>
where
    F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran {
        let result = catch_unwind(AssertUnwindSafe(|| (self.operation)(tx)))
            .unwrap_or_else(|_| Err(StoreError::Internal("an operation panicked".into())));
        let ran = match &result {
            Ok(_) => Ran::Kept,
            // One that waited too long for a lock stands back for others, too, and tries again.
            Err(StoreError::Collision | StoreError::Busy) => Ran::Collided,
            Err(_) => Ran::Undone,
        };
        self.result = Some(result);
        ran
    }

    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn error(&self) -> Option<&StoreError> {
        self.result.as_ref()?.as_ref().err()
    }

    fn answer(self: Box<Self>) {
        if let Some(result) = self.result {
            let _ = self.reply.send(result);
        }
    }

    fn fail(self: Box<Self>, error: StoreError) {
        let _ = self.reply.send(Err(error));
    }
}

/// Tell `hook` what a commit changed. A hook that panics takes nobody with it: what it was told of
/// is committed all the same.
pub(crate) fn tell(hook: &CommitHook, changes: &[Change]) {
    if !changes.is_empty() {
        let _ = catch_unwind(AssertUnwindSafe(|| hook(changes)));
    }
}
