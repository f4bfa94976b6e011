//! `GET /edit/{site}/recordings/{id}/revisions/{n}`: what a revision of a transcript changed.

use axum::extract::{Path, State};
use axum::response::Html;
use captions::Transcript;
use rejoinder_core::RecordingId;
use render::recordings::RevisionPage;
use store::recordings::transcripts;
use store::{StoreError, Tx};

use super::recording::reached;
use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::newsroom::{self, Around, At, Shown};
use crate::public::recordings::read as kept;
use crate::state::App;

/// The lines that are others than in the revision before.
pub(super) async fn show(
    State(app): State<App>,
    member: Member,
    Path((_, id, n)): Path<(String, String, String)>,
) -> Result<Html<String>, ErrorPage> {
    let id: RecordingId = id.parse().map_err(|_| ApiError::not_found())?;
    let n: i64 = n.parse().map_err(|_| ApiError::not_found())?;
    let recording = reached(&app, &member, id).await?;
    let (site, author) = (member.site.id, member.author.id);
    let read = move |tx: &mut Tx<'_>| {
        let around = Around::read(tx, site, author)?;
        let new = transcripts::revision(tx, site, id, n)?;
        let old = transcripts::revision(tx, site, id, n.saturating_sub(1))?;
        Ok::<_, StoreError>((around, new, old))
    };
    let (around, new, old) = app.store.read(read).await?;
    let (revision, text) = new.ok_or_else(ApiError::not_found)?;
    let new = kept(&text, revision.language.clone())?;
    let old = match old {
        Some((revision, text)) => kept(&text, revision.language)?,
        None => Transcript::default(),
    };
    let shown = Shown {
        title: render::recordings::changes(&member.site),
        at: At::Edit("/recordings/"),
        told: None,
    };
    Ok(newsroom::page(&app, &member, &around, shown, |frame| {
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
