//! Whoever signs by the rules of Standard Webhooks, and tells of payments in these words:
//! `{"type": "payment.received", "data": {"id": "…", "amount": "12.50", "currency": "EUR"}}`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::signature::{in_time, is_signed};
use super::{
    Giver, MessageRefusal, PaymentEvent, PaymentMovement, ProcessorMessage, ReportedAmount,
    decimal, event, positive,
};
use crate::funding::EntryKind;
use crate::time::Time;

#[derive(Deserialize)]
struct Event {
    r#type: String,
    #[serde(default)]
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    id: String,
    /// The payment that a refund or a dispute is about; its own id otherwise.
    #[serde(default)]
    payment: Option<String>,
    amount: String,
    currency: String,
    #[serde(default)]
    occurred_at: Option<String>,
    /// The campaign that it is for, by its id or by a word that an owner has told us.
    #[serde(default)]
    campaign: Option<String>,
    /// Who gave, and whether everyone may know it.
    #[serde(default)]
    supporter: Option<Supporter>,
    /// A code that the giver alone is told.
    #[serde(default)]
    receipt: Option<String>,
}

#[derive(Deserialize)]
struct Supporter {
    name: String,
    #[serde(default)]
    public: bool,
}

pub(super) fn read(
    secret: &str,
    now: Time,
    message: ProcessorMessage<'_>,
) -> Result<PaymentEvent, MessageRefusal> {
    verify(secret, now, message)?;
    let own: Event =
        serde_json::from_slice(message.body).map_err(|_| MessageRefusal::Unreadable)?;
    let kind = match own.r#type.as_str() {
        "payment.received" => Some(EntryKind::Payment),
        "payment.refunded" => Some(EntryKind::Refund),
        "payment.disputed" => Some(EntryKind::Dispute),
        "payment.dispute_won" => Some(EntryKind::DisputeWon),
        _ => None,
    };
    let movements = match (kind, own.data) {
        (Some(kind), Some(data)) => vec![moved(kind, &data)?],
        (Some(_), None) => return Err(MessageRefusal::Unreadable),
        (None, _) => Vec::new(),
    };
    Ok(PaymentEvent {
        event: event(&own.r#type),
        movements,
        question: None,
    })
}

fn moved(kind: EntryKind, data: &Data) -> Result<PaymentMovement, MessageRefusal> {
    let money = positive(decimal(&data.amount, &data.currency)?)?;
    let at = data.occurred_at.as_deref().map(str::parse).transpose();
    let payment = data.payment.as_deref().unwrap_or(&data.id);
    let supporter = data.supporter.as_ref();
    let giver = Giver::new(
        supporter.map(|own| own.name.as_str()),
        supporter.is_some_and(|own| own.public),
    );
    let moved = PaymentMovement::new(kind, &data.id, payment, ReportedAmount::Each(money))?;
    Ok(moved
        .at(at.map_err(|_| MessageRefusal::Unreadable)?)
        .meant_for([data.campaign.as_deref()])
        .given_by(giver.with_receipt(data.receipt.as_deref())))
}

fn verify(secret: &str, now: Time, message: ProcessorMessage<'_>) -> Result<(), MessageRefusal> {
    let header = |name| message.header.get(name).ok_or(MessageRefusal::Signature);
    let (id, at) = (header("webhook-id")?, header("webhook-timestamp")?);
    let given = header("webhook-signature")?.split(' ');
    let given = given.filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
    let key = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = STANDARD
        .decode(key)
        .map_err(|_| MessageRefusal::Signature)?;
    let parts = [id.as_bytes(), b".", at.as_bytes(), b".", message.body];
    if !is_signed(&key, &parts, given) {
        return Err(MessageRefusal::Signature);
    }
    in_time(at, now)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{TestHeaders, time};
    use super::*;
    use crate::integrations::webhook::WebhookSecret;

    const SECRET: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";
    const BODY: &str = r#"{"event_type":"ping","data":{"success":true}}"#;
    const SIGNED: &str = "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=";
    const AT: i64 = 1_731_705_121;

    fn verified(signature: &str, body: &str, now: i64) -> Result<(), MessageRefusal> {
        let headers = TestHeaders(vec![
            ("webhook-id", "msg_loFOjxBNrRLzqYUf".to_owned()),
            ("webhook-timestamp", AT.to_string()),
            ("webhook-signature", signature.to_owned()),
        ]);
        let message = ProcessorMessage {
            header: &headers,
            body: body.as_bytes(),
        };
        verify(SECRET, time(now), message)
    }

    #[test]
    fn the_published_signature_is_right_and_any_other_is_wrong() {
        assert_eq!(verified(SIGNED, BODY, AT), Ok(()));
        assert_eq!(
            verified(&format!("v1,AAAA v1a,AAAA {SIGNED}"), BODY, AT),
            Ok(())
        );
        let wrong = Err(MessageRefusal::Signature);
        assert_eq!(verified(SIGNED, &BODY.replace("true", "trua"), AT), wrong);
        assert_eq!(verified(&SIGNED.replace("v1,", "v2,"), BODY, AT), wrong);
        assert_eq!(verified("", BODY, AT), wrong);
    }

    #[test]
    fn a_message_is_good_for_five_minutes_either_way() {
        assert_eq!(verified(SIGNED, BODY, AT + 299), Ok(()));
        assert_eq!(verified(SIGNED, BODY, AT + 301), Err(MessageRefusal::Time));
        assert_eq!(verified(SIGNED, BODY, AT - 301), Err(MessageRefusal::Time));
    }

    fn told(body: &str) -> Result<PaymentEvent, MessageRefusal> {
        let secret: WebhookSecret = SECRET.parse().unwrap();
        let headers = TestHeaders(vec![
            ("webhook-id", "m1".to_owned()),
            ("webhook-timestamp", AT.to_string()),
            (
                "webhook-signature",
                secret.sign("m1", time(AT), body.as_bytes()),
            ),
        ]);
        let message = ProcessorMessage {
            header: &headers,
            body: body.as_bytes(),
        };
        read(SECRET, time(AT), message)
    }

    #[test]
    fn a_refund_names_the_payment_that_it_is_about() {
        let body = r#"{"type": "payment.refunded", "data":
            {"id": "r1", "payment": "p1", "amount": "1.250", "currency": "KWD"}}"#;
        let moved = told(body).unwrap().movements.remove(0);
        assert_eq!((moved.kind, moved.name.as_str()), (EntryKind::Refund, "r1"));
        assert_eq!(moved.payment, "p1");
    }

    #[test]
    fn what_is_unknown_moves_nothing_and_what_is_broken_is_not_read() {
        assert_eq!(told(r#"{"type": "ping"}"#).unwrap().movements, []);
        for body in [
            "",
            "[]",
            r#"{"type": "payment.received"}"#,
            r#"{"type": "payment.received", "data": {"id": "", "amount": "1", "currency": "EUR"}}"#,
            r#"{"type": "payment.received", "data": {"id": "a", "amount": "-1", "currency": "EUR"}}"#,
            r#"{"type": "payment.received", "data": {"id": "a", "amount": 1.5, "currency": "EUR"}}"#,
        ] {
            assert_eq!(told(body), Err(MessageRefusal::Unreadable), "{body}");
        }
    }
}
