//! Cards as readers see them.

use axum::http::{Method, StatusCode};
use rejoinder_core::publication::settings::LinkCards;
use rejoinder_core::{Clock as _, Settings, SiteId};
use serde_json::Value;
use store::discussion::cards::{self, FetchedCard, NewCardPicture};

use crate::support::{STORY, TestApp};

const URL: &str = "https://www.paper.example/bridge?a=1&b=2";
const FRAGMENT: &str = "/embed/thread?site=news.example&page=https://news.example/story";
const PAGE: &str = "/embed?site=news.example&page=https://news.example/story";

async fn find(app: &TestApp, url: &'static str, title: &'static str) {
    let now = app.clock.now();
    let found = FetchedCard {
        title: title.to_owned(),
        site: Some(format!("{title} paper")),
        author: Some(format!("{title} author")),
        description: Some(format!("{title} about")),
        icon: Some(NewCardPicture {
            bytes: b"\x89PNG\r\n\x1a\n".to_vec(),
            width: 48,
            height: 48,
        }),
        picture: Some(NewCardPicture {
            bytes: vec![0xff, 0xd8, 0xff],
            width: 400,
            height: 210,
        }),
    };
    let save = move |tx: &mut store::Tx<'_>| cards::save(tx, now, SiteId(1), url, Some(&found));
    app.store.write(save).await.unwrap();
}

/// The address of the only picture in a thread.
fn picture(html: &str) -> String {
    let start = html.find("/link-pictures/").unwrap();
    let end = html[start..].find('"').unwrap() + start;
    html[start..end].to_owned()
}

#[tokio::test]
async fn a_card_stands_under_the_comment_and_asks_only_our_own_server() {
    let app = TestApp::new().await;
    app.reader("Ann")
        .post(STORY, &format!("Look:\n{URL}"))
        .await
        .good();
    assert!(!app.get(FRAGMENT).await.text().contains("rj-card"));
    let mut live = app.follow(STORY, Some("1")).await;

    find(&app, URL, "The bridge").await;

    let html = app.get(FRAGMENT).await.text();
    assert!(
        html.contains("<b class=\"rj-card-title\" dir=\"auto\">The bridge</b>"),
        "{html}"
    );
    assert!(
        html.contains("The bridge paper</bdi> · <bdi>The bridge author</bdi> · paper.example"),
        "{html}"
    );
    assert!(
        html.contains("rel=\"nofollow ugc noopener noreferrer\"><img"),
        "{html}"
    );
    for src in html.split(" src=\"").skip(1) {
        assert!(src.starts_with("https://comments.example/"), "{src}");
    }
    let told = live.next().await.unwrap();
    assert_eq!(told.event, "edited");
    assert!(
        told.data["html"]
            .as_str()
            .unwrap()
            .contains("rj-card-title")
    );
    let shown = app.get(&picture(&html)).await;
    assert_eq!(shown.header("content-type"), "image/jpeg");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    assert_eq!(shown.header("cross-origin-resource-policy"), "cross-origin");
    let tag = ("if-none-match", shown.header("etag"));
    let known = app.get_with(&picture(&html), &[tag]).await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);
    let icon = html
        .split("/link-pictures/")
        .find(|rest| rest[..50].contains(".png"));
    let icon = icon.and_then(|rest| rest.split('"').next()).unwrap();
    let shown = app.get(&format!("/link-pictures/{icon}")).await;
    assert_eq!(shown.header("content-type"), "image/png");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    let misnamed = format!("/link-pictures/{}", icon.replace(".png", ".jpg"));
    assert_eq!(app.get(&misnamed).await.status, StatusCode::NOT_FOUND);
    for wrong in ["1.jpg", "x.jpg", "1.png", "1"] {
        let path = format!("/link-pictures/news.example/{wrong}");
        assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_a_page_says_of_itself_is_text() {
    let app = TestApp::new().await;
    app.reader("Ann").post(STORY, URL).await.good();

    find(
        &app,
        URL,
        "\"><script>alert(1)</script><img src=x onerror=alert(1)>",
    )
    .await;

    let html = app.get(FRAGMENT).await.text();
    assert!(html.contains("&#60;script&#62;"), "{html}");
    assert!(
        !html.contains("<script>") && !html.contains("<img src=x"),
        "{html}"
    );
}

#[tokio::test]
async fn a_video_is_played_by_a_frame_of_a_known_provider_after_a_click() {
    const VIDEO: &str = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";
    let app = TestApp::new().await;
    app.reader("Ann").post(STORY, VIDEO).await.good();
    find(&app, VIDEO, "A video").await;

    let page = app.get(PAGE).await;

    let html = page.text();
    assert!(!html.contains("<iframe"));
    assert!(html.contains("data-frame=\"https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ\""));
    assert!(html.contains("Play here (loads from youtube-nocookie.com)"));
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("frame-src https://www.youtube-nocookie.com "),
        "{policy}"
    );
}

