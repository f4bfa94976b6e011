//! Following a page live.

use std::time::Duration;

use rejoinder_core::{Clock as _, Settings, SiteId};

use crate::support::{STORY, TestApp};

#[tokio::test]
async fn what_happens_is_told_once_and_in_order() {
    let app = TestApp::new().await;
    let (ann, kim) = (app.reader("Ann"), app.reader("Kim"));
    let mut following = app.follow("story", None).await;
    let id = ann.post("story", "First").await.id();
    kim.vote(&id, 1).await.good();
    let first = following.line().await;
    let reply = kim.reply("story", &id, "Reply").await.id();
    ann.edit(&id, "First, amended").await.good();

    assert!(
        ["1 published First", "2 published First"].contains(&first.as_str()),
        "{first}"
    );
    let mut rest = Vec::new();
    while rest.last() != Some(&"4 edited First, amended".to_owned()) {
        rest.push(following.line().await);
    }
    rest.retain(|line| !line.contains("voted"));
    assert_eq!(rest, ["3 published Reply", "4 edited First, amended"]);
    kim.delete(&reply).await;
    assert_eq!(following.line().await, "5 removed ");
}

#[tokio::test]
async fn a_stream_that_comes_back_is_told_what_it_missed_and_no_more() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    ann.post("story", "One").await.id();
    let mut following = app.follow("story", Some("0")).await;
    assert_eq!(following.line().await, "1 published One");
    drop(following);
    ann.post("story", "Two").await.id();
    ann.post("story", "Three").await.id();

    let mut back = app.follow("story", Some("1")).await;

    assert_eq!(back.line().await, "2 published Two");
    assert_eq!(back.line().await, "3 published Three");
    ann.post("story", "Four").await.id();
    assert_eq!(back.line().await, "4 published Four");
}

#[tokio::test]
async fn a_comment_that_is_held_or_gone_is_never_told() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    let gone = ann.post("story", "canary-gone").await.id();
    ann.delete(&gone).await;
    let before = Settings::default().with("mode", "before").unwrap();
    app.add_site(1, "news.example", before).await;
    ann.post("story", "canary-held").await.good();
    app.add_site(1, "news.example", Settings::default()).await;
    ann.post("story", "Seen").await.id();

    let mut following = app.follow("story", Some("0")).await;

    let told = following.next().await.unwrap();
    assert!(!told.data.to_string().contains("canary"), "{told:?}");
    assert_eq!((told.event.as_str(), told.id.as_str()), ("published", "4"));
}

#[tokio::test]
async fn a_removal_leaves_a_tombstone_when_replies_hang_on_it() {
    let app = TestApp::new().await;
    let (ann, kim) = (app.reader("Ann"), app.reader("Kim"));
    let id = ann.post("story", "secret-text").await.id();
    kim.reply("story", &id, "Reply").await.id();
    let mut following = app.follow("story", None).await;

    ann.delete(&id).await;

    let told = following.next().await.unwrap();
    assert_eq!(told.event, "removed");
    assert_eq!(told.data["n_comments"], 1);
    let html = told.data["html"].as_str().unwrap();
    assert!(
        html.contains(&id) && !html.contains("secret") && !html.contains("Ann"),
        "{html}"
    );
}

#[tokio::test]
async fn a_comment_on_another_node_is_told_here() {
    let database = testing::fresh_database();
    let (here, there) = (
        TestApp::node(&database).await,
        TestApp::node(&database).await,
    );
    let mut following = here.follow("story", None).await;

    there.reader("Ann").post("story", "From afar").await.id();

    assert_eq!(following.line().await, "1 published From afar");
}

#[tokio::test]
async fn streams_end_when_the_server_stops() {
    let app = TestApp::new().await;
    let mut following = app.follow("story", None).await;

    app.live.close();

    assert!(following.next().await.is_none());
}

#[tokio::test]
async fn another_sites_page_is_another_page() {
    let app = TestApp::new().await;
    app.add_site(2, "other.example", Settings::default()).await;
    let ann = app.reader("Ann");
    let mut following = app.follow("story", None).await;
    let body = serde_json::json!({
        "site": "other.example", "page": "story", "text": "canary", "name": "Ann"
    });
    let mut other = app.reader("Kim");
    other.origin = "https://other.example".to_owned();
    other
        .send(axum::http::Method::POST, "/api/v1/comments", body)
        .await
        .good();
    ann.post("story", "Ours").await.id();

    assert_eq!(following.line().await, "1 published Ours");
}

#[tokio::test]
async fn whoever_was_away_for_longer_than_the_log_is_kept_reads_the_page_anew_and_misses_nothing_after()
 {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    let tidy = async || {
        let now = app.clock.now();
        let tidy = move |tx: &mut store::Tx<'_>| store::housekeeping::tidy(tx, now, SiteId(1));
        app.store.write(tidy).await.unwrap();
    };
    ann.post(STORY, "First").await.good();
    ann.post(STORY, "Second").await.good();

    app.clock.advance(Duration::from_hours(7 * 24 - 1));
    tidy().await;
    let told = app.follow(STORY, Some("1")).await.next().await.unwrap();
    assert_eq!((&*told.event, &*told.id), ("published", "2"));

    app.clock.advance(Duration::from_hours(2));
    tidy().await;
    let mut away = app.follow(STORY, Some("1")).await;
    let told = away.next().await.unwrap();
    assert_eq!((&*told.event, &*told.id), ("reload", "2"));
    ann.post(STORY, "Third").await.good();
    let told = away.next().await.unwrap();
    assert_eq!((&*told.event, &*told.id), ("published", "3"));
    let mut here = app.follow(STORY, Some("2")).await;
    assert_eq!(here.next().await.unwrap().id, "3");
}
