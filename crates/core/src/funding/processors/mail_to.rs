//! The address of who gave. It is read only where a site mails receipts, and for nothing but that mail.

use std::fmt;

use serde_json::Value;

use super::{PaymentEvent, Processor};
use crate::funding::EntryKind;
use crate::identity::author;

/// An address that a mail goes to, once. It shows itself to no log.
#[derive(Clone, PartialEq, Eq)]
pub struct MailTo(String);

impl MailTo {
    fn new(typed: &str) -> Option<Self> {
        author::parse_email(typed).ok().flatten().map(Self)
    }

    /// The address.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MailTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailTo")
    }
}

impl PaymentEvent {
    /// Read from the message of `processor` where a receipt is mailed to: for one gift, and of gifts that
    /// come again each month only for the first.
    pub fn read_mail_to(&mut self, processor: Processor, body: &[u8]) {
        let mut gifts = self.movements.iter_mut();
        let mut gifts = gifts.by_ref().filter(|own| own.kind == EntryKind::Payment);
        if let (Some(gift), None) = (gifts.next(), gifts.next()) {
            gift.giver.mail_to = mail_to(processor, body);
        }
    }
}

fn mail_to(processor: Processor, body: &[u8]) -> Option<MailTo> {
    let told: Value = match processor {
        Processor::Kofi => {
            let mut fields = url::form_urlencoded::parse(body);
            let (_, data) = fields.find(|(name, _)| name == "data")?;
            serde_json::from_str(&data).ok()?
        }
        _ => serde_json::from_slice(body).ok()?,
    };
    let text = |path: &str| told.pointer(path)?.as_str();
    let is = |path: &str| told.pointer(path).and_then(Value::as_bool) == Some(true);
    let (address, comes_again) = match processor {
        Processor::Stripe => (
            text("/data/object/customer_details/email")
                .or_else(|| text("/data/object/customer_email")),
            text("/data/object/billing_reason") == Some("subscription_cycle"),
        ),
        Processor::Kofi => (
            text("/email"),
            is("/is_subscription_payment") && !is("/is_first_subscription_payment"),
        ),
        Processor::Donorbox => (
            text("/0/donor/email"),
            is("/0/recurring") && !is("/0/first_recurring_donation"),
        ),
        Processor::Generic => (text("/data/supporter/email"), false),
        // The others tell of none, or not in the message.
        _ => (None, false),
    };
    address.filter(|_| !comes_again).and_then(MailTo::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(processor: Processor, body: &str) -> Option<String> {
        mail_to(processor, body.as_bytes()).map(|own| own.reveal().to_owned())
    }

    #[test]
    fn the_address_is_where_each_processor_tells_it() {
        let ann = Some("ann@reader.example".to_owned());
        for (processor, body) in [
            (
                Processor::Stripe,
                r#"{"data":{"object":{"customer_details":{"email":"ann@reader.example"}}}}"#,
            ),
            (
                Processor::Stripe,
                r#"{"data":{"object":{"customer_email":"ann@reader.example","billing_reason":"subscription_create"}}}"#,
            ),
            (
                Processor::Kofi,
                "data=%7B%22email%22%3A%22ann%40reader.example%22%7D",
            ),
            (
                Processor::Donorbox,
                r#"[{"donor":{"email":"ann@reader.example"},"recurring":true,"first_recurring_donation":true}]"#,
            ),
            (
                Processor::Generic,
                r#"{"data":{"supporter":{"name":"Ann","email":"ann@reader.example"}}}"#,
            ),
        ] {
            assert_eq!(read(processor, body), ann, "{processor:?} {body}");
        }
        let own = MailTo::new("ann@reader.example").unwrap();
        assert_eq!(format!("{own:?}"), "MailTo");
    }

    #[test]
    fn what_comes_again_each_month_is_no_mail_each_month() {
        for (processor, body) in [
            (
                Processor::Stripe,
                r#"{"data":{"object":{"customer_email":"ann@reader.example","billing_reason":"subscription_cycle"}}}"#,
            ),
            (
                Processor::Donorbox,
                r#"[{"donor":{"email":"ann@reader.example"},"recurring":true}]"#,
            ),
            (
                Processor::Patreon,
                r#"{"data":{"attributes":{"email":"ann@reader.example"}}}"#,
            ),
            (
                Processor::Generic,
                r#"{"data":{"supporter":{"email":"no address"}}}"#,
            ),
            (Processor::Generic, "not json"),
        ] {
            assert_eq!(read(processor, body), None, "{processor:?} {body}");
        }
    }
}
