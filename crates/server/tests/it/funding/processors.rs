//! What processors tell, and what becomes of it.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use rejoinder_core::identity::author::Role;
use rejoinder_core::integrations::webhook::WebhookSecret;
use rejoinder_core::publication::settings::ReceiptMails;
use rejoinder_core::{Clock as _, SiteId};
use serde_json::{Value, json};
use store::funding::receipts::MailReceipt;
use store::jobs::{self, Payload as _};
use store::publication::sites;

use super::{add, bar, owner};
use crate::moderation::desk::signed_in;
use crate::support::{Answer, TestApp, TestReader};

const STANDARD: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";
const TOKEN: &str = "8a1b3c5d-verification";

/// A processor that an owner has connected; the path of its address.
async fn connect(olga: &TestReader, page: &str, processor: &str, secret: &str) -> String {
    let fields = [("processor", processor), ("secret", secret)];
    let sent = olga.submit(&format!("{page}/hooks"), &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let html = olga.get(page).await.text();
    let start = format!("https://comments.example/hooks/news.example/{processor}/");
    let secret = html.split(&start).nth(1).unwrap();
    let secret = secret.split('<').next().unwrap();
    format!("/hooks/news.example/{processor}/{secret}")
}

async fn send(app: &TestApp, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    app.send(Method::POST, path, headers, Body::from(body.to_owned()))
        .await
}

/// A message that is signed by the rules of Standard Webhooks.
async fn tell(app: &TestApp, path: &str, body: &Value) -> Answer {
    let body = body.to_string();
    let secret: WebhookSecret = STANDARD.parse().unwrap();
    let now = app.clock.now();
    let (at, signature) = (
        now.seconds().to_string(),
        secret.sign("msg_1", now, body.as_bytes()),
    );
    let headers = [
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", at.as_str()),
        ("webhook-signature", signature.as_str()),
    ];
    send(app, path, &headers, &body).await
}

fn event(kind: &str, id: &str, amount: &str) -> Value {
    json!({"type": kind, "data": {"id": id, "payment": "p1", "amount": amount, "currency": "EUR"}})
}

async fn connected() -> (TestApp, TestReader, String, String) {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    let path = connect(&olga, &page, "standard", STANDARD).await;
    (app, olga, page, path)
}

#[tokio::test]
async fn a_gift_that_is_told_three_times_counts_once() {
    let (app, olga, page, path) = connected().await;

    for _ in 0..3 {
        let told = tell(&app, &path, &event("payment.received", "p1", "25.00")).await;
        assert_eq!(told.status, StatusCode::OK, "{}", told.text());
    }

    let html = bar(&app, "").await;
    assert!(html.contains("€25 of") && html.contains("1 gift"), "{html}");
    let html = olga.get(&page).await.text();
    assert_eq!(html.matches("already counted").count(), 2);
    assert!(html.contains("<code>payment.received</code>"), "{html}");
}

#[tokio::test]
async fn a_refund_that_comes_before_its_payment_and_disputes_lost_and_won_sum_up() {
    let (app, _olga, _page, path) = connected().await;
    let sum = async || bar(&app, "").await;

    tell(&app, &path, &event("payment.refunded", "r1", "10.00")).await;
    assert!(sum().await.contains("€0 of"));
    tell(&app, &path, &event("payment.received", "p1", "25.00")).await;
    assert!(sum().await.contains("€15 of"));
    tell(&app, &path, &event("payment.disputed", "d1", "15.00")).await;
    assert!(sum().await.contains("€0 of"));
    tell(&app, &path, &event("payment.dispute_won", "d1", "15.00")).await;
    assert!(sum().await.contains("€15 of"));
}

#[tokio::test]
async fn what_is_altered_by_one_byte_or_signed_at_another_time_is_not_read() {
    let (app, olga, page, path) = connected().await;
    let body = event("payment.received", "p1", "25.00").to_string();
    let secret: WebhookSecret = STANDARD.parse().unwrap();
    let now = app.clock.now();
    let signed = |at: rejoinder_core::Time| {
        let signature = secret.sign("m", at, body.as_bytes());
        [
            ("webhook-id", "m".to_owned()),
            ("webhook-timestamp", at.seconds().to_string()),
            ("webhook-signature", signature),
        ]
    };
    let sent = async |at, body: &str| {
        let headers = signed(at);
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, own)| (*name, own.as_str()))
            .collect();
        send(&app, &path, &headers, body).await.status
    };

    assert_eq!(sent(now, &format!("{body} ")).await, 400);
    assert_eq!(sent(now.before(Duration::from_secs(301)), &body).await, 400);
    assert_eq!(send(&app, &path, &[], &body).await.status, 400);
    assert!(bar(&app, "").await.contains("€0 of"));
    let html = olga.get(&page).await.text();
    assert_eq!(
        html.matches("refused: wrong signature").count(),
        2,
        "{html}"
    );
    assert!(
        html.contains("refused: signed more than 5 minutes"),
        "{html}"
    );

    assert_eq!(sent(now.before(Duration::from_secs(299)), &body).await, 200);
    assert!(bar(&app, "").await.contains("€25 of"));
}

