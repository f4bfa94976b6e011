//! Asking for many things at once.
//!
//! Whoever asks the store for something waits for their turn; meanwhile others come who want something, too.
//! The one whose turn it is asks for all of it in one go, so that however many ask, one asks at a time.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use tokio::sync::MutexGuard;

/// So much is asked for at once.
const MAX_AT_ONCE: usize = 256;

/// Those who wait to ask.
pub(super) struct Turns<T> {
    wanted: Mutex<HashSet<T>>,
    turn: tokio::sync::Mutex<()>,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self {
            wanted: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }
}

impl<T: Clone + Eq + Hash> Turns<T> {
    /// Wait for the turn to ask for `what`. Somebody else may have asked for it by then.
    pub(super) async fn turn(&self, what: &T) -> MutexGuard<'_, ()> {
        {
            let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
            if wanted.len() < MAX_AT_ONCE {
                wanted.insert(what.clone());
            }
        }
        self.turn.lock().await
    }

    /// All that is wanted by now, `what` among it.
    pub(super) fn all(&self, _: &MutexGuard<'_, ()>, what: T) -> Vec<T> {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.insert(what);
        wanted.drain().collect()
    }
}
