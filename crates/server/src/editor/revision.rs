//! `GET /edit/{site}/recordings/{id}/revisions/{n}`: what a revision of a transcript changed.

use axum::extract::Path;
use axum::response::Html;
use captions::Transcript;
use rejoinder_core::RecordingId;
use render::recordings::RevisionPage;
use store::recordings::transcripts;

use super::recording::reached;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::PathId;
use crate::newsroom::{Newsroom, PageHead, RailPosition};
use crate::public::recordings::stored;

/// The lines that are others than in the revision before.
pub(super) async fn show(
    newsroom: Newsroom,
    PathId(id): PathId<RecordingId>,
    Path((_, _, n)): Path<(String, String, String)>,
) -> Result<Html<String>, ErrorPage> {
    let n: i64 = n.parse().map_err(|_| ApiError::not_found())?;
    let recording = reached(&newsroom, id).await?;
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, _| {
        let new = transcripts::revision(tx, site, id, n)?;
        let old = transcripts::revision(tx, site, id, n.saturating_sub(1))?;
        Ok((new, old))
    });
    let (context, (new, old)) = read.await?;
    let (revision, text) = new.ok_or_else(ApiError::not_found)?;
    let new = stored::transcript(&text, revision.language.clone())?;
    let old = match old {
        Some((revision, text)) => stored::transcript(&text, revision.language)?,
        None => Transcript::default(),
    };
    let head = PageHead {
        title: render::recordings::changes(&newsroom.site),
        at: RailPosition::Edit("/recordings/"),
        flash: None,
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::recordings::revision_page(&RevisionPage {
            frame,
            recording: &recording,
            revision: revision.revision,
            status: revision.status,
            made_at: &revision.made_at,
            new: &new,
            old: &old,
        })
    }))
}
