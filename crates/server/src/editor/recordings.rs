//! The recordings of a site: the list of them, and attaching one.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::discussion::policy;
use rejoinder_core::discussion::text::lines;
use rejoinder_core::recordings::{ExternalRecording, Span};
use rejoinder_core::{Page, PageId, RecordingId, Site};
use render::recordings::{RecordingForm, RecordingFormProblem, RecordingsPage};
use store::discussion::pages;
use store::recordings::attaching::{self, MAX_EACH, NewRecording, RecordingSource};
use store::recordings::{listing, proposals};
use store::{Tx, moderation::groups};

use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, Visitor};
use crate::newsroom::{Newsroom, PageHead, RailPosition, see_other};

/// So many recordings are shown at once.
const AT_ONCE: usize = 50;

/// The longest title of a recording, in graphemes.
pub(super) const MAX_TITLE: usize = 200;

/// The longest address of one, in bytes.
const MAX_ADDRESS: usize = 2_000;

/// `GET /edit/{site}/recordings`.
pub(super) async fn show(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    let after: Option<RecordingId> = params.read("after")?;
    let typed = RecordingForm {
        page: params.get("page").unwrap_or_default(),
        ..RecordingForm::default()
    };
    Ok(page(&newsroom, after, &typed).await?)
}

async fn page(
    newsroom: &Newsroom,
    after: Option<RecordingId>,
    typed: &RecordingForm<'_>,
) -> Result<Html<String>, ApiError> {
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, scope| {
        let limit = i64::try_from(AT_ONCE + 1).unwrap_or(i64::MAX);
        let recordings = listing::of_scope(tx, site, scope, after, limit)?;
        let ids: Vec<PageId> = recordings.iter().map(|own| own.page).collect();
        let pages = pages::by_ids(tx, site, &ids)?;
        let ids: Vec<RecordingId> = recordings.iter().map(|own| own.id).collect();
        let waiting = proposals::n_undecided(tx, site, &ids)?;
        Ok((recordings, pages, waiting))
    });
    let (context, (mut recordings, pages, waiting)) = read.await?;
    let is_more = recordings.len() > AT_ONCE;
    recordings.truncate(AT_ONCE);
    let last = recordings.last().filter(|_| is_more);
    let next =
        last.map(|last| format!("/edit/{}/recordings?after={}", newsroom.site.host, last.id));
    let rows = recordings.iter().filter_map(|own| {
        let page = pages.iter().find(|page| page.id == own.page)?;
        let n = waiting.get(&own.id).copied().unwrap_or(0);
        Some((own, page, n))
    });
    let rows: Vec<_> = rows.collect();
    let head = PageHead {
        title: render::recordings::title(&newsroom.site),
        at: RailPosition::Edit("/recordings"),
        flash: None,
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::recordings::recordings_page(&RecordingsPage {
            frame,
            rows: &rows,
            next,
            typed,
        })
    }))
}

