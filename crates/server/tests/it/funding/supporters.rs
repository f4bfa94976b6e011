//! Those who gave: the badge that follows from a receipt, and the names that they let everyone know.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use rejoinder_core::Clock as _;
use rejoinder_core::identity::author::Role;
use rejoinder_core::integrations::webhook::WebhookSecret;
use serde_json::json;

use super::{add, id, owner, write_down};
use crate::moderation::desk::signed_in;
use crate::support::{TestApp, TestReader};

const SECRET: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";
const GIFTS: &str = "/account/news.example/gifts";
const RECEIPT: &str = "thanks-0123456789";

/// A gift of "Zanzibar" with a receipt that an owner's processor has told.
async fn given(app: &TestApp, olga: &TestReader, page: &str, is_public: bool) {
    let fields = [("processor", "standard"), ("secret", SECRET)];
    olga.submit(&format!("{page}/hooks"), &fields).await;
    let html = olga.get(page).await.text();
    let start = "https://comments.example/hooks/news.example/standard/";
    let token = html.split(start).nth(1).unwrap();
    let token = token.split('<').next().unwrap();
    let body = json!({"type": "payment.received", "data": {"id": "p1", "amount": "25.00",
        "currency": "EUR", "supporter": {"name": "Zanzibar", "public": is_public}, "receipt": RECEIPT}});
    let (body, now) = (body.to_string(), app.clock.now());
    let secret: WebhookSecret = SECRET.parse().unwrap();
    let (at, signature) = (
        now.seconds().to_string(),
        secret.sign("m", now, body.as_bytes()),
    );
    let headers = [
        ("webhook-id", "m"),
        ("webhook-timestamp", at.as_str()),
        ("webhook-signature", signature.as_str()),
    ];
    let path = format!("/hooks/news.example/standard/{token}");
    let sent = app
        .send(Method::POST, &path, &headers, Body::from(body))
        .await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text());
}

async fn thread(app: &TestApp) -> String {
    app.get("/embed/thread?site=news.example&page=https://news.example/story")
        .await
        .text()
}

#[tokio::test]
async fn whoever_shows_the_receipt_has_a_badge_beside_their_comments() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    given(&app, &olga, &page, false).await;
    let ann = signed_in(&app, "news.example", Role::Reader, 82).await;
    let kim = signed_in(&app, "news.example", Role::Reader, 83).await;
    ann.post("https://news.example/story", "First").await;
    assert!(!thread(&app).await.contains("rj-badge"));

    let shown = ann.get(&format!("{GIFTS}?receipt={RECEIPT}")).await.text();
    let wrong = ann
        .submit(GIFTS, &[("receipt", "thanks-0123456788"), ("badge", "yes")])
        .await;
    let right = ann
        .submit(GIFTS, &[("receipt", RECEIPT), ("badge", "yes")])
        .await;
    let other = kim
        .submit(GIFTS, &[("receipt", RECEIPT), ("badge", "yes")])
        .await;

    assert!(shown.contains(&format!("value=\"{RECEIPT}\"")), "{shown}");
    assert!(wrong.header("location").contains("did=unknown"));
    assert!(
        right.header("location").contains("did=saved"),
        "{}",
        right.text()
    );
    // It is not told that there is such a gift.
    let other = kim.get(other.header("location")).await.text();
    assert!(other.contains("no gift with this code"), "{other}");
    let html = thread(&app).await;
    assert!(
        html.contains("<span class=\"rj-badge\">Supporter</span>"),
        "{html}"
    );
    let json = app
        .get("/api/v1/thread?site=news.example&page=https://news.example/story")
        .await;
    assert_eq!(
        json.json()["comments"][0]["author"]["badges"],
        json!(["supporter"])
    );
}

#[tokio::test]
async fn only_who_said_so_is_named_and_only_where_the_publisher_names_anyone() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    given(&app, &olga, &page, true).await;
    let own = format!("/embed/campaign?site=news.example&campaign={}", id(&page));
    assert!(!app.get(&own).await.text().contains("Zanzibar"));

    let mut fields = super::typed(&[]);
    fields.push(("names", "yes"));
    olga.submit(&page, &fields).await;
    assert!(app.get(&own).await.text().contains("<bdi>Zanzibar</bdi>"));
    let html = olga.get(&page).await.text();
    let entry = html.split("id=\"entry-").nth(1).unwrap();
    let entry = entry.split('"').next().unwrap();
    olga.submit(&format!("{page}/entries/{entry}/unname"), &[])
        .await;

    assert!(!app.get(&own).await.text().contains("Zanzibar"));
}

#[tokio::test]
async fn a_code_that_an_owner_draws_is_shown_once_and_claims_its_gift() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    write_down(&olga, &page, "250").await;
    let html = olga.get(&page).await.text();
    let entry = html.split("id=\"entry-").nth(1).unwrap();
    let entry = entry.split('"').next().unwrap();
    let ann = signed_in(&app, "news.example", Role::Reader, 82).await;

    let drawn = olga
        .submit(&format!("{page}/entries/{entry}/code"), &[])
        .await;
    let drawn = drawn.text();
    let code = drawn.split("<p><code>").nth(1).unwrap();
    let code = code.split('<').next().unwrap();
    let claimed = ann
        .submit(GIFTS, &[("receipt", code), ("thanks", "yes")])
        .await;

    assert_eq!(claimed.status, StatusCode::SEE_OTHER, "{code}");
    let html = olga.get(&page).await.text();
    assert!(
        html.contains("claimed by the giver") && !html.contains(code),
        "{html}"
    );
}
