//! Open Collective: messages without a signature, each a hint to ask what has become of the collective.

use serde::Deserialize;
use serde_json::json;

use super::{
    Giver, MessageRefusal, PaymentEvent, PaymentMovement, ProcessorQuery, ReportedAmount, event,
    hundredths, positive,
};
use crate::funding::{Currency, EntryKind};

/// Where it is asked.
pub const ADDRESS: &str = "https://api.opencollective.com/graphql/v2";

/// So many of the newest movements are asked for.
const AT_ONCE: u32 = 200;

/// What is asked of a collective: the newest contributions, and what of them went back.
const QUERY: &str = "\
query ($slug: String!, $limit: Int!) { \
  transactions(account: [{ slug: $slug }], limit: $limit, kind: [CONTRIBUTION, ADDED_FUNDS], \
    orderBy: { field: CREATED_AT, direction: DESC }) { \
    nodes { id type isRefund createdAt amount { valueInCents currency } \
      refundTransaction { id } \
      order { tier { slug } } \
      oppositeAccount { name isIncognito } } } }";

/// A message says nothing that is believed, and is not read.
pub(super) fn hint() -> PaymentEvent {
    PaymentEvent {
        event: event("hint"),
        movements: Vec::new(),
        question: Some(ProcessorQuery::Account),
    }
}

/// What is asked of the collective `slug`, as JSON.
pub fn transactions_query(slug: &str) -> String {
    json!({"query": QUERY, "variables": {"slug": slug, "limit": AT_ONCE}}).to_string()
}

#[derive(Deserialize)]
struct GraphQlResponse {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    transactions: Transactions,
}

#[derive(Deserialize)]
struct Transactions {
    nodes: Vec<Transaction>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    id: String,
    r#type: String,
    #[serde(default)]
    is_refund: bool,
    created_at: String,
    amount: Cents,
    #[serde(default)]
    refund_transaction: Option<RefundReference>,
    #[serde(default)]
    order: Option<Order>,
    #[serde(default)]
    opposite_account: Option<Account>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cents {
    value_in_cents: i64,
    currency: Currency,
}

#[derive(Deserialize)]
struct RefundReference {
    id: String,
}

#[derive(Deserialize)]
struct Order {
    #[serde(default)]
    tier: Option<Tier>,
}

#[derive(Deserialize)]
struct Tier {
    #[serde(default)]
    slug: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    is_incognito: bool,
}

/// What moved at a collective, oldest first.
pub fn transactions(answer: &[u8]) -> Result<Vec<PaymentMovement>, MessageRefusal> {
    let answer: GraphQlResponse =
        serde_json::from_slice(answer).map_err(|_| MessageRefusal::Unreadable)?;
    let nodes = answer.data.transactions.nodes.iter().rev();
    let moved = nodes.map(moved).collect::<Result<Vec<_>, _>>()?;
    Ok(moved.into_iter().flatten().collect())
}

fn moved(own: &Transaction) -> Result<Option<PaymentMovement>, MessageRefusal> {
    let (kind, payment) = match (own.r#type.as_str(), own.is_refund) {
        ("CREDIT", false) => (EntryKind::Payment, Some(own.id.as_str())),
        ("DEBIT", true) => {
            let of = own.refund_transaction.as_ref();
            (EntryKind::Refund, of.map(|of| of.id.as_str()))
        }
        // What the collective itself gave, and what came back of that.
        _ => return Ok(None),
    };
    let payment = payment.ok_or(MessageRefusal::Unreadable)?;
    let cents = own.amount.value_in_cents.checked_abs();
    let cents = cents.ok_or(MessageRefusal::Unreadable)?;
    let money = positive(hundredths(cents, own.amount.currency)?)?;
    let tier = own.order.as_ref().and_then(|order| order.tier.as_ref());
    let giver = own.opposite_account.as_ref();
    let giver = giver.filter(|giver| !giver.is_incognito && kind == EntryKind::Payment);
    let moved = PaymentMovement::new(kind, &own.id, payment, ReportedAmount::Each(money))?;
    Ok(Some(
        moved
            .at(own.created_at.parse().ok())
            .meant_for([tier.and_then(|tier| tier.slug.as_deref())])
            .given_by(Giver::new(
                giver.and_then(|giver| giver.name.as_deref()),
                false,
            )),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::funding::Money;

    fn answer(nodes: &str) -> String {
        format!(r#"{{"data":{{"transactions":{{"nodes":[{nodes}]}}}}}}"#)
    }

    const REFUND: &str = r#"{"id":"t-2","type":"DEBIT","isRefund":true,"createdAt":"2026-11-21T10:00:00Z",
        "amount":{"valueInCents":-2500,"currency":"EUR"},"refundTransaction":{"id":"t-1"}}"#;
    const GIFT: &str = r#"{"id":"t-1","type":"CREDIT","isRefund":false,"createdAt":"2026-11-20T10:00:00Z",
        "amount":{"valueInCents":2500,"currency":"EUR"},"refundTransaction":null,
        "order":{"tier":{"slug":"backer"}},"oppositeAccount":{"name":"Ann Reader","isIncognito":false}}"#;

    #[test]
    fn each_contribution_and_each_refund_is_a_movement_oldest_first() {
        let all = transactions(answer(&format!("{REFUND},{GIFT}")).as_bytes()).unwrap();
        let told: Vec<_> = all
            .iter()
            .map(|own| (own.kind, own.name.as_str(), own.payment.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (EntryKind::Payment, "t-1", "t-1"),
                (EntryKind::Refund, "t-2", "t-1")
            ]
        );
        let money = Money {
            minor: 2_500,
            currency: "EUR".parse().unwrap(),
        };
        assert_eq!(all[1].amount, ReportedAmount::Each(money));
        assert_eq!(all[0].purposes, ["backer"]);
        assert_eq!(all[0].giver.name.as_deref(), Some("Ann Reader"));
    }

    #[test]
    fn what_the_collective_gave_itself_and_who_gives_unseen_are_left_out() {
        let out = GIFT.replace("CREDIT", "DEBIT");
        assert_eq!(transactions(answer(&out).as_bytes()), Ok(Vec::new()));
        let unseen = GIFT.replace("\"isIncognito\":false", "\"isIncognito\":true");
        let told = transactions(answer(&unseen).as_bytes()).unwrap();
        assert_eq!(told[0].giver, Giver::default());
    }

    #[test]
    fn an_answer_that_is_an_error_or_names_another_money_is_not_read() {
        for wrong in [
            r#"{"errors":[{"message":"No collective"}]}"#.to_owned(),
            answer(&GIFT.replace("EUR", "XBT")),
            answer(&GIFT.replace("2500", "25.5")),
            answer(&REFUND.replace("{\"id\":\"t-1\"}", "null")),
        ] {
            assert_eq!(
                transactions(wrong.as_bytes()),
                Err(MessageRefusal::Unreadable),
                "{wrong}"
            );
        }
    }

    #[test]
    fn the_question_carries_the_name_apart_from_the_query() {
        let asked: serde_json::Value =
            serde_json::from_str(&transactions_query("a\") { x }")).unwrap();
        assert_eq!(asked["variables"]["slug"], "a\") { x }");
        assert!(!asked["query"].as_str().unwrap().contains("{ x }"));
    }
}
