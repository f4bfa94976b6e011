//! Recordings that editors name by an address.

use axum::http::StatusCode;

use super::{editor, recording};
use crate::support::{Answer, STORY, TestApp, TestReader};

const FORM: &str = "/edit/news.example/recordings";

async fn attach(editor: &TestReader, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("page", STORY), ("title", "A talk")];
    fields.extend_from_slice(more);
    editor.submit(FORM, &fields).await
}

async fn thread(app: &TestApp) -> String {
    let path = format!("/embed/thread?site=news.example&page={STORY}");
    app.get(&path).await.text()
}

#[tokio::test]
async fn a_player_elsewhere_is_a_link_and_loads_nothing_before_it_is_asked_for() {
    let (app, editor) = editor().await;
    // An address without its scheme, as people type it.
    let address = ("address", "youtube.com/watch?v=dQw4w9WgXcQ");

    let attached = attach(&editor, &[address, ("duration", "3:30")]).await;

    assert_eq!(
        attached.status,
        StatusCode::SEE_OTHER,
        "{}",
        attached.text()
    );
    let shown = thread(&app).await;
    assert!(
        shown.contains("href=\"https://youtube.com/watch?v=dQw4w9WgXcQ\""),
        "{shown}"
    );
    assert!(shown.contains("data-duration=\"210000\""), "{shown}");
    assert!(
        !shown.contains("<iframe") && !shown.contains(" src=\"https://"),
        "{shown}"
    );
}

#[tokio::test]
async fn what_cannot_be_attached_is_refused_with_what_was_typed() {
    let (app, editor) = editor().await;
    let whole = recording(&app, &editor, b"ID3").await;
    let video = ("address", "https://youtu.be/dQw4w9WgXcQ");
    for (fields, said) in [
        (
            &[("address", "javascript:alert(1)")][..],
            "This is no address",
        ),
        (&[("address", "")], "This is no address"),
        (&[video, ("duration", "soon")], "The length is a time"),
        (
            &[video, ("cut_of", whole.as_str())],
            "A cut is compared by its sound",
        ),
    ] {
        let refused = attach(&editor, fields).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{fields:?}"
        );
        assert!(
            refused.text().contains(said),
            "{fields:?}: {}",
            refused.text()
        );
        assert!(refused.text().contains("value=\"A talk\""), "{fields:?}");
    }
}
