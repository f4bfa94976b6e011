use axum::http::Method;
use expect_test::expect;
use rejoinder_core::Settings;
use serde_json::json;

use crate::moderation::desk::{desk, held};
use crate::support::{STORY, TestApp};

fn path(id: &str) -> String {
    format!("/api/v1/comments/{id}/flags?site=news.example")
}

#[tokio::test]
async fn a_comment_waits_when_enough_readers_have_flagged_it() {
    let app = TestApp::new().await;
    let settings = Settings {
        hold_after_flags: 2,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    let ann = app.reader("Ann");
    let id = ann.post(STORY, "First").await.id();
    let (bob, eve) = (app.reader("Bob"), app.reader("Eve"));
    let abusive = json!({ "reason": "abusive", "note": "Look at it" });

    let first = bob.send(Method::POST, &path(&id), abusive.clone()).await;
    let again = bob.send(Method::POST, &path(&id), abusive.clone()).await;
    assert_eq!(app.thread(STORY).await["comments"][0]["id"], json!(id));
    let second = eve.send(Method::POST, &path(&id), abusive).await;

    for answer in [first, again, second] {
        assert_eq!(answer.status, 204);
    }
    assert_eq!(app.thread(STORY).await["comments"], json!([]));
}

#[tokio::test]
async fn a_flag_that_is_not_taken_is_refused() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let id = ann.post(STORY, "First").await.id();
    let spam = json!({ "reason": "spam" });

    let own = ann.send(Method::POST, &path(&id), spam.clone()).await;
    let odd = bob
        .send(Method::POST, &path(&id), json!({ "reason": "dull" }))
        .await;
    let unknown = bob.send(Method::POST, &path("0000000000001"), spam).await;

    expect!["403 own_flag: You cannot flag your own comment."].assert_eq(&own.problem());
    expect!["400 body_invalid [reason]: The reason must be one of abusive, hate, spam, off_topic, misinformation, private, illegal, other."]
        .assert_eq(&odd.problem());
    expect!["404 comment_unknown: There is no such comment."].assert_eq(&unknown.problem());
}

#[tokio::test]
async fn a_plain_form_flags_too() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let id = ann.post(STORY, "First").await.id();

    let asked = bob
        .get(&format!("/embed/comments/{id}/flag?site=news.example"))
        .await;
    let told = bob
        .submit(
            &format!("/embed/comments/{id}/flag"),
            &[("site", "news.example"), ("reason", "spam"), ("note", "")],
        )
        .await;

    assert!(asked.text().contains("What is wrong with it?"));
    assert!(told.text().contains("Thank you. A moderator will read it."));
}

#[tokio::test]
async fn a_flag_on_an_approved_comment_shows_at_the_desk_what_was_decided() {
    const DESK: &str = "/moderate/news.example";
    let (app, kim) = desk().await;
    let one = held(&app, "One").await;
    let (id, _) = one.split_once('.').unwrap();
    let approve = [
        ("comment", one.as_str()),
        ("action", "approve"),
        ("back", DESK),
    ];
    kim.submit(&format!("{DESK}/decide"), &approve).await;
    let abusive = json!({ "reason": "abusive", "note": "Look at it" });
    let bob = app.reader("Bob");
    let flagged = bob.send(Method::POST, &path(id), abusive).await;
    assert_eq!(flagged.status, 204);

    let queue = kim.get(&format!("{DESK}/queues/flagged")).await.text();
    let told = kim.submit(&format!("{DESK}/decide"), &approve).await;

    assert!(
        queue.contains("Approved by <bdi>Kim Ode</bdi> on <time"),
        "{queue}"
    );
    assert!(queue.contains("Look at it"), "{queue}");
    let told = kim.get(told.header("location")).await.text();
    assert!(told.contains("Approved.") && told.contains("name=\"decisions\""));
    let queue = kim.get(&format!("{DESK}/queues/flagged")).await.text();
    assert!(!queue.contains("Look at it"), "{queue}");
}
