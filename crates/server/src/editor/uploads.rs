//! Uploads of recordings, by tus ([`crate::http::tus`]).
//!
//! `POST /edit/{site}/uploads` begins one, with the `page`, the `title` and, for a cut, `cut_of` in its
//! metadata.

use axum::body::Body;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use rejoinder_core::RecordingId;
use rejoinder_core::recordings::{Recording, RecordingState};
use store::moderation::groups;
use store::recordings::attaching::RecordingSource;
use store::recordings::{files, listing};

use super::recordings::{NewRecordingForm, attach_one};
use crate::http::error::ApiError;
use crate::http::extract::Visitor;
use crate::http::tus::{self, Announced};
use crate::newsroom::Newsroom;

/// The largest file of a recording, in bytes.
pub(super) const MAX_FILE: usize = 500 << 20;

/// `POST /edit/{site}/uploads`: begin an upload.
pub(super) async fn begin(
    newsroom: Newsroom,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let announced = Announced::read(&headers, MAX_FILE)?;
    let new = NewRecordingForm {
        page: announced.value("page"),
        title: announced.value("title"),
        cut_of: announced.value("cut_of"),
        source: RecordingSource::Upload {
            n_bytes: announced.n_bytes,
        },
    };
    let id = attach_one(&newsroom, &visitor, new).await?;
    tus::begun(&format!("/edit/{}/uploads/{id}", newsroom.site.host))
}

/// `HEAD /edit/{site}/uploads/{id}`: tell how far an upload has come.
pub(super) async fn reached(
    newsroom: Newsroom,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    tus::expect_version(&headers)?;
    let recording = uploaded(&newsroom, &id).await?;
    tus::reached(recording.n_arrived, recording.n_bytes)
}

/// `PATCH /edit/{site}/uploads/{id}`: go on with an upload.
pub(super) async fn go_on(
    newsroom: Newsroom,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    tus::expect_version(&headers)?;
    let recording = arriving(&newsroom, &id).await?;
    let (app, site, id) = (&newsroom.app, newsroom.site.id, recording.id);
    let keep = |at, bytes: Vec<u8>| {
        let now = app.now();
        let write = move |tx: &mut store::Tx<'_>| files::add(tx, now, site, id, at, &bytes);
        app.store.write(write)
    };
    tus::go_on(&headers, body, recording.n_arrived, keep).await
}

/// The recording that `id` names, if its file is arriving and the member reaches its page.
async fn arriving(newsroom: &Newsroom, id: &str) -> Result<Recording, ApiError> {
    let found = uploaded(newsroom, id).await?;
    match found.state {
        RecordingState::Arriving => Ok(found),
        RecordingState::Waiting | RecordingState::Ready | RecordingState::Refused => {
            Err(ApiError::not_found())
        }
    }
}

/// The recording that `id` names, if its file is uploaded, or was, and the member reaches its page.
async fn uploaded(newsroom: &Newsroom, id: &str) -> Result<Recording, ApiError> {
    let id: RecordingId = id.parse().map_err(|_| ApiError::not_found())?;
    let (site, author) = (newsroom.site.id, newsroom.author.id);
    let read = newsroom.app.store.read(move |tx| {
        let scope = groups::scope_of(tx, site, author)?;
        listing::in_reach(tx, site, id, &scope)
    });
    let found = read
        .await?
        .filter(|own| own.address.is_none() && own.n_bytes > 0);
    found.ok_or_else(ApiError::not_found)
}
