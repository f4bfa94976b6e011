//! Posting, editing and deleting.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use rejoinder_core::discussion::image::MAX_IMAGES;
use rejoinder_core::passages::{Position, Quote, Selector};
use rejoinder_core::{CommentId, PageKey, Refusal};
use render::discussion::json::CommentBody;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::discussion::idempotency::Idempotency;
use store::discussion::images::ClaimedImage;
use store::discussion::posting::CommentTarget;
use utoipa::ToSchema;

use super::find;
use super::giving::PostSources;
use super::images::{self, EditImage, PostImage};
use super::posting::{self, CommentChange, CommentDraft};
use super::work::Proof;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::{self, Params, Visitor};
use crate::public::comments::{ShownComment, shown};
use crate::state::App;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest idempotency key, in bytes.
const MAX_IDEMPOTENCY_KEY: usize = 128;

/// A comment to post.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostComment {
    /// The site's host.
    site: String,
    /// The page's address or key.
    page: String,
    /// The comment that this one replies to.
    parent: Option<String>,
    /// The text, in Markdown.
    text: String,
    /// What the reader calls themself.
    name: Option<String>,
    /// The reader's e-mail address; never shown.
    email: Option<String>,
    /// The reader's own site.
    website: Option<String>,
    /// The page's headline, for a page that is not known yet.
    title: Option<String>,
    /// The passage of the article that it is about; not for replies.
    #[serde(skip_serializing_if = "Option::is_none")]
    annotation: Option<PostAnnotation>,
    /// Sources for or against that passage.
    #[serde(skip_serializing_if = "Option::is_none")]
    sources: Option<PostSources>,
    /// The pictures that it carries, at most four.
    #[serde(skip_serializing_if = "Option::is_none")]
    images: Option<Vec<PostImage>>,
    /// The question that it answers, by its id; the comment is about its passage.
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<String>,
    /// A passage that others speak of, by the id of a comment on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    passage: Option<String>,
    /// Of what to tell the author by mail: `replies` (to this and their other comments here) or `page`
    /// (all new comments here).
    notify: Option<String>,
    /// The solution of a challenge, after the answer `work_needed`: the JSON of ALTCHA in base64. The same
    /// comment with another solution is the same request.
    #[serde(skip_serializing)]
    work: Option<String>,
}

/// A passage of an article. `start` and `end` count Unicode scalars of the article's text.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostAnnotation {
    /// The passage, at most 1,000 characters.
    exact: String,
    /// What stands before it, at most 32 characters.
    #[serde(default)]
    prefix: String,
    /// What stands behind it, at most 32 characters.
    #[serde(default)]
    suffix: String,
    /// Where it starts.
    start: Option<usize>,
    /// Where it ends: behind its last character.
    end: Option<usize>,
    /// How good the best other place in the article is for it, of 1,000.
    rival: Option<usize>,
}

impl PostAnnotation {
    /// The passage that the fields of a form name; `exact` alone where its words were pasted.
    pub(super) fn of_form(exact: &str, fields: &Params) -> Self {
        let number = |name: &str| fields.get(name).and_then(|typed| typed.parse().ok());
        let text = |name: &str| fields.get(name).unwrap_or_default().to_owned();
        Self {
            exact: exact.to_owned(),
            prefix: text("prefix"),
            suffix: text("suffix"),
            start: number("start"),
            end: number("end"),
            rival: number("rival"),
        }
    }

    pub(super) fn selector(self) -> Result<Selector, Refusal> {
        Ok(Selector {
            quote: Quote::new(&self.exact, &self.prefix, &self.suffix)?,
            position: Position::new(self.start, self.end)?,
            rival: self.rival.map(|rival| rival.min(1_000)),
        })
    }
}

/// A comment that was posted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostedComment {
    /// The comment.
    comment: CommentBody,
    /// The comment as it stands in the thread.
    html: String,
    /// Why it waits for a moderator, when it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Post a comment or a reply.
#[utoipa::path(
    post, path = "/api/v1/comments", tag = "writing", request_body = PostComment,
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "One key gives one comment"),
        ("Rejoinder-User" = Option<String>, Header, description = "From programs: whose comment it is, as a token that the publisher signed; without it, `name` says so"),
    ),
    security((), ("api_token" = ["comments:write"])),
    responses(
        (status = 201, body = PostedComment, description = "It is published"),
        (status = 202, body = PostedComment, description = "It waits for a moderator"),
        (status = "4XX", body = Problem),
    ),
)]
pub(crate) async fn post(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    extract::Json(body): extract::Json<PostComment>,
) -> Result<(StatusCode, HeaderMap, Json<PostedComment>), ApiError> {
    let site = visitor.acting_at(&app, &body.site).await?;
    let visitor = visitor.under(body.name.as_deref())?;
    let page = visitor.page(&app, &site, &body.page)?;
    let draft = draft(body, page, idempotency_key(&headers)?, &visitor)?;
    let (posted, headers) = posting::post(&app, &visitor, &site, draft).await?;
    let (comment, html) = shown(&app, &visitor, &site, &posted.page, posted.comment.clone());
    let is_published = posted.comment.is_published();
    let status = if is_published {
        StatusCode::CREATED
    } else {
        StatusCode::ACCEPTED
    };
    let reason = posted.comment.reason.filter(|_| !is_published);
    let reason = reason.map(String::from);
    Ok((
        status,
        headers,
        Json(PostedComment {
            comment,
            html,
            reason,
        }),
    ))
}

