use std::io::Read as _;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use rejoinder_core::Settings;

use crate::support::{STORY, TestApp, thread_path};

#[tokio::test]
async fn a_reader_who_has_the_thread_is_told_so_until_it_changes() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    ann.post(STORY, "First").await.good();
    let first = app.get(&thread_path(STORY)).await;
    let tag = ("if-none-match", first.header("etag"));

    let same = app.get_with(&thread_path(STORY), &[tag]).await;
    ann.post(STORY, "Second").await.good();
    let changed = app.get_with(&thread_path(STORY), &[tag]).await;

    assert_eq!(same.status, StatusCode::NOT_MODIFIED);
    assert!(same.body.is_empty());
    assert_eq!(changed.status, StatusCode::OK);
    assert_eq!(changed.json()["n_comments"], 2);
}

#[tokio::test]
async fn the_same_bytes_come_in_the_encoding_that_is_asked_for() {
    let app = TestApp::new().await;
    app.reader("Ann").post(STORY, "First").await.good();
    let plain = app.get(&thread_path(STORY)).await;

    let gzip = app
        .get_with(&thread_path(STORY), &[("accept-encoding", "gzip")])
        .await;
    let brotli = app
        .get_with(&thread_path(STORY), &[("accept-encoding", "gzip, br")])
        .await;

    let mut unzipped = Vec::new();
    flate2::read::GzDecoder::new(&*gzip.body)
        .read_to_end(&mut unzipped)
        .unwrap();
    let mut unbrotlied = Vec::new();
    brotli::Decompressor::new(&*brotli.body, 4_096)
        .read_to_end(&mut unbrotlied)
        .unwrap();
    assert_eq!(
        (gzip.header("content-encoding"), &unzipped),
        ("gzip", &plain.body)
    );
    assert_eq!(
        (brotli.header("content-encoding"), &unbrotlied),
        ("br", &plain.body)
    );
}

#[tokio::test]
async fn asking_for_the_head_gives_the_head() {
    let app = TestApp::new().await;
    let full = app.get(&thread_path(STORY)).await;

    for round in ["rendered", "cached"] {
        let path = format!("{}&sort=oldest", thread_path(STORY));
        let head = app.send(Method::HEAD, &path, &[], Body::empty()).await;
        assert_eq!(head.status, StatusCode::OK, "{round}");
        assert!(head.body.is_empty(), "{round}");
    }
    let head = app
        .send(Method::HEAD, &thread_path(STORY), &[], Body::empty())
        .await;
    assert_eq!(head.header("content-length"), full.body.len().to_string());
}

#[tokio::test]
async fn new_settings_change_what_is_shown_within_seconds() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    for n in 0..3 {
        ann.post(STORY, &format!("Comment {n}")).await.good();
    }
    app.thread(STORY).await;

    let settings = Settings {
        roots_per_page: 2,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;

    assert_eq!(
        app.thread(STORY).await["comments"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_busy_page_shows_each_removal_at_once() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    let mut ids = Vec::new();
    for n in 0..20 {
        ids.push(ann.post(STORY, &format!("Comment number {n}.")).await.id());
        app.thread(STORY).await;
    }

    for (n, id) in ids.iter().enumerate() {
        ann.delete(id).await.good();
        let shown = app.get(&thread_path(STORY)).await.text();
        assert!(!shown.contains(&format!("number {n}.")), "{n}");
    }
    app.clock.advance(Duration::from_secs(1));
}

/// How many threads were rendered.
async fn n_rendered(app: &TestApp) -> usize {
    let told = app.inside("/metrics").await.text();
    let line = told
        .lines()
        .find_map(|line| line.strip_prefix("rejoinder_renderings_total "));
    line.unwrap().parse().unwrap()
}

#[tokio::test]
async fn ten_thousand_ways_to_ask_for_a_page_are_few_renderings_and_the_usual_one_stays() {
    let app = TestApp::new().await;
    app.reader("Ann").post(STORY, "First").await.good();
    let spellings = ["", "+", "0", "00", "000"];
    let before = n_rendered(&app).await;

    for spelling in spellings {
        for limit in 1..=100 {
            for replies in 0..=20 {
                let size = format!("&limit={spelling}{limit}&replies={replies}");
                let size = size.replace('+', "%2B");
                app.get(&format!("{}{size}", thread_path(STORY)))
                    .await
                    .good();
            }
        }
    }

    let n_ways = n_rendered(&app).await - before;
    assert!(n_ways <= 32, "{n_ways} renderings");
    app.thread(STORY).await;
    let before = n_rendered(&app).await;
    for _ in 0..10 {
        app.thread(STORY).await;
    }
    assert_eq!(n_rendered(&app).await, before);
}
