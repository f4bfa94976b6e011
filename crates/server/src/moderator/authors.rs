//! Authors: the drawer of each, and who is stopped.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::moderation::Trust;
use rejoinder_core::{AuthorId, CommentId, Time};
use render::catalogue::NewsroomTexts;
use render::moderation::{
    AuthorPage, BannedAuthorRow, BannedPage, RefusedForm, StandingChangeRow, name,
};
use store::moderation::sanctions;
use store::moderation::{
    sanctions::SanctionRequest,
    standing::{self, AuthorProfile, BannedAuthor},
};
use store::{Tx, moderation::queues};

use super::flash;
use super::rows::{self, AT_ONCE, LoadedRow};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId};
use crate::newsroom::{Newsroom, PageHead, RailPosition, desk, see_other};

/// `GET /moderate/{site}/authors/{id}`: an author's drawer, and their comments.
pub(super) async fn author(
    newsroom: Newsroom,
    PathId(id): PathId<AuthorId>,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    Ok(shown(&newsroom, id, &params, None).await?)
}

struct AuthorDetails {
    drawer: AuthorProfile,
    rows: Vec<LoadedRow>,
    next: Option<CommentId>,
}

async fn shown(
    newsroom: &Newsroom,
    id: AuthorId,
    params: &Params,
    typed: Option<&RefusedForm>,
) -> Result<Html<String>, ApiError> {
    let (site, now) = (newsroom.site.id, newsroom.app.now());
    let after: Option<CommentId> = params.read("after")?;
    let judged = rows::edited(params);
    let read = newsroom.read(move |tx, scope| {
        let Some(drawer) = standing::author_profile(tx, now, site, id)? else {
            return Ok(None);
        };
        let listed = queues::of_author(tx, site, id, scope, after, AT_ONCE)?;
        let (rows, next) = rows::load(tx, site, listed, &judged)?;
        Ok(Some(AuthorDetails { drawer, rows, next }))
    });
    let (context, read) = read.await?;
    let read = read.ok_or_else(ApiError::not_found)?;
    let desk = desk(&newsroom.site.host);
    let back = address(&desk, id, after);
    let next = read.next.map(|next| address(&desk, id, Some(next)));
    let flash = flash::from_address(newsroom.texts(), params, &back);
    let list = rows::list(
        "",
        &read.rows,
        next,
        rows::RowContext {
            site: &newsroom.site,
            desk: &desk,
            back: &back,
            now,
        },
        newsroom.texts().empty.author,
    );
    let author = &read.drawer.author;
    let head = PageHead {
        title: name(newsroom.texts(), author),
        at: RailPosition::Desk("/authors/"),
        flash: flash.as_ref(),
    };
    let history: Vec<StandingChangeRow> = read.drawer.history.into_iter().map(changed).collect();
    Ok(newsroom.page(&context, head, |frame| {
        render::moderation::author_page(&AuthorPage {
            frame,
            author,
            created_at: read.drawer.created_at,
            standing: &read.drawer.standing,
            record: rows::record(read.drawer.record),
            history: &history,
            may_act: context.scope.groups().is_none(),
            list: &list,
            typed,
        })
    }))
}

fn address(desk: &str, id: AuthorId, after: Option<CommentId>) -> String {
    match after {
        Some(after) => format!("{desk}/authors/{id}?after={after}"),
        None => format!("{desk}/authors/{id}"),
    }
}

fn changed(changed: standing::StandingChange) -> StandingChangeRow {
    StandingChangeRow {
        action: changed.action,
        until: changed.until,
        reason: changed.reason,
        moderator: changed.moderator,
        at: changed.at,
    }
}

/// `POST /moderate/{site}/authors/{id}`: write a note, trust, suspend, ban, or take it back.
pub(super) async fn change(
    newsroom: Newsroom,
    PathId(id): PathId<AuthorId>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let error = match done(&newsroom, id, &fields).await {
        Ok(word) => {
            let desk = desk(&newsroom.site.host);
            return Ok(see_other(&format!("{desk}/authors/{id}?did={word}")));
        }
        Err(error) if error.status.is_server_error() => return Err(error.into()),
        Err(error) => error,
    };
    let typed = RefusedForm {
        form: fields.get("action").unwrap_or_default().to_owned(),
        problem: error.detail,
        reason: fields.get("reason").unwrap_or_default().to_owned(),
    };
    let page = shown(&newsroom, id, &Params::default(), Some(&typed)).await?;
    Ok((error.status, page).into_response())
}

