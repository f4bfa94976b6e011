//! A database that hangs, as the server's readers and writers meet it.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use store::Timeouts;
use testing::Link;

use crate::support::{Answer, NEWS, STORY, TestApp, thread_path};

/// As those of a server, but shorter where the test waits in vain.
const TIMEOUTS: Timeouts = Timeouts {
    operation: Some(Duration::from_secs(1)),
    ..Timeouts::SERVING
};

/// Another page, which nobody has read yet.
const OTHER: &str = "https://news.example/other";

#[track_caller]
fn expect_refusal(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers.contains_key("retry-after"));
}

/// How often an answer came from memory because the database was silent.
async fn n_stale(app: &TestApp) -> usize {
    let told = app.inside("/metrics").await.text();
    let line = told
        .lines()
        .find_map(|line| line.strip_prefix("rejoinder_page_cache_stale_total "));
    line.unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_hangs_what_was_read_before_is_read_on_and_the_rest_is_refused() {
    let database = testing::fresh_database();
    let link = Link::to(&database);
    let app = TestApp::waiting(link.url(), TIMEOUTS).await;
    let ann = app.reader("Ann");
    let kept = ann.post(STORY, "It stays.").await.id();
    let removed = ann.post(STORY, "It goes.").await.id();
    app.thread(STORY).await;
    ann.delete(&removed).await.good();
    assert_eq!(app.thread(STORY).await["n_comments"], 1);

    link.cut();
    for pause in [0, 3, 100, 100, 1_000] {
        app.clock.advance(Duration::from_secs(pause));
        let read = app.get(&thread_path(STORY)).await;
        assert_eq!(read.status, StatusCode::OK);
        assert!(read.text().contains("It stays."));
        assert!(!read.text().contains("It goes."));
    }
    assert!(n_stale(&app).await >= 3);
    expect_refusal(&app.get(&thread_path(OTHER)).await);
    expect_refusal(&ann.post(STORY, "It waits in vain.").await);
    let closed = app.inside("/readyz").await;
    assert_eq!(closed.status, StatusCode::SERVICE_UNAVAILABLE);
    // Too old by now, whatever the reason.
    app.clock.advance(Duration::from_secs(3_600));
    expect_refusal(&app.get(&thread_path(STORY)).await);

    link.mend();
    let bob = app.reader("Bob");
    let mut again = bob.vote(&kept, 1).await;
    while again.status == StatusCode::SERVICE_UNAVAILABLE {
        again = bob.vote(&kept, 1).await;
    }
    again.good();
    ann.post(STORY, "It came through.").await.good();
    let shown = app.get(&thread_path(STORY)).await.text();
    assert!(shown.contains("It came through."));
    assert!(!shown.contains("It waits in vain."));
    assert_eq!(app.inside("/readyz").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_knows_no_site_yet_says_that_it_cannot_and_not_that_one_may_not() {
    let database = testing::fresh_database();
    drop(TestApp::node(&database).await);
    let link = Link::to(&database);
    let app = TestApp::waiting(link.url(), TIMEOUTS).await;
    // It has read nothing yet but what it is made of.
    link.cut();

    expect_refusal(&app.reader("Ann").post(STORY, "First").await);
    let asking = [("origin", NEWS), ("access-control-request-method", "POST")];
    let path = "/api/v1/comments";
    let asked = app
        .send(Method::OPTIONS, path, &asking, Body::empty())
        .await;
    expect_refusal(&asked);
}
