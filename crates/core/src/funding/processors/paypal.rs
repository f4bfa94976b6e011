//! PayPal: messages that PayPal itself is asked about, and the events of captures, sales and disputes.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::{
    Giver, MessageRefusal, PaymentEvent, PaymentMovement, ProcessorMessage, ProcessorQuery,
    ReportedAmount, RequestHeaders, decimal, event, positive,
};
use crate::funding::{EntryKind, Money};

/// Where it is asked.
pub const ADDRESS: &str = "https://api-m.paypal.com";

/// What a message is verified by, as its headers and as PayPal's question name it.
const SIGNED_BY: [(&str, &str); 5] = [
    ("paypal-auth-algo", "auth_algo"),
    ("paypal-cert-url", "cert_url"),
    ("paypal-transmission-id", "transmission_id"),
    ("paypal-transmission-sig", "transmission_sig"),
    ("paypal-transmission-time", "transmission_time"),
];

/// The longest of these headers, in bytes.
const MAX_HEADER: usize = 1_000;

/// Nothing of a message is read before PayPal has said that it sent it. It is one JSON value, so that
/// nothing in it becomes a part of the question.
pub(super) fn read(message: ProcessorMessage<'_>) -> Result<PaymentEvent, MessageRefusal> {
    let mut question = serde_json::Map::new();
    for (header, name) in SIGNED_BY {
        let value = signed_by(message.header, header).ok_or(MessageRefusal::Signature)?;
        question.insert(name.to_owned(), json!(value));
    }
    let body = str::from_utf8(message.body).map_err(|_| MessageRefusal::Unreadable)?;
    serde_json::from_str::<IgnoredAny>(body).map_err(|_| MessageRefusal::Unreadable)?;
    let question = Value::Object(question).to_string();
    let rest = question.strip_suffix('}').unwrap_or_default();
    Ok(PaymentEvent {
        question: Some(ProcessorQuery::Message(format!(
            "{rest},\"webhook_event\":{body}}}"
        ))),
        ..PaymentEvent::default()
    })
}

fn signed_by<'a>(headers: &'a dyn RequestHeaders, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?;
    (1..=MAX_HEADER).contains(&value.len()).then_some(value)
}

/// The question whether PayPal sent a message, for the webhook that it was sent to.
pub fn verification_request(message: &str, webhook: &str) -> String {
    let rest = message.strip_suffix('}').unwrap_or_default();
    format!("{rest},\"webhook_id\":{}}}", json!(webhook))
}

/// Whether PayPal says that it did.
pub fn is_verified(answer: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct SignatureCheck {
        verification_status: String,
    }
    let answer: Result<SignatureCheck, _> = serde_json::from_slice(answer);
    answer.is_ok_and(|answer| answer.verification_status == "SUCCESS")
}

/// What a message tells, once PayPal has said that it sent it.
pub fn verified(message: &str) -> Result<PaymentEvent, MessageRefusal> {
    #[derive(Deserialize)]
    struct StoredMessage {
        webhook_event: Event,
    }
    #[derive(Deserialize)]
    struct Event {
        event_type: String,
        resource: Value,
    }
    let kept: StoredMessage =
        serde_json::from_str(message).map_err(|_| MessageRefusal::Unreadable)?;
    let own = kept.webhook_event;
    let resource = Resource(&own.resource);
    let moved = match own.event_type.as_str() {
        "PAYMENT.CAPTURE.COMPLETED" | "PAYMENT.SALE.COMPLETED" => Some(resource.paid()?),
        "PAYMENT.CAPTURE.REFUNDED" => Some(resource.refund(resource.capture())?),
        "PAYMENT.SALE.REFUNDED" => Some(resource.refund(resource.text("/sale_id"))?),
        "PAYMENT.CAPTURE.REVERSED" => Some(resource.reversal(resource.capture())?),
        // Of an older kind; not each of them names its sale.
        "PAYMENT.SALE.REVERSED" => match resource.text("/sale_id") {
            Some(sale) => Some(resource.reversal(Some(sale))?),
            None => None,
        },
        "CUSTOMER.DISPUTE.CREATED" => Some(resource.dispute(EntryKind::Dispute)?),
        "CUSTOMER.DISPUTE.RESOLVED" => resource.resolved()?,
        _ => None,
    };
    Ok(PaymentEvent {
        event: event(&own.event_type),
        movements: moved.into_iter().collect(),
        question: None,
    })
}

