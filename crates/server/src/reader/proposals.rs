//! Corrections of a transcript: proposing them, and confirming what others propose.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use markup::RenderedText;
use rejoinder_core::identity::author;
use rejoinder_core::publication::settings::EmailPolicy;
use rejoinder_core::recordings::proposals::{MAX_CHARS, MAX_SPEAKER_CHARS, ProposalState};
use rejoinder_core::recordings::{LineText, Proposal, Recording, Span};
use rejoinder_core::{AuthorId, PageKey, ProposalId, Reader, RecordingId, Refusal, Site, SiteId};
use render::FormProblem;
use render::recordings::{ProposalForm, RequiredDetails};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::discussion::pages;
use store::identity::authors::GuestDetails;
use store::recordings::proposing::{self, NewProposal, Proposer};
use store::recordings::{listing, proposals};
use utoipa::ToSchema;

use crate::http::error::{ApiError, Problem};
use crate::http::error_page::ErrorPage;
use crate::http::extract::{self, Form, Params, Visitor};
use crate::http::limits::Act;
use crate::public::threads::context;
use crate::reader::forms::{problem, see_other};
use crate::reader::rendering;
use crate::state::App;

/// A correction of a transcript.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Propose {
    /// The site's host.
    site: String,
    /// Where the line begins, in milliseconds; a line that begins there is corrected, else one is added.
    start_ms: i64,
    /// Where it ends. A new line needs it; of lines that begin at once it names the one that ends there.
    #[serde(default)]
    end_ms: Option<i64>,
    /// Who speaks; empty for nobody who is known. Without it the line keeps its speaker.
    #[serde(default)]
    speaker: Option<String>,
    /// What is said.
    text: String,
    /// What a guest is called, who has not said it before.
    #[serde(default)]
    name: Option<String>,
    /// Their e-mail address, where the site asks for one.
    #[serde(default)]
    email: Option<String>,
}

/// At which site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmProposal {
    /// The site's host.
    site: String,
}

/// A correction, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Proposed)]
pub(crate) struct ProposedCorrection {
    /// Names it.
    id: String,
    /// `open`, `held` where an editor looks at it first, `accepted`, or `outdated` where the line is another
    /// one by now.
    state: &'static str,
    /// How many readers have confirmed it.
    n_confirmations: i64,
}

impl From<&Proposal> for ProposedCorrection {
    fn from(proposal: &Proposal) -> Self {
        Self {
            id: proposal.id.to_string(),
            state: proposal.state.as_str(),
            n_confirmations: proposal.n_confirmations,
        }
    }
}

/// Propose what a line of a transcript should say, or a line that is missing.
#[utoipa::path(
    post, path = "/api/v1/recordings/{id}/proposals", tag = "writing", request_body = Propose,
    params(("id" = String, Path, description = "The recording's id")),
    responses((status = 201, body = ProposedCorrection), (status = "4XX", body = Problem)),
)]
pub(crate) async fn propose(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    extract::Json(body): extract::Json<Propose>,
) -> Result<(StatusCode, HeaderMap, Json<ProposedCorrection>), ApiError> {
    let (proposal, headers) = make(&app, &visitor, &id, body).await?;
    Ok((
        StatusCode::CREATED,
        headers,
        Json(ProposedCorrection::from(&proposal)),
    ))
}

/// Confirm a correction. When enough readers have, the transcript says it.
#[utoipa::path(
    post, path = "/api/v1/recordings/proposals/{id}/confirm", tag = "writing",
    request_body = ConfirmProposal,
    params(("id" = String, Path, description = "The correction's id")),
    responses((status = 200, body = ProposedCorrection), (status = "4XX", body = Problem)),
)]
pub(crate) async fn confirm(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    extract::Json(body): extract::Json<ConfirmProposal>,
) -> Result<(HeaderMap, Json<ProposedCorrection>), ApiError> {
    let (_, proposal, headers) = agree(&app, &visitor, &id, &body.site).await?;
    Ok((headers, Json(ProposedCorrection::from(&proposal))))
}

/// `GET /embed/recording/proposals`: the form, for the line that begins at `start_ms`, or for a new one.
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let site = visitor.at(&app, params.site()?).await?;
    let at = ProposalFormContext::read(&app, &visitor, &site, &params).await?;
    let line = at.line.as_ref();
    let said = line.and_then(|line| line.said.as_ref());
    let form = at.form(ProposalFields {
        speaker: said
            .and_then(|said| said.speaker.as_deref())
            .unwrap_or_default(),
        text: said.map_or("", |said| &said.text),
        ..ProposalFields::default()
    });
    let context = context(&app, &site, &visitor.base.0);
    Ok(Html(render::recordings::proposal_page(&context, &form)).into_response())
}

