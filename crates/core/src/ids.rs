//! Identifiers: 64-bit numbers in order of time, shown as 13 base-32 letters.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::chance::Random;
use crate::time::Time;

pub(crate) const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 13;
const SERIAL_BITS: u32 = 12;
const NODE_BITS: u32 = 9;

/// How many numbers there are for nodes to hold. As many more are for those that hold none.
pub const N_NODES: i64 = 1 << (NODE_BITS - 1);

fn write_letters(id: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut letters = [0; LENGTH];
    let mut rest = id.cast_unsigned();
    for letter in letters.iter_mut().rev() {
        *letter = LETTERS[(rest & 31) as usize];
        rest >>= 5;
    }
    f.write_str(str::from_utf8(&letters).map_err(|_| fmt::Error)?)
}

fn read_letters(text: &str) -> Option<i64> {
    if text.len() != LENGTH {
        return None;
    }
    let mut id: u64 = 0;
    for letter in text.bytes() {
        let value = LETTERS.iter().position(|l| *l == letter)? as u64;
        id = id.checked_mul(32)?.checked_add(value)?;
    }
    i64::try_from(id).ok()
}

/// A text that is not an identifier.
#[derive(Debug, thiserror::Error)]
#[error("not an id of 13 letters and digits")]
pub struct NotAnId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_letters(self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                read_letters(text).map(Self).ok_or(NotAnId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

id!(
    /// Names a site.
    SiteId
);
id!(
    /// Names a page of a site.
    PageId
);
id!(
    /// Names an author at a site.
    AuthorId
);
id!(
    /// Names a comment. Comments of a page sort by time when they sort by id.
    CommentId
);
id!(
    /// Names a recording at a site.
    RecordingId
);
id!(
    /// Names a proposal to correct a transcript. Those of a recording sort by time.
    ProposalId
);
id!(
    /// Names a campaign of a site.
    CampaignId
);
id!(
    /// Names an entry of a site's ledger. Entries sort by when they were made.
    EntryId
);
id!(
    /// Names a correction of an article. Those of a site sort by time.
    CorrectionId
);
id!(
    /// Names a line of an article's list of corrections.
    ErratumId
);
id!(
    /// Names a question that editors ask of a passage. Those of a page sort by time.
    QuestionId
);
id!(
    /// Names a picture that a comment carries. Those of a site sort by time.
    ImageId
);
id!(
    /// Names an import that an owner began. Those of a site sort by time.
    ImportId
);
id!(
    /// Names a passage by a comment on it or a question of it; no comment has the id of a question.
    PassageId
);

impl From<CommentId> for PassageId {
    fn from(id: CommentId) -> Self {
        Self(id.0)
    }
}

impl From<QuestionId> for PassageId {
    fn from(id: QuestionId) -> Self {
        Self(id.0)
    }
}

/// Makes identifiers: 42 bits of milliseconds since 1970, 9 bits of node, 12 bits of serial.
///
/// Ids of one source never repeat and never go back, even when its clock does. Servers hold numbers that
/// no other holds; sources that draw theirs can collide among each other, within one millisecond, and the
/// primary key then refuses.
#[derive(Debug)]
pub struct IdSource {
    node: AtomicI64,
    last: AtomicI64,
}

impl IdSource {
    /// A source whose node number is drawn by chance, of those that nobody holds.
    pub fn new(random: &dyn Random) -> Self {
        let mut bytes = [0; 1];
        random.fill(&mut bytes);
        Self {
            node: AtomicI64::new(N_NODES + i64::from(bytes[0]) % N_NODES),
            last: AtomicI64::new(0),
        }
    }

    /// From now on, make ids of the number that this node holds, below [`N_NODES`].
    pub fn hold(&self, number: i64) {
        self.node.store(number % N_NODES, Ordering::SeqCst);
    }

    /// The next id at `now`.
    pub fn next(&self, now: Time) -> i64 {
        let first = now.millis().max(0) << SERIAL_BITS;
        let step = |last: i64| Some(first.max(last + 1));
        let update = self
            .last
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, step);
        let tick = first.max(update.unwrap_or(first) + 1);
        self.spread(tick)
    }

    /// Put the node number between the milliseconds and the serial of `tick`.
    fn spread(&self, tick: i64) -> i64 {
        let serial = tick & ((1 << SERIAL_BITS) - 1);
        let node = self.node.load(Ordering::SeqCst);
        ((tick >> SERIAL_BITS) << (NODE_BITS + SERIAL_BITS)) | (node << SERIAL_BITS) | serial
    }
}

/// The smallest id that can stand for `time`: for imported comments, which keep their own time.
pub const fn first_id_at(time: Time) -> i64 {
    let millis = time.millis();
    let millis = if millis < 0 { 0 } else { millis };
    millis << (NODE_BITS + SERIAL_BITS)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::chance::FixedRandom;

    #[test]
    fn an_id_shows_as_13_letters_and_reads_back() {
        for id in [0, 1, 31, 32, 1 << 40, i64::MAX] {
            let shown = CommentId(id).to_string();
            assert_eq!(shown.len(), 13);
            assert_eq!(shown.parse::<CommentId>().unwrap(), CommentId(id));
        }
    }

    #[test]
    fn letters_that_are_no_id_are_refused() {
        for text in [
            "",
            "0",
            "zzzzzzzzzzzzz",
            "00000000000il",
            "00000000000000",
            "ééééééé",
        ] {
            assert!(text.parse::<CommentId>().is_err(), "{text}");
        }
    }

    #[test]
    fn shown_ids_sort_as_the_numbers_do() {
        assert!(CommentId(31).to_string() < CommentId(32).to_string());
    }

    #[test]
    fn who_holds_a_number_shares_no_id_with_who_holds_another_or_has_drawn_one() {
        let now = Time::from_micros(5_000_000);
        let mut seen = HashSet::new();
        for number in 0..N_NODES {
            let ids = IdSource::new(&FixedRandom::seeded(1));
            ids.hold(number);
            assert!(seen.insert(ids.next(now)), "{number}");
        }
        for seed in 0..1_000 {
            let drawn = IdSource::new(&FixedRandom::seeded(seed)).next(now);
            assert!(!seen.contains(&drawn), "{seed}");
        }
    }

    #[test]
    fn ids_rise_even_when_the_clock_goes_back() {
        let ids = IdSource::new(&FixedRandom::seeded(1));
        let mut last = 0;
        for micros in [5_000_000, 5_000_000, 4_000_000, 5_000_000, 6_000_000] {
            let id = ids.next(Time::from_micros(micros));
            assert!(id > last);
            last = id;
        }
    }

    #[test]
    fn more_ids_than_serials_in_a_millisecond_stay_distinct() {
        let ids = IdSource::new(&FixedRandom::seeded(1));
        let now = Time::from_micros(1_000_000);
        let made: std::collections::BTreeSet<i64> = (0..10_000).map(|_| ids.next(now)).collect();
        assert_eq!(made.len(), 10_000);
    }
}
