//! Corrections of articles: sending them to the newsroom.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use markup::RenderedText;
use rejoinder_core::discussion::text::lines;
use rejoinder_core::identity::author;
use rejoinder_core::passages::correction::MAX_CHARS;
use rejoinder_core::passages::{Annotation, Correction, Quote, Selector};
use rejoinder_core::publication::settings::{EmailPolicy, SourceChecks};
use rejoinder_core::{AuthorId, AuthorKind, CorrectionId, PageId, PageKey, Refusal, Site};
use render::passages::CorrectionForm;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::discussion::pages;
use store::passages::allowed;
use store::passages::sending::{self, NewCorrection};
use utoipa::ToSchema;

use super::comments::PostAnnotation;
use super::giving::{self, PostSources};
use super::posting::article;
use super::rendering;
use super::work::{self, Proof};
use crate::http::error::{ApiError, Problem};
use crate::http::error_page::ErrorPage;
use crate::http::extract::{self, Form, Params, Visitor};
use crate::http::limits::Act;
use crate::public::threads::{context, placed};
use crate::reader::forms::problem;
use crate::state::App;

/// A correction of an article, which the newsroom alone sees.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendCorrection {
    /// The site's host.
    site: String,
    /// The page's address or key.
    page: String,
    /// The passage; without one, it is about the whole article.
    annotation: Option<PostAnnotation>,
    /// Sources for or against that passage.
    sources: Option<PostSources>,
    /// What is wrong.
    #[serde(default)]
    text: String,
    /// What it should say.
    proposed: Option<String>,
    /// The name by which the sender agrees to be thanked, in public.
    name: Option<String>,
    /// Where the sender wants to be told what became of it; never shown, and forgotten then.
    email: Option<String>,
    /// The solution of a challenge, after the answer `work_needed`: the JSON of ALTCHA in base64.
    work: Option<String>,
}

/// A correction that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SentCorrection {
    /// Names it.
    id: String,
}

/// Send a correction of an article to its newsroom. Nobody else sees it.
#[utoipa::path(
    post, path = "/api/v1/corrections", tag = "writing", request_body = SendCorrection,
    responses((status = 201, body = SentCorrection), (status = "4XX", body = Problem)),
)]
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    extract::Json(body): extract::Json<SendCorrection>,
) -> Result<(StatusCode, HeaderMap, Json<SentCorrection>), ApiError> {
    let site = visitor.acting_at(&app, &body.site).await?;
    let page = visitor.page(&app, &site, &body.page)?;
    let annotation = body.annotation.map(PostAnnotation::selector).transpose()?;
    let draft = CorrectionDraft {
        page,
        annotation,
        sources: body.sources,
        text: body.text,
        proposed: body.proposed,
        name: body.name,
        email: body.email,
        proof: Proof::Script(body.work),
    };
    let (correction, headers) = make(&app, &visitor, &site, draft).await?;
    let id = correction.id.to_string();
    Ok((StatusCode::CREATED, headers, Json(SentCorrection { id })))
}

/// `GET /embed/correction`: the form, about a passage that the address names, or about the whole article.
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let site = visitor.at(&app, params.site()?).await?;
    let selector = match params.get("exact") {
        Some(exact) => Some(PostAnnotation::of_form(exact, &params).selector()?),
        _ => None,
    };
    let at = CorrectionFormContext::read(&app, &visitor, &site, &params, selector).await?;
    let blank = Params::default();
    Ok(at.shown(&app, &visitor, &site, &blank, None, false))
}

/// `POST /embed/correction`: send by a plain form.
pub(crate) async fn send_form(
    State(app): State<App>,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let site = visitor.acting_at(&app, fields.site()?).await?;
    let is_pasted = fields.get("quoted").is_none();
    let exact = fields.get("exact").unwrap_or_default().trim();
    let found = match exact {
        "" => Ok(None),
        exact if is_pasted => Quote::new(exact, "", "").map(Selector::pasted).map(Some),
        exact => PostAnnotation::of_form(exact, &fields).selector().map(Some),
    };
    let own = |name: &str| fields.get(name).map(str::to_owned);
    let made = match &found {
        Ok(annotation) => {
            let draft = CorrectionDraft {
                page: visitor.page(&app, &site, fields.page())?,
                annotation: annotation.clone(),
                sources: PostSources::of_form(&fields),
                text: own("text").unwrap_or_default(),
                proposed: own("proposed"),
                name: own("name"),
                email: own("email"),
                proof: Proof::Form,
            };
            make(&app, &visitor, &site, draft).await
        }
        Err(refusal) => Err(refusal.clone().into()),
    };
    let shown = found.ok().flatten().filter(|_| !is_pasted);
    let at = CorrectionFormContext::read(&app, &visitor, &site, &fields, shown).await?;
    match made {
        Ok((_, headers)) => {
            let page = at.shown(&app, &visitor, &site, &fields, None, true);
            Ok((StatusCode::CREATED, headers, page).into_response())
        }
        Err(error) if error.status.is_server_error() => Err(error.into()),
        Err(error) => {
            let error = error.told_in(site.settings.language);
            let page = at.shown(&app, &visitor, &site, &fields, Some(&error), false);
            Ok((error.status, page).into_response())
        }
    }
}

/// A correction that someone wants to send.
struct CorrectionDraft {
    page: PageKey,
    annotation: Option<Selector>,
    sources: Option<PostSources>,
    text: String,
    proposed: Option<String>,
    name: Option<String>,
    email: Option<String>,
    proof: Proof,
}

