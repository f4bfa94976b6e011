use axum::http::StatusCode;
use rejoinder_core::Settings;

use crate::discussion::writing::banned;
use crate::support::{BASE, STORY, TestApp, TestReader};

fn at_home(app: &TestApp, name: &str) -> TestReader {
    let mut reader = app.reader(name);
    reader.origin = BASE.to_owned();
    reader
}

#[tokio::test]
async fn a_comment_can_be_posted_without_script() {
    let app = TestApp::new().await;
    let ann = at_home(&app, "Ann");
    let fields = [
        ("site", "news.example"),
        ("page", STORY),
        ("text", "By form"),
        ("name", "Ann"),
    ];

    let posted = ann.submit("/embed/comments", &fields).await;
    let shown = ann
        .get(posted.header("location").split('#').next().unwrap())
        .await;

    assert_eq!(posted.status, StatusCode::SEE_OTHER, "{}", posted.text());
    assert!(shown.text().contains("<p>By form</p>"));
    assert_eq!(app.thread(STORY).await["n_comments"], 1);
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_and_says_why() {
    let app = TestApp::new().await;
    let ann = at_home(&app, "Ann");
    let fields = [
        ("site", "news.example"),
        ("page", STORY),
        ("text", "Kept & safe"),
        ("name", ""),
    ];

    let refused = ann.submit("/embed/comments", &fields).await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("Kept &#38; safe"));
    assert!(refused.text().contains("Please enter a name."));
    assert!(refused.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn a_banned_word_is_refused_without_script_and_the_draft_is_kept() {
    let app = TestApp::new().await;
    banned(&app, "darn").await;
    let ann = at_home(&app, "Ann");
    let fields = [
        ("site", "news.example"),
        ("page", STORY),
        ("text", "So **da**rn\r\nmuch"),
        ("name", "Ann"),
    ];

    let refused = ann.submit("/embed/comments", &fields).await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text();
    assert!(page.contains("So **da**rn\r\nmuch"), "{page}");
    assert!(
        page.contains("This site’s word filter, not a moderator, doesn’t allow “darn”"),
        "{page}"
    );
    assert_eq!(app.thread(STORY).await["n_comments"], 0);
}

#[tokio::test]
async fn lines_are_kept_in_one_way_however_they_are_sent() {
    let app = TestApp::new().await;
    let ann = at_home(&app, "Ann");
    let fields = [
        ("site", "news.example"),
        ("page", STORY),
        ("text", "One\r\ntwo\rthree"),
        ("name", "Ann"),
    ];
    ann.submit("/embed/comments", &fields).await;
    let id = app.thread(STORY).await["comments"][0]["id"].clone();
    let id = id.as_str().unwrap();

    ann.submit(
        &format!("/embed/comments/{id}/edit"),
        &[("text", "One\r\ntwo\r\nthree")],
    )
    .await;
    let again = ann.post(STORY, "One\ntwo\nthree").await;

    let first = &app.thread(STORY).await["comments"][0];
    assert!(first["edited_at"].is_null(), "{first}");
    assert_eq!(again.status, StatusCode::ACCEPTED);
    assert_eq!(again.json()["reason"], "repeat");
}

#[tokio::test]
async fn a_vote_can_be_cast_without_script() {
    let app = TestApp::new().await;
    let (ann, bob) = (at_home(&app, "Ann"), at_home(&app, "Bob"));
    let first = ann.post(STORY, "First").await.id();
    app.thread(STORY).await;

    let voted = bob
        .submit(&format!("/embed/comments/{first}/vote"), &[("value", "1")])
        .await;

    assert_eq!(voted.status, StatusCode::SEE_OTHER);
    assert!(
        voted
            .header("location")
            .ends_with(&format!("#comment-{first}"))
    );
    assert_eq!(app.thread(STORY).await["comments"][0]["up"], 1);
}

#[tokio::test]
async fn a_reaction_can_be_given_and_taken_back_without_script() {
    let app = TestApp::new().await;
    let settings = Settings {
        reactions: "Respect".to_owned(),
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    let (ann, bob) = (at_home(&app, "Ann"), at_home(&app, "Bob"));
    let first = ann.post(STORY, "First").await.id();
    let path = format!("/embed/comments/{first}/reactions");

    for n in [1, 0] {
        let reacted = bob.submit(&path, &[("reaction", "respect")]).await;
        assert_eq!(reacted.status, StatusCode::SEE_OTHER);
        let back = format!("#comment-{first}");
        assert!(reacted.header("location").ends_with(&back));
        let thread = app.thread(STORY).await;
        assert_eq!(thread["comments"][0]["reactions"][0]["n"], n);
    }
}

#[tokio::test]
async fn a_comment_can_be_edited_and_deleted_without_script() {
    let app = TestApp::new().await;
    let (ann, bob) = (at_home(&app, "Ann"), at_home(&app, "Bob"));
    let first = ann.post(STORY, "Frist").await.id();
    let edit = format!("/embed/comments/{first}/edit");

    let form = ann.get(&edit).await;
    let others = bob.get(&edit).await;
    let edited = ann.submit(&edit, &[("text", "First")]).await;
    let shown = app.thread(STORY).await;
    let deleted = ann
        .submit(&format!("/embed/comments/{first}/delete"), &[])
        .await;

    assert!(form.text().contains("Frist") && form.header("cache-control") == "no-store");
    assert_eq!(others.status, StatusCode::FORBIDDEN);
    assert!(!others.text().contains("Frist"));
    assert_eq!(edited.status, StatusCode::SEE_OTHER);
    assert_eq!(shown["comments"][0]["html"], "<p>First</p>");
    assert_eq!(deleted.status, StatusCode::SEE_OTHER);
    assert_eq!(app.thread(STORY).await["n_comments"], 0);
}