/// `POST /edit/{site}/recordings`: attach a recording by an address. Files are uploaded by the API.
pub(super) async fn attach(
    newsroom: Newsroom,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let value = |name| fields.get(name).unwrap_or_default();
    let attached = match source(
        &newsroom.site,
        value("address"),
        value("duration"),
        !value("cut_of").is_empty(),
    ) {
        Ok(source) => {
            let new = NewRecordingForm {
                page: value("page"),
                title: value("title"),
                cut_of: value("cut_of"),
                source,
            };
            attach_one(&newsroom, &visitor, new).await
        }
        Err(error) => Err(error),
    };
    let host = &newsroom.site.host;
    match attached {
        Ok(id) => {
            let id = match value("cut_of") {
                "" => id.to_string(),
                whole => whole.to_owned(),
            };
            Ok(see_other(&format!(
                "/edit/{host}/recordings/{id}?did=attached"
            )))
        }
        Err(error) if error.status.is_server_error() => Err(error.into()),
        Err(error) => {
            let typed = RecordingForm {
                page: value("page"),
                title: value("title"),
                address: value("address"),
                duration: value("duration"),
                problem: Some(&error.detail),
            };
            let page = page(&newsroom, None, &typed).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// A recording as an editor wants it attached.
pub(super) struct NewRecordingForm<'a> {
    /// The page's address or key.
    pub(super) page: &'a str,
    pub(super) title: &'a str,
    /// The id of the recording that it is a cut of; empty where it is none.
    pub(super) cut_of: &'a str,
    pub(super) source: RecordingSource,
}

/// What an address leads to: a player elsewhere that is known, or a file. A cut needs a file: it is
/// compared by its sound.
fn source(
    site: &Site,
    address: &str,
    duration: &str,
    is_cut: bool,
) -> Result<RecordingSource, ApiError> {
    let typed = address.trim();
    let safe = markup::safe_url(typed).filter(|safe| safe.len() <= MAX_ADDRESS);
    let address = safe.ok_or_else(|| refused(site, RecordingFormProblem::Address))?;
    if ExternalRecording::parse(&address).is_none() {
        return Ok(RecordingSource::Address(address));
    }
    if is_cut {
        return Err(refused(site, RecordingFormProblem::Elsewhere));
    }
    let duration_ms = match duration.trim() {
        "" => None,
        typed => {
            let length = Span::from_fragment(&format!("t={typed}"));
            let length = length.ok_or_else(|| refused(site, RecordingFormProblem::Length))?;
            i64::try_from(length.start_ms).ok()
        }
    };
    Ok(RecordingSource::Player {
        address,
        duration_ms,
    })
}

/// A form that cannot be taken as it is, in the language of the site.
fn refused(site: &Site, unfit: RecordingFormProblem) -> ApiError {
    ApiError::body(render::recordings::form_problem(site, unfit)).field(unfit.field())
}

/// What became of a recording that was to be attached.
enum AttachOutcome {
    Here,
    /// The member does not reach its page.
    Unreached,
    /// Its page has as many as there can be.
    Full,
    /// The files of the site leave no room for its own.
    NoRoom,
}

/// Attach `new` to a page that the member reaches.
pub(super) async fn attach_one(
    newsroom: &Newsroom,
    visitor: &Visitor,
    new: NewRecordingForm<'_>,
) -> Result<RecordingId, ApiError> {
    let now = newsroom.app.now();
    let title = lines(new.title).replace('\n', " ");
    let title = markup::excerpt(&title, MAX_TITLE);
    if title.is_empty() {
        return Err(refused(&newsroom.site, RecordingFormProblem::Title));
    }
    let whole: Option<RecordingId> = match new.cut_of {
        "" => None,
        id => Some(id.parse().map_err(|_| ApiError::not_found())?),
    };
    let key = match whole {
        Some(_) => None,
        None => {
            let key = visitor.page(&newsroom.app, &newsroom.site, new.page)?;
            policy::may_carry_thread(&newsroom.site, &key)?;
            Some(key)
        }
    };
    let settings = &newsroom.site.settings;
    let least = match new.source {
        RecordingSource::Upload { n_bytes } => n_bytes,
        RecordingSource::Address(_) => 1,
        RecordingSource::Player { .. } => 0,
    };
    if least > settings.max_recording_bytes() {
        let max = settings.max_recording_mb;
        let detail =
            render::recordings::form_problem(&newsroom.site, RecordingFormProblem::Size { max });
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return Err(ApiError::new(status, "body_too_large", detail).field("file"));
    }
    let (own, site, author) = (newsroom.site.clone(), newsroom.site.id, newsroom.author.id);
    let (id, page_id) = (
        RecordingId(newsroom.app.ids.next(now)),
        PageId(newsroom.app.ids.next(now)),
    );
    let source = new.source;
    let write = move |tx: &mut Tx<'_>| {
        let scope = groups::scope_of(tx, site, author)?;
        let page: Option<Page> = match (&key, whole) {
            (Some(key), _) => {
                // No page is added for somebody who does not reach it.
                match pages::find(tx, site, key)? {
                    Some(page) => pages::in_scope(tx, site, page.id, &scope)?,
                    None if groups::covers_key(tx, site, author, key)? => {
                        Some(pages::find_or_add(tx, now, site, page_id, key, None)?)
                    }
                    None => None,
                }
            }
            (None, Some(whole)) => match listing::in_reach(tx, site, whole, &scope)? {
                Some(whole) if whole.cut_of.is_none() => pages::by_id(tx, site, whole.page)?,
                _ => None,
            },
            (None, None) => None,
        };
        let Some(page) = page else {
            return Ok(AttachOutcome::Unreached);
        };
        let new = NewRecording {
            id,
            page: page.id,
            cut_of: whole,
            title: title.clone(),
            source: source.clone(),
            by: Some(author),
        };
        if attaching::free_bytes(tx, &own)? < least {
            return Ok(AttachOutcome::NoRoom);
        }
        Ok(match attaching::attach(tx, now, site, &new)? {
            true => AttachOutcome::Here,
            false => AttachOutcome::Full,
        })
    };
    let unfit = match newsroom.app.store.write(write).await? {
        AttachOutcome::Here => {
            (newsroom.app.wake)();
            return Ok(id);
        }
        AttachOutcome::Unreached => return Err(ApiError::not_found()),
        AttachOutcome::Full => RecordingFormProblem::Full { max: MAX_EACH },
        AttachOutcome::NoRoom => RecordingFormProblem::Room {
            max: settings.max_recordings_mb,
        },
    };
    let detail = render::recordings::form_problem(&newsroom.site, unfit);
    let (status, code) = (StatusCode::CONFLICT, "recordings_full");
    Err(ApiError::new(status, code, detail).field(unfit.field()))
}
