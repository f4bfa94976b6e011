//! Donorbox: `Donorbox-Signature: time,hex`, and an array of donations.

use serde::Deserialize;

use super::signature::{from_hex, in_time, is_signed};
use super::{
    Giver, MessageRefusal, PaymentEvent, PaymentMovement, ProcessorMessage, ReportedAmount,
    decimal, event, positive,
};
use crate::funding::EntryKind;
use crate::time::Time;

/// A donation. Address, e-mail and comment of who gave it are not read.
#[derive(Deserialize)]
struct Donation {
    id: u64,
    #[serde(default)]
    action: String,
    amount: String,
    currency: String,
    status: String,
    #[serde(default)]
    amount_refunded: Option<String>,
    #[serde(default)]
    donation_date: Option<String>,
    #[serde(default)]
    anonymous_donation: bool,
    #[serde(default)]
    donor: Option<Donor>,
    #[serde(default)]
    campaign: Option<DonationCampaign>,
    #[serde(default)]
    designation: Option<String>,
}

#[derive(Deserialize)]
struct Donor {
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize)]
struct DonationCampaign {
    id: u64,
    #[serde(default)]
    name: Option<String>,
}

pub(super) fn read(
    secret: &str,
    now: Time,
    message: ProcessorMessage<'_>,
) -> Result<PaymentEvent, MessageRefusal> {
    verify(secret, now, message)?;
    let list: Vec<Donation> =
        serde_json::from_slice(message.body).map_err(|_| MessageRefusal::Unreadable)?;
    let mut movements = Vec::new();
    for donation in &list {
        movements.extend(moved(donation)?);
    }
    let action = list.first().map_or("", |donation| donation.action.as_str());
    Ok(PaymentEvent {
        event: event(action),
        movements,
        question: None,
    })
}

fn verify(secret: &str, now: Time, message: ProcessorMessage<'_>) -> Result<(), MessageRefusal> {
    let header = message.header.get("donorbox-signature");
    let (at, given) = header
        .and_then(|header| header.split_once(','))
        .ok_or(MessageRefusal::Signature)?;
    let (at, given) = (at.trim(), from_hex(given.trim()));
    let parts = [at.as_bytes(), b".", message.body];
    if !is_signed(secret.as_bytes(), &parts, given.into_iter()) {
        return Err(MessageRefusal::Signature);
    }
    in_time(at, now)
}

