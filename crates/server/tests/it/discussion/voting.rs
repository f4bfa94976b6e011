use axum::http::Method;
use expect_test::expect;
use rejoinder_core::Settings;
use rejoinder_core::publication::settings::{AgreedSort, Voting};
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

#[tokio::test]
async fn a_reaction_is_counted_like_a_vote() {
    let app = TestApp::new().await;
    let settings = Settings {
        reactions: "Respect, I learned <something>".to_owned(),
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let first = ann.post(STORY, "First").await.id();
    let path = format!("/api/v1/comments/{first}/reactions?site=news.example");
    let give = |reaction: &str, value: i64| json!({ "reaction": reaction, "value": value });

    let given = bob
        .send(Method::PUT, &path, give("Respect", 1))
        .await
        .good();
    let again = bob
        .send(Method::PUT, &path, give("respect", 1))
        .await
        .good();
    let thread = app.thread(STORY).await;
    let me = bob.me(STORY).await;
    let back = bob
        .send(Method::PUT, &path, give("respect", 0))
        .await
        .good();

    let counted = |n| {
        json!([
            { "reaction": "respect", "label": "Respect", "n": n },
            { "reaction": "i learned <something>", "label": "I learned <something>", "n": 0 },
        ])
    };
    assert_eq!(given, json!({ "reactions": counted(1), "mine": 1 }));
    assert_eq!(again, given);
    assert_eq!(thread["comments"][0]["reactions"], counted(1));
    assert_eq!(me["reactions"], json!({ &first: ["respect"] }));
    assert_eq!(back, json!({ "reactions": counted(0), "mine": 0 }));
    let own = ann.send(Method::PUT, &path, give("respect", 1)).await;
    expect!["403 own_reaction: You cannot react to your own comment."].assert_eq(&own.problem());
    let odd = bob.send(Method::PUT, &path, give("applause", 1)).await;
    expect!["403 reaction_not_taken [reaction]: This site has no such reaction."]
        .assert_eq(&odd.problem());
}

#[tokio::test]
async fn what_a_publisher_calls_a_reaction_is_text() {
    let app = TestApp::new().await;
    let settings = Settings {
        reactions: "<b>Bold</b>, \"Quoted\"".to_owned(),
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    app.reader("Ann").post(STORY, "First").await.good();

    let page = app
        .get(&format!("/embed?site=news.example&page={STORY}"))
        .await
        .text();

    assert!(page.contains("<bdi>&#60;b&#62;Bold"), "{page}");
    assert!(!page.contains("<b>Bold"), "{page}");
}

#[tokio::test]
async fn without_reactions_a_thread_has_nothing_of_them() {
    let app = TestApp::new().await;
    app.reader("Ann").post(STORY, "First").await.good();

    let page = app
        .get(&format!("/embed?site=news.example&page={STORY}"))
        .await
        .text();

    assert!(!page.contains("reaction"), "{page}");
    assert!(
        app.thread(STORY).await["comments"][0]
            .get("reactions")
            .is_none()
    );
}

#[tokio::test]
async fn what_both_sides_like_is_an_order_only_where_the_site_has_it() {
    let app = TestApp::new().await;
    app.reader("Ann").post(STORY, "First").await.good();
    let thread = format!("/api/v1/thread?site=news.example&page={STORY}&sort=agreed");
    let page = format!("/embed?site=news.example&page={STORY}&sort=agreed");

    let off = app.get(&thread).await.json();
    let settings = Settings {
        agreed_sort: AgreedSort::On,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    let on = app.get(&thread).await.json();
    let shown = app.get(&page).await.text();
    let method = app.get("/embed/agreed?site=news.example").await.text();

    assert_eq!(
        (&off["sort"], &on["sort"]),
        (&json!("newest"), &json!("agreed"))
    );
    assert_eq!(on["comments"][0].get("agreed"), None);
    assert!(
        shown.contains("Not enough votes from both sides yet"),
        "{shown}"
    );
    assert!(shown.contains("/embed/agreed?site=news.example"), "{shown}");
    assert!(method.contains("How the two sides are found"), "{method}");
}