/// What an event is about. The payer is not read.
struct Resource<'a>(&'a Value);

impl Resource<'_> {
    fn text(&self, path: &str) -> Option<&str> {
        self.0.pointer(path)?.as_str()
    }

    fn amount(&self, at: &str) -> Result<ReportedAmount, MessageRefusal> {
        Ok(ReportedAmount::Each(positive(self.money(at)?)?))
    }

    fn money(&self, at: &str) -> Result<Money, MessageRefusal> {
        let of = |names: [&str; 2]| {
            let found = names.map(|name| self.text(&format!("{at}/{name}")));
            found.into_iter().flatten().next()
        };
        let amount = of(["value", "total"]).ok_or(MessageRefusal::Unreadable)?;
        let currency = of(["currency_code", "currency"]).ok_or(MessageRefusal::Unreadable)?;
        // Sales write what was refunded below zero.
        let amount = amount.strip_prefix('-').unwrap_or(amount);
        decimal(amount, currency)
    }

    fn moved(
        &self,
        kind: EntryKind,
        name: &str,
        payment: &str,
        at: &str,
    ) -> Result<PaymentMovement, MessageRefusal> {
        let moved = PaymentMovement::new(kind, name, payment, self.amount(at)?)?;
        let created = self.text("/create_time").and_then(|at| at.parse().ok());
        Ok(moved.at(created).meant_for(self.purposes()))
    }

    fn purposes(&self) -> [Option<&str>; 3] {
        ["/custom_id", "/custom", "/billing_agreement_id"].map(|path| self.text(path))
    }

    fn paid(&self) -> Result<PaymentMovement, MessageRefusal> {
        let id = self.text("/id").ok_or(MessageRefusal::Unreadable)?;
        let moved = self.moved(EntryKind::Payment, id, id, "/amount")?;
        // The page to which PayPal leads back is told it.
        Ok(moved.given_by(Giver::default().with_receipt(Some(id))))
    }

    fn refund(&self, payment: Option<&str>) -> Result<PaymentMovement, MessageRefusal> {
        let (id, payment) = self
            .text("/id")
            .zip(payment)
            .ok_or(MessageRefusal::Unreadable)?;
        self.moved(EntryKind::Refund, id, payment, "/amount")
    }

    /// What PayPal or a bank took back by itself. Where it is a dispute's, that is told, too.
    fn reversal(&self, payment: Option<&str>) -> Result<PaymentMovement, MessageRefusal> {
        let (id, payment) = self
            .text("/id")
            .zip(payment)
            .ok_or(MessageRefusal::Unreadable)?;
        self.moved(EntryKind::Reversal, id, payment, "/amount")
    }

    /// The capture that a refund is of: it is linked as what is above it.
    fn capture(&self) -> Option<&str> {
        let links = self.0.get("links")?.as_array()?;
        let up = links
            .iter()
            .find(|link| link.get("rel").and_then(Value::as_str) == Some("up"))?;
        up.get("href")?
            .as_str()?
            .rsplit_once("/captures/")
            .map(|(_, id)| id)
    }

    fn dispute(&self, kind: EntryKind) -> Result<PaymentMovement, MessageRefusal> {
        let id = self.text("/dispute_id").ok_or(MessageRefusal::Unreadable)?;
        let payment = self.text("/disputed_transactions/0/seller_transaction_id");
        let payment = payment.ok_or(MessageRefusal::Unreadable)?;
        self.moved(kind, id, payment, "/dispute_amount")
    }

    /// What comes back of a dispute that is over: all but what the buyer got, and nothing where the buyer
    /// was right, or where it is not said who was.
    fn resolved(&self) -> Result<Option<PaymentMovement>, MessageRefusal> {
        let is_won = match self.text("/dispute_outcome/outcome_code") {
            // With a payout PayPal paid the buyer itself, or the buyer was content with a part.
            Some(
                "RESOLVED_SELLER_FAVOUR" | "CANCELED_BY_BUYER" | "DENIED" | "RESOLVED_WITH_PAYOUT",
            ) => true,
            _ => false,
        };
        if !is_won {
            return Ok(None);
        }
        let mut back = self.dispute(EntryKind::DisputeWon)?;
        let to_buyer = "/dispute_outcome/amount_refunded";
        if self.0.pointer(to_buyer).is_some() {
            let ReportedAmount::Each(mut money) = back.amount else {
                return Err(MessageRefusal::Unreadable);
            };
            let paid = self.money(to_buyer)?;
            if paid.currency != money.currency {
                return Err(MessageRefusal::Unreadable);
            }
            money.minor -= paid.minor;
            if money.minor <= 0 {
                return Ok(None);
            }
            back.amount = ReportedAmount::Each(money);
        }
        Ok(Some(back))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::TestHeaders;
    use super::*;

    fn headers() -> TestHeaders {
        let all = SIGNED_BY.map(|(header, name)| (header, name.to_owned()));
        TestHeaders(all.to_vec())
    }

    fn kept(body: &str) -> Result<String, MessageRefusal> {
        let message = ProcessorMessage {
            header: &headers(),
            body: body.as_bytes(),
        };
        match read(message)?.question {
            Some(ProcessorQuery::Message(kept)) => Ok(kept),
            other => panic!("{other:?}"),
        }
    }

    fn told(kind: &str, resource: &str) -> Option<(EntryKind, String, String, i64)> {
        let body = format!(r#"{{"id":"WH-1","event_type":"{kind}","resource":{resource}}}"#);
        let told = verified(&kept(&body).unwrap()).unwrap();
        let moved = told.movements.into_iter().next()?;
        let ReportedAmount::Each(Money { minor, .. }) = moved.amount else {
            panic!("{moved:?}");
        };
        Some((moved.kind, moved.name, moved.payment, minor))
    }

    #[test]
    fn a_message_is_not_read_and_stands_in_the_question_as_it_came() {
        let body = r#"{ "id" : "WH-1",  "n": 1.10 }"#;
        let asked = verification_request(&kept(body).unwrap(), "8PT597110X687430L");
        assert!(
            asked.contains(&format!("\"webhook_event\":{body}")),
            "{asked}"
        );
        let read: Value = serde_json::from_str(&asked).unwrap();
        assert_eq!(read["webhook_id"], "8PT597110X687430L");
        assert_eq!(read["transmission_sig"], "transmission_sig");
    }

    #[test]
    fn nothing_in_a_message_becomes_a_part_of_the_question() {
        for body in [
            "",
            r#"{},"webhook_id":"of-another""#,
            r#"{}} {"#,
            r#"{"a":1} {"b":2}"#,
            "not json",
        ] {
            assert_eq!(kept(body), Err(MessageRefusal::Unreadable), "{body}");
        }
    }

    #[test]
    fn a_message_without_all_it_is_verified_by_is_refused() {
        for (missing, _) in SIGNED_BY {
            let TestHeaders(all) = headers();
            let rest = all.into_iter().filter(|(name, _)| *name != missing);
            let message = ProcessorMessage {
                header: &TestHeaders(rest.collect()),
                body: b"{}",
            };
            assert_eq!(read(message), Err(MessageRefusal::Signature), "{missing}");
        }
    }

    #[test]
    fn only_success_is_success() {
        assert!(is_verified(br#"{"verification_status":"SUCCESS"}"#));
        for answer in [
            &br#"{"verification_status":"FAILURE"}"#[..],
            b"{}",
            b"",
            b"SUCCESS",
        ] {
            assert!(!is_verified(answer));
        }
    }

    #[test]
    fn captures_sales_and_their_refunds_are_read_by_their_digits() {
        use EntryKind as K;
        let own = |text: &str| text.to_owned();
        assert_eq!(
            told(
                "PAYMENT.CAPTURE.COMPLETED",
                r#"{"id":"42311647XV020574X","amount":{"value":"12.50","currency_code":"EUR"},"payer":{"email_address":"ann@reader.example"}}"#
            ),
            Some((
                K::Payment,
                own("42311647XV020574X"),
                own("42311647XV020574X"),
                1_250
            ))
        );
        assert_eq!(
            told(
                "PAYMENT.CAPTURE.REFUNDED",
                r#"{"id":"1Y107995YT783435V","amount":{"value":"2.50","currency_code":"EUR"},
                "links":[{"rel":"self","href":"https://api.paypal.com/v2/payments/refunds/1Y107995YT783435V"},
                {"rel":"up","href":"https://api.paypal.com/v2/payments/captures/42311647XV020574X"}]}"#
            ),
            Some((
                K::Refund,
                own("1Y107995YT783435V"),
                own("42311647XV020574X"),
                250
            ))
        );
        assert_eq!(
            told(
                "PAYMENT.SALE.COMPLETED",
                r#"{"id":"S1","amount":{"total":"990","currency":"JPY"}}"#
            ),
            Some((K::Payment, own("S1"), own("S1"), 990))
        );
        assert_eq!(
            told(
                "PAYMENT.SALE.REFUNDED",
                r#"{"id":"R1","sale_id":"S1","amount":{"total":"-90","currency":"JPY"}}"#
            ),
            Some((K::Refund, own("R1"), own("S1"), 90))
        );
        assert_eq!(told("BILLING.SUBSCRIPTION.CREATED", "{}"), None);
    }

    #[test]
    fn what_a_bank_took_back_names_the_payment_it_was_of() {
        let reversal = r#"{"id":"3FB80291TR5231234","amount":{"value":"12.50","currency_code":"EUR"},
            "links":[{"rel":"up","href":"https://api.paypal.com/v2/payments/captures/42311647XV020574X"}]}"#;
        assert_eq!(
            told("PAYMENT.CAPTURE.REVERSED", reversal),
            Some((
                EntryKind::Reversal,
                "3FB80291TR5231234".to_owned(),
                "42311647XV020574X".to_owned(),
                1_250
            ))
        );
        let sale = r#"{"id":"77689802DL785834G","amount":{"total":"-0.49","currency":"USD"}}"#;
        assert_eq!(told("PAYMENT.SALE.REVERSED", sale), None);
        let named = sale.replacen('{', r#"{"sale_id":"S1","#, 1);
        let moved = told("PAYMENT.SALE.REVERSED", &named).map(|own| (own.0, own.2, own.3));
        assert_eq!(moved, Some((EntryKind::Reversal, "S1".to_owned(), 49)));
    }

    #[test]
    fn of_a_dispute_that_ends_in_the_middle_comes_back_what_the_buyer_did_not_get() {
        let resolved = |refunded: &str| {
            let dispute = format!(
                r#"{{"dispute_id":"PP-D-1","disputed_transactions":[{{"seller_transaction_id":"C1"}}],
                "dispute_amount":{{"value":"12.50","currency_code":"EUR"}},
                "dispute_outcome":{{"outcome_code":"RESOLVED_WITH_PAYOUT","amount_refunded":{refunded}}}}}"#
            );
            told("CUSTOMER.DISPUTE.RESOLVED", &dispute).map(|(kind, .., minor)| (kind, minor))
        };
        let euros = |value: &str| format!(r#"{{"value":"{value}","currency_code":"EUR"}}"#);
        let won = EntryKind::DisputeWon;
        assert_eq!(resolved(&euros("5.00")), Some((won, 750)));
        assert_eq!(resolved(&euros("0.00")), Some((won, 1_250)));
        assert_eq!(resolved(&euros("12.50")), None);
    }

    #[test]
    fn a_dispute_takes_and_gives_back_only_when_it_was_won() {
        let dispute = |outcome: &str| {
            format!(
                r#"{{"dispute_id":"PP-D-1","disputed_transactions":[{{"seller_transaction_id":"C1"}}],
                "dispute_amount":{{"value":"12.50","currency_code":"EUR"}},
                "dispute_outcome":{{"outcome_code":"{outcome}"}}}}"#
            )
        };
        let opened = told("CUSTOMER.DISPUTE.CREATED", &dispute(""));
        assert_eq!(
            opened,
            Some((
                EntryKind::Dispute,
                "PP-D-1".to_owned(),
                "C1".to_owned(),
                1_250
            ))
        );
        let closed = |outcome| told("CUSTOMER.DISPUTE.RESOLVED", &dispute(outcome));
        for outcome in ["RESOLVED_BUYER_FAVOUR", "ACCEPTED", "NONE", ""] {
            assert_eq!(closed(outcome), None, "{outcome}");
        }
        let won = closed("RESOLVED_SELLER_FAVOUR").map(|(kind, ..)| kind);
        assert_eq!(won, Some(EntryKind::DisputeWon));
    }
}
