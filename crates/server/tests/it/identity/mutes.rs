use axum::http::Method;
use expect_test::expect;
use serde_json::json;

use crate::support::{Answer, STORY, TestApp, TestReader};

const ME: &str = "/api/v1/me?site=news.example&page=https%3A%2F%2Fnews.example%2Fstory";

async fn mute(reader: &TestReader, id: &str, muted: bool) -> Answer {
    let path = format!("/api/v1/comments/{id}/mute?site=news.example");
    reader
        .send(Method::PUT, &path, json!({ "muted": muted }))
        .await
}

#[tokio::test]
async fn whoever_mutes_an_author_is_told_so_and_nobody_else_is() {
    let app = TestApp::new().await;
    let (ann, bob, eve) = (app.reader("Ann"), app.reader("Bob"), app.reader("Eve"));
    let id = ann.post(STORY, "First").await.id();
    let before = app.thread(STORY).await;

    let first = mute(&bob, &id, true).await.json();
    let again = mute(&bob, &id, true).await.json();

    assert_eq!(first, again);
    assert_eq!(first["muted"], json!(true));
    assert_eq!(bob.get(ME).await.json()["muted"], json!([first["author"]]));
    assert_eq!(eve.get(ME).await.json()["muted"], json!([]));
    assert_eq!(ann.get(ME).await.json()["muted"], json!([]));
    assert_eq!(app.thread(STORY).await, before);
    mute(&bob, &id, false).await;
    assert_eq!(bob.get(ME).await.json()["muted"], json!([]));
}

#[tokio::test]
async fn nobody_mutes_themself_or_what_is_not_there() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    let id = ann.post(STORY, "First").await.id();

    let own = mute(&ann, &id, true).await;
    let unknown = mute(&ann, "0000000000001", true).await;

    expect!["403 not_allowed: This is for others to do."].assert_eq(&own.problem());
    expect!["404 comment_unknown: There is no such comment."].assert_eq(&unknown.problem());
}
