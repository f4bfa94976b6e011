//! Stripe: `Stripe-Signature: t=…,v1=…`, and the events of Checkout, invoices, refunds and disputes.

use serde::Deserialize;
use serde_json::Value;

use super::signature::{from_hex, in_time, is_signed};
use super::{
    Giver, MessageRefusal, PaymentEvent, PaymentMovement, ProcessorMessage, ReportedAmount, event,
};
use crate::funding::{EntryKind, Money};
use crate::time::Time;

#[derive(Deserialize)]
struct Event {
    r#type: String,
    livemode: bool,
    #[serde(default)]
    created: i64,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Value,
}

pub(super) fn read(
    secret: &str,
    now: Time,
    message: ProcessorMessage<'_>,
) -> Result<PaymentEvent, MessageRefusal> {
    verify(secret, now, message)?;
    let own: Event =
        serde_json::from_slice(message.body).map_err(|_| MessageRefusal::Unreadable)?;
    if !own.livemode {
        return Err(MessageRefusal::Test);
    }
    let object = Object(&own.data.object);
    let mut movement = match own.r#type.as_str() {
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => {
            session(&object)?
        }
        "invoice.paid" => invoice(&object)?,
        "charge.refunded" => Some(refund(&object)?),
        "charge.dispute.created" => Some(dispute(&object, EntryKind::Dispute)?),
        // An inquiry that nobody followed up takes nothing, either.
        "charge.dispute.closed"
            if matches!(object.text("status"), Some("won" | "warning_closed")) =>
        {
            Some(dispute(&object, EntryKind::DisputeWon)?)
        }
        _ => None,
    };
    if let Some(moved) = &mut movement {
        moved.occurred_at = own.created.checked_mul(1_000_000).map(Time::from_micros);
    }
    Ok(PaymentEvent {
        event: event(&own.r#type),
        movements: movement.into_iter().collect(),
        question: None,
    })
}

/// The time is signed with the body. While a secret is replaced there are two signatures; those of older
/// schemes count for nothing.
fn verify(secret: &str, now: Time, message: ProcessorMessage<'_>) -> Result<(), MessageRefusal> {
    let header = message.header.get("stripe-signature");
    let header = header.ok_or(MessageRefusal::Signature)?;
    let fields = || {
        header
            .split(',')
            .filter_map(|field| field.trim().split_once('='))
    };
    let at = fields().find(|(name, _)| *name == "t").map(|(_, at)| at);
    let at = at.ok_or(MessageRefusal::Signature)?;
    let given = fields().filter(|(name, _)| *name == "v1");
    let given = given.filter_map(|(_, hex)| from_hex(hex));
    let parts = [at.as_bytes(), b".", message.body];
    if !is_signed(secret.as_bytes(), &parts, given) {
        return Err(MessageRefusal::Signature);
    }
    in_time(at, now)
}

/// What an event is about.
struct Object<'a>(&'a Value);

impl Object<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// The id of what `name` holds: as it is, or expanded.
    fn id(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name)?;
        value.as_str().or_else(|| value.get("id")?.as_str())
    }

    fn money(&self, name: &str) -> Result<Money, MessageRefusal> {
        let amount = self.0.get(name).and_then(Value::as_i64);
        let currency = self.text("currency").and_then(|code| code.parse().ok());
        let (amount, currency) = amount.zip(currency).ok_or(MessageRefusal::Unreadable)?;
        let money = Money {
            minor: amount,
            currency,
        };
        exact(money).ok_or(MessageRefusal::Unreadable)
    }

    /// What the payment is called by all that is told of it.
    fn payment(&self) -> Result<&str, MessageRefusal> {
        let known = ["payment_intent", "charge", "id"];
        let id = known.into_iter().find_map(|name| self.id(name));
        id.ok_or(MessageRefusal::Unreadable)
    }

    fn own(&self) -> Result<&str, MessageRefusal> {
        self.text("id").ok_or(MessageRefusal::Unreadable)
    }

    /// By which words it says what it is for: what the publisher's link or page added, then the link.
    fn purposes(&self) -> [Option<&str>; 6] {
        let at = |path: &str| self.0.pointer(path)?.as_str();
        [
            at("/metadata/campaign"),
            self.text("client_reference_id"),
            at("/subscription_details/metadata/campaign"),
            at("/parent/subscription_details/metadata/campaign"),
            at("/lines/data/0/metadata/campaign"),
            self.id("payment_link"),
        ]
    }
}

