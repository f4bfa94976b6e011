//! The ledger beside a processor's own account of what was paid.

use crate::funding::Money;
use crate::funding::table::StatementRow;
use crate::ids::{CampaignId, EntryId};
use crate::time::Time;

/// A payment of the ledger, with what is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerPayment {
    /// The entry that says that it was paid.
    pub entry: EntryId,
    /// What its processor calls it.
    pub payment: String,
    /// For which campaign.
    pub campaign: CampaignId,
    /// What is left of it.
    pub left: Money,
    /// When it was paid.
    pub occurred_at: Time,
    /// Whether another account at the processor told of it.
    pub is_elsewhere: bool,
}

/// What the two have in common, and what not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerComparison {
    /// So many payments come to the same.
    pub n_alike: usize,
    /// So many that the processor has are of another account, and are left as they are.
    pub n_elsewhere: usize,
    /// Those of which another amount is left.
    pub differing: Vec<(LedgerPayment, StatementRow)>,
    /// Those that only the processor has.
    pub missing_here: Vec<StatementRow>,
    /// Those that only the ledger has, of the days that the processor's account is about.
    pub missing_there: Vec<LedgerPayment>,
}

/// Compare `theirs` with `ours`, which holds every payment that one of the lines names, and those of the
/// days between the first and the last of them. What nothing is left of counts as missing nowhere.
pub fn compare(theirs: &[StatementRow], ours: Vec<LedgerPayment>) -> LedgerComparison {
    let mut compared = LedgerComparison::default();
    let is_named = |own: &LedgerPayment| theirs.iter().any(|line| line.reference == own.payment);
    for line in theirs.iter().filter(|line| !line.reference.is_empty()) {
        match ours.iter().find(|own| own.payment == line.reference) {
            Some(own) if own.is_elsewhere => compared.n_elsewhere += 1,
            Some(own) if own.left == line.money => compared.n_alike += 1,
            Some(own) if own.left.currency == line.money.currency => {
                compared.differing.push((own.clone(), line.clone()));
            }
            // A payment has one currency: what was told in another is for a person to look at.
            Some(own) => compared.missing_there.push(own.clone()),
            None if line.money.minor > 0 => compared.missing_here.push(line.clone()),
            None => {}
        }
    }
    let only_here = ours
        .into_iter()
        .filter(|own| !is_named(own) && !own.is_elsewhere && own.left.minor != 0);
    compared.missing_there.extend(only_here);
    compared
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

    fn ours(payment: &str, minor: i64) -> LedgerPayment {
        LedgerPayment {
            entry: EntryId(1),
            payment: payment.to_owned(),
            campaign: CampaignId(1),
            left: euros(minor),
            occurred_at: Time::from_micros(0),
            is_elsewhere: false,
        }
    }

    fn theirs(payment: &str, minor: i64) -> StatementRow {
        StatementRow {
            row: 0,
            day: Time::from_micros(0),
            money: euros(minor),
            back: 0,
            reference: payment.to_owned(),
            name: String::new(),
        }
    }

    #[test]
    fn each_payment_is_alike_or_differs_or_is_missing_on_one_side() {
        let lines = [
            theirs("alike", 100),
            theirs("refunded", 50),
            theirs("lost", 70),
            theirs("gone", 0),
            theirs("", 5),
        ];
        let own = vec![
            ours("alike", 100),
            ours("refunded", 80),
            ours("only-here", 20),
            ours("taken-back", 0),
        ];
        let compared = compare(&lines, own);
        let named = |lines: &[StatementRow]| {
            let names = lines.iter().map(|own| own.reference.clone());
            names.collect::<Vec<_>>()
        };
        assert_eq!(compared.n_alike, 1);
        assert_eq!(compared.differing[0].0.payment, "refunded");
        assert_eq!(named(&compared.missing_here), ["lost"]);
        assert_eq!(compared.missing_there, [ours("only-here", 20)]);
    }

    #[test]
    fn what_another_account_told_of_is_missing_on_neither_side() {
        let elsewhere = |payment, minor| LedgerPayment {
            is_elsewhere: true,
            ..ours(payment, minor)
        };
        let own = vec![elsewhere("named", 100), elsewhere("unnamed", 100)];
        let compared = compare(&[theirs("named", 70)], own);
        let expected = LedgerComparison {
            n_elsewhere: 1,
            ..LedgerComparison::default()
        };
        assert_eq!(compared, expected);
    }
}
