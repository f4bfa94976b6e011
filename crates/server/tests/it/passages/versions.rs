//! The text of articles.

use axum::http::Method;
use rejoinder_core::identity::author::Role;
use rejoinder_core::passages::Folded;
use rejoinder_core::{Clock as _, PageKey, SiteId};
use serde_json::{Value, json};
use store::passages::{anchoring, versions};

use super::{annotate, app, listed, passage};
use crate::moderation::desk::signed_in;
use crate::support::{Answer, BASE, STORY, TestApp, TestReader};

const ARTICLE: &str = "<h1>Late</h1><p>The ferry was late. The captain blamed <em>the new \
                       timetable</em>. Nobody was surprised.</p>";

async fn tell(editor: &TestReader, body: Value) -> Answer {
    let path = format!("/edit/news.example/articles?page={STORY}");
    let kind = [("content-type", "application/json")];
    let body = body.to_string().into();
    editor
        .ask_from(Some(BASE), Method::PUT, &path, &kind, body)
        .await
}

/// What the worker does.
async fn follow(app: &TestApp) {
    let now = app.clock.now();
    let follow = move |tx: &mut store::Tx<'_>| {
        let (site, key) = (SiteId(1), PageKey::parse(STORY).unwrap());
        let page = store::discussion::pages::find(tx, site, &key)?.unwrap().id;
        let version = versions::newest(tx, site, page)?.unwrap();
        let folded = Folded::new(&version.text);
        let found: Vec<_> = anchoring::passages(tx, site, page)?
            .into_iter()
            .map(|(id, own)| (id, own.anchored_in(&version.text, &folded).0))
            .collect();
        let report = rejoinder_core::passages::AnchoringReport::default();
        anchoring::save(tx, now, site, page, version.number, &found, &report)
    };
    assert!(app.store.write(follow).await.unwrap());
}

#[tokio::test]
async fn where_the_text_of_an_article_is_told_readers_are_told_where_its_passages_are() {
    let app = app().await;
    let editor = signed_in(&app, "news.example", Role::Editor, 71).await;
    annotate(&app.reader("Ann"), passage(), None).await.good();

    let told = tell(&editor, json!({"html": ARTICLE})).await.good();
    follow(&app).await;

    assert_eq!(told, json!({"version": 1, "is_new": true, "n_scalars": 84}));
    let list = app.get(&listed()).await.json();
    let own = &list["annotations"][0];
    assert_eq!(
        (&own["state"], &own["start"]),
        (&json!("anchored"), &json!(44))
    );
    assert_eq!(own["prefix"], "ry was late. The captain blamed ");
    let again = tell(&editor, json!({"html": ARTICLE})).await.good();
    assert_eq!(again["is_new"], false);

    let next = ARTICLE.replace("the new", "the old");
    tell(&editor, json!({"html": next})).await.good();
    follow(&app).await;
    let list = app.get(&listed()).await.json();
    assert_eq!(list["annotations"][0]["state"], "changed");
    assert_eq!(list["annotations"][0]["exact"], "the old timetable");
    let thread = app.thread(STORY).await;
    let kept = &thread["comments"][0]["annotation"];
    assert_eq!(kept["exact"], "the new timetable");

    tell(&editor, json!({"text": "Another article."}))
        .await
        .good();
    follow(&app).await;
    let fragment = app.get(&super::fragment_path()).await.text();
    assert!(fragment.contains("<s>the new timetable</s>"), "{fragment}");
}

#[tokio::test]
async fn editors_see_what_became_of_the_passages_of_each_article() {
    let app = app().await;
    let editor = signed_in(&app, "news.example", Role::Editor, 71).await;
    let path = "/edit/news.example/passages";
    assert!(
        editor
            .get(path)
            .await
            .text()
            .contains("No article’s text is known yet.")
    );
    annotate(&app.reader("Ann"), passage(), None).await.good();
    tell(&editor, json!({"html": ARTICLE})).await.good();
    assert!(
        editor
            .get(path)
            .await
            .text()
            .contains("The passages are being looked for.")
    );

    let next = ARTICLE.replace("the new", "the <b>old</b>");
    tell(&editor, json!({"html": next})).await.good();
    follow(&app).await;

    let page = editor.get(path).await.text();
    assert!(page.contains("the new timetable</a>"), "{page}");
    assert!(page.contains("<bdi>the old timetable</bdi>"), "{page}");
}

#[tokio::test]
async fn a_text_is_html_or_text_and_readers_cannot_tell_it() {
    let app = app().await;
    let editor = signed_in(&app, "news.example", Role::Editor, 71).await;

    for body in [json!({}), json!({"html": "<p>a", "text": "a"})] {
        let problem = tell(&editor, body).await.problem();
        assert!(problem.starts_with("400 body_invalid"), "{problem}");
    }
    let long = json!({"text": "a".repeat(1 << 20)});
    assert_eq!(tell(&editor, long).await.status, 413);
    let reader = app.reader("Ann");
    assert_eq!(tell(&reader, json!({"text": "a"})).await.status, 404);
}

#[tokio::test]
async fn an_editor_says_where_a_passage_stands_that_was_lost() {
    let app = app().await;
    let editor = signed_in(&app, "news.example", Role::Editor, 71).await;
    annotate(&app.reader("Ann"), passage(), None).await.good();
    tell(&editor, json!({"html": ARTICLE})).await.good();
    follow(&app).await;
    let rewritten = "<p>Its skipper put it down to the summer timetable. So did the new mate.</p>";
    tell(&editor, json!({"html": rewritten})).await.good();
    follow(&app).await;
    assert_eq!(
        app.get(&listed()).await.json()["annotations"][0]["state"],
        "orphaned"
    );
    let report = editor.get("/edit/news.example/passages").await.text();
    let at = report.find("/edit/news.example/passages?of=").unwrap();
    let form = report[at..]
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&")
        .replace("&amp;", "&");

    let page = editor.get(&form).await.text();
    assert!(
        page.contains("<mark>") && page.contains("timetable</mark>"),
        "{page}"
    );
    let value = |name: &str| {
        let (_, rest) = page
            .split_once(&format!("name=\"{name}\" value=\""))
            .unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let (of, id, version) = (value("of"), value("place"), value("version"));
    let fields = |exact: &'static str| {
        vec![
            ("act", "place"),
            ("of", of.as_str()),
            ("place", id.as_str()),
            ("version", version.as_str()),
            ("exact", exact),
        ]
    };
    let desk = "/edit/news.example/passages";
    let wrong = editor.submit(desk, &fields("the winter timetable")).await;
    assert_eq!(wrong.status, axum::http::StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text().contains("the winter timetable"),
        "{}",
        wrong.text()
    );
    let placed = editor.submit(desk, &fields("the summer timetable")).await;

    assert_eq!(placed.header("location"), format!("{desk}?did=placed"));
    let own = app.get(&listed()).await.json()["annotations"][0].clone();
    assert_eq!(
        (&own["state"], &own["exact"]),
        (&json!("changed"), &json!("the summer timetable"))
    );
    let report = editor.get(desk).await.text();
    assert!(report.contains("Placed by "), "{report}");
    let mut by_place = fields("");
    let at = value("at");
    by_place.push(("at", &at));
    let placed = editor.submit(desk, &by_place).await;
    assert_eq!(placed.header("location"), format!("{desk}?did=placed"));
    let owner = signed_in(&app, "news.example", Role::Owner, 73).await;
    let log = owner.get("/admin/news.example/audit").await.text();
    assert!(log.contains("Passage placed by hand"), "{log}");
}