/// Stripe counts ariaries whole, and krónur and shillings by the hundredth that they do not have.
fn exact(money: Money) -> Option<Money> {
    let minor = match money.currency.code() {
        "MGA" => money.minor.checked_mul(100)?,
        "ISK" | "UGX" if money.minor % 100 == 0 => money.minor / 100,
        "ISK" | "UGX" => return None,
        _ => money.minor,
    };
    let is_usable = (0..=crate::funding::MAX_MINOR).contains(&minor);
    is_usable.then_some(Money { minor, ..money })
}

/// A session that was paid once. What has an invoice is told by that, as subscriptions are.
fn session(object: &Object<'_>) -> Result<Option<PaymentMovement>, MessageRefusal> {
    let is_paid = object.text("payment_status") == Some("paid");
    let makes_invoice = object.0.pointer("/invoice_creation/enabled") == Some(&Value::Bool(true));
    let has_invoice = makes_invoice || object.id("invoice").is_some();
    if !is_paid || has_invoice || object.text("mode") == Some("subscription") {
        return Ok(None);
    }
    paid(object, "amount_total")
}

fn invoice(object: &Object<'_>) -> Result<Option<PaymentMovement>, MessageRefusal> {
    paid(object, "amount_paid")
}

/// Nothing where nothing was paid: trials have invoices, too.
fn paid(object: &Object<'_>, amount: &str) -> Result<Option<PaymentMovement>, MessageRefusal> {
    let money = object.money(amount)?;
    if money.minor == 0 {
        return Ok(None);
    }
    let payment = object.payment()?;
    let moved = PaymentMovement::new(
        EntryKind::Payment,
        payment,
        payment,
        ReportedAmount::Each(money),
    )?;
    // The page to which Stripe leads back is told it, and nobody else.
    let session = object.text("id").filter(|id| id.starts_with("cs_"));
    let giver = Giver::default().with_receipt(session);
    Ok(Some(moved.meant_for(object.purposes()).given_by(giver)))
}

/// A charge says what of it has gone back so far.
fn refund(object: &Object<'_>) -> Result<PaymentMovement, MessageRefusal> {
    let back = object.money("amount_refunded")?;
    let payment = object.payment()?;
    let name = format!("{payment}:{}", back.minor);
    let moved = PaymentMovement::new(
        EntryKind::Refund,
        &name,
        payment,
        ReportedAmount::SoFar(back),
    )?;
    Ok(moved.meant_for(object.purposes()))
}