/// What came in, and how much of it has gone back so far.
fn moved(donation: &Donation) -> Result<Vec<PaymentMovement>, MessageRefusal> {
    if !matches!(
        donation.status.as_str(),
        "paid" | "refunded" | "partially_refunded"
    ) {
        return Ok(Vec::new());
    }
    let payment = donation.id.to_string();
    let money = positive(decimal(&donation.amount, &donation.currency)?)?;
    let at = donation.donation_date.as_deref();
    let at = at.and_then(|at| at.parse().ok());
    let id = donation.campaign.as_ref().map(|of| of.id.to_string());
    let name = donation.campaign.as_ref().and_then(|of| of.name.as_deref());
    let purposes = [donation.designation.as_deref(), id.as_deref(), name];
    let giver = donation.donor.as_ref().and_then(|own| own.name.as_deref());
    let giver = giver.filter(|_| !donation.anonymous_donation);
    let paid = PaymentMovement::new(
        EntryKind::Payment,
        &payment,
        &payment,
        ReportedAmount::Each(money),
    )?
    .at(at)
    .meant_for(purposes)
    .given_by(Giver::new(giver, false));
    let mut all = vec![paid];
    let back = donation.amount_refunded.as_deref().unwrap_or("0");
    let back = decimal(back, &donation.currency)?;
    if back.minor > 0 {
        let name = format!("{payment}:{}", back.minor);
        let refund = PaymentMovement::new(
            EntryKind::Refund,
            &name,
            &payment,
            ReportedAmount::SoFar(back),
        )?;
        all.push(refund.meant_for(purposes));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{TestHeaders, signed, time};
    use super::*;

    const SECRET: &str = "donorbox-rejoinder-secret";
    const AT: i64 = 1_764_410_400;
    const BODY: &str = r#"[{"action":"new","campaign":{"id":7,"name":"The lease"},"donor":{"id":59,"name":"Ann Reader","email":"ann@reader.example"},"amount":"25.0","currency":"EUR","amount_refunded":"0.0","id":4711,"status":"paid","donation_date":"2026-11-20T10:00:00.000Z","anonymous_donation":false,"comment":"For Ann"}]"#;
    /// HMAC-SHA256 of time, point and the body above, computed by another program.
    const SIGNED: &str = "c28a111308bee36685b739641e156433aa4460033a80c3e53fb879e4beacd576";

    fn told(header: &str, body: &str, now: i64) -> Result<PaymentEvent, MessageRefusal> {
        let headers = TestHeaders(vec![("donorbox-signature", header.to_owned())]);
        let message = ProcessorMessage {
            header: &headers,
            body: body.as_bytes(),
        };
        read(SECRET, time(now), message)
    }

    fn of(body: &str) -> Result<Vec<PaymentMovement>, MessageRefusal> {
        let signed = signed(SECRET, &[AT.to_string().as_bytes(), b".", body.as_bytes()]);
        told(&format!("{AT},{signed}"), body, AT).map(|told| told.movements)
    }

    #[test]
    fn the_known_signature_is_right_and_any_other_is_wrong() {
        let header = format!("{AT},{SIGNED}");
        let told_of = told(&header, BODY, AT).unwrap();
        let moved = &told_of.movements[0];
        assert_eq!((moved.name.as_str(), told_of.movements.len()), ("4711", 1));
        assert_eq!(moved.purposes, ["7", "The lease"]);
        let all = format!("{told_of:?}");
        assert!(
            !all.contains("reader.example") && !all.contains("For Ann"),
            "{all}"
        );
        let wrong = Err(MessageRefusal::Signature);
        assert_eq!(told(&header, &format!("{BODY} "), AT), wrong);
        assert_eq!(told(&format!("{},{SIGNED}", AT + 1), BODY, AT), wrong);
        for header in ["", ",", SIGNED, &format!("{AT},"), &format!("{AT},zz")] {
            assert_eq!(told(header, BODY, AT), wrong, "{header}");
        }
    }

    #[test]
    fn a_message_is_good_for_five_minutes_either_way() {
        let header = format!("{AT},{SIGNED}");
        for late in [299, -299] {
            assert!(told(&header, BODY, AT + late).is_ok());
        }
        for late in [301, -301] {
            assert_eq!(told(&header, BODY, AT + late), Err(MessageRefusal::Time));
        }
    }

    #[test]
    fn a_donation_says_how_much_of_it_has_gone_back_and_one_that_waits_says_nothing() {
        let back = BODY
            .replace("\"0.0\"", "\"10.5\"")
            .replace("\"paid\"", "\"refunded\"");
        let told = of(&back).unwrap();
        assert_eq!(told[1].kind, EntryKind::Refund);
        assert_eq!(
            (told[1].name.as_str(), told[1].payment.as_str()),
            ("4711:1050", "4711")
        );
        assert_eq!(of(&BODY.replace("\"paid\"", "\"pending\"")), Ok(Vec::new()));
        assert_eq!(of("[]"), Ok(Vec::new()));
    }

    #[test]
    fn one_donation_that_cannot_be_read_leaves_all_of_them_unread() {
        let two = format!(
            "[{},{}]",
            &BODY[1..BODY.len() - 1],
            &BODY[1..BODY.len() - 1]
        );
        assert_eq!(of(&two).unwrap().len(), 2);
        let wrong = two.replacen("25.0", "25.005", 1);
        assert_eq!(of(&wrong), Err(MessageRefusal::Unreadable));
        assert_eq!(of("{}"), Err(MessageRefusal::Unreadable));
    }

    #[test]
    fn whoever_gives_without_a_name_has_none() {
        let anonymous = BODY.replace(
            "\"anonymous_donation\":false",
            "\"anonymous_donation\":true",
        );
        assert_eq!(
            of(BODY).unwrap()[0].giver.name.as_deref(),
            Some("Ann Reader")
        );
        assert_eq!(of(&anonymous).unwrap()[0].giver, Giver::default());
    }
}
