//! One recording: its title, its transcript, its cuts.

use std::collections::HashMap;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use captions::{Transcript, TranscriptExportFormat, TranscriptProblem};
use rejoinder_core::recordings::{
    CutComparison, Proposal, Recording, TranscriptLock, TranscriptStatus,
};
use rejoinder_core::{AuthorId, Page, RecordingId};
use render::newsroom::FlashMessage;
use render::recordings::{CutOf, OpenProposal, RecordingPage, TranscriptReport};
use store::discussion::pages;
use store::recordings::transcripts::{self, NewRevision, TranscriptRevision};
use store::recordings::{attaching, chapters as divided, listing, proposals as proposed, reading};
use store::{Tx, moderation::groups};

use super::{chapters, proposals};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, MAX_BODY, Params, PathId};
use crate::newsroom::{Newsroom, PageHead, ProgressBody, RailPosition, see_other};
use crate::public::recordings::stored;
use crate::state::App;

/// A form holds a transcript, every byte of which may be written as three.
pub(super) const MAX_FORM: usize = MAX_BODY + 3 * captions::MAX_FILE_BYTES;

/// So many revisions of a transcript are listed.
const MAX_REVISIONS: i64 = 50;

struct RecordingDetails {
    page: Page,
    recording: Recording,
    transcript: Option<(TranscriptRevision, String)>,
    chapters: Option<String>,
    history: Vec<TranscriptRevision>,
    cuts: Vec<(Recording, Option<String>)>,
    proposals: Vec<Proposal>,
    authors: HashMap<AuthorId, String>,
    locks: Vec<TranscriptLock>,
}

/// What the form of the transcript shows: what was typed, and why it was not taken.
#[derive(Default)]
struct TranscriptForm<'a> {
    text: Option<&'a str>,
    problem: Option<String>,
    report: Option<TranscriptReport>,
    chapters: Option<&'a str>,
    chapters_problem: Option<String>,
    lock_problem: Option<&'a str>,
}

/// `GET /edit/{site}/recordings/{id}`.
pub(super) async fn show(
    newsroom: Newsroom,
    PathId(id): PathId<RecordingId>,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let flash = params
        .get("did")
        .and_then(|did| render::recordings::flash(&newsroom.site, did));
    Ok(page(&newsroom, id, flash.as_ref(), TranscriptForm::default()).await?)
}

async fn page(
    newsroom: &Newsroom,
    id: RecordingId,
    flash: Option<&FlashMessage>,
    typed: TranscriptForm<'_>,
) -> Result<Html<String>, ApiError> {
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, scope| {
        let Some(recording) = listing::in_reach(tx, site, id, scope)? else {
            return Ok(None);
        };
        let Some(page) = pages::by_id(tx, site, recording.page)? else {
            return Ok(None);
        };
        Ok(Some(RecordingDetails {
            transcript: transcripts::newest(tx, site, id)?,
            chapters: divided::of(tx, site, id)?,
            history: transcripts::history(tx, site, id, MAX_REVISIONS)?,
            cuts: reading::comparisons(tx, site, id)?,
            proposals: proposed::undecided(tx, site, id)?,
            authors: proposed::authors(tx, site, id)?,
            locks: proposed::locks(tx, site, id)?,
            page,
            recording,
        }))
    });
    let (context, read) = read.await?;
    let read = read.ok_or_else(ApiError::not_found)?;
    let (revision, text) = match &read.transcript {
        Some((revision, webvtt)) => {
            let transcript = stored::transcript(webvtt, revision.language.clone())?;
            (
                Some(revision),
                captions::write(&transcript, TranscriptExportFormat::Text),
            )
        }
        None => (None, String::new()),
    };
    let chapters = match &read.chapters {
        Some(webvtt) => captions::list_chapters(&stored::chapters(webvtt)?),
        None => String::new(),
    };
    let comparisons = read.cuts.iter().map(|(cut, json)| {
        let found = json
            .as_deref()
            .and_then(|json| serde_json::from_str::<CutComparison>(json).ok());
        (cut, found)
    });
    let comparisons: Vec<_> = comparisons.collect();
    let cuts: Vec<_> = comparisons
        .iter()
        .map(|(cut, found)| CutOf {
            cut,
            comparison: found.as_ref(),
        })
        .collect();
    let history: Vec<_> = read
        .history
        .iter()
        .map(|own| (own.revision, own.status, own.made_at))
        .collect();
    let open = read.proposals.iter().map(|proposal| OpenProposal {
        author: proposal
            .author
            .and_then(|author| read.authors.get(&author))
            .map_or("", String::as_str),
        proposal,
    });
    let open: Vec<_> = open.collect();
    let head = PageHead {
        title: &read.recording.title,
        at: RailPosition::Edit("/recordings/"),
        flash,
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::recordings::recording_page(&RecordingPage {
            frame,
            recording: &read.recording,
            page: &read.page,
            revision: revision.map_or(0, |own| own.revision),
            status: revision.map(|own| own.status),
            language: revision
                .and_then(|own| own.language.as_deref())
                .unwrap_or_default(),
            text: typed.text.unwrap_or(&text),
            problem: typed.problem.as_deref(),
            report: typed.report.as_ref(),
            chapters: typed.chapters.unwrap_or(&chapters),
            chapters_problem: typed.chapters_problem.as_deref(),
            history: &history,
            proposals: &open,
            locks: &read.locks,
            lock_problem: typed.lock_problem,
            cuts: &cuts,
        })
    }))
}

