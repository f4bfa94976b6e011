//! What people type, shown on the desk.

use rejoinder_core::identity::author::Role;

use crate::moderation::desk::{desk, signed_in};
use crate::moderation::desk_pages::{author_of_first, done, linked, send, shown};

/// What someone types who wants to run something in a moderator's browser.
const HOSTILE: &str =
    "<img src=x onerror=alert(1)>\"'></textarea></title><script>alert(1)</script>";

#[tokio::test]
async fn nothing_that_anyone_types_runs_on_the_desk() {
    let (app, _) = desk().await;
    let boss = signed_in(&app, "news.example", Role::Owner, 90).await;
    let page = "https://news.example/a?<img src=x onerror=alert(1)>";
    let body = serde_json::json!({
        "site": "news.example", "page": page, "title": HOSTILE, "text": HOSTILE,
        "name": "<b onclick=a>\"'",
    });
    let ann = app.reader("Ann");
    let path = "/api/v1/comments";
    let posted = ann.send(axum::http::Method::POST, path, body).await.id();
    ann.edit(&posted, &format!("{HOSTILE} again")).await.good();
    let author = author_of_first(&boss).await;
    let of_page = linked(&shown(&boss, "/pages").await, "/pages/");
    let note = [("action", "note"), ("reason", HOSTILE)];
    done(&boss, &format!("/authors/{author}"), &note).await;
    let ban = [("action", "ban"), ("for", "good"), ("reason", HOSTILE)];
    done(&boss, &format!("/authors/{author}"), &ban).await;
    done(&boss, "/searches", &[("q", HOSTILE), ("name", HOSTILE)]).await;
    let group: String = HOSTILE.chars().take(70).collect();
    done(&boss, "/groups", &[("name", &group), ("prefix", HOSTILE)]).await;
    let close = [("action", "close_page"), ("note", HOSTILE)];
    done(&boss, &format!("/pages/{of_page}"), &close).await;
    let seen = format!("{posted}.1");
    let stale = [
        ("comment", seen.as_str()),
        ("action", "reject"),
        ("note", HOSTILE),
    ];
    let edited = done(&boss, "/decide", &stale).await;
    expect_harmless("edited", &edited);
    let seen = format!("{posted}.2");
    let now = [
        ("comment", seen.as_str()),
        ("action", "reject"),
        ("note", HOSTILE),
    ];
    done(&boss, "/decide", &now).await;

    let query: String = url::form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect();
    for path in [
        "/queues/rejected".to_owned(),
        format!("/queues/rejected?page={of_page}&did={query}&n=1&undo={query}"),
        format!("/comments/{posted}"),
        format!("/authors/{author}?did={query}"),
        "/authors".to_owned(),
        "/log".to_owned(),
        format!("/log?page={of_page}"),
        format!("/log?author={author}"),
        format!("/search?q={query}"),
        "/search?q=state:rejected".to_owned(),
        format!("/pages?q={query}"),
        "/pages".to_owned(),
        format!("/pages/{of_page}"),
        "/groups".to_owned(),
    ] {
        expect_harmless(&path, &shown(&boss, &path).await);
    }
    let refused = [("action", "ban"), ("reason", HOSTILE)];
    let refused = send(&boss, &format!("/authors/{author}"), &refused).await;
    expect_harmless("a refused ban", &refused.text());
}

fn expect_harmless(path: &str, page: &str) {
    assert!(!page.contains("<img"), "{path}: {page}");
    assert!(!page.contains("<b onclick"), "{path}: {page}");
    let scripts = page.matches("<script").count();
    let own = page
        .matches("<script type=\"module\" src=\"/static/desk.js")
        .count();
    assert_eq!((scripts, own), (1, 1), "{path}");
}
