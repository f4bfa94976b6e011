use std::collections::VecDeque;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::support::{Answer, STORY, TestApp, TestReader};

#[tokio::test]
async fn a_discussion_is_the_same_on_postgres() {
    let app = TestApp::on_postgres().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let first = ann.post(STORY, "Frist").await.id();
    app.thread(STORY).await;

    let reply = bob.reply(STORY, &first, "Reply").await.id();
    bob.vote(&first, 1).await.good();
    ann.edit(&first, "First").await.good();

    let thread = app.thread(STORY).await;
    assert_eq!(thread["comments"][0]["html"], "<p>First</p>");
    assert_eq!(thread["comments"][0]["up"], 1);
    assert_eq!(thread["comments"][0]["replies"][0]["id"], reply);
    assert_eq!(bob.me(STORY).await["votes"], json!({ &first: 1 }));
    ann.delete(&first).await.good();
    let thread = app.thread(STORY).await;
    assert_eq!(thread["comments"][0]["state"], "removed");
}

#[tokio::test]
async fn a_change_through_another_node_is_seen_within_seconds() {
    let database = testing::fresh_database();
    let (here, there) = (
        TestApp::node(&database).await,
        TestApp::node(&database).await,
    );
    here.thread(STORY).await;

    there.reader("Ann").post(STORY, "First").await.good();
    here.clock.advance(Duration::from_secs(3));

    assert_eq!(here.thread(STORY).await["n_comments"], 1);
}

/// Look how a text would look, until one has done it too often or `n` times. Gives the last answer.
async fn preview(reader: &TestReader, n: usize) -> Answer {
    let body = json!({ "site": "news.example", "text": "a" });
    for _ in 1..n {
        reader
            .send(Method::POST, "/api/v1/preview", body.clone())
            .await;
    }
    reader.send(Method::POST, "/api/v1/preview", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_spends_at_one_node_is_soon_spent_at_the_other() {
    let database = testing::fresh_database();
    let (here, there) = (
        TestApp::limiting_node(&database).await,
        TestApp::limiting_node(&database).await,
    );
    let stranger = TestApp::limiting_node(&testing::fresh_database()).await;

    // What is told takes a moment, and what was told before anybody listened has gone by: more come, until
    // one of those who came before is known there.
    let mut came = VecDeque::new();
    loop {
        let spending = here.reader("Ann");
        assert_eq!(preview(&spending, 30).await.status, StatusCode::OK);
        came.push_back(there.reader("Ann"));
        if came.len() < 20 {
            continue;
        }
        if let Some(before) = came.pop_front()
            && preview(&before, 1).await.status == StatusCode::TOO_MANY_REQUESTS
        {
            break;
        }
    }

    let free = stranger.reader("Ann");
    assert_eq!(preview(&free, 1).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_are_shown_what_a_standby_has_and_never_less_than_was_written() {
    let server = testing::Postgres::start().unwrap();
    let database = server.fresh_database().unwrap();
    drop(TestApp::node(&database).await);
    let standby = server.standby().unwrap();
    let name = database.rsplit('/').next().unwrap();
    let app = TestApp::following(&database, format!("{}/{name}", standby.url())).await;
    let (ann, mut n_posts) = (app.reader("Ann"), 0);
    let mut post_and_read = async || {
        n_posts += 1;
        ann.post(STORY, &format!("Number {n_posts}")).await.good();
        assert_eq!(app.thread(STORY).await["n_comments"], n_posts);
    };
    let is_read_from = async || {
        let told = app.inside("/metrics").await.text();
        !told.contains("rejoinder_replica_reads_total 0\n")
    };

    post_and_read().await;
    while !is_read_from().await {
        // It is rendered anew now and then.
        app.clock.advance(Duration::from_secs(120));
        assert_eq!(app.thread(STORY).await["n_comments"], 1);
    }
    standby.stop().unwrap();
    for _ in 0..5 {
        post_and_read().await;
    }
}
