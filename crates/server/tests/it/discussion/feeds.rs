//! Feeds through the router.

use std::time::Duration;

use axum::http::StatusCode;
use rejoinder_core::Settings;
use rejoinder_core::publication::settings::ModerationMode;
use serde_json::Value;

use crate::support::{Answer, STORY, TestApp};

const SITE: &str = "/feeds/news.example.json";
const PAGE: &str = "/feeds/news.example/https%3A%2F%2Fnews.example%2Fstory.json";

/// What the entries of a feed say, newest first.
fn texts(feed: &Answer) -> Vec<String> {
    let json: Value = feed.good();
    let items = json["items"].as_array().unwrap().iter();
    items
        .map(|item| item["content_html"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_feed_holds_what_is_new_at_a_site_on_a_page_in_a_branch_or_for_an_author() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let first = ann.post(STORY, "First").await.id();
    let reply = bob.reply(STORY, &first, "Reply").await.id();
    ann.reply(STORY, &first, "Own reply").await.good();
    bob.reply(STORY, &reply, "Deep").await.good();
    ann.post("other", "Elsewhere").await.good();
    let author = ann.me(STORY).await["reader"]["id"]
        .as_str()
        .unwrap()
        .to_owned();

    let site = app.get(SITE).await;
    let page = app.get(PAGE).await;
    let branch = app
        .get(&format!("/feeds/news.example/branches/{reply}.json"))
        .await;
    let replies = app
        .get(&format!("/feeds/news.example/replies/{author}.json"))
        .await;

    let all = [
        "<p>Elsewhere</p>",
        "<p>Deep</p>",
        "<p>Own reply</p>",
        "<p>Reply</p>",
        "<p>First</p>",
    ];
    assert_eq!(texts(&site), all);
    assert_eq!(texts(&page), all[1..]);
    assert_eq!(texts(&branch), ["<p>Deep</p>", "<p>Reply</p>"]);
    assert_eq!(texts(&replies), ["<p>Reply</p>"]);
    assert_eq!(replies.json()["title"], "Replies to Ann");
}

#[tokio::test]
async fn each_format_has_its_name_and_type() {
    let app = TestApp::new().await;
    app.reader("Ann").post(STORY, "First").await.good();
    for (end, kind, start) in [
        ("atom", "application/atom+xml; charset=utf-8", "<?xml"),
        ("rss", "application/rss+xml; charset=utf-8", "<?xml"),
        ("json", "application/feed+json", "{"),
    ] {
        for path in [
            format!("/feeds/news.example.{end}"),
            format!("/feeds/news.example/.{end}"),
            format!("/feeds/news.example/news.example%2Fstory.{end}"),
            format!("/feeds/news.example/https://news.example/story.{end}"),
        ] {
            let feed = app.get(&path).await;
            assert_eq!(feed.header("content-type"), kind, "{path}");
            assert!(feed.text().starts_with(start), "{path}");
            assert!(feed.text().contains("First"), "{path}");
        }
    }
    for path in [
        "/feeds/news.example.pdf",
        "/feeds/news.example",
        "/feeds/other.example.atom",
    ] {
        assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_program_that_has_the_feed_is_told_so_until_something_was_said() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let id = ann.post(STORY, "First").await.id();
    for path in [SITE, PAGE] {
        let first = app.get(path).await;
        let tag = ("if-none-match", first.header("etag"));
        let date = ("if-modified-since", first.header("last-modified"));
        assert!(date.1.ends_with(" GMT"), "{}", date.1);

        bob.vote(&id, 1).await.good();
        app.clock.advance(Duration::from_secs(90));
        assert_eq!(
            app.get_with(path, &[tag]).await.status,
            StatusCode::NOT_MODIFIED
        );
        assert_eq!(
            app.get_with(path, &[date]).await.status,
            StatusCode::NOT_MODIFIED
        );

        ann.post(STORY, &format!("More for {path}")).await.good();
        assert_eq!(app.get_with(path, &[tag]).await.status, StatusCode::OK);
        assert_eq!(app.get_with(path, &[date]).await.status, StatusCode::OK);
        bob.vote(&id, 0).await.good();
    }
}

#[tokio::test]
async fn a_feed_that_is_kept_costs_no_rendering() {
    let app = TestApp::new().await;
    app.reader("Ann").post(STORY, "First").await.good();
    let renderings = async || {
        let metrics = app.inside("/metrics").await.text();
        let line = |line: &&str| line.starts_with("rejoinder_renderings_total");
        metrics.lines().find(line).unwrap().to_owned()
    };
    app.get(SITE).await.good();
    app.get(PAGE).await.good();
    let before = renderings().await;

    for _ in 0..20 {
        app.get(SITE).await.good();
        app.get(PAGE).await.good();
    }

    assert_eq!(renderings().await, before);
}

#[tokio::test]
async fn what_is_not_published_is_in_no_feed() {
    let app = TestApp::new().await;
    app.add_site(2, "other.example", Settings::default()).await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let top = ann.post(STORY, "Canary of the top").await.id();
    bob.reply(STORY, &top, "It stays").await.good();
    let gone = ann.post(STORY, "Canary removed").await.id();
    ann.post("other", "Canary edited").await.good();
    let edited = ann.post("other", "Canary before").await.id();
    let paths = async || {
        let mut all = String::new();
        for end in ["atom", "rss", "json"] {
            for path in [
                format!("/feeds/news.example.{end}"),
                format!("/feeds/news.example/news.example%2Fstory.{end}"),
                format!("/feeds/news.example/other.{end}"),
                format!("/feeds/news.example/branches/{top}.{end}"),
            ] {
                all.push_str(&app.get(&path).await.text());
            }
        }
        all
    };
    assert!(paths().await.contains("Canary removed"));

    ann.delete(&gone).await.good();
    ann.delete(&top).await.good();
    ann.edit(&edited, "Changed").await.good();
    let changed = Settings {
        mode: ModerationMode::Before,
        ..Settings::default()
    };
    app.add_site(1, "news.example", changed).await;
    assert_eq!(
        ann.post(STORY, "Canary held").await.status,
        StatusCode::ACCEPTED
    );
    let all = paths().await;

    assert!(all.contains("It stays") && all.contains("Changed"));
    for canary in ["of the top", "removed<", "before", "held"] {
        assert!(!all.contains(&format!("Canary {canary}")), "{canary}");
    }
    let elsewhere = app.get("/feeds/other.example.atom").await.text();
    assert!(!elsewhere.contains("Canary"));
    let foreign = format!("/feeds/other.example/branches/{top}.atom");
    assert_eq!(app.get(&foreign).await.status, StatusCode::NOT_FOUND);
    let unknown = app
        .get("/feeds/other.example/news.example%2Fstory.json")
        .await;
    assert_eq!(unknown.good()["items"], serde_json::json!([]));
}

#[tokio::test]
async fn a_branch_that_is_gone_has_no_feed() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    let id = ann.post(STORY, "First").await.id();
    let path = format!("/feeds/news.example/branches/{id}.atom");
    app.get(&path).await;

    ann.delete(&id).await.good();

    assert!(
        app.get(&path)
            .await
            .problem()
            .starts_with("404 comment_unknown")
    );
    let unknown = app
        .get("/feeds/news.example/branches/0000000000001.atom")
        .await;
    assert!(unknown.problem().starts_with("404 comment_unknown"));
    assert_eq!(
        app.get("/feeds/news.example/branches/x.atom").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_page_names_its_feeds() {
    let app = TestApp::new().await;
    app.reader("Ann").post(STORY, "First").await.good();
    let page = app
        .get("/embed?site=news.example&page=https://news.example/story")
        .await
        .text();
    assert!(page.contains(
        "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"Comments (Atom)\" \
         href=\"https://comments.example/feeds/news.example/news.example%2Fstory.atom\">"
    ));
}

#[tokio::test]
async fn feeds_are_the_same_on_postgres() {
    let app = TestApp::on_postgres().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let first = ann.post(STORY, "First").await.id();
    bob.reply(STORY, &first, "Reply").await.good();
    let author = ann.me(STORY).await["reader"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for path in [
        SITE.to_owned(),
        PAGE.to_owned(),
        format!("/feeds/news.example/branches/{first}.json"),
    ] {
        assert_eq!(
            texts(&app.get(&path).await),
            ["<p>Reply</p>", "<p>First</p>"]
        );
    }
    let replies = format!("/feeds/news.example/replies/{author}.json");
    assert_eq!(texts(&app.get(&replies).await), ["<p>Reply</p>"]);
}