/// `POST /embed/recording/proposals`: propose by a plain form, and go back to the line.
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let site = visitor.acting_at(&app, fields.site()?).await?;
    let own = |name: &str| fields.get(name).map(str::to_owned);
    let made = match place(&fields) {
        Ok((start_ms, end_ms)) => {
            let body = Propose {
                site: site.host.clone(),
                start_ms,
                end_ms,
                speaker: own("speaker"),
                text: own("text").unwrap_or_default(),
                name: own("name"),
                email: own("email").filter(|email| !email.is_empty()),
            };
            let id = fields.get("id").unwrap_or_default();
            make(&app, &visitor, id, body).await
        }
        Err(error) => Err(error),
    };
    let error = match made {
        Ok((proposal, headers)) if proposal.state == ProposalState::Held => {
            let at = home(&app, &site, &proposal).await?;
            let page = Html(render::held_page(site.settings.language, &at));
            return Ok((StatusCode::ACCEPTED, headers, page).into_response());
        }
        Ok((proposal, headers)) => {
            let at = home(&app, &site, &proposal).await?;
            return Ok(see_other(&at, headers));
        }
        Err(error) => error,
    };
    if error.status.is_server_error() || error.status == StatusCode::NOT_FOUND {
        return Err(error.into());
    }
    let at = ProposalFormContext::read(&app, &visitor, &site, &fields).await?;
    let error = error.told_in(site.settings.language);
    let value = |name: &str| fields.get(name).unwrap_or_default();
    let form = at.form(ProposalFields {
        between: (value("from"), value("until")),
        speaker: value("speaker"),
        text: value("text"),
        name: value("name"),
        email: value("email"),
        problem: Some(problem(&error)),
    });
    let context = context(&app, &site, &visitor.base.0);
    let page = Html(render::recordings::proposal_page(&context, &form));
    Ok((error.status, page).into_response())
}

/// `POST /embed/recording/proposals/{id}/confirm`: confirm by a plain form, and go back to the line.
pub(crate) async fn send_confirmation(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let (site, proposal, headers) = agree(&app, &visitor, &id, fields.site()?).await?;
    Ok(see_other(&home(&app, &site, &proposal).await?, headers))
}

/// Where a line is: as the form of a line carries it, or as it was typed.
fn place(fields: &Params) -> Result<(i64, Option<i64>), ApiError> {
    if let Some(start_ms) = fields.read("start_ms")? {
        return Ok((start_ms, fields.read("end_ms")?));
    }
    let value = |name: &str| fields.get(name).unwrap_or_default().trim();
    let typed = format!("t={},{}", value("from"), value("until"));
    let span = Span::from_fragment(&typed).ok_or(Refusal::ProposalMisplaced)?;
    let ms = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
    Ok((ms(span.start_ms), span.end_ms.map(ms)))
}

/// Propose as `visitor`; the headers hand a new reader their token.
async fn make(
    app: &App,
    visitor: &Visitor,
    id: &str,
    body: Propose,
) -> Result<(Proposal, HeaderMap), ApiError> {
    let now = app.now();
    app.limits.take(Act::Post, visitor, app.steady())?;
    let recording: RecordingId = id.parse().map_err(|_| Refusal::RecordingUnknown)?;
    let site = visitor.acting_at(app, &body.site).await?;
    let reader = visitor.reader(app, &site).await?;
    let details = details(&body, &reader)?;
    let (at, start_ms, end_ms) = (site.id, body.start_ms, body.end_ms);
    let look = move |tx: &mut Tx<'_>| proposing::line(tx, at, recording, start_ms, end_ms);
    let line = app.store.read(look).await?;
    let kept = line.said.as_ref().and_then(|said| said.speaker.clone());
    let after = LineText {
        speaker: match &body.speaker {
            Some(typed) if typed.trim().chars().count() > MAX_SPEAKER_CHARS => {
                return Err(Refusal::SpeakerTooLong {
                    max: MAX_SPEAKER_CHARS,
                }
                .into());
            }
            Some(typed) => captions::clean_speaker(typed),
            None => kept,
        },
        text: captions::clean_text(&body.text),
    };
    let rendered = rendered(app, visitor, &after).await?;
    let token = visitor.token(app);
    let new = NewProposal {
        hand: Proposer {
            site: Site::clone(&site),
            reader,
            token: token.hash,
            author: AuthorId(app.ids.next(now)),
            address_key: app.random_key(),
        },
        details,
        id: ProposalId(app.ids.next(now)),
        recording,
        line,
        after,
        rendered,
    };
    let proposal = app
        .store
        .write(move |tx| proposing::propose(tx, now, &new))
        .await?;
    Ok((proposal, token.headers()))
}

/// What a line says, for the rules that look at texts.
async fn rendered(app: &App, visitor: &Visitor, said: &LineText) -> Result<RenderedText, ApiError> {
    if said.text.chars().count() > MAX_CHARS {
        return Err(Refusal::ProposalTooLong { max: MAX_CHARS }.into());
    }
    let whole = match &said.speaker {
        Some(speaker) => format!("{speaker}\n{}", said.text),
        None => said.text.clone(),
    };
    rendering::as_typed(app, visitor, &whole).await
}

/// What a guest says of themselves; `None` when they say nothing and are known already.
fn details(body: &Propose, reader: &Reader) -> Result<Option<GuestDetails>, Refusal> {
    let typed = body.name.as_deref().unwrap_or_default();
    let known = reader.author.as_ref();
    if typed.is_empty() && known.is_some_and(|own| !own.name.is_empty()) {
        return Ok(None);
    }
    Ok(Some(GuestDetails {
        name: author::name(typed)?,
        email: author::parse_email(body.email.as_deref().unwrap_or_default())?,
        website: known.and_then(|own| own.website.clone()),
    }))
}

