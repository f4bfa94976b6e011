//! What is a reader's own on a page: everything that the shared thread cannot say.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use rejoinder_core::author::Role;
use rejoinder_core::settings::{Email, Guests, Voting};
use rejoinder_core::{Author, AuthorKind, Page, Settings, policy};
use serde::Serialize;
use store::{bells, groups, mutes, pages, queues, threads, votes};
use utoipa::ToSchema;

use super::closing;
use crate::error::{ApiError, Problem};
use crate::extract::{Params, Visitor};
use crate::state::App;

/// What is a reader's own on a page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Who the reader is, once they have written or voted here.
    reader: Option<MyAuthor>,
    /// The reader's votes on this page: 1 or −1 by comment.
    votes: BTreeMap<String, i64>,
    /// Until when the reader may edit which comment.
    editable: BTreeMap<String, String>,
    /// The reader's own comments that may still be edited.
    own: Vec<String>,
    /// The authors whom the reader has muted.
    muted: Vec<String>,
    /// How much an account was told and has not seen; at most 99.
    n_notices: i64,
    /// When the page closed.
    closed_at: Option<String>,
    /// Whether the reader may comment here.
    may_comment: bool,
    /// For moderators of this page: what waits for them on it.
    desk: Option<MyDesk>,
    /// What the form must know.
    settings: FormSettings,
}

/// Who the reader is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyAuthor {
    id: String,
    name: String,
    #[schema(example = "reader")]
    role: &'static str,
    /// `account` for someone who is signed in, else `guest`.
    #[schema(example = "guest")]
    kind: &'static str,
}

/// What waits for a moderator on a page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyDesk {
    /// Where the page's comments are moderated.
    url: String,
    /// How many comments wait here, counted to 100.
    n_held: i64,
    /// `close_page` or `open_page`, whichever changes something; nothing where the page is closed by
    /// its age.
    page_action: Option<&'static str>,
}

/// What the form must know of the site's rules.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormSettings {
    max_graphemes: usize,
    max_links: usize,
    #[schema(value_type = String, example = "welcome")]
    guests: Guests,
    #[schema(value_type = String, example = "optional")]
    email: Email,
    #[schema(value_type = String, example = "up_and_down")]
    voting: Voting,
    edit_window_minutes: u32,
}

/// Who I am, my votes, and what I may edit on a page.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "reading",
    params(
        ("site" = String, Query, description = "The site's host"),
        ("page" = String, Query, description = "The page's address or key"),
    ),
    responses((status = 200, body = Me), (status = "4XX", body = Problem)),
)]
pub(crate) async fn me(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Json<Me>, ApiError> {
    let site = visitor.acting_at(&app, params.site()?).await?;
    let key = params.page()?;
    let (now, settings, site_id) = (app.now(), site.settings.clone(), site.id);
    let reader = visitor.reader(&app, &site).await?;
    let author = reader.author.as_ref().map(|own| own.id);
    let moderates = reader.role() >= Role::Moderator;
    let has_account = |own: &&Author| own.kind == AuthorKind::Account;
    let account = reader.author.as_ref().filter(has_account).map(|own| own.id);
    let found = app.store.read(move |tx| {
        let n_notices = match account {
            Some(account) => bells::n_unread(tx, site_id, account)?,
            None => 0,
        };
        let muted = match author {
            Some(author) => mutes::list(tx, site_id, author)?,
            None => Vec::new(),
        };
        let page = pages::find(tx, site_id, &key)?;
        let Some(author) = author else {
            return Ok((n_notices, muted, page, Vec::new(), Vec::new(), None));
        };
        let covers = moderates
            && match &page {
                Some(page) => groups::covers(tx, author, page)?,
                None => groups::covers_key(tx, site_id, author, &key)?,
            };
        let Some(page) = &page else {
            return Ok((
                n_notices,
                muted,
                page,
                Vec::new(),
                Vec::new(),
                covers.then_some(0),
            ));
        };
        let n_held = match covers {
            true => Some(queues::held_on(tx, site_id, page.id)?),
            false => None,
        };
        let votes = votes::mine(tx, site_id, page.id, author)?;
        let own = threads::mine(tx, site_id, page.id, author)?;
        Ok((n_notices, muted, Some(page.clone()), votes, own, n_held))
    });
    let (n_notices, muted, page, votes, own, n_held) = found.await?;
    let desk = format!("{}/moderate/{}", visitor.base.0, site.host);
    let desk = n_held.map(|n_held| MyDesk {
        url: match &page {
            Some(page) => format!("{desk}/pages/{}", page.id),
            None => desk,
        },
        n_held,
        page_action: closing::offered(&settings, page.as_ref(), now),
    });
    let closed_at = page
        .as_ref()
        .and_then(|page: &Page| policy::closed_since(&settings, page, now));
    let until = |comment| policy::edit_window_end(&settings, comment).to_string();
    Ok(Json(Me {
        may_comment: policy::may_comment(&settings, page.as_ref(), &reader, now).is_ok(),
        desk,
        reader: reader.author.as_ref().map(MyAuthor::from),
        votes: votes
            .iter()
            .map(|(id, vote)| (id.to_string(), *vote))
            .collect(),
        editable: own
            .iter()
            .filter(|comment| policy::may_edit(&settings, comment, &reader, now).is_ok())
            .map(|comment| (comment.id.to_string(), until(comment)))
            .collect(),
        own: own.iter().map(|comment| comment.id.to_string()).collect(),
        muted: muted.iter().map(|one| one.author.to_string()).collect(),
        n_notices,
        closed_at: closed_at.map(|time| time.to_string()),
        settings: FormSettings::from(&settings),
    }))
}

impl From<&Author> for MyAuthor {
    fn from(author: &Author) -> Self {
        Self {
            id: author.id.to_string(),
            name: author.name.clone(),
            role: author.role.as_str(),
            kind: author.kind.as_str(),
        }
    }
}

impl From<&Settings> for FormSettings {
    fn from(settings: &Settings) -> Self {
        Self {
            max_graphemes: settings.max_graphemes,
            max_links: settings.max_links,
            guests: settings.guests,
            email: settings.email,
            voting: settings.voting,
            edit_window_minutes: settings.edit_window_minutes,
        }
    }
}