fn dispute(object: &Object<'_>, kind: EntryKind) -> Result<PaymentMovement, MessageRefusal> {
    let amount = ReportedAmount::Each(object.money("amount")?);
    let moved = PaymentMovement::new(kind, object.own()?, object.payment()?, amount)?;
    Ok(moved.meant_for(object.purposes()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{TestHeaders, time};
    use super::*;

    const SECRET: &str = "whsec_test_rejoinder";
    const BODY: &str =
        r#"{"id":"evt_test_1","object":"event","type":"checkout.session.completed"}"#;
    const SIGNED: &str = "0468953487813e39c89caa7334a94a6251f40934b61f685e65bdb194db990f56";
    const AT: i64 = 1_700_000_000;

    fn verified(header: &str, body: &str, now: i64) -> Result<(), MessageRefusal> {
        let headers = TestHeaders(vec![("stripe-signature", header.to_owned())]);
        let message = ProcessorMessage {
            header: &headers,
            body: body.as_bytes(),
        };
        verify(SECRET, time(now), message)
    }

    #[test]
    fn the_known_signature_is_right_and_any_other_is_wrong() {
        let header = format!("t={AT},v1={SIGNED}");
        assert_eq!(verified(&header, BODY, AT), Ok(()));
        let wrong = Err(MessageRefusal::Signature);
        assert_eq!(verified(&header, &format!("{BODY} "), AT), wrong);
        assert_eq!(verified(&header.replace("f56", "f57"), BODY, AT), wrong);
        assert_eq!(
            verified(&format!("t={},v1={SIGNED}", AT + 1), BODY, AT),
            wrong
        );
        assert_eq!(verified(&format!("t={AT},v0={SIGNED}"), BODY, AT), wrong);
        for header in ["", "t=,v1=", "v1=00", &format!("t={AT}"), "t=x,v1=é"] {
            assert_eq!(verified(header, BODY, AT), wrong, "{header}");
        }
    }

    #[test]
    fn of_two_signatures_one_right_one_is_enough() {
        let header = format!("t={AT},v1={},v1={SIGNED}", "0".repeat(64));
        assert_eq!(verified(&header, BODY, AT), Ok(()));
    }

    #[test]
    fn a_message_is_good_for_five_minutes_either_way() {
        let header = format!("t={AT},v1={SIGNED}");
        for (now, expected) in [
            (AT + 299, Ok(())),
            (AT - 299, Ok(())),
            (AT + 301, Err(MessageRefusal::Time)),
            (AT - 301, Err(MessageRefusal::Time)),
        ] {
            assert_eq!(verified(&header, BODY, now), expected, "{now}");
        }
    }

    /// What an event that Stripe has signed tells of.
    fn told(body: &str) -> Option<(EntryKind, String, i64)> {
        let signed = super::super::tests::signed(
            SECRET,
            &[AT.to_string().as_bytes(), b".", body.as_bytes()],
        );
        let headers = TestHeaders(vec![("stripe-signature", format!("t={AT},v1={signed}"))]);
        let message = ProcessorMessage {
            header: &headers,
            body: body.as_bytes(),
        };
        let moved = read(SECRET, time(AT), message).unwrap().movements.pop()?;
        match moved.amount {
            ReportedAmount::Each(money) | ReportedAmount::SoFar(money) => {
                Some((moved.kind, moved.name, money.minor))
            }
            other => panic!("{other:?}"),
        }
    }

    fn live(kind: &str, object: &str) -> String {
        format!(
            r#"{{"type":"{kind}","livemode":true,"created":{AT},"data":{{"object":{object}}}}}"#
        )
    }

    #[test]
    fn a_payment_with_an_invoice_is_told_by_its_invoice_alone() {
        let paid = r#""payment_status":"paid","mode":"payment","payment_intent":"pi_1","amount_total":2500,"currency":"eur""#;
        let kind = "checkout.session.completed";
        let counted = Some((EntryKind::Payment, "pi_1".to_owned(), 2_500));
        assert_eq!(told(&live(kind, &format!("{{{paid}}}"))), counted);
        for invoice in [
            r#""invoice":"in_1""#,
            r#""invoice_creation":{"enabled":true}"#,
        ] {
            assert_eq!(told(&live(kind, &format!("{{{paid},{invoice}}}"))), None);
        }
        let invoice = r#"{"id":"in_1","amount_paid":2500,"currency":"eur"}"#;
        let counted = Some((EntryKind::Payment, "in_1".to_owned(), 2_500));
        assert_eq!(told(&live("invoice.paid", invoice)), counted);
    }

    #[test]
    fn an_invoice_of_nothing_is_no_gift() {
        let invoice = r#"{"id":"in_1","amount_paid":0,"currency":"eur"}"#;
        assert_eq!(told(&live("invoice.paid", invoice)), None);
    }

    #[test]
    fn what_a_dispute_took_comes_back_when_it_is_won_or_was_an_inquiry() {
        let dispute = |status: &str| {
            format!(
                r#"{{"id":"dp_1","payment_intent":"pi_1","amount":2500,"currency":"eur","status":"{status}"}}"#
            )
        };
        let opened = told(&live(
            "charge.dispute.created",
            &dispute("warning_needs_response"),
        ));
        assert_eq!(opened, Some((EntryKind::Dispute, "dp_1".to_owned(), 2_500)));
        for (status, kind) in [
            ("won", Some(EntryKind::DisputeWon)),
            ("warning_closed", Some(EntryKind::DisputeWon)),
            ("lost", None),
        ] {
            let closed = told(&live("charge.dispute.closed", &dispute(status)));
            assert_eq!(closed.map(|(kind, ..)| kind), kind, "{status}");
        }
    }

    fn amount(code: &str, minor: i64) -> Option<i64> {
        let currency = code.parse().unwrap();
        exact(Money { minor, currency }).map(|money| money.minor)
    }

    #[test]
    fn amounts_are_brought_to_the_units_of_the_standard() {
        assert_eq!(amount("EUR", 312), Some(312));
        assert_eq!(amount("JPY", 990), Some(990));
        assert_eq!(amount("KWD", 1_250), Some(1_250));
        assert_eq!(amount("ISK", 50_000), Some(500));
        assert_eq!(amount("UGX", 50_050), None);
        assert_eq!(amount("MGA", 500), Some(50_000));
        assert_eq!(amount("EUR", -1), None);
    }
}
