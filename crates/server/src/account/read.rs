//! Looking at one's own.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::publication::settings::{Pictures, ReaderPages};
use rejoinder_core::{CommentId, TokenHash};
use render::FormProblem;
use render::identity::{AccountSettings, AccountTab, CommentLine, SessionRow, own_page};
use store::funding::campaigns;
use store::identity::authors;
use store::identity::erasures;
use store::{
    discussion::feeds,
    identity::{mutes, personal, sessions},
    moderation::pipeline,
};

use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Params, Visitor};
use crate::http::limits::Act;
use crate::public::threads::context;
use crate::state::App;

/// How many comments a page shows.
const ON_A_PAGE: i64 = 20;

/// `GET /account/{site}`: one's own comments, whatever became of them.
pub(super) async fn comments(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let before: Option<CommentId> = params.read("before")?;
    let (site, author) = (member.site.id, member.author.id);
    let read = app
        .store
        .read(move |tx| pipeline::own_comments(tx, site, author, before, ON_A_PAGE + 1));
    let mut mine = read.await?;
    let has_more = i64::try_from(mine.len()).is_ok_and(|n| n > ON_A_PAGE);
    if has_more {
        mine.pop();
    }
    let next = mine.last().filter(|_| has_more).map(|own| own.comment.id);
    let lines = mine.iter().map(|own| CommentLine {
        comment: &own.comment,
        page: &own.page,
        title: own.title.as_deref(),
        note: own.note.as_deref(),
    });
    let context = context(&app, &member.site, &visitor.base.0);
    let tab = AccountTab::Comments(lines.collect(), next);
    Ok(Html(own_page(&context, &member.author, tab)))
}

/// `GET /account/{site}/replies`: what others replied.
pub(super) async fn replies(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
) -> Result<Html<String>, ErrorPage> {
    let (site, author) = (member.site.id, member.author.id);
    let read = app
        .store
        .read(move |tx| feeds::of_replies(tx, site, author));
    let replies = read.await?;
    let lines = replies.items.iter().map(|reply| CommentLine {
        comment: &reply.comment,
        page: &reply.page.key,
        title: reply.page.title.as_deref(),
        note: None,
    });
    let context = context(&app, &member.site, &visitor.base.0);
    let tab = AccountTab::Replies(lines.collect());
    Ok(Html(own_page(&context, &member.author, tab)))
}

/// `GET /account/{site}/settings`: the account itself.
pub(super) async fn settings(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
) -> Result<Html<String>, ErrorPage> {
    Ok(Html(
        settings_page(&app, &visitor, &member, None, None).await?,
    ))
}

/// The account itself; `typed` is a name that was not taken, and `problem` why.
pub(super) async fn settings_page(
    app: &App,
    visitor: &Visitor,
    member: &Member,
    typed: Option<&str>,
    problem: Option<FormProblem<'_>>,
) -> Result<String, ApiError> {
    let (now, site, author) = (app.now(), member.site.id, member.author.id);
    let own = visitor.token_hash();
    let read = app.store.read(move |tx| {
        Ok((
            authors::email_of(tx, site, author)?,
            sessions::list(tx, now, site, author, own.as_ref())?,
            mutes::list(tx, site, author)?,
            erasures::pending(tx, site, author)?,
            !campaigns::list(tx, site)?.is_empty(),
        ))
    });
    let (email, sessions, muted, erasure, has_campaigns) = read.await?;
    let sessions = sessions.iter().map(|session| SessionRow {
        key: key(&session.token),
        label: session.label.as_deref(),
        since: session.created_at,
        is_own: session.is_own,
    });
    let own = AccountSettings {
        email: email.as_deref(),
        typed,
        problem,
        sessions: sessions.collect(),
        muted: muted
            .iter()
            .map(|one| (one.author, one.name.as_str()))
            .collect(),
        has_campaigns,
        has_pages: member.site.settings.reader_pages != ReaderPages::Off,
        has_pictures: member.site.settings.pictures == Pictures::On,
        deleted_at: erasure.map(|erasure| erasure.due_at),
    };
    let context = context(app, &member.site, &visitor.base.0);
    Ok(own_page(
        &context,
        &member.author,
        AccountTab::Settings(own),
    ))
}

/// `GET /account/{site}/download`: everything that is kept of the account, as a file.
pub(super) async fn download(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
) -> Result<Response, ApiError> {
    let now = app.now();
    app.limits.take(Act::Post, &visitor, app.steady())?;
    let (site, author) = (member.site.id, member.author.id);
    let read = app
        .store
        .read(move |tx| personal::personal_data(tx, now, site, author));
    let body = serde_json::to_vec_pretty(&read.await?).map_err(ApiError::internal)?;
    let name = HeaderValue::from_static("attachment; filename=\"comments.json\"");
    let kind = HeaderValue::from_static("application/json");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, body).into_response())
}

/// What names a session in a form: a part of its hash, worth nothing to others.
pub(super) fn key(token: &TokenHash) -> String {
    token.0[..8].iter().fold(String::new(), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    })
}
