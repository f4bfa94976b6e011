//! How much a movement adds to what is known of its payment already.

use crate::funding::processors::ReportedAmount;
use crate::funding::{EntryKind, Money};

/// What the ledger holds of a payment, in the currency of what is told of it now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PaymentTotals {
    /// How many entries there are.
    pub n_entries: usize,
    /// Whether the payment itself is one of them: refunds may come first.
    pub is_paid: bool,
    /// What its entries sum up to.
    pub left: i64,
    /// How much of it went back by refunds.
    pub refunded: i64,
    /// How much of it was held back by disputes, won or not.
    pub disputed: i64,
    /// How much of it was taken back by a bank or the processor itself.
    pub reversed: i64,
    /// How much of it was taken back before its processor told of that: by whoever compared the ledger with
    /// the processor's own account.
    pub taken_back: i64,
}

/// What is written into the ledger for a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueEntry {
    /// As what.
    pub kind: EntryKind,
    /// How much comes in; below zero where it goes out.
    pub money: Money,
    /// By how many the gifts become more.
    pub gifts: i64,
    /// How much of it was taken back already, and by how many the gifts become more when a counter-entry
    /// gives that back: so that it is taken once, and what is told later finds nothing of it any more.
    pub known: (i64, i64),
}

/// What is due for a movement of `kind`, if anything is.
///
/// A payment is a gift as long as something of it is left, in whatever order it is told. A refund that was
/// taken over from a processor's own account is not taken again when it is told, too. That a bank takes a
/// disputed payment back is told twice, as a dispute and as a reversal: the larger of both counts.
pub fn due_entry(
    kind: EntryKind,
    amount: ReportedAmount,
    so_far: PaymentTotals,
) -> Option<DueEntry> {
    let (money, minor) = match amount {
        ReportedAmount::Each(money) => {
            let told_already = match kind {
                EntryKind::Dispute => so_far.reversed,
                EntryKind::Reversal => so_far.disputed,
                _ => 0,
            };
            (money, money.minor - told_already)
        }
        // One that tells of less came late. What was given back by hand, a payment that was told too small,
        // is no refund.
        ReportedAmount::SoFar(back) => {
            let before = so_far.refunded + so_far.taken_back.max(0);
            (back, back.minor - before)
        }
        ReportedAmount::All(told) if so_far.is_paid => (told, so_far.left),
        ReportedAmount::All(told) => (told, told.minor),
        ReportedAmount::AsOf(now) => return as_of(now, so_far),
    };
    let signed = match kind {
        EntryKind::Payment | EntryKind::DisputeWon => minor,
        EntryKind::Refund | EntryKind::Dispute | EntryKind::Reversal => -minor,
        EntryKind::Manual | EntryKind::Correction => return None,
    };
    if minor <= 0 {
        return None;
    }
    let mut due = entry(kind, money, signed, so_far);
    // Totals have it in what went back before.
    if matches!(amount, ReportedAmount::Each(_)) && signed < 0 && so_far.taken_back > 0 {
        let known = minor.min(so_far.taken_back);
        let left = so_far.left + signed;
        due.known = (known, is_gift(left + known) - is_gift(left));
    }
    Some(due)
}

/// Whether what is left of a payment is a gift, as a number.
fn is_gift(left: i64) -> i64 {
    i64::from(left > 0)
}

/// The difference to what was counted of the same figure before.
fn as_of(now: Money, so_far: PaymentTotals) -> Option<DueEntry> {
    let kind = match so_far.n_entries {
        0 => EntryKind::Payment,
        _ => EntryKind::Correction,
    };
    let minor = now.minor - so_far.left;
    (minor != 0).then(|| entry(kind, now, minor, so_far))
}

