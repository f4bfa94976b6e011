//! BTCPay Server: `BTCPay-Sig: sha256=hex`, and invoices, which are asked for what they came to.

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::signature::{from_hex, is_signed};
use super::{
    Credentials, Giver, MessageRefusal, PaymentEvent, PaymentMovement, ProcessorMessage,
    ProcessorQuery, ReportedAmount, decimal, event, named, positive,
};
use crate::funding::{EntryKind, Money};
use crate::time::Time;

#[derive(Deserialize)]
struct Event {
    r#type: String,
    #[serde(rename = "storeId", default)]
    store: Option<String>,
    #[serde(rename = "invoiceId", default)]
    invoice: Option<String>,
    #[serde(rename = "afterExpiration", default)]
    is_late: bool,
    #[serde(rename = "pullPaymentId", default)]
    pull_payment: Option<String>,
    #[serde(rename = "payoutId", default)]
    payout: Option<String>,
    #[serde(rename = "payoutState", default)]
    payout_state: Option<String>,
}

/// An invoice. What its buyer typed is not read.
#[derive(Deserialize)]
struct Invoice {
    id: String,
    #[serde(rename = "storeId")]
    store: String,
    amount: String,
    currency: String,
    status: String,
    #[serde(rename = "additionalStatus", default)]
    more: Option<String>,
    #[serde(rename = "createdTime", default)]
    created_at: Option<i64>,
    #[serde(default)]
    metadata: Value,
}

/// What somebody may have paid out: a refund, where it is named so.
#[derive(Deserialize)]
struct PullPayment {
    id: String,
    name: String,
    currency: String,
}

/// What was paid out of it. Servers before version 2 name the amount otherwise, in the currency of the pull
/// payment.
#[derive(Deserialize)]
struct Payout {
    id: String,
    #[serde(rename = "pullPaymentId")]
    pull_payment: String,
    state: String,
    #[serde(rename = "originalAmount", alias = "amount")]
    amount: String,
    #[serde(rename = "originalCurrency", default)]
    currency: Option<String>,
    #[serde(default)]
    date: Option<i64>,
}

pub(super) fn read(
    known: Credentials<'_>,
    message: ProcessorMessage<'_>,
) -> Result<PaymentEvent, MessageRefusal> {
    let header = message.header.get("btcpay-sig");
    let given = header.and_then(|header| from_hex(header.strip_prefix("sha256=")?));
    if !is_signed(known.secret.as_bytes(), &[message.body], given.into_iter()) {
        return Err(MessageRefusal::Signature);
    }
    let own: Event =
        serde_json::from_slice(message.body).map_err(|_| MessageRefusal::Unreadable)?;
    let is_of_store =
        own.store.is_none() || own.store.as_deref() == known.account.rsplit('/').next();
    let id = |id: Option<String>| id.filter(|id| is_id(id)).ok_or(MessageRefusal::Unreadable);
    let question = match own.r#type.as_str() {
        _ if !is_of_store => None,
        "InvoiceSettled" => Some(ProcessorQuery::Invoice(id(own.invoice)?)),
        // Of an invoice that had expired nothing else is told.
        "InvoicePaymentSettled" if own.is_late => Some(ProcessorQuery::Invoice(id(own.invoice)?)),
        // One that belongs to no pull payment is no refund.
        "PayoutUpdated" if own.payout_state.as_deref() == Some("Completed") => {
            match own.pull_payment {
                Some(pull_payment) => Some(ProcessorQuery::Payout {
                    pull_payment: id(Some(pull_payment))?,
                    payout: id(own.payout)?,
                }),
                None => None,
            }
        }
        _ => None,
    };
    Ok(PaymentEvent {
        event: event(&own.r#type),
        movements: Vec::new(),
        question,
    })
}

/// Ids become parts of addresses.
fn is_id(id: &str) -> bool {
    named(id).is_ok() && id.bytes().all(|letter| letter.is_ascii_alphanumeric())
}

