//! Chapters: as editors type them, and as readers go by them.

use axum::http::StatusCode;

use super::{along, editor, recording};
use crate::support::{Answer, TestReader};

async fn save(editor: &TestReader, id: &str, typed: &str) -> Answer {
    let path = format!("/edit/news.example/recordings/{id}");
    let fields = [("act", "chapters"), ("chapters", typed)];
    editor.submit(&path, &fields).await
}

#[tokio::test]
async fn chapters_lead_to_their_places() {
    let (app, editor) = editor().await;
    let id = recording(&app, &editor, b"ID3").await;
    let before = app.get(&along(&id)).await.text();
    assert!(!before.contains("rj-chapters"), "{before}");

    let saved = save(&editor, &id, "0:00 Opening\n0:20 The <roof>").await;

    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let shown = app.get(&along(&id)).await.text();
    assert!(
        shown.contains("<a href=\"#t=20\" data-span=\"20\">"),
        "{shown}"
    );
    assert!(shown.contains("<bdi>The &#60;roof&#62;</bdi>"), "{shown}");
    let file = format!("/recordings/news.example/{id}/chapters.json");
    let file = app.get(&file).await;
    assert_eq!(file.json()["chapters"][1]["startTime"], 20);
    assert_eq!(file.header("access-control-allow-origin"), "*");
    let path = format!("/edit/news.example/recordings/{id}");
    let form = editor.get(&path).await.text();
    assert!(form.contains("0:00  Opening\n0:20  The &#60;roof&#62;\n</textarea>"));
}

#[tokio::test]
async fn chapters_of_a_file_are_taken_and_none_is_none() {
    let (app, editor) = editor().await;
    let id = recording(&app, &editor, b"ID3").await;
    let file = "WEBVTT\n\n00:00.000 --> 00:20.000\nOpening\n\n00:20.500 --> 00:40.000\nThe roof\n";
    assert_eq!(save(&editor, &id, file).await.status, StatusCode::SEE_OTHER);
    let shown = app.get(&along(&id)).await.text();
    assert!(shown.contains("href=\"#t=20.5\""), "{shown}");

    assert_eq!(
        save(&editor, &id, " \n").await.status,
        StatusCode::SEE_OTHER
    );

    let shown = app.get(&along(&id)).await.text();
    assert!(!shown.contains("rj-chapters"), "{shown}");
}

#[tokio::test]
async fn chapters_that_cannot_be_are_refused_with_what_was_typed() {
    let (app, editor) = editor().await;
    let id = recording(&app, &editor, b"ID3").await;
    for (typed, said) in [
        ("Opening", "No line begins with a time"),
        (
            "0:20 The roof\n0:00 Opening",
            "Chapter 2 does not begin after",
        ),
        ("0:20", "Chapter 1 needs a title"),
    ] {
        let refused = save(&editor, &id, typed).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        let page = refused.text();
        assert!(page.contains(said), "{typed}: {page}");
        assert!(page.contains(&format!("{typed}</textarea>")), "{typed}");
    }
}
