use std::fs;

use axum::http::{Method, StatusCode};
use rejoinder_core::PageKey;
use rejoinder_core::Settings;
use rejoinder_core::identity::author::Role;
use rejoinder_server::{Config, Publication};
use serde_json::json;
use tempfile::TempDir;

use crate::publication::owner::colleague;
use crate::support::TestApp;

const ABOUT: &str = r#"
title = "The News"
tagline = "Daily"
town = "Town"
footer = "The end."
articles = ["bridge"]
"#;

pub(crate) const ARTICLE: &str = r#"+++
headline = "The bridge & the river"
lead = "It stands."
byline = "Ann Lee"
published_at = "2026-11-20T08:00:00Z"
section = "Town"

[picture]
file = "bridge.png"
alt = "A bridge"
caption = "The bridge"
credit = "Bob"
width = 2
height = 1
+++
It is *long*.
"#;

pub(crate) fn folder(article: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in ["articles", "pictures"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("publication.toml"), ABOUT).unwrap();
    fs::write(folder.path().join("articles/bridge.md"), article).unwrap();
    fs::write(
        folder.path().join("pictures/bridge.png"),
        "not quite a picture",
    )
    .unwrap();
    fs::write(folder.path().join("pictures/secret.png"), "nobody's").unwrap();
    folder
}

pub(crate) async fn published(folder: &TempDir) -> TestApp {
    TestApp::with(|config| publish(config, folder)).await
}

/// Let a server publish `folder`.
pub(crate) fn publish(config: &mut Config, folder: &TempDir) {
    let publication = Publication::read(folder.path(), "news.example").unwrap();
    config.publication = Some(publication);
    config.mail_folder = Some(folder.path().join("mails"));
}

#[tokio::test]
async fn an_article_stands_with_its_discussion_under_it() {
    let folder = folder(ARTICLE);
    let app = published(&folder).await;
    let key = PageKey::parse("https://news.example/articles/bridge").unwrap();
    let before = app.get("/articles/bridge").await;

    let posted = app.reader("Ann").post(key.as_str(), "Good article").await;
    let after = app.get("/articles/bridge").await;

    assert_eq!(before.status, StatusCode::OK);
    assert!(before.text().contains("The bridge &#38; the river"));
    assert!(before.text().contains("<p>It is <em>long</em>.</p>"));
    assert!(!before.text().contains("Good article"));
    assert!(after.text().contains("<p>Good article</p>"));
    let url = format!(
        "https://comments.example/articles/bridge#comment-{}",
        posted.id()
    );
    assert_eq!(posted.json()["comment"]["url"], url);
}

/// The addresses of `bridge` for a server that is known as `https://comments.example`.
const BRIDGES: [&str; 4] = [
    "news.example/articles/bridge",
    "https://comments.example/articles/bridge",
    "https://comments.example/articles/bridge?sort=oldest#comments",
    "https://news.example/articles/bridge",
];

#[tokio::test]
async fn a_reader_posts_on_an_article_by_what_its_own_form_says() {
    let folder = folder(ARTICLE);
    let app = published(&folder).await;
    let article = app.get("/articles/bridge").await.text();
    let page = article.split("data-page=\"").nth(1).unwrap();
    let page = page.split('"').next().unwrap();

    let by_script = app.reader("Ann").post(page, "By script").await;
    let fields = [
        ("site", "news.example"),
        ("page", page),
        ("name", "Bob"),
        ("text", "By form"),
    ];
    let by_form = app.stranger().submit("/embed/comments", &fields).await;

    assert_eq!(
        by_script.status,
        StatusCode::CREATED,
        "{}",
        by_script.text()
    );
    assert_eq!(by_form.status, StatusCode::SEE_OTHER, "{}", by_form.text());
    let after = app.get("/articles/bridge").await.text();
    assert!(after.contains("<p>By script</p>") && after.contains("<p>By form</p>"));
}

#[tokio::test]
async fn an_article_is_one_page_by_every_address_of_it_in_every_route() {
    let folder = folder(ARTICLE);
    let app = published(&folder).await;
    let ann = app.reader("Ann");

    for (n, page) in BRIDGES.into_iter().enumerate() {
        let posted = ann.post(page, &format!("Comment {n}")).await;
        assert_eq!(posted.status, StatusCode::CREATED, "{page}");
    }

    for page in BRIDGES {
        let page: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
        for route in [
            "/embed/thread?site=news.example&page=",
            "/embed?site=news.example&page=",
            "/api/v1/thread?site=news.example&page=",
            "/feeds/news.example/{page}.atom",
        ] {
            let path = match route.contains("{page}") {
                true => route.replace("{page}", &page),
                false => format!("{route}{page}"),
            };
            let text = app.get(&path).await.text();
            let n = (0..4)
                .filter(|n| text.contains(&format!("Comment {n}")))
                .count();
            assert_eq!(n, 4, "{path}");
        }
        let counts = format!("/api/v1/counts?site=news.example&page={page}");
        let counts = app.get(&counts).await.json();
        assert_eq!(
            counts["counts"]
                .as_object()
                .unwrap()
                .values()
                .next()
                .unwrap(),
            4
        );
        let me = format!("/api/v1/me?site=news.example&page={page}");
        assert_eq!(
            ann.get(&me).await.json()["own"].as_array().unwrap().len(),
            4
        );
    }
}

