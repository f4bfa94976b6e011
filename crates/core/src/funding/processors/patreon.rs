//! Patreon: `X-Patreon-Signature`, an HMAC with MD5, and members with their last charge.

use serde::Deserialize;

use super::signature::{from_hex, is_signed_with_md5};
use super::{
    Credentials, Giver, MessageRefusal, PaymentEvent, PaymentMovement, ProcessorMessage,
    ReportedAmount, event, hundredths,
};
use crate::funding::{Currency, EntryKind};
use crate::time::Time;

#[derive(Deserialize)]
struct Event {
    data: Member,
}

#[derive(Deserialize)]
struct Member {
    id: String,
    attributes: Attributes,
    #[serde(default)]
    relationships: Relationships,
}

/// What is known of a member. The address and the note are not read.
#[derive(Deserialize)]
struct Attributes {
    #[serde(default)]
    full_name: Option<String>,
    #[serde(default)]
    last_charge_date: Option<String>,
    #[serde(default)]
    last_charge_status: Option<String>,
    #[serde(default)]
    currently_entitled_amount_cents: Option<i64>,
    #[serde(default)]
    will_pay_amount_cents: Option<i64>,
}

#[derive(Deserialize, Default)]
struct Relationships {
    #[serde(default)]
    currently_entitled_tiers: Tiers,
}

#[derive(Deserialize, Default)]
struct Tiers {
    #[serde(default)]
    data: Vec<Tier>,
}

#[derive(Deserialize)]
struct Tier {
    id: String,
}

pub(super) fn read(
    known: Credentials<'_>,
    message: ProcessorMessage<'_>,
) -> Result<PaymentEvent, MessageRefusal> {
    let header = |name| message.header.get(name).ok_or(MessageRefusal::Signature);
    let given = from_hex(header("x-patreon-signature")?).ok_or(MessageRefusal::Signature)?;
    if !is_signed_with_md5(known.secret.as_bytes(), message.body, &given) {
        return Err(MessageRefusal::Signature);
    }
    // The name of the event is not signed, so nothing depends on it.
    let name = event(header("x-patreon-event").unwrap_or_default());
    let own: Event =
        serde_json::from_slice(message.body).map_err(|_| MessageRefusal::Unreadable)?;
    let currency = known
        .account
        .parse()
        .map_err(|_| MessageRefusal::Unreadable)?;
    Ok(PaymentEvent {
        event: name,
        movements: moved(&own.data, currency)?.into_iter().collect(),
        question: None,
    })
}

/// The last charge of a member: what was promised is no payment.
fn moved(member: &Member, currency: Currency) -> Result<Option<PaymentMovement>, MessageRefusal> {
    let own = &member.attributes;
    let kind = match own.last_charge_status.as_deref() {
        Some("Paid") => EntryKind::Payment,
        Some("Refunded" | "Fraud") => EntryKind::Refund,
        _ => return Ok(None),
    };
    let at = own
        .last_charge_date
        .as_deref()
        .ok_or(MessageRefusal::Unreadable)?;
    let cents = own.currently_entitled_amount_cents.filter(|n| *n > 0);
    let Some(cents) = cents.or(own.will_pay_amount_cents).filter(|n| *n > 0) else {
        return Ok(None);
    };
    let money = hundredths(cents, currency)?;
    let amount = match kind {
        EntryKind::Payment => ReportedAmount::Each(money),
        // By now the member may have promised something else: all of that charge went back.
        _ => ReportedAmount::All(money),
    };
    let at: Time = at.parse().map_err(|_| MessageRefusal::Unreadable)?;
    let payment = format!("{}:{at}", member.id);
    let tiers = &member.relationships.currently_entitled_tiers.data;
    let moved = PaymentMovement::new(kind, &payment, &payment, amount)?;
    Ok(Some(
        moved
            .at(Some(at))
            .meant_for(tiers.iter().map(|tier| Some(tier.id.as_str())))
            .given_by(Giver::new(own.full_name.as_deref(), false)),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::tests::TestHeaders;
    use super::*;
    use crate::funding::Money;

    const SECRET: &str = "patreon-rejoinder-secret";
    const BODY: &str = r#"{"data":{"type":"member","id":"6e8d5b84","attributes":{"full_name":"Ann Reader","email":"ann@reader.example","last_charge_date":"2026-11-08T08:24:05.000+00:00","last_charge_status":"Paid","currently_entitled_amount_cents":1250},"relationships":{"currently_entitled_tiers":{"data":[{"id":"9512023","type":"tier"}]}}}}"#;
    /// HMAC-MD5 of the body above, computed by another program.
    const SIGNED: &str = "e5f141e41a92f2b1242c56398afd87ba";

    fn told(signature: &str, body: &str, currency: &str) -> Result<PaymentEvent, MessageRefusal> {
        let headers = TestHeaders(vec![
            ("x-patreon-signature", signature.to_owned()),
            ("x-patreon-event", "members:pledge:update".to_owned()),
        ]);
        let message = ProcessorMessage {
            header: &headers,
            body: body.as_bytes(),
        };
        let known = Credentials {
            secret: SECRET,
            account: currency,
        };
        read(known, message)
    }

    fn signed(body: &str) -> String {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let mut mac = Hmac::<md5::Md5>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(body.as_bytes());
        let bytes = mac.finalize().into_bytes();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_known_signature_is_right_and_any_other_is_wrong() {
        let told_of = told(SIGNED, BODY, "USD").unwrap();
        let moved = &told_of.movements[0];
        assert_eq!(moved.kind, EntryKind::Payment);
        assert_eq!(moved.payment, "6e8d5b84:2026-11-08T08:24:05Z");
        assert_eq!(moved.purposes, ["9512023"]);
        assert!(!format!("{told_of:?}").contains("reader.example"));
        let wrong = Err(MessageRefusal::Signature);
        assert_eq!(told(SIGNED, &BODY.replace("1250", "1251"), "USD"), wrong);
        assert_eq!(told(&SIGNED.replace('a', "b"), BODY, "USD"), wrong);
        assert_eq!(told("", BODY, "USD"), wrong);
    }

    #[test]
    fn amounts_are_in_hundredths_of_the_currency_of_the_account() {
        let amount = |currency: &str| told(SIGNED, BODY, currency).unwrap().movements[0].amount;
        let money = |minor, code: &str| {
            let currency = code.parse().unwrap();
            ReportedAmount::Each(Money { minor, currency })
        };
        assert_eq!(amount("EUR"), money(1_250, "EUR"));
        assert_eq!(amount("KWD"), money(12_500, "KWD"));
        assert_eq!(told(SIGNED, BODY, "JPY"), Err(MessageRefusal::Unreadable));
        let whole = BODY.replace("1250", "99000");
        let told = told(&signed(&whole), &whole, "JPY").unwrap();
        assert_eq!(told.movements[0].amount, money(990, "JPY"));
    }

    #[test]
    fn what_was_promised_or_declined_is_no_payment_and_what_went_back_is_a_refund() {
        let kind = |status: &str| {
            let body = BODY.replace("\"Paid\"", status);
            let told = told(&signed(&body), &body, "USD").unwrap();
            told.movements.first().map(|moved| moved.kind)
        };
        for status in ["null", "\"Declined\"", "\"Pending\"", "\"Deleted\""] {
            assert_eq!(kind(status), None, "{status}");
        }
        assert_eq!(kind("\"Refunded\""), Some(EntryKind::Refund));
        assert_eq!(kind("\"Fraud\""), Some(EntryKind::Refund));
    }
}