/// Do what a form asks for; the word for what was done.
async fn done(
    newsroom: &Newsroom,
    author: AuthorId,
    fields: &Params,
) -> Result<&'static str, ApiError> {
    let now = newsroom.app.now();
    let reason = fields
        .get("reason")
        .map(|reason| reason.replace("\r\n", "\n"));
    let change = SanctionRequest {
        site: newsroom.site.id,
        id: newsroom.app.ids.next(now),
        moderator: newsroom.author.clone(),
        author,
        reason: reason.filter(|reason| !reason.trim().is_empty()),
    };
    let texts = newsroom.texts();
    let act = DrawerAction::read(texts, fields, now)?;
    if act == DrawerAction::Note && change.reason.is_none() {
        return Err(problem(texts.problems.note_first));
    }
    let write = move |tx: &mut Tx<'_>| match act {
        DrawerAction::Note => sanctions::add_note(tx, now, &change),
        DrawerAction::Trust(trust) => sanctions::set_trust(tx, now, &change, trust),
        DrawerAction::Suspend(until) => sanctions::suspend(tx, now, &change, until),
        DrawerAction::Ban {
            until,
            with_address,
        } => sanctions::ban(tx, now, &change, until, with_address),
        DrawerAction::Lift => sanctions::lift(tx, now, &change),
        DrawerAction::RemovePicture => sanctions::remove_picture(tx, now, &change),
    };
    newsroom.app.store.write(write).await?;
    Ok(act.word())
}

/// What a form of the drawer asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DrawerAction {
    Note,
    Trust(Trust),
    Suspend(Option<Time>),
    Ban {
        until: Option<Time>,
        with_address: bool,
    },
    Lift,
    RemovePicture,
}

impl DrawerAction {
    fn read(texts: &NewsroomTexts, fields: &Params, now: Time) -> Result<Self, ApiError> {
        Ok(match fields.get("action").unwrap_or_default() {
            "note" => Self::Note,
            "trust" => {
                let trust = fields.get("trust").and_then(Trust::from_word);
                Self::Trust(trust.ok_or_else(|| problem(texts.problems.choose_one))?)
            }
            "suspend" => Self::Suspend(Some(until(texts, fields, now)?)),
            "end_suspension" => Self::Suspend(None),
            "ban" => Self::Ban {
                until: match fields.get("for") {
                    Some("good") => None,
                    _ => Some(until(texts, fields, now)?),
                },
                with_address: fields.get("with_address").is_some(),
            },
            "lift_ban" => Self::Lift,
            "remove_picture" => Self::RemovePicture,
            _ => return Err(problem(texts.problems.no_action)),
        })
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Trust(trust) => trust.as_str(),
            Self::Suspend(Some(_)) => "suspend",
            Self::Suspend(None) => "end_suspension",
            Self::Ban { .. } => "ban",
            Self::Lift => "lift_ban",
            Self::RemovePicture => "remove_picture",
        }
    }
}

fn problem(detail: &str) -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "form_invalid", detail)
}

/// When a stop ends, as the form says it: after a span, or at the start of a day.
fn until(texts: &NewsroomTexts, fields: &Params, now: Time) -> Result<Time, ApiError> {
    const HOUR: u64 = 3_600;
    let after = |hours: u64| Ok(now.after(Duration::from_secs(hours * HOUR)));
    match fields.get("for").unwrap_or_default() {
        "1h" => after(1),
        "3h" => after(3),
        "1d" => after(24),
        "7d" => after(7 * 24),
        "30d" => after(30 * 24),
        "day" => {
            let day = fields.get("day").unwrap_or_default();
            let until = format!("{day}T00:00:00Z").parse::<Time>();
            let until = until.map_err(|_| problem(texts.problems.choose_day))?;
            if until <= now {
                return Err(problem(texts.problems.choose_coming));
            }
            Ok(until)
        }
        _ => Err(problem(texts.problems.choose_span)),
    }
}

/// `GET /moderate/{site}/authors`: the authors whom bans stop.
pub(super) async fn banned(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    let (site, now) = (newsroom.site.id, newsroom.app.now());
    let after: Option<AuthorId> = params.read("after")?;
    let read = newsroom.read(move |tx, _| {
        let limit = i64::try_from(AT_ONCE + 1).unwrap_or(i64::MAX);
        standing::banned(tx, now, site, after, limit)
    });
    let (context, mut banned) = read.await?;
    let is_more = banned.len() > AT_ONCE;
    banned.truncate(AT_ONCE);
    let desk = desk(&newsroom.site.host);
    let last = banned.last().filter(|_| is_more);
    let next = last.map(|last| format!("{desk}/authors?after={}", last.author.id));
    let banned: Vec<BannedAuthorRow> = banned.into_iter().map(stopped).collect();
    let head = PageHead {
        title: newsroom.texts().titles.banned_authors,
        at: RailPosition::Desk("/authors"),
        flash: None,
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::moderation::banned_page(&BannedPage {
            frame,
            banned: &banned,
            next,
        })
    }))
}

fn stopped(banned: BannedAuthor) -> BannedAuthorRow {
    BannedAuthorRow {
        author: banned.author,
        until: banned.ban.until,
        reason: banned.ban.reason,
        at: banned.at,
    }
}
