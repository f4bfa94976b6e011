//! Places of recordings that comments speak of.

use axum::http::Method;
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::{ModerationMode, Settings};
use serde_json::json;

use super::{along, editor, look_again, recording};
use crate::moderation::desk::signed_in;
use crate::support::{STORY, TestApp};

async fn html(app: &TestApp) -> String {
    app.thread(STORY).await["comments"][0]["html"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_time_in_a_comment_leads_to_its_place_and_the_place_to_the_comment() {
    let (app, editor) = editor().await;
    let id = recording(&app, &editor, b"ID3").await;
    let ann = app.reader("ann");

    let posted = ann
        .post(STORY, "At 0:03 – 0:12 it is said, and at 0:40.")
        .await
        .good();

    let html = html(&app).await;
    assert!(
        html.contains(&format!("href=\"#t=3,12\" data-recording=\"{id}\"")),
        "{html}"
    );
    assert!(
        html.contains("title=\"Play from 3 seconds to 12 seconds\""),
        "{html}"
    );
    let shown = app.get(&along(&id)).await.text();
    let comment = posted["comment"]["id"].as_str().unwrap();
    assert!(shown.contains(&format!("#comment-{comment}")), "{shown}");
    assert_eq!(shown.matches("<circle").count(), 2);
}

#[tokio::test]
async fn a_preview_shows_what_a_comment_on_its_page_will_cite() {
    let (app, editor) = editor().await;
    recording(&app, &editor, b"ID3").await;
    let ann = app.reader("ann");
    let try_on = async |page: &str| {
        let body = json!({"site": "news.example", "page": page, "text": "At 0:03."});
        ann.send(Method::POST, "/api/v1/preview", body).await.good()["html"].to_string()
    };

    assert!(try_on(STORY).await.contains("rj-time"));
    assert!(
        !try_on("https://news.example/other")
            .await
            .contains("rj-time")
    );
}

#[tokio::test]
async fn what_was_said_before_a_recording_came_cites_it_once_it_is_there_and_no_more_once_it_is_gone()
 {
    let (app, editor) = editor().await;
    let ann = app.reader("ann");
    ann.post(STORY, "At 0:03 it is said.").await.good();
    assert!(!html(&app).await.contains("rj-time"));

    let id = recording(&app, &editor, b"ID3").await;
    look_again(&app).await;
    assert!(html(&app).await.contains("rj-time"));
    assert!(app.get(&along(&id)).await.text().contains("<circle"));

    editor
        .submit(
            &format!("/edit/news.example/recordings/{id}"),
            &[("act", "remove")],
        )
        .await;
    look_again(&app).await;
    assert!(!html(&app).await.contains("rj-time"));
}

#[tokio::test]
async fn what_waited_when_a_recording_came_cites_it_once_it_is_approved() {
    let (app, editor) = editor().await;
    let settings = Settings {
        mode: ModerationMode::Before,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    let posted = app.reader("ann").post(STORY, "At 0:03 it is said.").await;
    let id = recording(&app, &editor, b"ID3").await;
    look_again(&app).await;

    let decided = format!("{}.1", posted.id());
    let kim = signed_in(&app, "news.example", Role::Moderator, 72).await;
    let fields = [("comment", decided.as_str()), ("action", "approve")];
    kim.submit("/moderate/news.example/decide", &fields).await;

    assert!(html(&app).await.contains("rj-time"));
    assert!(app.get(&along(&id)).await.text().contains("<circle"));
}

#[tokio::test]
async fn an_edit_and_a_deletion_take_their_places_along() {
    let (app, editor) = editor().await;
    let id = recording(&app, &editor, b"ID3").await;
    let ann = app.reader("ann");
    let posted = ann.post(STORY, "At 0:03 and 0:20.").await.id();
    let places = async || app.get(&along(&id)).await.text().matches("<circle").count();
    assert_eq!(places().await, 2);

    ann.edit(&posted, "At 0:20 alone.").await.good();
    assert_eq!(places().await, 1);

    ann.delete(&posted).await;
    assert_eq!(places().await, 0);
}
