//! Liberapay, which tells of no payments: it is asked what an account receives in a week.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Deserialize;

use super::{MessageRefusal, PaymentMovement, ReportedAmount, decimal};
use crate::funding::EntryKind;
use crate::time::Time;

/// Where it is.
pub const ADDRESS: &str = "https://liberapay.com";

#[derive(Deserialize)]
struct Account {
    receiving: Receiving,
}

#[derive(Deserialize)]
struct Receiving {
    amount: String,
    currency: String,
}

/// Where an account is asked for, at the server `at`.
pub fn address(at: &str, account: &str) -> String {
    format!("{at}/{account}/public.json")
}

/// What the account receives in the week of `now`, as it stands: another answer in the same week takes
/// its place by the difference.
pub fn receiving(
    account: &str,
    now: Time,
    answer: &[u8],
) -> Result<Vec<PaymentMovement>, MessageRefusal> {
    let own: Account = serde_json::from_slice(answer).map_err(|_| MessageRefusal::Unreadable)?;
    let money = decimal(&own.receiving.amount, &own.receiving.currency)?;
    if money.minor < 0 {
        return Err(MessageRefusal::Unreadable);
    }
    let week = format!("{account}:{}", week_of(now));
    let moved = PaymentMovement::new(
        EntryKind::Payment,
        &week,
        &week,
        ReportedAmount::AsOf(money),
    )?;
    Ok(vec![moved.at(Some(now))])
}

/// The week in UTC, as ISO 8601 writes it: `2026-W48`.
fn week_of(time: Time) -> String {
    let stamp = Timestamp::from_microsecond(time.micros()).unwrap_or(Timestamp::UNIX_EPOCH);
    let week = Offset::UTC.to_datetime(stamp).date().iso_week_date();
    format!("{}-W{:02}", week.year(), week.week())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::funding::Money;

    fn told(answer: &str) -> Result<Vec<PaymentMovement>, MessageRefusal> {
        let now = "2026-11-29T12:00:00Z".parse().unwrap();
        receiving("Ropeworks", now, answer.as_bytes())
    }

    #[test]
    fn what_is_received_is_a_figure_of_its_week() {
        let told = told(r#"{"receiving":{"amount":"31.20","currency":"EUR"},"npatrons":7}"#);
        let told = told.unwrap();
        assert_eq!(told[0].payment, "Ropeworks:2026-W48");
        let money = Money {
            minor: 3_120,
            currency: "EUR".parse().unwrap(),
        };
        assert_eq!(told[0].amount, ReportedAmount::AsOf(money));
    }

    #[test]
    fn a_week_begins_on_monday_and_may_belong_to_another_year() {
        let week = |text: &str| week_of(text.parse().unwrap());
        assert_eq!(week("2026-11-29T23:59:59Z"), "2026-W48");
        assert_eq!(week("2026-11-30T00:00:00Z"), "2026-W49");
        assert_eq!(week("2027-01-01T00:00:00Z"), "2026-W53");
    }

    #[test]
    fn what_is_hidden_or_no_amount_is_not_read() {
        for answer in [
            r#"{"receiving":null}"#,
            "{}",
            r#"{"receiving":{"amount":"-1","currency":"EUR"}}"#,
            r#"{"receiving":{"amount":31.2,"currency":"EUR"}}"#,
        ] {
            assert_eq!(told(answer), Err(MessageRefusal::Unreadable), "{answer}");
        }
    }
}
