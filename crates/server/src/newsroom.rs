//! What all pages of the newsroom have in common: the rail with its counts, and the frame.

use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::identity::author::Role;
use render::catalogue::NewsroomTexts;
use render::newsroom::{FlashMessage, NewsroomFrame, RailEntry, RailSection};
use serde::Serialize;
use store::moderation::groups::{self, Scope};
use store::moderation::queues::{self, Queue, QueueCounts};
use store::{Result, Tx};

use crate::access::Member;
use crate::http::assets::VERSION;
use crate::http::error::ApiError;
use crate::state::App;

/// Somebody at work in the newsroom of a site: what every handler of its pages takes.
///
/// It stands for the [`Member`] whom the guard let in, so whoever holds one has the rights that the
/// route's `Access` demands.
#[derive(Clone)]
pub(crate) struct Newsroom {
    pub(crate) app: App,
    member: Member,
}

impl FromRequestParts<App> for Newsroom {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &App,
    ) -> std::result::Result<Self, ApiError> {
        let member = Member::from_request_parts(parts, app).await?;
        let app = app.clone();
        Ok(Self { app, member })
    }
}

impl Deref for Newsroom {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.member
    }
}

/// What the frame of a page is made of: what its reader may see, and how much waits there.
#[derive(Debug, Clone)]
pub(crate) struct PageContext {
    pub(crate) scope: Scope,
    pub(crate) counts: QueueCounts,
}

impl Newsroom {
    /// Reads what a page shows, and its context in the same snapshot. `read` is given what the member
    /// reaches.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl Fn(&mut Tx<'_>, &Scope) -> Result<T> + Send + 'static,
    ) -> Result<(PageContext, T)> {
        let (site, author) = (self.site.id, self.author.id);
        let read = move |tx: &mut Tx<'_>| {
            let scope = groups::scope_of(tx, site, author)?;
            let counts = queues::counts(tx, site, &scope)?;
            let shown = read(tx, &scope)?;
            Ok((PageContext { scope, counts }, shown))
        };
        self.app.store.read(read).await
    }

    /// The context of a page that reads nothing else.
    pub(crate) async fn context(&self) -> Result<PageContext> {
        let (context, ()) = self.read(|_, _| Ok(())).await?;
        Ok(context)
    }

    /// A whole page.
    pub(crate) fn page(
        &self,
        context: &PageContext,
        head: PageHead<'_>,
        render: impl FnOnce(&NewsroomFrame<'_>) -> String,
    ) -> Html<String> {
        let rail = rail(self, &context.counts, head.at);
        Html(render(&NewsroomFrame {
            site: &self.site,
            member: &self.author,
            now: self.app.now(),
            assets: VERSION,
            title: head.title,
            rail: &rail,
            flash: head.flash,
        }))
    }

    /// The newsroom's texts in the language of the site.
    pub(crate) fn texts(&self) -> &'static NewsroomTexts {
        render::newsroom::texts(&self.site)
    }
}

/// What the frame says of a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageHead<'a> {
    pub(crate) title: &'a str,
    /// Its path below `/moderate/{site}` or `/admin/{site}`, as in the tables below.
    pub(crate) at: RailPosition<'a>,
    pub(crate) flash: Option<&'a FlashMessage>,
}

