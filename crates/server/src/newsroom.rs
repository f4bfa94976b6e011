//! What all pages of the newsroom have in common: the rail with its counts, and the frame.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::identity::author::Role;
use rejoinder_core::{AuthorId, SiteId};
use render::catalogue::NewsroomTexts;
use render::newsroom::{Entry, Frame, Section, Told};
use store::moderation::groups::{self, Scope};
use store::moderation::queues::{self, Counts, Queue};
use store::{Result, Tx};

use crate::access::Member;
use crate::http::assets::VERSION;
use crate::state::App;

/// What is read for every page: what its reader may see, and how much waits there.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    pub(crate) scope: Scope,
    pub(crate) counts: Counts,
}

impl Around {
    pub(crate) fn read(tx: &mut Tx<'_>, site: SiteId, member: AuthorId) -> Result<Self> {
        let scope = groups::scope_of(tx, site, member)?;
        let counts = queues::counts(tx, site, &scope)?;
        Ok(Self { scope, counts })
    }
}

impl Member {
    /// The newsroom's texts in the language of the site.
    pub(crate) fn texts(&self) -> &'static NewsroomTexts {
        render::newsroom::texts(&self.site)
    }
}

/// A page, as the rail and the frame show it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) title: &'a str,
    /// Its path below `/moderate/{site}` or `/admin/{site}`, as in the tables below.
    pub(crate) at: At<'a>,
    pub(crate) told: Option<&'a Told>,
}

/// Where a page is, for the rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At<'a> {
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
type Place = (&'static str, fn(&NewsroomTexts) -> &str, Role);

/// The desk's pages beside the queues.
const DESK: [Place; 5] = [
    ("/search", |texts| &texts.titles.search, Role::Moderator),
    ("/log", |texts| &texts.titles.log, Role::Moderator),
    ("/pages", |texts| &texts.titles.pages, Role::Moderator),
    (
        "/authors",
        |texts| &texts.titles.banned_authors,
        Role::Moderator,
    ),
    ("/groups", |texts| &texts.titles.groups, Role::Owner),
];

/// The editors' pages.
const EDIT: [Place; 2] = [
    (
        "/recordings",
        |texts| &texts.titles.recordings,
        Role::Editor,
    ),
    ("/passages", |texts| &texts.titles.passages, Role::Editor),
];

/// The owner's pages.
const ADMIN: [Place; 11] = [
    ("", |texts| &texts.titles.overview, Role::Owner),
    ("/settings", |texts| &texts.titles.settings, Role::Owner),
    ("/people", |texts| &texts.titles.people, Role::Owner),
    ("/words", |texts| &texts.titles.word_lists, Role::Owner),
    ("/webhooks", |texts| &texts.titles.webhooks, Role::Owner),
    (
        "/sign-in-keys",
        |texts| &texts.titles.sign_in_keys,
        Role::Owner,
    ),
    ("/openid", |texts| &texts.titles.openid, Role::Owner),
    ("/tokens", |texts| &texts.titles.api_tokens, Role::Owner),
    ("/audit", |texts| &texts.titles.audit, Role::Owner),
    ("/jobs", |texts| &texts.titles.jobs, Role::Owner),
    (MAILS, |texts| &texts.titles.mails, Role::Owner),
];

/// Only where mails are written into a folder.
const MAILS: &str = "/mails";

/// A whole page.
pub(crate) fn page(
    app: &App,
    member: &Member,
    around: &Around,
    shown: Shown<'_>,
    render: impl FnOnce(&Frame<'_>) -> String,
) -> Html<String> {
    let rail = rail(app, member, &around.counts, shown.at);
    Html(render(&Frame {
        site: &member.site,
        member: &member.author,
        now: app.now(),
        assets: VERSION,
        title: shown.title,
        rail: &rail,
        told: shown.told,
    }))
}

/// On to another page, once something was done.
pub(crate) fn see_other(to: &str) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

fn rail(app: &App, member: &Member, counts: &Counts, at: At<'_>) -> Vec<Section> {
    let host = &member.site.host;
    let (desk, edit, admin) = (
        desk(host),
        format!("/edit/{host}"),
        format!("/admin/{host}"),
    );
    let texts = member.texts();
    let decides = member.author.role >= Role::Moderator;
    let queue = |queue| Entry {
        label: label(texts, queue),
        href: queue_path(&desk, queue),
        count: Some((queue.as_str(), counts.of(queue))),
        is_current: at == At::Queue(queue),
    };
    let queues = decides.then(|| Queue::ALL.map(queue).to_vec());
    let has_mails = app.config.mail_folder.is_some();
    let entries = |base: &str, table: &[Place], here: Option<&str>| {
        let seen = table.iter().filter(|(path, _, least)| {
            member.author.role >= *least && (*path != MAILS || has_mails)
        });
        let entry = |(path, label, _): &Place| Entry {
            label: label(texts),
            href: format!("{base}{path}"),
            count: None,
            is_current: here == Some(*path),
        };
        seen.map(entry).collect::<Vec<_>>()
    };
    let (desk_here, edit_here, admin_here) = match at {
        At::Queue(_) => (None, None, None),
        At::Desk(path) => (Some(path), None, None),
        At::Edit(path) => (None, Some(path), None),
        At::Admin(path) => (None, None, Some(path)),
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
        .map(|(title, entries)| Section {
            title: title.as_str(),
            entries,
        })
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
        Queue::Held => &texts.held,
        Queue::Flagged => &texts.flagged,
        Queue::Unreviewed => &texts.unreviewed,
        Queue::Approved => &texts.approved,
        Queue::Rejected => &texts.rejected,
        Queue::Spam => &texts.spam,
    }
}
