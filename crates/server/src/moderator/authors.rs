//! Authors: the drawer of each, and who is stopped.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::moderation::Trust;
use rejoinder_core::{AuthorId, CommentId, Time};
use render::catalogue::NewsroomTexts;
use render::moderation::{AuthorPage, BannedPage, Changed, Refused, Stopped, name};
use store::moderation::sanctions;
use store::moderation::{
    sanctions::Change,
    standing::{self, Banned, Drawer},
};
use store::{StoreError, Tx, moderation::queues};

use super::rows::{self, AT_ONCE, Loaded};
use super::told;
use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params};
use crate::newsroom::{self, Around, At, Shown, desk, see_other};
use crate::state::App;

/// `GET /moderate/{site}/authors/{id}`: an author's drawer, and their comments.
pub(super) async fn author(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(String, String)>,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let id: AuthorId = id.parse().map_err(|_| ApiError::not_found())?;
    Ok(shown(&app, &member, id, &params, None).await?)
}

struct Read {
    around: Around,
    drawer: Drawer,
    rows: Vec<Loaded>,
    next: Option<CommentId>,
}

async fn shown(
    app: &App,
    member: &Member,
    id: AuthorId,
    params: &Params,
    typed: Option<&Refused>,
) -> Result<Html<String>, ApiError> {
    let (site, own, now) = (member.site.id, member.author.id, app.now());
    let after: Option<CommentId> = params.read("after")?;
    let judged = rows::edited(params);
    let read = move |tx: &mut Tx<'_>| {
        let Some(drawer) = standing::drawer(tx, now, site, id)? else {
            return Ok(None);
        };
        let around = Around::read(tx, site, own)?;
        let listed = queues::of_author(tx, site, id, &around.scope, after, AT_ONCE)?;
        let (rows, next) = rows::load(tx, site, listed, &judged)?;
        Ok::<_, StoreError>(Some(Read {
            around,
            drawer,
            rows,
            next,
        }))
    };
    let read = app
        .store
        .read(read)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let desk = desk(&member.site.host);
    let back = address(&desk, id, after);
    let next = read.next.map(|next| address(&desk, id, Some(next)));
    let told = told::from_address(member.texts(), params, &back);
    let list = rows::list(
        "",
        &read.rows,
        next,
        rows::Place {
            site: &member.site,
            desk: &desk,
            back: &back,
            now,
        },
        &member.texts().empty.author,
    );
    let author = &read.drawer.author;
    let shown = Shown {
        title: name(member.texts(), author),
        at: At::Desk("/authors/"),
        told: told.as_ref(),
    };
    let history: Vec<Changed> = read.drawer.history.into_iter().map(changed).collect();
    Ok(newsroom::page(app, member, &read.around, shown, |frame| {
        render::moderation::author_page(&AuthorPage {
            frame,
            author,
            created_at: read.drawer.created_at,
            standing: &read.drawer.standing,
            record: rows::record(read.drawer.record),
            history: &history,
            may_act: read.around.scope.groups().is_none(),
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

fn changed(changed: standing::Changed) -> Changed {
    Changed {
        action: changed.action,
        until: changed.until,
        reason: changed.reason,
        moderator: changed.moderator,
        at: changed.at,
    }
}

/// `POST /moderate/{site}/authors/{id}`: write a note, trust, suspend, ban, or take it back.
pub(super) async fn change(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(String, String)>,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let id: AuthorId = id.parse().map_err(|_| ApiError::not_found())?;
    let error = match done(&app, &member, id, &fields).await {
        Ok(word) => {
            let desk = desk(&member.site.host);
            return Ok(see_other(&format!("{desk}/authors/{id}?did={word}")));
        }
        Err(error) if error.status.is_server_error() => return Err(error.into()),
        Err(error) => error,
    };
    let typed = Refused {
        form: fields.get("action").unwrap_or_default().to_owned(),
        problem: error.detail,
        reason: fields.get("reason").unwrap_or_default().to_owned(),
    };
    let page = shown(&app, &member, id, &Params::default(), Some(&typed)).await?;
    Ok((error.status, page).into_response())
}

/// Do what a form asks for; the word for what was done.
async fn done(
    app: &App,
    member: &Member,
    author: AuthorId,
    fields: &Params,
) -> Result<&'static str, ApiError> {
    let now = app.now();
    let reason = fields
        .get("reason")
        .map(|reason| reason.replace("\r\n", "\n"));
    let change = Change {
        site: member.site.id,
        id: app.ids.next(now),
        moderator: member.author.clone(),
        author,
        reason: reason.filter(|reason| !reason.trim().is_empty()),
    };
    let texts = member.texts();
    let act = Act::read(texts, fields, now)?;
    if act == Act::Note && change.reason.is_none() {
        return Err(problem(&texts.problems.note_first));
    }
    let write = move |tx: &mut Tx<'_>| match act {
        Act::Note => sanctions::add_note(tx, now, &change),
        Act::Trust(trust) => sanctions::set_trust(tx, now, &change, trust),
        Act::Suspend(until) => sanctions::suspend(tx, now, &change, until),
        Act::Ban {
            until,
            with_address,
        } => sanctions::ban(tx, now, &change, until, with_address),
        Act::Lift => sanctions::lift(tx, now, &change),
    };
    app.store.write(write).await?;
    Ok(act.word())
}

/// What a form of the drawer asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Note,
    Trust(Trust),
    Suspend(Option<Time>),
    Ban {
        until: Option<Time>,
        with_address: bool,
    },
    Lift,
}

impl Act {
    fn read(texts: &NewsroomTexts, fields: &Params, now: Time) -> Result<Self, ApiError> {
        Ok(match fields.get("action").unwrap_or_default() {
            "note" => Self::Note,
            "trust" => {
                let trust = fields.get("trust").and_then(Trust::from_word);
                Self::Trust(trust.ok_or_else(|| problem(&texts.problems.choose_one))?)
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
            _ => return Err(problem(&texts.problems.no_action)),
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
            let until = until.map_err(|_| problem(&texts.problems.choose_day))?;
            if until <= now {
                return Err(problem(&texts.problems.choose_coming));
            }
            Ok(until)
        }
        _ => Err(problem(&texts.problems.choose_span)),
    }
}

/// `GET /moderate/{site}/authors`: the authors whom bans stop.
pub(super) async fn banned(
    State(app): State<App>,
    member: Member,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let (site, own, now) = (member.site.id, member.author.id, app.now());
    let after: Option<AuthorId> = params.read("after")?;
    let read = move |tx: &mut Tx<'_>| {
        let around = Around::read(tx, site, own)?;
        let limit = i64::try_from(AT_ONCE + 1).unwrap_or(i64::MAX);
        let banned = standing::banned(tx, now, site, after, limit)?;
        Ok::<_, StoreError>((around, banned))
    };
    let (around, mut banned) = app.store.read(read).await?;
    let is_more = banned.len() > AT_ONCE;
    banned.truncate(AT_ONCE);
    let desk = desk(&member.site.host);
    let last = banned.last().filter(|_| is_more);
    let next = last.map(|last| format!("{desk}/authors?after={}", last.author.id));
    let banned: Vec<Stopped> = banned.into_iter().map(stopped).collect();
    let shown = Shown {
        title: &member.texts().titles.banned_authors,
        at: At::Desk("/authors"),
        told: None,
    };
    Ok(newsroom::page(&app, &member, &around, shown, |frame| {
        render::moderation::banned_page(&BannedPage {
            frame,
            banned: &banned,
            next,
        })
    }))
}

fn stopped(banned: Banned) -> Stopped {
    Stopped {
        author: banned.author,
        until: banned.ban.until,
        reason: banned.ban.reason,
        at: banned.at,
    }
}