/// Confirm as `visitor`.
async fn agree(
    app: &App,
    visitor: &Visitor,
    id: &str,
    host: &str,
) -> Result<(std::sync::Arc<Site>, Proposal, HeaderMap), ApiError> {
    let now = app.now();
    app.limits.take(Act::Vote, visitor, app.steady())?;
    let id: ProposalId = id.parse().map_err(|_| Refusal::ProposalUnknown)?;
    let site = visitor.acting_at(app, host).await?;
    let token = visitor.token(app);
    let hand = Proposer {
        site: Site::clone(&site),
        reader: visitor.reader(app, &site).await?,
        token: token.hash,
        author: AuthorId(app.ids.next(now)),
        address_key: app.random_key(),
    };
    let proposal = app
        .store
        .write(move |tx| proposing::confirm(tx, now, &hand, id))
        .await?;
    Ok((site, proposal, token.headers()))
}

/// The line that a proposal is about, on the recording's own page.
async fn home(app: &App, site: &Site, proposal: &Proposal) -> Result<String, ApiError> {
    let (at, id) = (site.id, proposal.recording);
    let read = move |tx: &mut Tx<'_>| match listing::find(tx, at, id)? {
        Some(recording) => pages::by_id(tx, at, recording.page),
        None => Ok(None),
    };
    let page = app
        .store
        .read(read)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let key = page.key.url().unwrap_or(page.key.as_str());
    let from = proposal.start_ms / 1_000;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("site", &site.host)
        .append_pair("page", key)
        .append_pair("id", &id.to_string())
        .append_pair("t", &from.to_string());
    Ok(format!("/embed/recording?{}#t={from}", query.finish()))
}

/// Where the form is opened: a recording that stands with a page, and a line of it.
struct ProposalFormContext {
    key: PageKey,
    recording: Recording,
    line: Option<proposing::ProposedLine>,
    decided: Vec<Proposal>,
    asks: RequiredDetails,
}

/// What the form's fields hold.
#[derive(Clone, Copy, Default)]
struct ProposalFields<'a> {
    between: (&'a str, &'a str),
    speaker: &'a str,
    text: &'a str,
    name: &'a str,
    email: &'a str,
    problem: Option<FormProblem<'a>>,
}

impl ProposalFormContext {
    async fn read(
        app: &App,
        visitor: &Visitor,
        site: &Site,
        params: &Params,
    ) -> Result<Self, ApiError> {
        let key = visitor.page(app, site, params.page())?;
        let id: Option<RecordingId> = params.read("id")?;
        let id = id.ok_or_else(ApiError::not_found)?;
        let start_ms: Option<i64> = params.read("start_ms")?;
        let end_ms: Option<i64> = params.read("end_ms")?;
        let reader = visitor.reader(app, site).await?;
        let own = reader.author.as_ref().map(|own| own.id);
        let (at, sought) = (site.id, key.clone());
        let read = move |tx: &mut Tx<'_>| {
            let Some(recording) = standing(tx, at, &sought, id)? else {
                return Ok(None);
            };
            let line = match start_ms {
                Some(start_ms) => Some(proposing::line(tx, at, id, start_ms, end_ms)?),
                None => None,
            };
            let decided = match own {
                Some(author) => proposals::decided_of(tx, at, id, author)?,
                None => Vec::new(),
            };
            Ok(Some((recording, line, decided)))
        };
        let found = app.store.read(read).await?;
        let (recording, line, decided) = found.ok_or_else(ApiError::not_found)?;
        let is_known = reader.author.is_some_and(|own| !own.name.is_empty());
        Ok(Self {
            key,
            recording,
            line,
            decided,
            asks: match site.settings.email {
                _ if is_known => RequiredDetails::Nothing,
                EmailPolicy::Required => RequiredDetails::NameAndEmail,
                EmailPolicy::Optional | EmailPolicy::Unasked => RequiredDetails::Name,
            },
        })
    }

    fn form<'a>(&'a self, typed: ProposalFields<'a>) -> ProposalForm<'a> {
        ProposalForm {
            recording: &self.recording,
            key: &self.key,
            place: self.line.as_ref().map(|line| (line.start_ms, line.end_ms)),
            between: typed.between,
            speaker: typed.speaker,
            text: typed.text,
            asks: self.asks,
            name: typed.name,
            email: typed.email,
            problem: typed.problem,
            decided: &self.decided,
        }
    }
}

/// The recording, where it stands with the page and is no cut.
fn standing(
    tx: &mut Tx<'_>,
    site: SiteId,
    key: &PageKey,
    id: RecordingId,
) -> store::Result<Option<Recording>> {
    let page = pages::find(tx, site, key)?;
    let recording = listing::find(tx, site, id)?;
    let stands = |own: &Recording| {
        own.cut_of.is_none() && page.as_ref().is_some_and(|page| page.id == own.page)
    };
    Ok(recording.filter(stands))
}
