use axum::http::StatusCode;
use expect_test::expect;
use rejoinder_core::Settings;
use serde_json::json;

use crate::support::{STORY, TestApp, thread_path};

#[tokio::test]
async fn an_unknown_page_is_an_empty_thread() {
    let app = TestApp::new().await;

    let thread = app.thread("never-seen").await;

    assert_eq!(thread["n_comments"], 0);
    assert_eq!(thread["comments"], json!([]));
    assert_eq!(thread["next"], json!(null));
}

#[tokio::test]
async fn the_same_article_is_the_same_thread() {
    let app = TestApp::new().await;
    app.reader("Ann").post(STORY, "First").await.good();

    for page in [
        "http://news.example/story/",
        "https://news.example/story%3Futm_source=mail",
    ] {
        assert_eq!(app.thread(page).await["n_comments"], 1, "{page}");
    }
}

#[tokio::test]
async fn a_long_thread_goes_on_by_cursor() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    for n in 0..5 {
        ann.post(STORY, &format!("Comment {n}")).await.good();
    }

    let path = format!("{}&sort=oldest&limit=2", thread_path(STORY));
    let mut texts = Vec::new();
    let mut next = String::new();
    loop {
        let page = app.get(&format!("{path}{next}")).await.good();
        let comments = page["comments"].as_array().unwrap();
        texts.extend(comments.iter().map(|comment| comment["html"].to_string()));
        match page["next"].as_str() {
            Some(cursor) => next = format!("&after={cursor}"),
            None => break,
        }
    }

    assert_eq!(texts.len(), 5);
    assert!(texts.is_sorted());
}

#[tokio::test]
async fn a_comment_is_read_with_its_ancestors() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    let first = ann.post(STORY, "First").await.id();
    let second = ann.reply(STORY, &first, "Second").await.id();

    let placed = app.get(&format!("/api/v1/comments/{second}")).await.good();

    assert_eq!(placed["comment"]["id"], second);
    assert_eq!(placed["ancestors"][0]["id"], first);
}

#[tokio::test]
async fn a_link_to_a_comment_shows_it_with_its_ancestors() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    let first = ann.post(STORY, "First").await.id();
    let second = ann.reply(STORY, &first, "Second").await.id();

    let path = format!("/embed?site=news.example&page={STORY}&comment={second}");
    let page = app.get(&path).await;

    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains(&format!("id=\"comment-{second}\"")));
    assert!(page.text().contains(&format!("id=\"comment-{first}\"")));
}

#[tokio::test]
async fn pages_are_counted_in_one_request() {
    let app = TestApp::new().await;
    app.reader("Ann").post(STORY, "First").await.good();

    let path = format!("/api/v1/counts?site=news.example&page={STORY}&page=other");
    let counts = app.get(&path).await.good();

    assert_eq!(counts, json!({ "counts": { STORY: 1, "other": 0 } }));
}

#[tokio::test]
async fn an_address_that_is_none_takes_no_count_from_the_rest_of_an_index() {
    let app = TestApp::new().await;
    app.reader("Ann").post(STORY, "First").await.good();
    let wrong = "javascript:void(0)";

    let path = format!("/api/v1/counts?site=news.example&page={wrong}");
    let alone = app.get(&path).await;
    let among = app.get(&format!("{path}&page={STORY}")).await.good();

    assert_eq!(alone.json()["code"], "page_invalid");
    assert_eq!(among, json!({ "counts": { STORY: 1 } }));
}

#[tokio::test]
async fn a_site_is_never_visible_from_another() {
    let app = TestApp::new().await;
    app.add_site(2, "other.example", Settings::default()).await;
    let (ann, mut eve) = (app.reader("Ann"), app.reader("Eve"));
    let first = ann.post("shared-key", "First").await.id();
    eve.origin = "https://other.example".to_owned();

    let thread = app
        .get("/api/v1/thread?site=other.example&page=shared-key")
        .await
        .good();
    let vote = eve.vote(&first, 1).await;
    let unknown = eve.vote("0000000000001", 1).await;
    let edit = eve.edit(&first, "Mine now").await;
    let me = eve
        .get("/api/v1/me?site=news.example&page=shared-key")
        .await;

    assert_eq!(thread["comments"], json!([]));
    assert_eq!(vote.text(), unknown.text());
    expect!["404 comment_unknown: There is no such comment."].assert_eq(&edit.problem());
    expect!["403 origin_refused: Pages of this origin may not act on this site."]
        .assert_eq(&me.problem());
}

#[tokio::test]
async fn me_says_what_the_form_must_know() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    let before = ann.me(STORY).await;
    let first = ann.post(STORY, "First").await.id();

    let after = ann.me(STORY).await;

    assert_eq!(before["reader"], json!(null));
    assert_eq!(before["may_comment"], json!(true));
    assert_eq!(before["settings"]["max_graphemes"], 10_000);
    assert_eq!(after["reader"]["name"], "Ann");
    assert_eq!(after["own"], json!([first]));
    assert_eq!(after["editable"][&first], "2026-11-23T05:15:12Z");
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused_by_name() {
    let app = TestApp::new().await;
    let mut shown = String::new();
    for query in [
        "",
        "?site=nowhere.example&page=a",
        "?site=news.example",
        "?site=news.example&page=a&sort=hot",
        "?site=news.example&page=a&limit=0",
        "?site=news.example&page=a&root=1",
    ] {
        shown.push_str(&app.get(&format!("/api/v1/thread{query}")).await.problem());
        shown.push('\n');
    }

    expect![[r"
        400 query_invalid [site]: The parameter `site` is missing.
        404 site_unknown [site]: There is no such site here.
        400 page_missing [page]: The page is not named.
        400 query_invalid [sort]: The parameter `sort` cannot be `hot`; there are: newest, oldest, votes, best, discussed, agreed.
        400 query_invalid [limit]: The parameter `limit` must be a number from 1 to 100.
        400 query_invalid [root]: The parameter `root` cannot be `1`: not an id of 13 letters and digits.
    "]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn an_address_that_leads_nowhere_says_so() {
    let app = TestApp::new().await;

    let nothing = app.get("/api/v1/nothing").await;
    let page = app.get("/embed/nothing").await;
    let method = app
        .reader("Ann")
        .send(axum::http::Method::PUT, "/api/v1/comments", json!({}))
        .await;

    expect!["404 not_found: There is nothing at this address."].assert_eq(&nothing.problem());
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.header("content-type").starts_with("text/html"));
    expect!["405 method_not_allowed: This address does not take this method."]
        .assert_eq(&method.problem());
}
