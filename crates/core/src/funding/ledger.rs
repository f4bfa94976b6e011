//! The ledger: signed movements of money, and what they sum up to.

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::funding::Money;
use crate::time::Time;

/// What an entry of the ledger stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A payment that a processor told of.
    Payment,
    /// Money that went back to who gave it.
    Refund,
    /// Money that a bank holds back while a payment is disputed.
    Dispute,
    /// It came back: the dispute was won.
    DisputeWon,
    /// Money that a bank or the processor took back by itself.
    Reversal,
    /// What the newsroom wrote down itself, a bank transfer for example.
    Manual,
    /// It takes another entry back.
    Correction,
}

impl EntryKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Payment,
        Self::Refund,
        Self::Dispute,
        Self::DisputeWon,
        Self::Reversal,
        Self::Manual,
        Self::Correction,
    ];

    /// The word that is stored; it never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Refund => "refund",
            Self::Dispute => "dispute",
            Self::DisputeWon => "dispute_won",
            Self::Reversal => "reversal",
            Self::Manual => "manual",
            Self::Correction => "correction",
        }
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether an owner may take such an entry back: what was written by hand. Of what a processor tells,
    /// its own refund follows, which would be the second.
    pub const fn can_be_countered(self) -> bool {
        matches!(self, Self::Manual)
    }
}

/// A movement of money, as an entry holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// What it stands for.
    pub kind: EntryKind,
    /// How much came in; below zero where it went out.
    pub money: Money,
    /// By how many the gifts become more: one where a payment begins to leave something, minus one where
    /// it no longer does.
    pub gifts: i64,
    /// When the money moved, as far as that is known.
    pub occurred_at: Time,
}

/// What the entries of a month in a currency sum up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthlySum {
    /// The month, as [`month_of`] counts it.
    pub month: i64,
    /// The amounts.
    pub money: Money,
    /// How many gifts there were, less those that were taken back.
    pub gifts: i64,
}

/// The month of `time` in UTC, as a number: 202611 is November 2026.
pub fn month_of(time: Time) -> i64 {
    let stamp = Timestamp::from_microsecond(time.micros()).unwrap_or(Timestamp::UNIX_EPOCH);
    let date = Offset::UTC.to_datetime(stamp).date();
    i64::from(date.year()) * 100 + i64::from(date.month())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_word_that_reads_back() {
        for kind in EntryKind::ALL {
            assert_eq!(EntryKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(EntryKind::parse("gift"), None);
    }

    #[test]
    fn a_month_ends_with_its_last_microsecond() {
        let month = |text: &str| month_of(text.parse().unwrap());
        assert_eq!(month("1970-01-01T00:00:00Z"), 197_001);
        assert_eq!(month("1969-12-31T23:59:59Z"), 196_912);
        assert_eq!(month("2024-02-29T12:00:00Z"), 202_402);
        assert_eq!(month("2024-03-01T00:00:00Z"), 202_403);
        assert_eq!(month("2026-11-30T23:59:59.999999Z"), 202_611);
        assert_eq!(month("2026-12-01T00:00:00Z"), 202_612);
        assert_eq!(month("2100-02-28T23:59:59Z"), 210_002);
        assert_eq!(month("2100-03-01T00:00:00Z"), 210_003);
    }
}