/// The address of a store at its server, from any address of the store's pages there.
pub(super) fn store(typed: &str) -> Option<String> {
    let url = Url::parse(typed).ok()?;
    let is_web = matches!(url.scheme(), "https" | "http");
    let is_bare = url.username().is_empty() && url.password().is_none();
    let (before, after) = url.path().split_once("/stores/")?;
    let store = after.split('/').next().filter(|id| is_id(id))?;
    let origin = url.origin().ascii_serialization();
    let address = format!("{origin}{before}/stores/{store}");
    (is_web && is_bare && address.len() <= super::MAX_SECRET).then_some(address)
}

/// The server of a store.
pub(super) fn server(store: &str) -> Option<&str> {
    store.rsplit_once("/stores/").map(|(server, _)| server)
}

/// Where an invoice of a store is asked for.
pub fn invoice_address(store: &str, invoice: &str) -> Option<String> {
    let (server, id) = store.rsplit_once("/stores/")?;
    let is_known = is_id(id) && is_id(invoice);
    is_known.then(|| format!("{server}/api/v1/stores/{id}/invoices/{invoice}"))
}

/// Where the server of a store tells everybody who knows it of a pull payment, and of a payout of it.
pub fn payout_addresses(store: &str, pull_payment: &str, payout: &str) -> Option<[String; 2]> {
    let base = format!("{}/api/v1/pull-payments/{pull_payment}", server(store)?);
    let is_known = is_id(pull_payment) && is_id(payout);
    is_known.then(|| [base.clone(), format!("{base}/payouts/{payout}")])
}

/// What a payout of a pull payment took back, as the server says: nothing unless it is done, and is the
/// refund of an invoice, which the server itself calls the pull payment after.
pub fn payout(
    (pull_payment, payout): (&str, &str),
    answers: [&[u8]; 2],
) -> Result<Vec<PaymentMovement>, MessageRefusal> {
    let unreadable = |_| MessageRefusal::Unreadable;
    let of: PullPayment = serde_json::from_slice(answers[0]).map_err(unreadable)?;
    let own: Payout = serde_json::from_slice(answers[1]).map_err(unreadable)?;
    if (of.id.as_str(), own.id.as_str()) != (pull_payment, payout) || own.pull_payment != of.id {
        return Err(MessageRefusal::Unreadable);
    }
    let invoice = of.name.strip_prefix("Refund ").filter(|id| is_id(id));
    let (Some(invoice), "Completed") = (invoice, own.state.as_str()) else {
        return Ok(Vec::new());
    };
    let currency = own.currency.as_deref().unwrap_or(&of.currency);
    let back = ReportedAmount::Each(positive(amount(&own.amount, currency)?)?);
    let at = own.date.and_then(|at| at.checked_mul(1_000_000));
    let moved = PaymentMovement::new(EntryKind::Refund, &own.id, invoice, back)?;
    Ok(vec![moved.at(at.map(Time::from_micros))])
}

/// An amount as the server writes it. Coins may be counted in hundred-millionths.
fn amount(amount: &str, currency: &str) -> Result<Money, MessageRefusal> {
    if !currency.eq_ignore_ascii_case("SATS") {
        return decimal(amount, currency);
    }
    let whole = amount.split_once('.').map_or(amount, |(whole, rest)| {
        if rest.bytes().all(|digit| digit == b'0') {
            whole
        } else {
            ""
        }
    });
    let is_number = (1..=15).contains(&whole.len()) && whole.bytes().all(|b| b.is_ascii_digit());
    let minor = is_number.then(|| whole.parse().ok()).flatten();
    Ok(Money {
        minor: minor.ok_or(MessageRefusal::Unreadable)?,
        currency: "BTC".parse().map_err(|_| MessageRefusal::Unreadable)?,
    })
}

