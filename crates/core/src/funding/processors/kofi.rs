//! Ko-fi: a form with one field, which holds JSON with a token.

use serde::Deserialize;

use super::signature::is_same;
use super::{
    Giver, MessageRefusal, PaymentEvent, PaymentMovement, ProcessorMessage, ReportedAmount,
    decimal, event, positive,
};
use crate::funding::EntryKind;

/// As much as is needed to know who sent it.
#[derive(Deserialize)]
struct VerificationToken {
    verification_token: String,
}

/// What was given. The e-mail address and the message of who gave it are not read.
#[derive(Deserialize)]
struct Gift {
    r#type: String,
    kofi_transaction_id: String,
    timestamp: String,
    amount: String,
    currency: String,
    #[serde(default)]
    from_name: Option<String>,
    #[serde(default)]
    is_public: bool,
    #[serde(default)]
    tier_name: Option<String>,
}

pub(super) fn read(
    secret: &str,
    message: ProcessorMessage<'_>,
) -> Result<PaymentEvent, MessageRefusal> {
    let mut fields = url::form_urlencoded::parse(message.body);
    let data = fields.find(|(name, _)| name == "data");
    let (_, data) = data.ok_or(MessageRefusal::Signature)?;
    // The token stands inside of what it vouches for.
    let sealed: VerificationToken =
        serde_json::from_str(&data).map_err(|_| MessageRefusal::Signature)?;
    if !is_same(&sealed.verification_token, secret) {
        return Err(MessageRefusal::Signature);
    }
    let gift: Gift = serde_json::from_str(&data).map_err(|_| MessageRefusal::Unreadable)?;
    let movements = match gift.r#type.as_str() {
        "Donation" | "Subscription" => vec![moved(&gift)?],
        // What was sold was not given.
        _ => Vec::new(),
    };
    Ok(PaymentEvent {
        event: event(&gift.r#type),
        movements,
        question: None,
    })
}

fn moved(gift: &Gift) -> Result<PaymentMovement, MessageRefusal> {
    let money = positive(decimal(&gift.amount, &gift.currency)?)?;
    let name = gift.kofi_transaction_id.as_str();
    let giver = Giver::new(gift.from_name.as_deref(), gift.is_public);
    let moved = PaymentMovement::new(EntryKind::Payment, name, name, ReportedAmount::Each(money))?;
    Ok(moved
        .at(gift.timestamp.parse().ok())
        .meant_for([gift.tier_name.as_deref()])
        // Ko-fi's receipt names it.
        .given_by(giver.with_receipt(Some(name))))
}

#[cfg(test)]
mod tests {
    use super::super::tests::TestHeaders;
    use super::*;
    use crate::funding::Money;

    const TOKEN: &str = "8a1b3c5d-token";

    fn told(token: &str, kind: &str, amount: &str) -> Result<PaymentEvent, MessageRefusal> {
        let data = format!(
            r#"{{"verification_token":"{token}","message_id":"m1","timestamp":"2026-11-20T10:00:00Z",
            "type":"{kind}","is_public":true,"from_name":"Ann","message":"Thanks","amount":"{amount}",
            "url":"https://ko-fi.example/x","email":"ann@reader.example","currency":"USD",
            "kofi_transaction_id":"00000000-1111","shop_items":null,"tier_name":null}}"#
        );
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let body = form.append_pair("data", &data).finish();
        let message = ProcessorMessage {
            header: &TestHeaders(Vec::new()),
            body: body.as_bytes(),
        };
        read(TOKEN, message)
    }

    #[test]
    fn a_gift_is_read_by_its_digits_and_without_its_address_and_message() {
        let told = told(TOKEN, "Donation", "3.00").unwrap();
        let moved = &told.movements[0];
        assert_eq!(moved.name, "00000000-1111");
        let currency = "USD".parse().unwrap();
        let money = Money {
            minor: 300,
            currency,
        };
        assert_eq!(moved.amount, ReportedAmount::Each(money));
        let giver = Giver {
            name: Some("Ann".to_owned()),
            is_public: true,
            receipts: vec!["00000000-1111".to_owned()],
            mail_to: None,
        };
        assert_eq!(moved.giver, giver);
        let all = format!("{told:?}");
        assert!(
            !all.contains("reader.example") && !all.contains("Thanks"),
            "{all}"
        );
    }

    #[test]
    fn a_token_that_is_off_by_one_letter_is_refused_whatever_else_is_said() {
        for token in ["", "8a1b3c5d-tokeN", "8a1b3c5d-token ", "8a1b3c5d-toke"] {
            assert_eq!(
                told(token, "Donation", "3.00"),
                Err(MessageRefusal::Signature)
            );
        }
    }

    #[test]
    fn what_was_sold_is_no_gift_and_what_is_no_amount_is_not_read() {
        assert_eq!(told(TOKEN, "Shop Order", "3.00").unwrap().movements, []);
        for amount in ["3.005", "0", "-3.00", "three"] {
            assert_eq!(
                told(TOKEN, "Donation", amount),
                Err(MessageRefusal::Unreadable)
            );
        }
    }
}
