//! Writing by plain forms, for browsers without script.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::{CommentId, PageKey, Site};
use render::FormProblem;
use store::discussion::{cards, images::ImagesChange};
use store::moderation::reach;

use super::giving::{self, PostSources};
use super::posting::{self, CommentChange, CommentDraft};
use super::work::Proof;
use super::{comments, find, images, page_of, reactions, votes};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, Visitor};
use crate::public::threads::{self, context};
use crate::state::App;

/// `POST /embed/comments`: post, and go to the comment.
pub(crate) async fn post(
    State(app): State<App>,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let site = visitor.acting_at(&app, fields.site()?).await?;
    let page = visitor.page(&app, &site, fields.page())?;
    let own = |name: &str| fields.get(name).map(str::to_owned);
    let draft = CommentDraft {
        page: page.clone(),
        title: own("title"),
        parent: fields.get("parent").map(comments::parent).transpose()?,
        text: own("text").unwrap_or_default(),
        name: own("name"),
        email: own("email"),
        website: own("website"),
        target: comments::about(None, own("question"), own("passage"))?,
        sources: PostSources::of_form(&fields),
        images: Vec::new(),
        notify: own("notify"),
        proof: Proof::Form,
        idempotency: None,
    };
    let (posted, headers) = match posting::post(&app, &visitor, &site, draft).await {
        Ok(posted) => posted,
        Err(error) => return refused(&app, &visitor, &site, page, &fields, error).await,
    };
    if posted.comment.is_published() {
        let to = permalink(&site, &posted.page.key, posted.comment.id);
        return Ok(see_other(&to, headers));
    }
    let back = embed(&site, &posted.page.key);
    let page = Html(render::held_page(site.settings.language, &back));
    Ok((StatusCode::ACCEPTED, headers, page).into_response())
}

/// The form again, with what was typed and why it was not taken.
async fn refused(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    page: PageKey,
    fields: &Params,
    error: ApiError,
) -> Result<Response, ErrorPage> {
    if error.status.is_server_error() {
        return Err(error.into());
    }
    let error = error.told_in(site.settings.language);
    let typed = |name: &str| fields.get(name).unwrap_or_default();
    let sources = giving::typed(fields);
    let form = render::CommentForm {
        reply: fields.read("parent")?,
        text: typed("text"),
        name: typed("name"),
        email: typed("email"),
        website: typed("website"),
        notify: typed("notify"),
        target: match fields.read("question")? {
            Some(question) => Some(render::FormTarget::Question(question)),
            None => fields.read("passage")?.map(render::FormTarget::Passage),
        },
        sources: Some(&sources),
        problem: Some(problem(&error)),
    };
    let page = Html(threads::refused_form(app, visitor, site, page, form).await?);
    Ok((error.status, page).into_response())
}

pub(super) fn problem(error: &ApiError) -> FormProblem<'_> {
    FormProblem {
        field: error.field.as_deref(),
        detail: &error.detail,
    }
}

/// `POST /embed/comments/{id}/vote`: vote, and go back to the comment.
pub(crate) async fn vote(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let value = fields.read("value")?.unwrap_or(0);
    let (site, comment) = find(&app, &visitor, &id, fields.get("site")).await?;
    let (_, headers) = votes::vote(&app, &visitor, &id, Some(&site.host), value).await?;
    let page = page_of(&app, &site, &comment).await?;
    app.pages.hasten(site.id, page.key.as_str());
    let to = format!("{}#comment-{}", embed(&site, &page.key), comment.id);
    Ok(see_other(&to, headers))
}

/// `POST /embed/comments/{id}/reactions`: react or take it back, and go back to the comment.
pub(crate) async fn react(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let key = fields.get("reaction").unwrap_or_default().to_owned();
    let (site, comment) = find(&app, &visitor, &id, fields.get("site")).await?;
    let asked = (key, None);
    let given = reactions::react(&app, &visitor, &id, Some(&site.host), asked).await?;
    let page = page_of(&app, &site, &comment).await?;
    app.pages.hasten(site.id, page.key.as_str());
    let to = format!("{}#comment-{}", embed(&site, &page.key), comment.id);
    Ok(see_other(&to, given.headers))
}

