//! Recordings that editors name by an address.

use axum::http::StatusCode;
use rejoinder_core::publication::settings::{LinkCards, Settings};

use super::{editor, id_of, offer, recording};
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

#[tokio::test]
async fn a_file_is_no_larger_than_the_owner_allows() {
    let (app, editor) = editor().await;
    let settings = Settings {
        max_recording_mb: 1,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;

    let refused = offer(&editor, 1_000_001).await;

    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(refused.text().contains("larger than the 1 MB"));
    assert_eq!(offer(&editor, 1_000_000).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn the_files_of_a_site_have_the_room_that_its_owner_sets() {
    let (app, editor) = editor().await;
    let settings = Settings {
        max_recordings_mb: 1,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    let first = offer(&editor, 600_000).await;
    assert_eq!(first.status, StatusCode::CREATED);

    let refused = offer(&editor, 600_000).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text().contains("may have 1 MB together"));
    let elsewhere = [("address", "https://youtu.be/dQw4w9WgXcQ")];
    let attached = attach(&editor, &elsewhere).await;
    assert_eq!(attached.status, StatusCode::SEE_OTHER, "it takes no room");

    let own = id_of(first.header("location"));
    let place = format!("{FORM}/{own}");
    let removed = editor.submit(&place, &[("act", "remove")]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text());
    assert_eq!(offer(&editor, 600_000).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_page_lets_in_the_instance_of_peertube_that_its_recording_names_and_no_other_page_does() {
    let (app, editor) = editor().await;
    let video = "https://tube.example/w/kkGMgK9ZtnKfYAgnEtQxbv";
    let attached = attach(&editor, &[("address", video), ("duration", "35:00")]).await;
    assert_eq!(attached.status, StatusCode::SEE_OTHER);

    let policy = async |page: &str| {
        let whole = app
            .get(&format!("/embed?site=news.example&page={page}"))
            .await;
        whole.header("content-security-policy").to_owned()
    };
    assert!(policy(STORY).await.contains(" https://tube.example; "));
    assert!(!policy("other").await.contains("tube.example"));
    let shown = thread(&app).await;
    assert!(
        shown.contains("data-frame=\"https://tube.example/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d?p2p=0\" data-seek=\"query\""),
        "{shown}"
    );

    // Nothing is loaded from elsewhere where the owner does not want it.
    let settings = Settings {
        link_cards: LinkCards::Off,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    assert!(!policy(STORY).await.contains("tube.example"));
}