/// What an invoice came to, as its server says: nothing unless it is settled, or was paid in full once it
/// had expired.
pub fn invoice(
    store: &str,
    asked: &str,
    answer: &[u8],
) -> Result<Vec<PaymentMovement>, MessageRefusal> {
    let own: Invoice = serde_json::from_slice(answer).map_err(|_| MessageRefusal::Unreadable)?;
    let is_of_store = store.rsplit('/').next() == Some(own.store.as_str());
    if own.id != asked || !is_of_store {
        return Err(MessageRefusal::Unreadable);
    }
    let is_paid = match own.status.as_str() {
        "Settled" => true,
        "Expired" => own.more.as_deref() == Some("PaidLate"),
        _ => false,
    };
    if !is_paid {
        return Ok(Vec::new());
    }
    let money = positive(amount(&own.amount, &own.currency)?)?;
    let at = own.created_at.and_then(|at| at.checked_mul(1_000_000));
    let of = |name: &str| own.metadata.get(name)?.as_str();
    let moved = PaymentMovement::new(
        EntryKind::Payment,
        &own.id,
        &own.id,
        ReportedAmount::Each(money),
    )?;
    Ok(vec![
        moved
            .at(at.map(Time::from_micros))
            .meant_for([of("campaign"), of("orderId"), of("itemCode")])
            // The page to which the server leads back is told it.
            .given_by(Giver::default().with_receipt(Some(&own.id))),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::tests::{TestHeaders, signed};
    use super::*;

    const SECRET: &str = "rejoinder-secret";
    const BODY: &str =
        r#"{"id":"evt_test_1","object":"event","type":"checkout.session.completed"}"#;
    const SIGNED: &str = "386d117a1f779fa040595a6a61a25a8c218ffce31730dd6cb43849fb8f1f89e7";

    fn told(header: &str, body: &str) -> Result<PaymentEvent, MessageRefusal> {
        let headers = TestHeaders(vec![("btcpay-sig", header.to_owned())]);
        let message = ProcessorMessage {
            header: &headers,
            body: body.as_bytes(),
        };
        let known = Credentials {
            secret: SECRET,
            account: "https://pay.example/stores/s",
        };
        read(known, message)
    }

    fn of(body: &str) -> Result<PaymentEvent, MessageRefusal> {
        let signed = signed(SECRET, &[body.as_bytes()]);
        told(&format!("sha256={signed}"), body)
    }

    #[test]
    fn the_known_signature_is_right_and_any_other_is_wrong() {
        let header = format!("sha256={SIGNED}");
        assert_eq!(told(&header, BODY).unwrap().question, None);
        let wrong = Err(MessageRefusal::Signature);
        assert_eq!(told(&header, &format!("{BODY} ")), wrong);
        assert_eq!(told(&header.replace("9e7", "9e8"), BODY), wrong);
        assert_eq!(told(SIGNED, BODY), wrong);
        assert_eq!(told("sha256=", BODY), wrong);
    }

    #[test]
    fn a_settled_invoice_is_asked_for_and_any_other_is_not() {
        let event = |kind: &str, id: &str| {
            format!(r#"{{"deliveryId":"d1","type":"{kind}","invoiceId":"{id}","storeId":"s"}}"#)
        };
        let asked = of(&event("InvoiceSettled", "AbC123")).unwrap();
        assert_eq!(
            asked.question,
            Some(ProcessorQuery::Invoice("AbC123".to_owned()))
        );
        for kind in [
            "InvoiceCreated",
            "InvoiceExpired",
            "InvoiceInvalid",
            "InvoicePaymentSettled",
            "InvoiceProcessing",
        ] {
            assert_eq!(of(&event(kind, "AbC123")).unwrap().question, None);
        }
        for id in ["", "../keys", "a/b"] {
            assert_eq!(
                of(&event("InvoiceSettled", id)),
                Err(MessageRefusal::Unreadable),
                "{id}"
            );
        }
    }

    #[test]
    fn one_that_is_paid_late_is_asked_for_and_one_of_another_store_is_not() {
        let event = |store: &str, is_late: bool| {
            let body = format!(
                r#"{{"type":"InvoicePaymentSettled","invoiceId":"AbC123","storeId":"{store}","afterExpiration":{is_late},"payment":{{"value":"0.001"}}}}"#
            );
            of(&body).unwrap().question
        };
        let asked = Some(ProcessorQuery::Invoice("AbC123".to_owned()));
        assert_eq!(event("s", true), asked);
        assert_eq!(event("s", false), None);
        assert_eq!(event("other", true), None);
    }

    #[test]
    fn a_payout_is_asked_for_once_it_is_done() {
        let event = |state: &str, more: &str| {
            let body = format!(
                r#"{{"type":"PayoutUpdated","storeId":"s","payoutId":"Po1","payoutState":"{state}"{more}}}"#
            );
            of(&body)
        };
        let pull = r#","pullPaymentId":"Pp1""#;
        let asked = ProcessorQuery::Payout {
            pull_payment: "Pp1".to_owned(),
            payout: "Po1".to_owned(),
        };
        assert_eq!(event("Completed", pull).unwrap().question, Some(asked));
        for state in ["AwaitingApproval", "InProgress", "Cancelled"] {
            assert_eq!(event(state, pull).unwrap().question, None, "{state}");
        }
        assert_eq!(event("Completed", "").unwrap().question, None);
        let elsewhere = r#","pullPaymentId":"../../stores""#;
        assert_eq!(
            event("Completed", elsewhere),
            Err(MessageRefusal::Unreadable)
        );
    }

    #[test]
    fn only_the_refund_of_an_invoice_takes_something_back() {
        let pull = |name: &str, currency: &str| {
            format!(r#"{{"id":"Pp1","name":"{name}","currency":"{currency}","amount":"12.50"}}"#)
        };
        let paid_out = |state: &str, amount: &str| {
            format!(
                r#"{{"id":"Po1","pullPaymentId":"Pp1","state":"{state}",{amount},"date":1764410400}}"#
            )
        };
        let told = |pull: &str, paid_out: &str| {
            let answers = [pull.as_bytes(), paid_out.as_bytes()];
            let told = payout(("Pp1", "Po1"), answers)?;
            let of = |moved: &PaymentMovement| (moved.payment.clone(), moved.amount);
            Ok::<_, MessageRefusal>(told.first().map(of))
        };
        let each = |minor, code: &str| {
            let currency = code.parse().unwrap();
            ReportedAmount::Each(Money { minor, currency })
        };
        let name = "Refund Invoice0000001";
        let of_invoice = |amount| Ok(Some(("Invoice0000001".to_owned(), amount)));
        let (older, newer) = (
            r#""amount":"5.00""#,
            r#""originalAmount":"5.00","originalCurrency":"EUR""#,
        );
        for amount in [older, newer] {
            let done = paid_out("Completed", amount);
            assert_eq!(
                told(&pull(name, "EUR"), &done),
                of_invoice(each(500, "EUR"))
            );
            assert_eq!(told(&pull("Wages of May", "EUR"), &done), Ok(None));
            assert_eq!(
                told(&pull(name, "EUR"), &paid_out("InProgress", amount)),
                Ok(None)
            );
        }
        let coins = paid_out("Completed", r#""amount":"0.00012""#);
        assert_eq!(
            told(&pull(name, "BTC"), &coins),
            of_invoice(each(12_000, "BTC"))
        );
        let other = pull(name, "EUR").replace("Pp1", "Pp2");
        assert_eq!(told(&other, &coins), Err(MessageRefusal::Unreadable));
        assert_eq!(
            payout_addresses("https://pay.example/btc/stores/Ab12", "Pp1", "Po1")
                .map(|[_, own]| own),
            Some("https://pay.example/btc/api/v1/pull-payments/Pp1/payouts/Po1".to_owned())
        );
    }

    #[test]
    fn coins_are_counted_by_their_digits() {
        let minor = |text: &str, code: &str| {
            let money = amount(text, code);
            money.map(|money| (money.minor, money.currency.to_string()))
        };
        assert_eq!(minor("0.00120001", "BTC"), Ok((120_001, "BTC".to_owned())));
        assert_eq!(minor("1500", "SATS"), Ok((1_500, "BTC".to_owned())));
        assert_eq!(minor("1500.0", "sats"), Ok((1_500, "BTC".to_owned())));
        for (wrong, code) in [
            ("0.001200011", "BTC"),
            ("1.5", "SATS"),
            ("-1", "SATS"),
            ("", "SATS"),
            ("1", "DOGE"),
        ] {
            assert_eq!(
                minor(wrong, code),
                Err(MessageRefusal::Unreadable),
                "{wrong} {code}"
            );
        }
    }

    #[test]
    fn a_store_is_known_by_any_of_its_pages() {
        let known = Some("https://pay.example/stores/Ab12".to_owned());
        assert_eq!(store("https://pay.example/stores/Ab12/invoices?x=1"), known);
        assert_eq!(
            store("https://home.example/btc/stores/Ab12"),
            Some("https://home.example/btc/stores/Ab12".to_owned())
        );
        for wrong in [
            "pay.example/stores/Ab12",
            "https://pay.example/",
            "ftp://pay.example/stores/Ab12",
            "https://ann:pw@pay.example/stores/Ab12",
            "https://pay.example/stores/..",
        ] {
            assert_eq!(store(wrong), None, "{wrong}");
        }
        assert_eq!(
            invoice_address("https://pay.example/stores/Ab12", "In1").as_deref(),
            Some("https://pay.example/api/v1/stores/Ab12/invoices/In1")
        );
    }

    #[test]
    fn only_a_settled_invoice_of_the_store_counts() {
        let store = "https://pay.example/stores/Ab12";
        let answer = |id: &str, of: &str, status: &str, amount: &str, currency: &str| {
            let json = format!(
                r#"{{"id":"{id}","storeId":"{of}","amount":"{amount}","currency":"{currency}",
                "status":"{status}","createdTime":1764410400,"metadata":{{"orderId":"lease","buyerEmail":"ann@reader.example"}}}}"#
            );
            invoice(store, "Invoice0000001", json.as_bytes())
        };
        let told = answer("Invoice0000001", "Ab12", "Settled", "12.50", "EUR").unwrap();
        assert_eq!(told[0].purposes, ["lease"]);
        assert_eq!(told[0].giver.receipts, ["Invoice0000001"]);
        assert!(!format!("{told:?}").contains("reader.example"));
        let unread = Err(MessageRefusal::Unreadable);
        assert_eq!(
            answer("Invoice0000002", "Ab12", "Settled", "1", "EUR"),
            unread
        );
        assert_eq!(
            answer("Invoice0000001", "Other", "Settled", "1", "EUR"),
            unread
        );
        assert_eq!(
            answer("Invoice0000001", "Ab12", "Settled", "1", "DOGE"),
            unread
        );
        let coins = answer("Invoice0000001", "Ab12", "Settled", "0.001", "BTC").unwrap();
        assert_eq!(coins[0].amount.currency().code(), "BTC");
        let late = |more: &str| {
            let json = format!(
                r#"{{"id":"Invoice0000001","storeId":"Ab12","amount":"1","currency":"EUR",
                "status":"Expired","additionalStatus":"{more}"}}"#
            );
            invoice(store, "Invoice0000001", json.as_bytes())
                .unwrap()
                .len()
        };
        assert_eq!(
            [late("PaidLate"), late("PaidPartial"), late("None")],
            [1, 0, 0]
        );
        assert_eq!(
            answer("Invoice0000001", "Ab12", "Invalid", "1", "EUR"),
            Ok(Vec::new())
        );
    }
}
