use expect_test::expect;
use rejoinder_core::Settings;
use rejoinder_core::publication::settings::Voting;
use serde_json::json;

use crate::support::{STORY, TestApp};

#[tokio::test]
async fn a_vote_is_counted_once_and_can_be_changed_and_taken_back() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let first = ann.post(STORY, "First").await.id();

    let up = bob.vote(&first, 1).await.good();
    let again = bob.vote(&first, 1).await.good();
    let down = bob.vote(&first, -1).await.good();
    let none = bob.vote(&first, 0).await.good();

    assert_eq!(up, json!({ "up": 1, "down": 0, "mine": 1 }));
    assert_eq!(again, up);
    assert_eq!(down, json!({ "up": 0, "down": 1, "mine": -1 }));
    assert_eq!(none, json!({ "up": 0, "down": 0, "mine": 0 }));
}

#[tokio::test]
async fn a_vote_is_in_the_thread_and_in_me() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let first = ann.post(STORY, "First").await.id();
    app.thread(STORY).await;

    bob.vote(&first, 1).await.good();

    assert_eq!(app.thread(STORY).await["comments"][0]["up"], 1);
    assert_eq!(bob.me(STORY).await["votes"], json!({ &first: 1 }));
    assert_eq!(ann.me(STORY).await["votes"], json!({}));
}

#[tokio::test]
async fn a_vote_that_is_not_taken_is_refused() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let first = ann.post(STORY, "First").await.id();
    let own = ann.vote(&first, 1).await;
    let odd = bob.vote(&first, 2).await;
    let unknown = bob.vote("0000000000001", 1).await;
    let settings = Settings {
        voting: Voting::Up,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;

    let down = bob.vote(&first, -1).await;

    expect!["403 own_comment: You cannot vote on your own comment."].assert_eq(&own.problem());
    expect!["400 body_invalid [value]: The field `value` must be 1, 0 or -1."]
        .assert_eq(&odd.problem());
    expect!["404 comment_unknown: There is no such comment."].assert_eq(&unknown.problem());
    expect!["403 vote_not_taken [value]: This site does not take such votes."]
        .assert_eq(&down.problem());
}