fn entry(kind: EntryKind, money: Money, minor: i64, so_far: PaymentTotals) -> DueEntry {
    let left = so_far.left + minor;
    DueEntry {
        kind,
        money: Money { minor, ..money },
        gifts: is_gift(left) - is_gift(so_far.left),
        known: (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euros(minor: i64) -> Money {
        Money {
            minor,
            currency: "EUR".parse().unwrap(),
        }
    }

    fn minor(kind: EntryKind, amount: ReportedAmount, so_far: PaymentTotals) -> Option<(i64, i64)> {
        due_entry(kind, amount, so_far).map(|due| (due.money.minor, due.gifts))
    }

    const PAID: PaymentTotals = PaymentTotals {
        n_entries: 1,
        is_paid: true,
        left: 2_500,
        refunded: 0,
        disputed: 0,
        reversed: 0,
        taken_back: 0,
    };

    #[test]
    fn a_payment_is_one_gift_until_nothing_of_it_is_left() {
        use EntryKind as K;
        let none = PaymentTotals::default();
        assert_eq!(
            minor(K::Payment, ReportedAmount::Each(euros(2_500)), none),
            Some((2_500, 1))
        );
        assert_eq!(
            minor(K::Refund, ReportedAmount::Each(euros(500)), PAID),
            Some((-500, 0))
        );
        assert_eq!(
            minor(K::Dispute, ReportedAmount::Each(euros(2_500)), PAID),
            Some((-2_500, -1))
        );
        assert_eq!(
            minor(K::Refund, ReportedAmount::Each(euros(500)), none),
            Some((-500, 0))
        );
        assert_eq!(
            minor(K::Manual, ReportedAmount::Each(euros(500)), none),
            None
        );
    }

    #[test]
    fn what_a_bank_took_back_is_taken_once_whether_it_is_told_as_a_dispute_or_as_a_reversal_first()
    {
        use EntryKind as K;
        let each = |minor| ReportedAmount::Each(euros(minor));
        let disputed = PaymentTotals {
            n_entries: 2,
            left: 0,
            disputed: 2_500,
            ..PAID
        };
        assert_eq!(minor(K::Reversal, each(2_500), disputed), None);
        let reversed = PaymentTotals {
            disputed: 0,
            reversed: 2_500,
            ..disputed
        };
        assert_eq!(minor(K::Dispute, each(2_500), reversed), None);
        // The dispute was about a part of it.
        let in_part = PaymentTotals {
            left: 1_500,
            disputed: 1_000,
            ..disputed
        };
        assert_eq!(minor(K::Reversal, each(2_500), in_part), Some((-1_500, -1)));
        // What was won is back, and a reversal that is told late is still that of the dispute.
        let won = PaymentTotals {
            left: 2_500,
            ..disputed
        };
        assert_eq!(minor(K::Reversal, each(2_500), won), None);
        assert_eq!(minor(K::Reversal, each(2_500), PAID), Some((-2_500, -1)));
    }

    #[test]
    fn a_total_that_has_gone_back_takes_only_the_difference() {
        let so_far = PaymentTotals {
            left: 2_200,
            refunded: 300,
            ..PAID
        };
        let back = |total| {
            minor(
                EntryKind::Refund,
                ReportedAmount::SoFar(euros(total)),
                so_far,
            )
        };
        assert_eq!(back(500), Some((-200, 0)));
        assert_eq!(back(300), None);
        assert_eq!(back(100), None);
    }

    #[test]
    fn what_was_added_by_hand_is_not_taken_along_by_a_refund() {
        let added = PaymentTotals {
            n_entries: 2,
            left: 3_000,
            taken_back: -500,
            ..PAID
        };
        for amount in [
            ReportedAmount::SoFar(euros(300)),
            ReportedAmount::Each(euros(300)),
        ] {
            assert_eq!(minor(EntryKind::Refund, amount, added), Some((-300, 0)));
        }
    }

    #[test]
    fn all_that_is_left_goes_back_whatever_was_promised_since() {
        let all = ReportedAmount::All(euros(9_900));
        assert_eq!(minor(EntryKind::Refund, all, PAID), Some((-2_500, -1)));
        // It is told before its payment.
        let none = PaymentTotals::default();
        assert_eq!(minor(EntryKind::Refund, all, none), Some((-9_900, 0)));
    }

    #[test]
    fn a_figure_takes_the_place_of_the_one_before_it() {
        let figure =
            |n, so_far| due_entry(EntryKind::Payment, ReportedAmount::AsOf(euros(n)), so_far);
        let first = figure(2_500, PaymentTotals::default()).unwrap();
        assert_eq!((first.kind, first.gifts), (EntryKind::Payment, 1));
        let second = figure(1_000, PAID).unwrap();
        assert_eq!(
            (second.kind, second.money),
            (EntryKind::Correction, euros(-1_500))
        );
        assert_eq!(figure(0, PAID).unwrap().gifts, -1);
        assert_eq!(figure(2_500, PAID), None);
        assert_eq!(figure(0, PaymentTotals::default()), None);
    }

    #[test]
    fn what_was_taken_over_from_an_export_is_given_back_when_its_refund_is_told() {
        let countered = PaymentTotals {
            n_entries: 2,
            left: 0,
            taken_back: 2_500,
            ..PAID
        };
        let refund = |amount, so_far| due_entry(EntryKind::Refund, amount, so_far);
        let all = refund(ReportedAmount::Each(euros(2_500)), countered).unwrap();
        assert_eq!(
            (all.money.minor, all.gifts, all.known),
            (-2_500, 0, (2_500, 0))
        );
        assert_eq!(refund(ReportedAmount::SoFar(euros(2_500)), countered), None);
        let in_part = PaymentTotals {
            left: 1_000,
            taken_back: 1_500,
            ..countered
        };
        let rest = refund(ReportedAmount::Each(euros(2_500)), in_part).unwrap();
        assert_eq!(
            (rest.money.minor, rest.gifts, rest.known),
            (-2_500, -1, (1_500, 0))
        );
        let less = refund(ReportedAmount::Each(euros(500)), in_part).unwrap();
        assert_eq!((less.money.minor, less.known), (-500, (500, 0)));
    }
}