#[tokio::test]
async fn the_writer_makes_a_link_only_a_link_with_and_without_script() {
    let app = TestApp::new().await;
    let (mut ann, mut bob) = (app.reader("Ann"), app.reader("Bob"));
    let first = ann.post(STORY, URL).await.id();
    let second = bob.post(STORY, &format!("{URL}\n\nToo")).await.id();
    find(&app, URL, "The bridge").await;
    let n_cards = async || {
        app.get(FRAGMENT)
            .await
            .text()
            .matches("rj-card-title")
            .count()
    };
    let query = |id: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query
            .append_pair("url", URL)
            .append_pair("site", "news.example");
        format!("/api/v1/comments/{id}/cards?{}", query.finish())
    };
    assert_eq!(n_cards().await, 2);

    let forbidden = bob.send(Method::DELETE, &query(&first), Value::Null).await;
    assert!(forbidden.problem().starts_with("403 not_yours"));
    let done = ann.send(Method::DELETE, &query(&first), Value::Null).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);
    assert_eq!(n_cards().await, 1);

    bob.origin = "https://comments.example".to_owned();
    ann.origin.clone_from(&bob.origin);
    let edit = format!("/embed/comments/{second}/edit?site=news.example");
    assert!(bob.get(&edit).await.text().contains("Show only the link"));
    let act = format!("/embed/comments/{second}/cards");
    let fields = [("site", "news.example"), ("url", URL)];
    assert_eq!(
        ann.submit(&act, &fields).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        bob.submit(&act, &fields).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(n_cards().await, 0);
    assert!(!bob.get(&edit).await.text().contains("Show only the link"));
}

#[tokio::test]
async fn a_publisher_who_turns_cards_off_sees_none_from_then_on() {
    let app = TestApp::new().await;
    app.reader("Ann").post(STORY, URL).await.good();
    find(&app, URL, "The bridge").await;
    assert!(app.get(FRAGMENT).await.text().contains("rj-card-title"));

    let off = Settings {
        link_cards: LinkCards::Off,
        ..Settings::default()
    };
    app.add_site(1, "news.example", off).await;

    assert!(!app.get(FRAGMENT).await.text().contains("rj-card"));
}

#[tokio::test]
async fn a_publisher_turns_the_cards_of_one_site_off() {
    const OTHER: &str = "https://museum.example/";
    let app = TestApp::new().await;
    app.reader("Ann")
        .post(STORY, &format!("{URL}\n\n{OTHER}"))
        .await
        .good();
    find(&app, URL, "The bridge").await;
    find(&app, OTHER, "The museum").await;

    let unlisted = Settings {
        link_cards: LinkCards::Unlisted,
        link_card_sites: "paper.example".to_owned(),
        ..Settings::default()
    };
    app.add_site(1, "news.example", unlisted).await;

    let html = app.get(FRAGMENT).await.text();
    assert!(
        html.contains("The museum") && !html.contains("The bridge"),
        "{html}"
    );
}

#[tokio::test]
async fn a_card_is_gone_with_its_comment() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let id = ann.post(STORY, URL).await.id();
    bob.reply(STORY, &id, "Indeed").await.good();
    find(&app, URL, "Canary").await;
    let path = picture(&app.get(FRAGMENT).await.text());

    ann.delete(&id).await.good();

    assert!(!app.get(FRAGMENT).await.text().contains("Canary"));
    assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);
    let feed = app.get("/feeds/news.example.atom").await.text();
    assert!(!feed.contains("Canary"));
}
