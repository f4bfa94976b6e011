//! The bell: what an account is told in the page.

use axum::http::Method;
use rejoinder_core::identity::author::Role;
use serde_json::json;

use crate::moderation::desk::signed_in;
use crate::support::{STORY, TestApp, TestReader};

const LIST: &str = "/api/v1/notices?site=news.example";
const PAGE: &str = "/embed/notices?site=news.example";

/// Ann, who has an account, and one reply to her comment.
async fn answered(app: &TestApp) -> TestReader {
    let ann = signed_in(app, "news.example", Role::Reader, 71).await;
    let root = ann.post(STORY, "Root").await.id();
    let reply = app.reader("Bob").reply(STORY, &root, "A *reply*").await;
    assert_eq!(reply.status, 201);
    ann
}

async fn n_notices(reader: &TestReader) -> i64 {
    reader.me(STORY).await["n_notices"].as_i64().unwrap()
}

#[tokio::test]
async fn an_account_sees_its_replies_and_says_that_it_has_seen_them() {
    let app = TestApp::new().await;
    let ann = answered(&app).await;
    assert_eq!(n_notices(&ann).await, 1);
    let answer = ann.get(LIST).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let list = answer.good();
    assert_eq!(list["n_unread"], 1);
    let one = &list["notices"][0];
    assert_eq!(
        (&one["what"], &one["name"]),
        (&json!("reply"), &json!("Bob"))
    );
    assert_eq!(
        (&one["page"], &one["is_read"]),
        (&json!(STORY), &json!(false))
    );

    for _twice in 0..2 {
        let seen = json!({ "site": "news.example", "until": list["until"] });
        let marked = ann.send(Method::POST, "/api/v1/notices/read", seen).await;
        assert_eq!(marked.status, 204);
    }

    assert_eq!(n_notices(&ann).await, 0);
    assert_eq!(ann.get(LIST).await.good()["notices"][0]["is_read"], true);
}

#[tokio::test]
async fn without_script_it_is_a_page_with_a_button() {
    let app = TestApp::new().await;
    let ann = answered(&app).await;
    let page = ann.get(PAGE).await.text();
    assert!(page.contains("Bob replied on"), "{page}");
    assert!(page.contains(&format!("{STORY}#comment-")));
    assert!(page.contains("A reply"));
    let until = page.split("data-until=\"").nth(1).unwrap();
    let until = until.split('"').next().unwrap();

    let fields = [("site", "news.example"), ("until", until), ("page", "a b")];
    let marked = ann.submit("/embed/notices/read", &fields).await;

    assert_eq!(marked.status, 303);
    assert_eq!(marked.header("location"), format!("{PAGE}&page=a+b"));
    let page = ann.get(PAGE).await.text();
    assert!(page.contains("replied on") && !page.contains("data-until"));
}

#[tokio::test]
async fn others_are_told_nothing_and_change_nothing() {
    let app = TestApp::new().await;
    let ann = answered(&app).await;
    let (eve, bob) = (
        app.reader("Eve"),
        signed_in(&app, "news.example", Role::Reader, 72).await,
    );
    eve.post(STORY, "A guest").await;
    for other in [&eve, &bob, &app.stranger()] {
        let list = other.get(LIST).await.good();
        let nothing = json!({
            "n_unread": 0, "until": null, "notices": [],
        });
        assert_eq!(list, nothing);
        assert!(
            other
                .get(PAGE)
                .await
                .text()
                .contains("There is nothing new.")
        );
        let seen = json!({ "site": "news.example", "until": i64::MAX.to_string() });
        let marked = other.send(Method::POST, "/api/v1/notices/read", seen).await;
        assert_eq!(marked.status, 204);
    }

    assert_eq!(n_notices(&ann).await, 1);
}

#[tokio::test]
async fn what_is_no_list_is_refused() {
    let app = TestApp::new().await;
    let ann = answered(&app).await;
    for until in ["", "x", "99999999999999999999", "1 or 1"] {
        let seen = json!({ "site": "news.example", "until": until });
        let marked = ann.send(Method::POST, "/api/v1/notices/read", seen).await;
        assert_eq!(marked.status, 400, "{until}");
    }
    let fields = [("site", "news.example")];
    assert_eq!(ann.submit("/embed/notices/read", &fields).await.status, 400);
    assert_eq!(n_notices(&ann).await, 1);
}
