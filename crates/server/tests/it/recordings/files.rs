//! Files of recordings: how they come, and how they are heard.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rejoinder_core::Clock as _;

use super::{UPLOADS, along, begin, editor, id_of, read, recording, send, site, tus};
use crate::support::{Answer, BASE, STORY, TestApp, TestReader};

/// The thread of a page, as the widget gets it.
async fn thread(app: &TestApp, page: &str) -> String {
    let path = format!("/embed/thread?site=news.example&page={page}");
    app.get(&path).await.text()
}

async fn part(app: &TestApp, id: &str, range: &str) -> Answer {
    let path = format!("/recordings/news.example/{id}/file");
    app.get_with(&path, &[("range", range)]).await
}

#[tokio::test]
async fn an_upload_goes_on_where_it_broke_off() {
    let (_app, editor) = editor().await;
    let place = begin(&editor, 10).await;

    let first = send(&editor, &place, 0, b"0123").await;
    let reached = tus(&editor, Method::HEAD, &place, &[], b"").await;
    let elsewhere = send(&editor, &place, 0, b"0123").await;
    let too_much = send(&editor, &place, 4, b"456789x").await;
    let last = send(&editor, &place, 4, b"456789").await;
    let again = send(&editor, &place, 10, b"x").await;

    assert_eq!(first.header("upload-offset"), "4");
    assert_eq!(reached.header("upload-offset"), "4");
    assert_eq!(reached.header("upload-length"), "10");
    assert_eq!(
        elsewhere.problem(),
        "409 upload_elsewhere [Upload-Offset]: The file goes on at byte 4."
    );
    assert_eq!(too_much.status, StatusCode::CONFLICT);
    assert_eq!(last.header("upload-offset"), "10");
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_no_upload_is_refused_with_the_reason() {
    let (_app, editor) = editor().await;
    let page = "page aHR0cHM6Ly9uZXdzLmV4YW1wbGUvc3Rvcnk=";
    let untitled = [("upload-length", "4"), ("upload-metadata", page)];
    let odd = [("upload-length", "4"), ("upload-metadata", "page !!")];
    let endless = [("upload-length", "99999999999"), ("upload-metadata", page)];
    let elsewhere = [
        ("upload-length", "4"),
        // `https://evil.example/story`, and `A talk`.
        (
            "upload-metadata",
            "page aHR0cHM6Ly9ldmlsLmV4YW1wbGUvc3Rvcnk=,title QSB0YWxr",
        ),
    ];

    let begin =
        async |headers: &[(&str, &str)]| tus(&editor, Method::POST, UPLOADS, headers, b"").await;
    let ask = editor.ask_from(Some(BASE), Method::POST, UPLOADS, &[], Body::empty());
    let mute = ask.await;

    assert_eq!(begin(&untitled).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(begin(&odd).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(begin(&endless).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(begin(&elsewhere).await.problem().contains("page_elsewhere"));
    assert!(mute.problem().starts_with("412 version_unknown"));
}

#[tokio::test]
async fn a_player_gets_the_bytes_that_it_asks_for() {
    let (app, editor) = editor().await;
    let bytes: Vec<u8> = (0..3_000_000_u32)
        .map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[2])
        .collect();
    let id = recording(&app, &editor, &bytes).await;

    let whole = part(&app, &id, "none").await;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header("content-type"), "audio/mpeg");
    assert!(whole.body == bytes);
    // Over the border of two parts.
    let middle = part(&app, &id, "bytes=1048570-1048585").await;
    assert_eq!(middle.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(
        middle.header("content-range"),
        "bytes 1048570-1048585/3000000"
    );
    assert!(middle.body == bytes[1_048_570..1_048_586]);
    let end = part(&app, &id, "bytes=-5").await;
    assert!(end.body == bytes[2_999_995..]);
    let beyond = part(&app, &id, "bytes=3000000-").await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.header("content-range"), "bytes */3000000");

    let path = format!("/recordings/news.example/{id}/file");
    let tag = whole.header("etag");
    let known = app.get_with(&path, &[("if-none-match", tag)]).await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);
    let other = [("range", "bytes=0-1"), ("if-range", "\"another\"")];
    assert_eq!(app.get_with(&path, &other).await.status, StatusCode::OK);
    let same = [("range", "bytes=0-1"), ("if-range", tag)];
    assert_eq!(
        app.get_with(&path, &same).await.status,
        StatusCode::PARTIAL_CONTENT
    );
}

#[tokio::test]
async fn nobody_hears_what_has_not_been_read_or_was_taken_away() {
    let (app, editor) = editor().await;
    let place = begin(&editor, 4).await;
    send(&editor, &place, 0, b"RIFF").await;
    let waiting = id_of(&place);
    let id = recording(&app, &editor, b"ID3").await;
    assert_eq!(app.get(&along(&id)).await.status, StatusCode::OK);

    let path = format!("/edit/news.example/recordings/{id}");
    editor.submit(&path, &[("act", "remove")]).await;

    for id in [waiting, id, "0000000000zzz".to_owned(), "../..".to_owned()] {
        let answer = part(&app, &id, "bytes=0-1").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
    }
    let page = app.get(&along("0000000000zzz")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_thread_shows_the_recordings_that_stand_with_its_page_and_no_other() {
    let (app, editor) = editor().await;
    let thread = async |page: &str| thread(&app, page).await;
    assert!(!thread(STORY).await.contains("rj-recordings"));

    let id = recording(&app, &editor, b"ID3").await;

    let shown = thread(STORY).await;
    assert!(
        shown.contains(&format!("/recordings/news.example/{id}/file")),
        "{shown}"
    );
    assert!(shown.contains("preload=\"none\""));
    assert!(
        !thread("https://news.example/other")
            .await
            .contains("rj-recordings")
    );
}

#[tokio::test]
async fn an_upload_that_never_ended_is_shown_to_nobody_and_goes_after_two_days() {
    let (app, editor) = editor().await;
    let place = begin(&editor, 10).await;
    send(&editor, &place, 0, b"0123").await;
    let tidy = async || {
        let (now, site) = (app.clock.now(), site(&app).await);
        let tidy = move |tx: &mut store::Tx<'_>| store::housekeeping::tidy(tx, now, site);
        app.store.write(tidy).await.unwrap();
        tus(&editor, Method::HEAD, &place, &[], b"").await.status
    };

    let shown = thread(&app, STORY).await;
    app.clock.advance(Duration::from_secs(47 * 3_600));
    let before = tidy().await;
    app.clock.advance(Duration::from_secs(2 * 3_600));
    let after = tidy().await;

    assert!(!shown.contains("rj-recordings"), "{shown}");
    assert_eq!((before, after), (StatusCode::OK, StatusCode::NOT_FOUND));
}

#[tokio::test]
async fn a_cut_has_no_file_and_no_page_of_its_own() {
    let (app, editor) = editor().await;
    let whole = recording(&app, &editor, b"ID3").await;
    let cut = cut_of(&app, &editor, &whole).await;

    let file = app
        .get(&format!("/recordings/news.example/{cut}/file"))
        .await;
    let alone = app.get(&along(&cut)).await;
    let beside = app.get(&along(&whole)).await;

    assert_eq!(file.status, StatusCode::NOT_FOUND);
    assert_eq!(alone.status, StatusCode::NOT_FOUND);
    assert!(beside.text().contains("A clip"), "{}", beside.text());
}

/// A cut of a recording, which was compared.
async fn cut_of(app: &TestApp, editor: &TestReader, whole: &str) -> String {
    let told = format!(
        "title {},cut_of {}",
        STANDARD.encode("A clip"),
        STANDARD.encode(whole)
    );
    let headers = [("upload-length", "4"), ("upload-metadata", told.as_str())];
    let begun = tus(editor, Method::POST, UPLOADS, &headers, b"").await;
    let place = begun.header("location").to_owned();
    send(editor, &place, 0, b"RIFF").await;
    read(app, &id_of(&place)).await;
    id_of(&place)
}
