//! BTCPay Server: `BTCPay-Sig: sha256=hex`, and invoices, which are asked for what they came to.

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::signature::{from_hex, is_signed};
use super::{
    Amount, Giver, Message, PaymentEvent, PaymentMovement, Question, Refused, decimal, event,
    named, positive,
};
use crate::funding::EntryKind;
use crate::time::Time;

#[derive(Deserialize)]
struct Event {
    r#type: String,
    #[serde(rename = "invoiceId", default)]
    invoice: Option<String>,
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
    #[serde(rename = "createdTime", default)]
    created_at: Option<i64>,
    #[serde(default)]
    metadata: Value,
}

pub(super) fn read(secret: &str, message: Message<'_>) -> Result<PaymentEvent, Refused> {
    let header = message.header.get("btcpay-sig");
    let given = header.and_then(|header| from_hex(header.strip_prefix("sha256=")?));
    if !is_signed(secret.as_bytes(), &[message.body], given.into_iter()) {
        return Err(Refused::Signature);
    }
    let own: Event = serde_json::from_slice(message.body).map_err(|_| Refused::Unreadable)?;
    let question = match own.r#type.as_str() {
        "InvoiceSettled" => {
            let invoice = own.invoice.filter(|id| is_id(id));
            Some(Question::Invoice(invoice.ok_or(Refused::Unreadable)?))
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

/// What an invoice came to, as its server says: nothing unless it is settled.
pub fn invoice(store: &str, asked: &str, answer: &[u8]) -> Result<Vec<PaymentMovement>, Refused> {
    let own: Invoice = serde_json::from_slice(answer).map_err(|_| Refused::Unreadable)?;
    let is_of_store = store.rsplit('/').next() == Some(own.store.as_str());
    if own.id != asked || !is_of_store {
        return Err(Refused::Unreadable);
    }
    if own.status != "Settled" {
        return Ok(Vec::new());
    }
    let money = positive(decimal(&own.amount, &own.currency)?)?;
    let at = own.created_at.and_then(|at| at.checked_mul(1_000_000));
    let of = |name: &str| own.metadata.get(name)?.as_str();
    let moved = PaymentMovement::new(EntryKind::Payment, &own.id, &own.id, Amount::Each(money))?;
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
    use super::super::tests::{Headers, signed};
    use super::*;

    const SECRET: &str = "rejoinder-secret";
    const BODY: &str =
        r#"{"id":"evt_test_1","object":"event","type":"checkout.session.completed"}"#;
    const SIGNED: &str = "386d117a1f779fa040595a6a61a25a8c218ffce31730dd6cb43849fb8f1f89e7";

    fn told(header: &str, body: &str) -> Result<PaymentEvent, Refused> {
        let headers = Headers(vec![("btcpay-sig", header.to_owned())]);
        let message = Message {
            header: &headers,
            body: body.as_bytes(),
        };
        read(SECRET, message)
    }

    fn of(body: &str) -> Result<PaymentEvent, Refused> {
        let signed = signed(SECRET, &[body.as_bytes()]);
        told(&format!("sha256={signed}"), body)
    }

    #[test]
    fn the_known_signature_is_right_and_any_other_is_wrong() {
        let header = format!("sha256={SIGNED}");
        assert_eq!(told(&header, BODY).unwrap().question, None);
        let wrong = Err(Refused::Signature);
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
        assert_eq!(asked.question, Some(Question::Invoice("AbC123".to_owned())));
        for kind in [
            "InvoiceCreated",
            "InvoiceExpired",
            "InvoiceInvalid",
            "InvoiceProcessing",
        ] {
            assert_eq!(of(&event(kind, "AbC123")).unwrap().question, None);
        }
        for id in ["", "../keys", "a/b"] {
            assert_eq!(
                of(&event("InvoiceSettled", id)),
                Err(Refused::Unreadable),
                "{id}"
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
        let unread = Err(Refused::Unreadable);
        assert_eq!(
            answer("Invoice0000002", "Ab12", "Settled", "1", "EUR"),
            unread
        );
        assert_eq!(
            answer("Invoice0000001", "Other", "Settled", "1", "EUR"),
            unread
        );
        assert_eq!(
            answer("Invoice0000001", "Ab12", "Settled", "0.001", "BTC"),
            unread
        );
        assert_eq!(
            answer("Invoice0000001", "Ab12", "Invalid", "1", "EUR"),
            Ok(Vec::new())
        );
    }
}