#[tokio::test]
async fn who_sits_at_the_machine_itself_posts_on_an_article_without_its_public_address() {
    let folder = folder(ARTICLE);
    let app = published(&folder).await;
    let post = async |host: &str, origin: &str| {
        let mut reader = app.reader("Ann");
        host.clone_into(&mut reader.host);
        origin.clone_into(&mut reader.origin);
        reader
            .post("http://127.0.0.1:8080/articles/bridge", "Here")
            .await
    };

    let local = post("127.0.0.1:8080", "http://127.0.0.1:8080").await;
    let other_port = post("127.0.0.1:8080", "http://127.0.0.1:3000").await;
    let not_asked = post("comments.example", "http://127.0.0.1:8080").await;
    let elsewhere = post("evil.example", "http://evil.example").await;

    assert_eq!(local.status, StatusCode::CREATED, "{}", local.text());
    for refused in [other_port, not_asked, elsewhere] {
        assert_eq!(refused.json()["code"], "origin_refused");
    }
}

#[tokio::test]
async fn the_page_of_an_article_goes_by_its_headline_whoever_opens_it() {
    let folder = folder(ARTICLE);
    for who in ["author", "subscriber", "moderator"] {
        let publication = Publication::read(folder.path(), "news.example").unwrap();
        let app = TestApp::with(|config| {
            config.publication = Some(publication);
            config.mail_from = Some("talk@comments.example".to_owned());
        })
        .await;
        let kim = colleague(&app, "kim@news.example", Role::Moderator, 91).await;

        let page = BRIDGES[0];
        let answer = match who {
            "author" => app.reader("Ann").post(page, "First").await,
            "subscriber" => {
                let wish = json!({
                    "site": "news.example", "page": page, "kind": "page", "email": "ann@reader.example",
                });
                let path = "/api/v1/subscriptions";
                app.stranger().send(Method::POST, path, wish).await
            }
            _ => {
                let path = format!("/api/v1/pages/decisions?site=news.example&page={page}");
                kim.send(Method::POST, &path, json!({ "action": "close_page" }))
                    .await
            }
        };

        assert!(answer.status.is_success(), "{who}: {}", answer.text());
        let pages = kim.get("/moderate/news.example/pages").await.text();
        assert!(
            pages.contains("The bridge &#38; the river"),
            "{who}: {pages}"
        );
    }
}

#[tokio::test]
async fn the_front_page_leads_to_the_articles() {
    let folder = folder(ARTICLE);
    let app = published(&folder).await;

    let front = app.get("/").await;

    assert!(front.text().contains("href=\"/articles/bridge\""));
    assert_eq!(
        app.get("/articles/tunnel").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_server_without_articles_says_what_it_is_and_names_no_site() {
    let app = TestApp::new().await;
    app.add_site(2, "other.example", Settings::default()).await;

    let front = app.get("/").await;

    assert_eq!(front.status, StatusCode::OK);
    let text = front
        .text()
        .replace("such as <code>news.example</code>", "");
    assert!(text.contains("/moderate/HOST"), "{text}");
    assert!(text.contains("href=\"/docs\""), "{text}");
    for host in ["news.example", "other.example"] {
        assert!(!text.contains(host), "{text}");
    }
}

#[tokio::test]
async fn only_pictures_of_articles_are_served() {
    let folder = folder(ARTICLE);
    let app = published(&folder).await;

    let picture = app.get("/pictures/bridge.png").await;
    let tag = ("if-none-match", picture.header("etag"));

    assert_eq!(picture.body, b"not quite a picture");
    assert_eq!(picture.header("content-type"), "image/png");
    let again = app.get_with("/pictures/bridge.png", &[tag]).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    for path in ["/pictures/secret.png", "/pictures/..%2Fpublication.toml"] {
        assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn a_publication_that_cannot_be_read_says_where_and_why() {
    let explain = |article: &str| {
        let folder = folder(article);
        let error = Publication::read(folder.path(), "news.example")
            .unwrap_err()
            .to_string();
        error.replace(&folder.path().display().to_string(), "")
    };

    assert_eq!(
        explain("No front matter"),
        "/articles/bridge.md: there is no front matter between two lines of +++"
    );
    assert_eq!(
        explain(&ARTICLE.replace("bridge.png", "../bridge.svg")),
        "/articles/bridge.md: picture.file: `../bridge.svg` is not a webp, avif, jpg or png in pictures"
    );
    assert!(explain(&ARTICLE.replace("2026-11-20", "yesterday")).contains("published_at"));
}
