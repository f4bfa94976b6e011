//! Having the text of an article fetched.

use axum::http::{Method, StatusCode};
use rejoinder_core::identity::author::Role;
use rejoinder_core::passages::fetching::FetchProblem;
use rejoinder_core::{Clock as _, PageKey, SiteId};
use serde_json::{Value, json};
use store::discussion::pages;
use store::passages::fetching::{self, FetchArticle};

use super::app;
use crate::moderation::desk::signed_in;
use crate::publication::articles;
use crate::support::{Answer, BASE, STORY, TestApp, TestReader};

const DESK: &str = "/edit/news.example/passages";

async fn want(editor: &TestReader, page: &str) -> Answer {
    let path = format!("/edit/news.example/articles/fetch?page={page}");
    editor
        .ask_from(Some(BASE), Method::POST, &path, &[], "".into())
        .await
}

async fn state(editor: &TestReader, page: &str) -> Value {
    let path = format!("/edit/news.example/articles/fetch?page={page}");
    editor.get(&path).await.json()
}

/// What the worker does.
async fn ends(app: &TestApp, found: Result<&'static str, FetchProblem>) {
    let now = app.clock.now();
    let end = move |tx: &mut store::Tx<'_>| {
        let (site, key) = (SiteId(1), PageKey::parse(STORY).unwrap());
        let page = pages::find(tx, site, &key)?.unwrap();
        let page = pages::lock(tx, site, page.id)?;
        let asked_at = fetching::find(tx, site, page.id)?.unwrap().asked_at;
        let fetch = FetchArticle {
            page: page.id,
            asked_at,
        };
        assert!(fetching::due(tx, site, fetch)?.is_some());
        fetching::end(tx, now, &page, asked_at, found)
    };
    assert!(app.store.write(end).await.unwrap().is_some());
}

#[tokio::test]
async fn an_editor_has_a_text_fetched_and_is_told_what_came_of_it() {
    let app = app().await;
    let editor = signed_in(&app, "news.example", Role::Editor, 71).await;
    assert_eq!(state(&editor, STORY).await["state"], "never");

    let pressed = editor
        .submit(DESK, &[("act", "fetch"), ("page", STORY)])
        .await;

    assert_eq!(pressed.header("location"), format!("{DESK}?did=fetching"));
    let page = editor.get(DESK).await.text();
    assert!(page.contains("It is being fetched."), "{page}");
    assert_eq!(state(&editor, STORY).await["state"], "waiting");
    ends(&app, Err(FetchProblem::Status(404))).await;
    let page = editor.get(DESK).await.text();
    assert!(page.contains("The page answered with 404."), "{page}");

    editor
        .submit(DESK, &[("act", "fetch"), ("page", STORY)])
        .await;
    ends(&app, Ok("The ferry was late.")).await;

    let page = editor.get(DESK).await.text();
    assert!(page.contains("Fetched: version 1."), "{page}");
    assert!(
        page.contains("value=\"fetch\" aria-label=\"Fetch the text: "),
        "{page}"
    );
}

#[tokio::test]
async fn a_program_asks_for_a_text_and_what_came_of_it() {
    let app = app().await;
    let editor = signed_in(&app, "news.example", Role::Editor, 71).await;

    let asked = want(&editor, STORY).await;

    assert_eq!(asked.status, StatusCode::ACCEPTED);
    assert_eq!(asked.json()["state"], "waiting");
    ends(&app, Err(FetchProblem::NoArticle)).await;
    let failed = state(&editor, STORY).await;
    let told = json!([failed["state"], failed["problem"], failed["version"]]);
    assert_eq!(told, json!(["failed", "no_article", null]));
    let detail = failed["detail"].as_str().unwrap();
    assert!(detail.starts_with("Nothing in the page says"), "{detail}");

    want(&editor, STORY).await;
    ends(&app, Ok("The ferry was late.")).await;
    let fetched = state(&editor, STORY).await;
    let told = json!([fetched["state"], fetched["is_new"], fetched["version"]]);
    assert_eq!(told, json!(["fetched", true, 1]));
}

#[tokio::test]
async fn what_is_at_no_origin_of_the_site_is_refused_at_once_and_leaves_no_page() {
    let app = app().await;
    let editor = signed_in(&app, "news.example", Role::Editor, 71).await;

    let by_key = want(&editor, "story-7").await.problem();
    let by_http = want(&editor, "http://news.example/story").await.problem();
    let form = editor
        .submit(
            DESK,
            &[("act", "fetch"), ("page", "http://news.example/story")],
        )
        .await;

    assert!(
        by_key.starts_with("422 article_without_address"),
        "{by_key}"
    );
    assert!(by_http.starts_with("422 article_elsewhere"), "{by_http}");
    assert_eq!(form.status, StatusCode::UNPROCESSABLE_ENTITY);
    let shown = form.text();
    assert!(shown.contains("this page is at none of them"), "{shown}");
    assert!(
        shown.contains("value=\"http://news.example/story\""),
        "{shown}"
    );
    let find =
        |tx: &mut store::Tx<'_>| pages::find(tx, SiteId(1), &PageKey::parse("story-7").unwrap());
    assert_eq!(app.store.read(find).await.unwrap(), None);
}

#[tokio::test]
async fn what_this_server_itself_serves_is_known_at_once() {
    let folder = articles::folder(articles::ARTICLE);
    let app = articles::published(&folder).await;
    let editor = signed_in(&app, "news.example", Role::Editor, 71).await;
    let article = format!("{BASE}/articles/bridge");

    let asked = want(&editor, &article).await;

    assert_eq!(asked.status, StatusCode::OK);
    let told = asked.json();
    let told = json!([told["state"], told["is_new"], told["version"]]);
    assert_eq!(told, json!(["fetched", true, 1]));
}

#[tokio::test]
async fn readers_have_nothing_fetched() {
    let app = app().await;

    assert_eq!(want(&app.reader("Ann"), STORY).await.status, 404);
}
