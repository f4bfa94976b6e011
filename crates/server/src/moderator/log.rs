//! The log of decisions.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use axum::response::Html;
use rejoinder_core::{AuthorId, CommentState, PageId, SiteId, Time};
use render::catalogue::{NewsroomTexts, fill};
use render::moderation::{LogActor, LogComment, LogPage, LogRow, LogRows, excerpt, name, title};
use store::moderation::decisions::{self, Actor, Decision, LogCursor, LogQuery, LogSubject};
use store::moderation::groups::Scope;
use store::{
    Result, StoreError, Tx,
    discussion::{comments, pages},
    identity::authors,
};

use super::flash;
use super::rows::AT_ONCE;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::Params;
use crate::newsroom::{Newsroom, PageHead, RailPosition, desk};

/// So many letters are shown of the comment that a decision is about.
const EXCERPT: usize = 100;

/// A part of the log, with what its rows show of comments and pages.
pub(super) fn read(
    tx: &mut Tx<'_>,
    texts: &NewsroomTexts,
    site: SiteId,
    query: &LogQuery,
) -> Result<Vec<LogRow>> {
    let decisions = decisions::log(tx, site, query)?;
    complete(tx, texts, site, decisions)
}

fn complete(
    tx: &mut Tx<'_>,
    texts: &NewsroomTexts,
    site: SiteId,
    decisions: Vec<Decision>,
) -> Result<Vec<LogRow>> {
    let mut titles = HashMap::new();
    let mut rows = Vec::with_capacity(decisions.len());
    for decision in decisions {
        rows.push(logged(tx, texts, site, decision, &mut titles)?);
    }
    Ok(rows)
}

fn logged(
    tx: &mut Tx<'_>,
    texts: &NewsroomTexts,
    site: SiteId,
    decision: Decision,
    titles: &mut HashMap<PageId, String>,
) -> Result<LogRow> {
    let page = decision.id.page;
    let title = match titles.entry(page) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(unknown) => {
            let found = pages::by_id(tx, site, page)?;
            unknown.insert(found.map_or_else(String::new, |page| title(&page).to_owned()))
        }
    };
    let comment = match decision.comment {
        Some(id) => comments::by_id(tx, site, id)?,
        None => None,
    };
    let about = comment.map(|comment| LogComment {
        id: comment.id,
        name: name(texts, &comment.author).to_owned(),
        excerpt: match comment.state {
            CommentState::Removed => texts.record.removed.to_owned(),
            _ => excerpt(&comment.text, EXCERPT),
        },
    });
    Ok(LogRow {
        can_undo: decision.can_be_undone() && !decision.is_of_mode(),
        is_undone: decision.undone_by.is_some(),
        id: decision.id.to_string(),
        at: decision.at,
        actor: match decision.actor {
            Actor::Moderator(id, name) => LogActor::Moderator(id, name),
            Actor::Author => LogActor::Author,
            Actor::Rules => LogActor::Rules,
        },
        action: decision.action,
        before: decision.before,
        after: decision.after,
        reason: decision.reason,
        note: decision.note,
        findings: decision.findings,
        comment: about,
        page: (page, title.clone()),
    })
}

/// What an address asks for.
struct LogParams {
    of: LogSubject,
    after: Option<LogCursor>,
}

impl LogParams {
    fn read(params: &Params) -> std::result::Result<Self, ApiError> {
        let of = if let Some(page) = params.read("page")? {
            LogSubject::Page(page)
        } else if let Some(moderator) = params.read("moderator")? {
            LogSubject::Moderator(moderator)
        } else if let Some(author) = params.read("author")? {
            LogSubject::Author(author)
        } else {
            LogSubject::Site
        };
        let after = params.get("after").map(cursor).transpose()?;
        Ok(Self { of, after })
    }

    fn address(&self, desk: &str, after: Option<LogCursor>) -> String {
        let mut parts = Vec::new();
        match self.of {
            LogSubject::Page(id) => parts.push(format!("page={id}")),
            LogSubject::Moderator(id) => parts.push(format!("moderator={id}")),
            LogSubject::Author(id) => parts.push(format!("author={id}")),
            LogSubject::Site | LogSubject::Comment(_) => {}
        }
        parts.extend(after.map(|after| format!("after={}.{}", after.at.micros(), after.id)));
        match parts.is_empty() {
            true => format!("{desk}/log"),
            false => format!("{desk}/log?{}", parts.join("&")),
        }
    }
}

fn cursor(text: &str) -> std::result::Result<LogCursor, ApiError> {
    let read = |(at, id): (&str, &str)| {
        Some(LogCursor {
            at: Time::from_micros(at.parse().ok()?),
            id: id.parse().ok()?,
        })
    };
    let parts = text.split_once('.').and_then(read);
    parts.ok_or_else(|| ApiError::query("after", "The log cannot go on from here."))
}

/// `GET /moderate/{site}/log`: the decisions of the site, of a page, of a moderator, or on an author.
pub(super) async fn log(
    newsroom: Newsroom,
    params: Params,
) -> std::result::Result<Html<String>, ErrorPage> {
    let asked = LogParams::read(&params)?;
    let site = newsroom.site.id;
    let (of, after) = (asked.of, asked.after);
    let texts = newsroom.texts();
    let read = newsroom.read(move |tx, scope| {
        let query = LogQuery {
            subject: of,
            scope: scope.clone(),
            after,
            limit: AT_ONCE + 1,
        };
        let mut decisions = decisions::log(tx, site, &query)?;
        let is_more = decisions.len() > AT_ONCE;
        decisions.truncate(AT_ONCE);
        let last = decisions.last().filter(|_| is_more).map(Decision::cursor);
        let rows = complete(tx, texts, site, decisions)?;
        Ok((rows, last, limited_to(tx, texts, site, of, &query.scope)?))
    });
    let (context, (rows, last, limit)) = read.await?;
    let desk = desk(&newsroom.site.host);
    let back = asked.address(&desk, after);
    let flash = flash::from_address(newsroom.texts(), &params, &back);
    let log = LogRows {
        site: &newsroom.site,
        desk: &desk,
        back: &back,
        now: newsroom.app.now(),
        rows: &rows,
        next: last.map(|last| asked.address(&desk, Some(last))),
    };
    let head = PageHead {
        title: newsroom.texts().titles.log,
        at: RailPosition::Desk("/log"),
        flash: flash.as_ref(),
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::moderation::log_page(&LogPage {
            frame,
            of: &limit,
            log: &log,
        })
    }))
}

/// What a log is limited to, in words.
fn limited_to(
    tx: &mut Tx<'_>,
    texts: &NewsroomTexts,
    site: SiteId,
    of: LogSubject,
    scope: &Scope,
) -> Result<String> {
    let mut called = |id: AuthorId| {
        let author = authors::by_id(tx, site, id)?;
        Ok::<_, StoreError>(
            author.map_or_else(String::new, |author| name(texts, &author).to_owned()),
        )
    };
    Ok(match of {
        LogSubject::Moderator(id) => fill(texts.limited.by_moderator, &[("name", &called(id)?)]),
        LogSubject::Author(id) => fill(texts.limited.on_author, &[("name", &called(id)?)]),
        LogSubject::Page(id) => {
            let page = pages::in_scope(tx, site, id, scope)?;
            let title = page.map_or_else(
                || texts.limited.one_page.to_owned(),
                |page| title(&page).to_owned(),
            );
            fill(texts.limited.on_page, &[("page", &title)])
        }
        LogSubject::Site | LogSubject::Comment(_) => String::new(),
    })
}
