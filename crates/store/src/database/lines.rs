//! Lines that nodes tell one another beside changes, as those who carry them need to know them.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, OnceLock};

use crate::database::seals::Seals;

/// How a line begins. Notices of changes begin with a digit.
pub(crate) const KIND: &str = "spent ";

/// Hears what another node told.
type Hear = Box<dyn Fn(&str) + Send + Sync>;

/// What the threads that tell and hear have in common.
#[derive(Clone, Default)]
pub(crate) struct Lines {
    hear: Arc<OnceLock<Hear>>,
    /// By which process of the server this node tells; it hears itself, too.
    own: Arc<AtomicI32>,
    key: Option<Arc<[u8; 32]>>,
}

impl Lines {
    /// Nothing heard yet; names are made with a key that only those know who have the keys of `seals`.
    pub(crate) fn sealed_by(seals: &Seals) -> Self {
        Self {
            key: seals.shared_key().map(Arc::new),
            ..Self::default()
        }
    }

    /// Let `hear` hear what others tell from now on. Only the first who asks does.
    pub(crate) fn on_hearing(&self, hear: impl Fn(&str) + Send + Sync + 'static) {
        let _ = self.hear.set(Box::new(hear));
    }

    /// The key that nodes have in common.
    pub(crate) fn key(&self) -> Option<&[u8; 32]> {
        self.key.as_deref()
    }

    /// This node tells by the process `id`.
    pub(crate) fn tells_by(&self, id: i32) {
        self.own.store(id, Ordering::Release);
    }

    /// Hear the `payload` of the process `id`.
    pub(crate) fn hear(&self, id: i32, payload: &str) {
        if id == self.own.load(Ordering::Acquire) {
            return;
        }
        let Some(hear) = self.hear.get() else { return };
        for told in payload.lines().filter_map(|line| line.strip_prefix(KIND)) {
            hear(told);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn lines_of_others_are_heard_and_nothing_else() {
        let lines = Lines::default();
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let hears = Arc::clone(&heard);
        lines.on_hearing(move |line| hears.lock().unwrap().push(line.to_owned()));
        lines.tells_by(7);

        lines.hear(7, "spent own");
        lines.hear(8, "1 2 3 0\nspent one\nearned x\nspent two\n");

        assert_eq!(*heard.lock().unwrap(), ["one", "two"]);
    }
}
