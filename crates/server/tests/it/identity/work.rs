//! Proof of work, when a site asks for it.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rejoinder_core::Settings;
use rejoinder_core::publication::settings::ProofOfWork;
use rejoinder_server::RateLimits;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{Answer, STORY, TestApp, TestReader};

fn asking(when: ProofOfWork) -> Settings {
    Settings {
        proof_of_work: when,
        repeat_minutes: 0,
        ..Settings::default()
    }
}

/// A server that counts what is written, with a site that asks for work.
async fn app(when: ProofOfWork) -> TestApp {
    let app = TestApp::with(|config| config.rate_limits = RateLimits::On).await;
    app.add_site(1, "news.example", asking(when)).await;
    app
}

async fn challenge(app: &TestApp, site: &str) -> Value {
    let answer = app.get(&format!("/api/v1/challenge?site={site}")).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.good()
}

fn hash(salt: &str, number: u64) -> String {
    let bytes = Sha256::digest(format!("{salt}{number}"));
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a browser makes of a challenge.
fn solve(mut challenge: Value) -> Value {
    let salt = challenge["salt"].as_str().unwrap();
    let most = challenge["maxnumber"].as_u64().unwrap();
    let found = (0..most).find(|number| hash(salt, *number) == challenge["challenge"]);
    challenge["number"] = json!(found.unwrap());
    challenge
}

async fn send(reader: &TestReader, text: &str, solution: Option<&Value>) -> Answer {
    let work = solution.map(|solution| STANDARD.encode(solution.to_string()));
    let body = json!({
        "site": "news.example", "page": STORY, "text": text, "name": "Ann", "work": work,
    });
    reader.send(Method::POST, "/api/v1/comments", body).await
}

const NEEDED: &str = "403 work_needed";

#[tokio::test]
async fn a_comment_passes_once_the_work_is_done() {
    let app = app(ProofOfWork::Always).await;
    let ann = app.reader("Ann");
    let refused = send(&ann, "Hello", None).await.problem();
    assert!(refused.starts_with(NEEDED), "{refused}");

    let solution = solve(challenge(&app, "news.example").await);
    let posted = send(&ann, "Hello", Some(&solution)).await;

    assert_eq!(posted.status, StatusCode::CREATED);
    assert_eq!(app.thread(STORY).await["n_comments"], 1);
}

#[tokio::test]
async fn a_solution_counts_once_and_only_as_it_was_asked_for() {
    let app = app(ProofOfWork::Always).await;
    app.add_site(2, "other.example", asking(ProofOfWork::Always))
        .await;
    let used = solve(challenge(&app, "news.example").await);
    send(&app.reader("Ann"), "First", Some(&used)).await.good();
    let elsewhere = solve(challenge(&app, "other.example").await);
    let mut tampered = solve(challenge(&app, "news.example").await);
    tampered["salt"] = json!(
        tampered["salt"]
            .as_str()
            .unwrap()
            .replace("expires=1", "expires=2")
    );
    let mut wrong = solve(challenge(&app, "news.example").await);
    wrong["number"] = json!(wrong["number"].as_u64().unwrap() + 1);
    let late = solve(challenge(&app, "news.example").await);

    for solution in [used, elsewhere, tampered, wrong, json!({}), json!("no")] {
        let refused = send(&app.reader("Bob"), "Second", Some(&solution)).await;
        assert!(refused.problem().starts_with(NEEDED), "{solution}");
    }
    app.clock.advance(Duration::from_secs(10 * 60));
    let refused = send(&app.reader("Bob"), "Second", Some(&late)).await;
    assert!(refused.problem().starts_with(NEEDED), "too late");
    assert_eq!(app.thread(STORY).await["n_comments"], 1);
}

#[tokio::test]
async fn a_solution_is_not_used_up_by_a_comment_that_is_refused() {
    let app = app(ProofOfWork::Always).await;
    let ann = app.reader("Ann");
    let solution = solve(challenge(&app, "news.example").await);
    let refused = send(&ann, " ", Some(&solution)).await.problem();
    assert!(refused.starts_with("422 text_missing"), "{refused}");

    let posted = send(&ann, "Hello", Some(&solution)).await;

    assert_eq!(posted.status, StatusCode::CREATED);
}

#[tokio::test]
async fn the_same_comment_sent_again_needs_no_more_work() {
    let app = app(ProofOfWork::Always).await;
    let ann = app.reader("Ann");
    let key = [("idempotency-key", "k1")];
    let body = json!({ "site": "news.example", "page": STORY, "text": "Hello", "name": "Ann" });
    let mut worked = body.clone();
    let solution = solve(challenge(&app, "news.example").await);
    worked["work"] = json!(STANDARD.encode(solution.to_string()));
    let path = "/api/v1/comments";
    let first = ann
        .send_with(Method::POST, path, &key, worked.clone())
        .await;

    let again = ann.send_with(Method::POST, path, &key, worked).await;
    let bare = ann.send_with(Method::POST, path, &key, body).await;

    let first = first.id();
    assert_eq!(again.id(), first);
    assert_eq!(bare.id(), first);
}

#[tokio::test]
async fn work_is_asked_for_while_much_is_being_written() {
    let app = app(ProofOfWork::UnderLoad).await;
    let calm = send(&app.reader("Ann"), "Hello", None).await;
    assert_eq!(calm.status, StatusCode::CREATED);

    for n in 0..60 {
        send(&app.reader("Bot"), &format!("Buy {n}"), None).await;
    }
    let refused = send(&app.reader("Bob"), "Hello", None).await.problem();
    assert!(refused.starts_with(NEEDED), "{refused}");
    let solution = solve(challenge(&app, "news.example").await);
    let worked = send(&app.reader("Bob"), "Hello", Some(&solution)).await;
    assert_eq!(worked.status, StatusCode::CREATED);
    app.clock.advance(Duration::from_secs(15 * 60));
    let after = send(&app.reader("Eve"), "Hello", None).await;
    assert_eq!(after.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_comment_from_a_plain_form_waits_for_a_moderator_instead() {
    let app = app(ProofOfWork::Always).await;
    let fields = [
        ("site", "news.example"),
        ("page", STORY),
        ("text", "Hello"),
        ("name", "Ann"),
    ];

    let answer = app.stranger().submit("/embed/comments", &fields).await;

    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert!(answer.text().contains("Waiting for a moderator."));
    assert_eq!(app.thread(STORY).await["n_comments"], 0);
}

#[tokio::test]
async fn nobody_is_asked_where_limits_are_off_or_the_site_says_so() {
    let unlimited = TestApp::new().await;
    unlimited
        .add_site(1, "news.example", asking(ProofOfWork::Always))
        .await;
    for app in [unlimited, app(ProofOfWork::Off).await] {
        let posted = send(&app.reader("Ann"), "Hello", None).await;
        assert_eq!(posted.status, StatusCode::CREATED);
    }
}

#[tokio::test]
async fn there_is_no_challenge_for_a_site_that_is_unknown() {
    let app = app(ProofOfWork::Always).await;
    let refused = app.get("/api/v1/challenge?site=nowhere.example").await;
    assert!(refused.problem().starts_with("404 site_unknown"));
}
