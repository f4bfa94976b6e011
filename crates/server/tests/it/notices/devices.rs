//! The browsers in which an account is told of comments while no page is open.

use axum::http::Method;
use rejoinder_core::identity::author::Role;
use serde_json::json;

use crate::moderation::desk::signed_in;
use crate::support::{Answer, STORY, TestApp, TestReader};

const PAGE: &str = "/account/news.example/notify";
const P256DH: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

async fn app() -> TestApp {
    TestApp::with(|config| config.mail_from = Some("talk@comments.example".to_owned())).await
}

async fn add(reader: &TestReader, endpoint: &str) -> Answer {
    let fields = [("endpoint", endpoint), ("p256dh", P256DH), ("auth", AUTH)];
    reader
        .submit("/account/news.example/devices", &fields)
        .await
}

/// The first device on the page, as its form names it.
fn device(page: &str) -> &str {
    let after = page.split("name=\"device\" value=\"").nth(1).unwrap();
    after.split('"').next().unwrap()
}

fn key(page: &str) -> &str {
    let after = page.split("data-key=\"").nth(1).unwrap();
    after.split('"').next().unwrap()
}

#[tokio::test]
async fn an_account_sees_what_it_is_told_of_and_where_and_ends_it() {
    let app = app().await;
    let kim = signed_in(&app, "news.example", Role::Reader, 5).await;
    let empty = kim.get(PAGE).await.text();
    assert!(empty.contains("Nothing yet."), "{empty}");
    let wish =
        json!({ "site": "news.example", "page": STORY, "title": "A <story>", "kind": "page" });
    let asked = kim.send(Method::POST, "/api/v1/subscriptions", wish).await;
    assert_eq!(asked.status, 201, "{}", asked.text());

    let added = add(&kim, "https://push.example/kim?a=1").await;
    let again = add(&kim, "https://push.example/kim?a=1").await;

    assert_eq!(
        (added.status, again.status),
        (303.try_into().unwrap(), 303.try_into().unwrap())
    );
    assert_eq!(added.header("location"), PAGE);
    let page = kim.get(PAGE).await.text();
    assert!(
        page.contains("all new comments on") && page.contains("A &#60;story&#62;"),
        "{page}"
    );
    assert!(page.contains("href=\"/notices/news.example/"), "{page}");
    assert_eq!(page.matches("data-endpoint=").count(), 1, "{page}");
    assert_eq!(key(&page), key(&empty), "the key stays");
    assert_eq!(key(&page).len(), 87);

    let fields = [("device", device(&page))];
    let removed = kim
        .submit("/account/news.example/devices/remove", &fields)
        .await;
    assert_eq!(removed.header("location"), PAGE);
    assert!(!kim.get(PAGE).await.text().contains("data-endpoint="));
}

#[tokio::test]
async fn only_the_address_of_a_push_service_is_taken() {
    let app = app().await;
    let kim = signed_in(&app, "news.example", Role::Reader, 5).await;
    let long = format!("https://push.example/{}", "a".repeat(2_000));
    let hostile = [
        "",
        "http://push.example/kim",
        "https://127.0.0.1/kim",
        "https://[::1]/kim",
        "https://localhost/kim",
        "https://push.example:8443/kim",
        "https://kim:secret@push.example/",
        "javascript:alert(1)",
        &long,
    ];
    for endpoint in hostile {
        assert_eq!(add(&kim, endpoint).await.status, 400, "{endpoint}");
    }
    for (p256dh, auth) in [("", AUTH), (P256DH, ""), (AUTH, P256DH), ("!", "!")] {
        let fields = [
            ("endpoint", "https://push.example/kim"),
            ("p256dh", p256dh),
            ("auth", auth),
        ];
        let path = "/account/news.example/devices";
        assert_eq!(kim.submit(path, &fields).await.status, 400);
    }
    assert!(!kim.get(PAGE).await.text().contains("data-endpoint="));
}

#[tokio::test]
async fn nobody_sees_or_removes_the_device_of_another() {
    let app = app().await;
    let kim = signed_in(&app, "news.example", Role::Reader, 5).await;
    let lee = signed_in(&app, "news.example", Role::Owner, 6).await;
    add(&kim, "https://push.example/kim").await;
    let page = kim.get(PAGE).await.text();
    assert!(!lee.get(PAGE).await.text().contains("push.example"));

    for id in [device(&page), "0", "x", "", "99999999999999999999"] {
        let fields = [("device", id)];
        let path = "/account/news.example/devices/remove";
        assert_eq!(lee.submit(path, &fields).await.status, 303);
    }

    assert!(kim.get(PAGE).await.text().contains("push.example/kim"));
    let guest = app.stranger();
    assert_eq!(add(&guest, "https://push.example/guest").await.status, 404);
}

#[tokio::test]
async fn signing_out_ends_it() {
    let app = app().await;
    let kim = signed_in(&app, "news.example", Role::Reader, 5).await;
    add(&kim, "https://push.example/kim").await;
    kim.submit("/auth/sign-out", &[("site", "news.example")])
        .await;

    let again = signed_in(&app, "news.example", Role::Reader, 5).await;

    assert!(!again.get(PAGE).await.text().contains("data-endpoint="));
}

#[tokio::test]
async fn the_worker_lies_at_the_root_and_may_fetch_nothing() {
    let app = app().await;
    let worker = app.get("/push.js").await;
    assert_eq!(worker.status, 200);
    assert_eq!(
        worker.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(
        worker.header("content-security-policy"),
        "default-src 'none'; frame-ancestors 'none'"
    );
    assert!(worker.text().contains("notificationclick"));
    let kim = signed_in(&app, "news.example", Role::Reader, 5).await;
    let page = kim.get(PAGE).await;
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains("script-src 'self'") && policy.contains("trusted-types rejoinder"));
}