#[tokio::test]
async fn a_gift_at_ko_fi_counts_in_its_own_currency_and_leaves_the_name_alone_of_who_gave() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    let path = connect(&olga, &page, "kofi", TOKEN).await;
    let data = json!({
        "verification_token": TOKEN, "type": "Donation", "kofi_transaction_id": "k1",
        "timestamp": "2026-11-20T10:00:00Z", "amount": "40.00", "currency": "USD",
        "from_name": "Zanzibar", "email": "zanzibar@reader.example", "message": "Zanzibar",
    });
    let form = |data: &Value| {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("data", &data.to_string()).finish()
    };

    let told = send(&app, &path, &[], &form(&data)).await;
    let mut forged = data.clone();
    forged["verification_token"] = json!("guessed-guessed-guessed");
    forged["kofi_transaction_id"] = json!("k2");
    let refused = send(&app, &path, &[], &form(&forged)).await;

    assert_eq!(
        (told.status, refused.status),
        (StatusCode::OK, StatusCode::BAD_REQUEST)
    );
    let html = bar(&app, "").await;
    assert!(
        html.contains("€0 of") && html.contains("In other currencies: $40"),
        "{html}"
    );
    // The name alone, so that the newsroom can say thank you.
    let html = olga.get(&page).await.text();
    assert!(html.contains("<bdi>Zanzibar</bdi>"), "{html}");
    assert_eq!(html.matches("anzibar").count(), 1, "{html}");
}

#[tokio::test]
async fn an_address_without_its_secret_takes_nothing_until_the_owner_enters_it() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    let path = connect(&olga, &page, "standard", "").await;
    let gift = event("payment.received", "p1", "25.00");

    let before = tell(&app, &path, &gift).await;
    let html = olga.get(&page).await.text();
    let hook = html
        .split("/hooks/")
        .find(|rest| rest.starts_with(char::is_numeric))
        .unwrap();
    let hook = hook.split(['"', '/']).next().unwrap();
    let secret = format!("{page}/hooks/{hook}");
    let wrong = olga.submit(&secret, &[("secret", "whsec_")]).await;
    let saved = olga.submit(&secret, &[("secret", STANDARD)]).await;
    let after = tell(&app, &path, &gift).await;

    assert_eq!(before.status, StatusCode::BAD_REQUEST);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    assert_eq!(after.status, StatusCode::OK, "{}", after.text());
    assert!(!olga.get(&page).await.text().contains(STANDARD));
}

#[tokio::test]
async fn an_address_that_was_removed_or_never_was_answers_as_one_that_does_not_exist() {
    let (app, olga, page, path) = connected().await;
    let gift = event("payment.received", "p1", "25.00");
    tell(&app, &path, &gift).await;
    let html = olga.get(&page).await.text();
    let hook = html
        .split("/hooks/")
        .find(|rest| rest.starts_with(char::is_numeric))
        .unwrap();
    let hook = hook.split(['"', '/']).next().unwrap().to_owned();

    olga.submit(&format!("{page}/hooks/{hook}/remove"), &[])
        .await;

    let secret = path.rsplit('/').next().unwrap();
    for path in [
        path.clone(),
        format!("/hooks/news.example/stripe/{secret}"),
        format!("/hooks/news.example/paypal/{secret}"),
        format!("/hooks/news.example/standard/{}", "0".repeat(64)),
        "/hooks/news.example/standard/short".to_owned(),
    ] {
        assert_eq!(
            tell(&app, &path, &gift).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    assert!(bar(&app, "").await.contains("€25 of"));
}

#[tokio::test]
async fn a_message_that_is_too_large_is_not_read() {
    let (app, _olga, _page, path) = connected().await;

    let sent = send(&app, &path, &[], &"x".repeat(256 * 1_024 + 1)).await;

    assert_eq!(sent.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn an_address_is_read_only_where_the_site_mails_receipts() {
    for (is_on, n_mails) in [(false, 0), (true, 1)] {
        let app = TestApp::with(|config| {
            config.mail_from = Some("talk@comments.example".to_owned());
        })
        .await;
        if is_on {
            let set = |tx: &mut store::Tx<'_>| {
                let mut settings = sites::by_id(tx, SiteId(1))?.unwrap().settings;
                settings.receipt_mails = ReceiptMails::On;
                sites::save_settings(tx, SiteId(1), &settings)
            };
            app.store.write(set).await.unwrap();
        }
        let olga = signed_in(&app, "news.example", Role::Owner, 81).await;
        let page = add(&olga, &[]).await;
        let path = connect(&olga, &page, "standard", STANDARD).await;
        let mut gift = event("payment.received", "p1", "25.00");
        gift["data"]["supporter"] = json!({"name": "Ann", "email": "ann@reader.example"});

        assert_eq!(tell(&app, &path, &gift).await.status, 200);
        assert_eq!(tell(&app, &path, &gift).await.status, 200);

        let (now, lease) = (app.clock.now(), Duration::from_secs(60));
        let claim = move |tx: &mut store::Tx<'_>| jobs::claim(tx, now, lease, 100);
        let due = app.store.write(claim).await.unwrap();
        let receipts: Vec<_> = due
            .iter()
            .filter(|job| job.kind == MailReceipt::KIND)
            .map(|job| job.read::<MailReceipt>().unwrap().to)
            .collect();
        assert_eq!(receipts, vec!["ann@reader.example"; n_mails]);
    }
}