/// `GET /embed/comments/{id}/edit`: one's own comment, to be changed or deleted.
pub(crate) async fn edit_page(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, ErrorPage> {
    let (site, comment) = find(&app, &visitor, &id, params.get("site")).await?;
    let reader = visitor.reader(&app, &site).await?;
    let id = site.id;
    let read = move |tx: &mut store::Tx<'_>| {
        let inside = reach::full_comment(tx, id, &reader, comment.id)?;
        let comment = cards::filled(tx, id, inside.comment().clone())?;
        Ok((inside.page().key.clone(), comment))
    };
    let (key, comment) = app.store.read(read).await?;
    let context = context(&app, &site, &visitor.base.0);
    Ok(Html(render::edit_page(&context, &key, &comment, None, None)).into_response())
}

/// `POST /embed/comments/{id}/edit`: change one's own comment, and go to it.
pub(crate) async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let (site, comment) = find(&app, &visitor, &id, fields.get("site")).await?;
    let key = page_of(&app, &site, &comment).await?.key;
    let text = fields.get("text").unwrap_or_default();
    let has_sources = fields.get("has_sources").is_some();
    let given = || PostSources::of_form(&fields).unwrap_or_else(PostSources::none);
    let change = CommentChange {
        text: text.to_owned(),
        sources: has_sources.then(given),
        images: ImagesChange::Same,
        revision: fields.read("revision")?,
    };
    let edited = posting::edit(&app, &visitor, &site, &comment, change).await;
    let Err(error) = edited else {
        return Ok(see_other(
            &permalink(&site, &key, comment.id),
            HeaderMap::new(),
        ));
    };
    if error.status.is_server_error() || !visitor.reader(&app, &site).await?.is(comment.author.id) {
        return Err(error.into());
    }
    let context = context(&app, &site, &visitor.base.0);
    let error = error.told_in(site.settings.language);
    let problem = Some(problem(&error));
    let page = Html(render::edit_page(
        &context,
        &key,
        &comment,
        Some((text, has_sources.then(|| giving::typed(&fields)))),
        problem,
    ));
    Ok((error.status, page).into_response())
}

/// `POST /embed/comments/{id}/cards`: a link of one's own is only a link, and go to the comment.
pub(crate) async fn turn_card_off(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let (site, comment) = find(&app, &visitor, &id, fields.get("site")).await?;
    let page = page_of(&app, &site, &comment).await?;
    let url = fields.get("url").unwrap_or_default().to_owned();
    posting::turn_card_off(&app, &visitor, &site, comment.id, url).await?;
    let to = permalink(&site, &page.key, comment.id);
    Ok(see_other(&to, HeaderMap::new()))
}

/// `POST /embed/comments/{id}/images`: take a picture of one's own away, and go to the comment.
pub(crate) async fn remove_image(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let (site, comment) = find(&app, &visitor, &id, fields.get("site")).await?;
    let page = page_of(&app, &site, &comment).await?;
    images::take_away(&app, &visitor, &id, &fields).await?;
    let to = permalink(&site, &page.key, comment.id);
    Ok(see_other(&to, HeaderMap::new()))
}

/// `POST /embed/comments/{id}/delete`: delete one's own comment, and go back to the thread.
pub(crate) async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let (site, comment) = find(&app, &visitor, &id, fields.get("site")).await?;
    let page = page_of(&app, &site, &comment).await?;
    posting::remove(&app, &visitor, &site, comment.id).await?;
    Ok(see_other(&embed(&site, &page.key), HeaderMap::new()))
}

/// Go to `to`, with the headers that hand a new reader their token.
pub(super) fn see_other(to: &str, mut headers: HeaderMap) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    headers.insert(header::LOCATION, to);
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// The address of a page's thread as a whole page.
fn embed(site: &Site, page: &PageKey) -> String {
    let page = page.url().unwrap_or(page.as_str());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("site", &site.host)
        .append_pair("page", page);
    format!("/embed?{}", query.finish())
}

/// The address of a comment there.
pub(super) fn permalink(site: &Site, page: &PageKey, id: CommentId) -> String {
    format!("{}&comment={id}#comment-{id}", embed(site, page))
}