/// Send as `visitor`; the headers hand a new reader their token.
async fn make(
    app: &App,
    visitor: &Visitor,
    site: &Arc<Site>,
    draft: CorrectionDraft,
) -> Result<(Correction, HeaderMap), ApiError> {
    let now = app.now();
    app.limits.take(Act::Post, visitor, app.steady())?;
    let reader = visitor.reader(app, site).await?;
    let text = lines(&draft.text).trim().to_owned();
    let proposed = draft.proposed.as_deref().map(lines);
    let proposed = proposed.map(|text| text.trim().to_owned());
    let proposed = proposed.filter(|text| !text.is_empty());
    let name = draft.name.as_deref().map(str::trim);
    let name = name.filter(|name| !name.is_empty());
    let thanks = name.map(author::name).transpose()?;
    let email = author::parse_email(draft.email.as_deref().unwrap_or_default())?;
    // An address that no mail can go to is not kept.
    let email = email.filter(|_| app.config.mail_from.is_some());
    let (work, solution) = work::asked(app, site, &draft.proof);
    let passage = draft.annotation.as_ref().map(|own| &own.quote);
    let sources = draft.sources.map(|own| own.sources(passage)).transpose()?;
    let texts = CorrectionTexts {
        annotation: draft.annotation.as_ref(),
        text: &text,
        proposed: proposed.as_deref(),
        thanks: thanks.as_deref(),
    };
    let rendered = rendered(app, visitor, &texts).await?;
    let token = visitor.token(app);
    let article = match draft.annotation {
        Some(_) => article(app, site, &draft.page),
        None => None,
    };
    let new = NewCorrection {
        site: Site::clone(site),
        page: draft.page,
        page_id: PageId(app.ids.next(now)),
        id: CorrectionId(app.ids.next(now)),
        author: AuthorId(app.ids.next(now)),
        address_key: app.random_key(),
        reader,
        token: token.hash,
        annotation: draft.annotation,
        sources,
        article,
        text,
        proposed,
        thanks,
        email,
        rendered,
        work,
        solution,
    };
    let correction = app
        .store
        .write(move |tx| sending::send(tx, now, &new))
        .await?;
    Ok((correction, token.headers()))
}

/// What a correction says, all of which the rules look at.
struct CorrectionTexts<'a> {
    annotation: Option<&'a Selector>,
    text: &'a str,
    proposed: Option<&'a str>,
    thanks: Option<&'a str>,
}

/// All that was typed, for the rules that look at texts.
async fn rendered(
    app: &App,
    visitor: &Visitor,
    texts: &CorrectionTexts<'_>,
) -> Result<RenderedText, ApiError> {
    let is_long = |text: &str| text.chars().count() > MAX_CHARS;
    if is_long(texts.text) || texts.proposed.is_some_and(is_long) {
        return Err(Refusal::CorrectionTooLong { max: MAX_CHARS }.into());
    }
    let quote = texts.annotation.map(|own| own.quote.exact.as_str());
    let parts = [Some(texts.text), texts.proposed, quote, texts.thanks];
    let whole: Vec<&str> = parts.into_iter().flatten().collect();
    rendering::as_typed(app, visitor, &whole.join("\n\n")).await
}

/// Where the form is opened.
struct CorrectionFormContext {
    key: PageKey,
    title: Option<String>,
    selector: Option<Selector>,
    asks_email: bool,
    takes_sources: bool,
}

impl CorrectionFormContext {
    async fn read(
        app: &App,
        visitor: &Visitor,
        site: &Arc<Site>,
        params: &Params,
        selector: Option<Selector>,
    ) -> Result<Self, ApiError> {
        let key = visitor.page(app, site, params.page())?;
        let reader = visitor.reader(app, site).await?;
        let (own, sought) = (Arc::clone(site), key.clone());
        let read = move |tx: &mut Tx<'_>| {
            let page = pages::find(tx, own.id, &sought)?;
            let passages = match &page {
                Some(page) => allowed::passages(tx, &own, page.id)?,
                None => own.settings.passages,
            };
            Ok((passages, page.and_then(|page| page.title)))
        };
        let (passages, title) = app.store.read(read).await?;
        if !passages.takes_corrections() {
            return Err(Refusal::CorrectionsOff.into());
        }
        let has_account = reader
            .author
            .is_some_and(|own| own.kind == AuthorKind::Account);
        let sends_mail = app.config.mail_from.is_some();
        Ok(Self {
            title: title.or_else(|| rendering::title(app, site, &key, None)),
            key: placed(app, site, &visitor.base.0, key),
            selector,
            takes_sources: site.settings.source_checks == SourceChecks::On,
            // An account is told by its bell.
            asks_email: sends_mail && !has_account && site.settings.email != EmailPolicy::Unasked,
        })
    }

    fn shown(
        &self,
        app: &App,
        visitor: &Visitor,
        site: &Site,
        fields: &Params,
        error: Option<&ApiError>,
        is_sent: bool,
    ) -> Response {
        let value = |name: &str| fields.get(name).unwrap_or_default();
        let quote = self.selector.clone().map(Annotation::new);
        let quote = quote.map(|annotation| annotation.opening());
        let typed = giving::typed(fields);
        let form = CorrectionForm {
            key: &self.key,
            title: self.title.as_deref(),
            selector: self.selector.as_ref(),
            quote: quote.as_deref(),
            pasted: value("exact"),
            text: value("text"),
            proposed: value("proposed"),
            name: value("name"),
            email: value("email"),
            sources: self.takes_sources.then_some(&typed),
            asks_email: self.asks_email,
            problem: error.map(problem),
            is_sent,
        };
        let context = context(app, site, &visitor.base.0);
        Html(render::passages::correction_page(&context, &form)).into_response()
    }
}