/// `GET /edit/{site}/recordings/{id}/state`: for the page, which shows it while it goes on.
pub(super) async fn state(
    newsroom: Newsroom,
    PathId(id): PathId<RecordingId>,
) -> Result<Json<ProgressBody>, ApiError> {
    let recording = reached(&newsroom, id).await?;
    Ok(Json(ProgressBody {
        text: render::recordings::state_of(&newsroom.site, &recording),
        is_underway: render::recordings::is_underway(&recording),
    }))
}

/// `POST /edit/{site}/recordings/{id}`: one of the forms of the page.
pub(super) async fn change(
    newsroom: Newsroom,
    PathId(id): PathId<RecordingId>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let recording = reached(&newsroom, id).await?;
    let here = format!("/edit/{}/recordings", newsroom.site.host);
    let back = recording.cut_of.unwrap_or(id);
    match fields.get("act") {
        Some("rename") => {
            let title = fields.get("title").unwrap_or_default();
            let title = markup::excerpt(title, super::recordings::MAX_TITLE);
            if !title.is_empty() {
                write(&newsroom, move |tx, now| {
                    attaching::rename(tx, now, &recording, &title)
                })
                .await?;
            }
            Ok(see_other(&format!("{here}/{id}?did=saved")))
        }
        Some("remove") => {
            let is_cut = recording.cut_of.is_some();
            write(&newsroom, move |tx, now| {
                attaching::remove(tx, now, &recording)
            })
            .await?;
            Ok(see_other(&match is_cut {
                true => format!("{here}/{back}?did=removed"),
                false => here,
            }))
        }
        Some("chapters") => {
            let typed = fields.get("chapters").unwrap_or_default();
            let Some(problem) = chapters::save(&newsroom.app, &recording, typed).await? else {
                return Ok(see_other(&format!("{here}/{id}?did=saved")));
            };
            let typed = TranscriptForm {
                chapters: Some(typed),
                chapters_problem: Some(render::recordings::chapters_problem(
                    &newsroom.site,
                    &problem,
                )),
                ..TranscriptForm::default()
            };
            let page = page(&newsroom, id, None, typed).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Some("transcript") => save(&newsroom, &recording, &fields).await,
        Some(act @ ("accept" | "decline")) => {
            let did = proposals::decide(&newsroom, &recording, act, &fields).await?;
            Ok(see_other(&format!("{here}/{id}?did={did}#proposals")))
        }
        Some(act @ ("lock" | "unlock")) => {
            if let Some(did) = proposals::set_lock(&newsroom, &recording, act, &fields).await? {
                return Ok(see_other(&format!("{here}/{id}?did={did}#proposals")));
            }
            let typed = TranscriptForm {
                lock_problem: Some(render::recordings::lock_invalid(&newsroom.site)),
                ..TranscriptForm::default()
            };
            let page = page(&newsroom, id, None, typed).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        _ => Err(ApiError::query("act", "There is no such action.").into()),
    }
}

async fn write(
    newsroom: &Newsroom,
    change: impl Fn(&mut Tx<'_>, rejoinder_core::Time) -> store::Result<()> + Send + 'static,
) -> Result<(), ApiError> {
    let now = newsroom.app.now();
    Ok(newsroom.app.store.write(move |tx| change(tx, now)).await?)
}

/// Keep a transcript as it was typed, or as a file holds it.
async fn save(
    newsroom: &Newsroom,
    recording: &Recording,
    fields: &Params,
) -> Result<Response, ErrorPage> {
    let text = fields.get("text").unwrap_or_default();
    let reading = captions::read(text.as_bytes(), None);
    let refused = async |problem: String| {
        let typed = TranscriptForm {
            text: Some(text),
            problem: Some(problem),
            ..TranscriptForm::default()
        };
        let page = page(newsroom, recording.id, None, typed).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let reading = match reading {
        Ok(reading) => reading,
        Err(problem) => {
            return refused(render::recordings::transcript_problem(
                &newsroom.site,
                &problem,
            ))
            .await;
        }
    };
    let (from, before) = newest(&newsroom.app, recording).await?;
    let transcript = keeping_times(reading.transcript, before.as_ref());
    let webvtt = captions::write(&transcript, TranscriptExportFormat::WebVtt);
    if webvtt.len() > captions::MAX_FILE_BYTES {
        let size_bytes = webvtt.len();
        let problem = TranscriptProblem::TooLarge { size_bytes };
        return refused(render::recordings::transcript_problem(
            &newsroom.site,
            &problem,
        ))
        .await;
    }
    let status = fields.get("status").and_then(TranscriptStatus::parse);
    let language = fields
        .get("language")
        .map(str::trim)
        .filter(|tag| is_tag(tag));
    let new = NewRevision {
        from: fields
            .get("from")
            .and_then(|from| from.parse().ok())
            .unwrap_or(from),
        status: status.unwrap_or(TranscriptStatus::Draft),
        language: language.map(str::to_owned).or(transcript.language.clone()),
        webvtt,
        by: Some(newsroom.author.id),
    };
    let (now, own) = (newsroom.app.now(), recording.clone());
    let write = move |tx: &mut Tx<'_>| transcripts::save(tx, now, &own, &new);
    match newsroom.app.store.write(write).await? {
        None => {
            let meanwhile = render::recordings::meanwhile(&newsroom.site);
            refused(meanwhile.to_owned()).await
        }
        Some(_) if reading.warnings.is_empty() => {
            let (host, id) = (&newsroom.site.host, recording.id);
            Ok(see_other(&format!(
                "/edit/{host}/recordings/{id}?did=saved"
            )))
        }
        Some(_) => {
            let typed = TranscriptForm {
                report: Some(render::recordings::report(
                    &newsroom.site,
                    &reading.warnings,
                )),
                ..TranscriptForm::default()
            };
            let flash = render::recordings::flash(&newsroom.site, "saved");
            Ok(page(newsroom, recording.id, flash.as_ref(), typed)
                .await?
                .into_response())
        }
    }
}

async fn newest(app: &App, recording: &Recording) -> Result<(i64, Option<Transcript>), ApiError> {
    let (site, id) = (recording.site, recording.id);
    let found = app
        .store
        .read(move |tx| transcripts::newest(tx, site, id))
        .await?;
    Ok(match found {
        Some((revision, webvtt)) => {
            let transcript = stored::transcript(&webvtt, revision.language)?;
            (revision.revision, Some(transcript))
        }
        None => (0, None),
    })
}

/// A transcript that was edited as text, whose times are of whole seconds, with the exact times of the
/// lines that were there before.
fn keeping_times(edited: Transcript, before: Option<&Transcript>) -> Transcript {
    let Some(before) = before else {
        return edited;
    };
    let mut old = before.cues().iter().peekable();
    let language = edited.language.clone();
    let mut cues = edited.into_cues();
    for cue in &mut cues {
        let second = cue.start_ms / 1_000;
        while old.next_if(|own| own.start_ms / 1_000 < second).is_some() {}
        let same = old.next_if(|own| own.start_ms / 1_000 == second);
        if let Some(own) = same.filter(|_| cue.start_ms.is_multiple_of(1_000)) {
            cue.start_ms = own.start_ms;
            cue.end_ms = cue.end_ms.or(own.end_ms);
        }
    }
    Transcript::new(language, cues).0
}

/// Whether a text could be a language tag of BCP 47.
fn is_tag(tag: &str) -> bool {
    (2..=35).contains(&tag.len())
        && tag.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// The recording, if the member reaches its page.
pub(super) async fn reached(newsroom: &Newsroom, id: RecordingId) -> Result<Recording, ApiError> {
    let (site, author) = (newsroom.site.id, newsroom.author.id);
    let read = newsroom.app.store.read(move |tx| {
        let scope = groups::scope_of(tx, site, author)?;
        listing::in_reach(tx, site, id, &scope)
    });
    read.await?.ok_or_else(ApiError::not_found)
}