/// Where a page is, for the rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RailPosition<'a> {
    /// Among the moderators' queues.
    Queue(Queue),
    /// Below `/moderate/{site}`.
    Desk(&'a str),
    /// Below `/edit/{site}`.
    Edit(&'a str),
    /// Below `/admin/{site}`.
    Admin(&'a str),
}

/// A page of the rail: its path, what it is called, and who may see it.
type RailPage = (&'static str, fn(&NewsroomTexts) -> &str, Role);

/// The desk's pages beside the queues.
const DESK: [RailPage; 5] = [
    ("/search", |texts| texts.titles.search, Role::Moderator),
    ("/log", |texts| texts.titles.log, Role::Moderator),
    ("/pages", |texts| texts.titles.pages, Role::Moderator),
    (
        "/authors",
        |texts| texts.titles.banned_authors,
        Role::Moderator,
    ),
    ("/groups", |texts| texts.titles.groups, Role::Owner),
];

/// The editors' pages.
const EDIT: [RailPage; 4] = [
    ("/recordings", |texts| texts.titles.recordings, Role::Editor),
    ("/passages", |texts| texts.titles.passages, Role::Editor),
    (QUESTIONS, |texts| texts.titles.questions, Role::Editor),
    (CORRECTIONS, |texts| texts.titles.corrections, Role::Editor),
];

/// Where the questions of passages are.
pub(crate) const QUESTIONS: &str = "/questions";

/// Where the corrections that readers sent are.
pub(crate) const CORRECTIONS: &str = "/corrections";

/// The owner's pages.
const ADMIN: [RailPage; 13] = [
    ("", |texts| texts.titles.overview, Role::Owner),
    ("/settings", |texts| texts.titles.settings, Role::Owner),
    ("/people", |texts| texts.titles.people, Role::Owner),
    ("/words", |texts| texts.titles.word_lists, Role::Owner),
    ("/campaigns", |texts| texts.titles.campaigns, Role::Owner),
    ("/webhooks", |texts| texts.titles.webhooks, Role::Owner),
    (
        "/sign-in-keys",
        |texts| texts.titles.sign_in_keys,
        Role::Owner,
    ),
    ("/openid", |texts| texts.titles.openid, Role::Owner),
    ("/tokens", |texts| texts.titles.api_tokens, Role::Owner),
    ("/import", |texts| texts.titles.imports, Role::Owner),
    ("/audit", |texts| texts.titles.audit, Role::Owner),
    ("/jobs", |texts| texts.titles.jobs, Role::Owner),
    (MAILS, |texts| texts.titles.mails, Role::Owner),
];

/// Only where mails are written into a folder.
const MAILS: &str = "/mails";

/// How far something has come that is done in the background, for the page that shows it meanwhile.
#[derive(Debug, Serialize)]
pub(crate) struct ProgressBody {
    /// In words.
    pub(crate) text: String,
    /// Whether that will be something else soon.
    pub(crate) is_underway: bool,
}

/// On to another page, once something was done.
pub(crate) fn see_other(to: &str) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

fn rail(newsroom: &Newsroom, counts: &QueueCounts, at: RailPosition<'_>) -> Vec<RailSection> {
    let host = &newsroom.site.host;
    let (desk, edit, admin) = (
        desk(host),
        format!("/edit/{host}"),
        format!("/admin/{host}"),
    );
    let texts = newsroom.texts();
    let decides = newsroom.author.role >= Role::Moderator;
    let queue = |queue| RailEntry {
        label: label(texts, queue),
        href: queue_path(&desk, queue),
        count: Some((queue.as_str(), counts.of(queue))),
        is_current: at == RailPosition::Queue(queue),
    };
    let queues = decides.then(|| Queue::ALL.map(queue).to_vec());
    let has_mails = newsroom.app.config.mail_folder.is_some();
    let entries = |base: &str, table: &[RailPage], here: Option<&str>| {
        let seen = table.iter().filter(|(path, _, least)| {
            newsroom.author.role >= *least && (*path != MAILS || has_mails)
        });
        let entry = |(path, label, _): &RailPage| RailEntry {
            label: label(texts),
            href: format!("{base}{path}"),
            count: None,
            is_current: here == Some(*path),
        };
        seen.map(entry).collect::<Vec<_>>()
    };
    let (desk_here, edit_here, admin_here) = match at {
        RailPosition::Queue(_) => (None, None, None),
        RailPosition::Desk(path) => (Some(path), None, None),
        RailPosition::Edit(path) => (None, Some(path), None),
        RailPosition::Admin(path) => (None, None, Some(path)),
    };
    let sections = [
        (&texts.titles.queues, queues.unwrap_or_default()),
        (&texts.titles.desk, entries(&desk, &DESK, desk_here)),
        (&texts.titles.articles, entries(&edit, &EDIT, edit_here)),
        (&texts.titles.site, entries(&admin, &ADMIN, admin_here)),
    ];
    let shown = sections
        .into_iter()
        .filter(|(_, entries)| !entries.is_empty());
    shown
        .map(|(title, entries)| RailSection { title, entries })
        .collect()
}

/// The start of every address of a site's desk.
pub(crate) fn desk(host: &str) -> String {
    format!("/moderate/{host}")
}

/// Where a queue is.
pub(crate) fn queue_path(desk: &str, queue: Queue) -> String {
    match queue {
        Queue::Held => desk.to_owned(),
        queue => format!("{desk}/queues/{}", queue.as_str()),
    }
}

/// What a queue is called.
pub(crate) fn label(texts: &NewsroomTexts, queue: Queue) -> &str {
    let texts = &texts.queues;
    match queue {
        Queue::Held => texts.held,
        Queue::Flagged => texts.flagged,
        Queue::Unreviewed => texts.unreviewed,
        Queue::Approved => texts.approved,
        Queue::Rejected => texts.rejected,
        Queue::Spam => texts.spam,
    }
}
