//! Recordings: attached by editors, heard and read along by everyone, cited in comments.

mod attaching;
mod chapters;
mod citing;
mod files;
pub(crate) mod proposals;
mod search;
mod transcripts;

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use rejoinder_core::identity::author::Role;
use rejoinder_core::recordings::RecordingKind;
use rejoinder_core::{Clock as _, RecordingId, SiteId};
use store::jobs::{self, Payload as _};
use store::recordings::reading::{self, DecodedFile};
use store::recordings::{citing as store_citing, listing};

use crate::moderation::desk::signed_in;
use crate::support::{Answer, BASE, STORY, TestApp, TestReader};

/// Where uploads begin.
const UPLOADS: &str = "/edit/news.example/uploads";

/// An editor of `app`, and a page with a comment.
async fn editor() -> (TestApp, TestReader) {
    let app = TestApp::new().await;
    let editor = signed_in(&app, "news.example", Role::Editor, 71).await;
    (app, editor)
}

/// Ask as tus does.
async fn tus(
    editor: &TestReader,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut told = vec![("tus-resumable", "1.0.0")];
    told.extend_from_slice(headers);
    let body = Body::from(body.to_vec());
    editor.ask_from(Some(BASE), method, path, &told, body).await
}

/// Begin an upload of so many bytes for the story; where it goes.
async fn begin(editor: &TestReader, length: usize) -> String {
    let begun = offer(editor, length).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
    begun.header("location").to_owned()
}

/// Ask to upload so many bytes for the story.
async fn offer(editor: &TestReader, length: usize) -> Answer {
    let length = length.to_string();
    let told = [
        ("upload-length", length.as_str()),
        // `https://news.example/story`, and `A talk`.
        (
            "upload-metadata",
            "page aHR0cHM6Ly9uZXdzLmV4YW1wbGUvc3Rvcnk=,title QSB0YWxr",
        ),
    ];
    tus(editor, Method::POST, UPLOADS, &told, b"").await
}

async fn send(editor: &TestReader, place: &str, at: usize, bytes: &[u8]) -> Answer {
    let at = at.to_string();
    let told = [
        ("upload-offset", at.as_str()),
        ("content-type", "application/offset+octet-stream"),
    ];
    tus(editor, Method::PATCH, place, &told, bytes).await
}

/// The id in the address of an upload.
fn id_of(place: &str) -> String {
    place.rsplit('/').next().unwrap().to_owned()
}

async fn site(app: &TestApp) -> SiteId {
    let found = app
        .store
        .read(|tx| store::publication::sites::by_host(tx, "news.example"));
    found.await.unwrap().unwrap().id
}

/// A recording of the story that holds `bytes`, lasts a minute and was read.
async fn recording(app: &TestApp, editor: &TestReader, bytes: &[u8]) -> String {
    let place = begin(editor, bytes.len()).await;
    assert_eq!(
        send(editor, &place, 0, bytes).await.status,
        StatusCode::NO_CONTENT
    );
    let id = id_of(&place);
    read(app, &id).await;
    id
}

/// Let a recording be one that was read.
async fn read(app: &TestApp, id: &str) {
    let (site, now) = (site(app).await, app.clock.now());
    let own: RecordingId = id.parse().unwrap();
    let read = move |tx: &mut store::Tx<'_>| {
        let recording = listing::find(tx, site, own)?.unwrap();
        let found = DecodedFile {
            kind: RecordingKind::Audio,
            media_type: "audio/mpeg".to_owned(),
            duration_ms: 60_000,
            wave_form: (0..=255).collect(),
            fingerprint: Vec::new(),
        };
        reading::save(tx, now, &recording, &found, None)
    };
    app.store.write(read).await.unwrap();
}

/// Do what waits for a worker to look at comments once more.
async fn look_again(app: &TestApp) {
    let now = app.clock.now();
    let claimed = move |tx: &mut store::Tx<'_>| {
        let room = |kind: &str| i64::from(kind == store_citing::FindCited::KIND) * 10;
        jobs::claim_where_room(tx, now, Duration::from_secs(60), room)
    };
    for job in app.store.write(claimed).await.unwrap() {
        let store_citing::FindCited { page, .. } = job.read().unwrap();
        let site = job.site;
        let look = move |tx: &mut store::Tx<'_>| {
            let mut after = rejoinder_core::CommentId(0);
            while let Some(last) = store_citing::step(tx, site, page, after)? {
                after = last;
            }
            store_citing::show(tx, now, site, page)
        };
        app.store.write(look).await.unwrap();
    }
}

/// The path of what there is to read of a recording of the story.
fn along(id: &str) -> String {
    format!("/embed/recording/along?site=news.example&page={STORY}&id={id}")
}
