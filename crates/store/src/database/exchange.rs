//! What nodes tell one another beside changes: short lines that nobody has to hear, by the notices of
//! PostgreSQL, past all transactions.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::database::lines::{KIND, Lines};
use crate::database::notify::Notifier;

/// The most that one line holds, in bytes.
pub const MAX_LINE: usize = 6_000;

/// The exchange of a node with the others; cheap to clone.
#[derive(Clone)]
pub struct Exchange {
    notifier: Notifier,
    lines: Lines,
}

impl Exchange {
    pub(crate) const fn new(notifier: Notifier, lines: Lines) -> Self {
        Self { notifier, lines }
    }

    /// Let `hear` hear what others tell from now on. Only the first who asks does.
    pub fn on_hearing(&self, hear: impl Fn(&str) + Send + Sync + 'static) {
        self.lines.on_hearing(hear);
    }

    /// Tell the others a line, soon. One that is too long, or for which there is no room, is told to nobody.
    pub fn tell(&self, line: &str) {
        if line.len() <= MAX_LINE && !line.contains('\n') {
            self.notifier.tell_line(format!("{KIND}{line}"));
        }
    }

    /// What all nodes call `secret`, and nobody can lead back to it who has only the database. None where
    /// nodes have no key in common.
    pub fn name(&self, secret: &[&[u8]]) -> Option<[u8; 12]> {
        let key = self.lines.key()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        secret.iter().for_each(|part| mac.update(part));
        let whole = mac.finalize().into_bytes();
        whole.first_chunk().copied()
    }
}