fn draft(
    body: PostComment,
    page: PageKey,
    key: Option<String>,
    visitor: &Visitor,
) -> Result<CommentDraft, ApiError> {
    let idempotency = match key {
        Some(key) => {
            let canonical = serde_json::to_vec(&body).map_err(ApiError::internal)?;
            let mut said = Sha256::new_with_prefix(canonical);
            // What a program says for two users is said twice.
            if let Some(author) = visitor.token_hash().filter(|_| visitor.is_program()) {
                said.update(author.0);
            }
            Some(Idempotency {
                key,
                fingerprint: said.finalize().into(),
            })
        }
        None => None,
    };
    Ok(CommentDraft {
        page,
        title: body.title,
        parent: body.parent.map(|id| parent(&id)).transpose()?,
        text: body.text,
        name: body.name,
        email: body.email,
        website: body.website,
        target: about(body.annotation, body.question, body.passage)?,
        sources: body.sources,
        images: claimed(body.images.unwrap_or_default())?,
        notify: body.notify,
        proof: Proof::Script(body.work),
        idempotency,
    })
}

/// The pictures, no more of which are looked at than a comment can carry.
fn claimed(images: Vec<PostImage>) -> Result<Vec<ClaimedImage>, Refusal> {
    if images.len() > MAX_IMAGES {
        return Err(Refusal::TooManyImages { max: MAX_IMAGES });
    }
    images.into_iter().map(PostImage::claimed).collect()
}

/// What of the article a comment is about; one of the three at most.
pub(super) fn about(
    annotation: Option<PostAnnotation>,
    question: Option<String>,
    passage: Option<String>,
) -> Result<Option<CommentTarget>, ApiError> {
    let question = question.map(|id| id.parse().map_err(|_| Refusal::QuestionUnknown));
    let passage = passage.map(|id| id.parse().map_err(|_| Refusal::PassageUnknown));
    match (annotation, question.transpose()?, passage.transpose()?) {
        (None, None, None) => Ok(None),
        (Some(annotation), None, None) => Ok(Some(CommentTarget::Passage(annotation.selector()?))),
        (None, Some(question), None) => Ok(Some(CommentTarget::Question(question))),
        (None, None, Some(passage)) => Ok(Some(CommentTarget::Spoken(passage))),
        _ => {
            let detail = "At most one of `annotation`, `question` and `passage` is taken.";
            Err(ApiError::body(detail).field("annotation"))
        }
    }
}

/// The id of the comment that is replied to.
pub(super) fn parent(id: &str) -> Result<CommentId, ApiError> {
    let wrong = |_| ApiError::body("The field `parent` is not a comment's id.").field("parent");
    id.parse().map_err(wrong)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let key = value.as_bytes();
    let is_visible = key.iter().all(|byte| (0x21..=0x7e).contains(byte));
    if key.is_empty() || key.len() > MAX_IDEMPOTENCY_KEY || !is_visible {
        let detail = "The header `Idempotency-Key` must have 1 to 128 visible ASCII characters.";
        return Err(ApiError::body(detail).field("Idempotency-Key"));
    }
    Ok(value.to_str().ok().map(str::to_owned))
}

/// Another text for a comment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditComment {
    /// The new text, in Markdown.
    text: String,
    /// Other sources; without them, those that it carries stay. What readers answered was about those
    /// before, and is forgotten.
    sources: Option<PostSources>,
    /// All pictures that it is to carry, in their order; without them, those that it carries stay. One that is
    /// left out is gone for good.
    images: Option<Vec<EditImage>>,
    /// The revision that the editor saw; when the comment has another by now, nothing is changed.
    revision: Option<i64>,
}

/// Change the text of a comment.
#[utoipa::path(
    patch, path = "/api/v1/comments/{id}", tag = "writing", request_body = EditComment,
    params(
        ("id" = String, Path, description = "The comment's id"),
        ("site" = Option<String>, Query, description = "The site's host; needed unless the page that asks belongs to one site alone, or there is only one"),
    ),
    security((), ("api_token" = ["comments:write"])),
    responses((status = 200, body = ShownComment), (status = "4XX", body = Problem)),
)]
pub(crate) async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
    extract::Json(body): extract::Json<EditComment>,
) -> Result<Json<ShownComment>, ApiError> {
    let (site, comment) = find(&app, &visitor, &id, params.get("site")).await?;
    let visitor = visitor.for_author_of(&comment);
    let change = CommentChange {
        text: body.text,
        sources: body.sources,
        images: images::change(body.images)?,
        revision: body.revision,
    };
    let comment = posting::edit(&app, &visitor, &site, &comment, change).await?;
    let page = posting::page_of(&app, &site, &comment).await?;
    let (comment, html) = shown(&app, &visitor, &site, &page, comment);
    Ok(Json(ShownComment { comment, html }))
}

/// Delete a comment. With replies it leaves a tombstone.
#[utoipa::path(
    delete, path = "/api/v1/comments/{id}", tag = "writing",
    params(
        ("id" = String, Path, description = "The comment's id"),
        ("site" = Option<String>, Query, description = "The site's host; needed unless the page that asks belongs to one site alone, or there is only one"),
    ),
    security((), ("api_token" = ["comments:write"])),
    responses((status = 204, description = "It is gone"), (status = "4XX", body = Problem)),
)]
pub(crate) async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
) -> Result<StatusCode, ApiError> {
    let (site, comment) = find(&app, &visitor, &id, params.get("site")).await?;
    let visitor = visitor.for_author_of(&comment);
    posting::remove(&app, &visitor, &site, comment.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
