//! What all pages of the newsroom have in common: the rail with its counts, and the frame.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::identity::author::Role;
use rejoinder_core::{AuthorId, SiteId};
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
    /// Below `/admin/{site}`.
    Admin(&'a str),
}

/// The desk's pages beside the queues: path, label, and who may see them.
const DESK: [(&str, &str, Role); 5] = [
    ("/search", "Search", Role::Moderator),
    ("/log", "Log", Role::Moderator),
    ("/pages", "Pages", Role::Moderator),
    ("/authors", "Banned authors", Role::Moderator),
    ("/groups", "Groups", Role::Owner),
];

/// The owner's pages: path, label, and who may see them.
const ADMIN: [(&str, &str, Role); 11] = [
    ("", "Overview", Role::Owner),
    ("/settings", "Settings", Role::Owner),
    ("/people", "People", Role::Owner),
    ("/words", "Words", Role::Owner),
    ("/webhooks", "Webhooks", Role::Owner),
    ("/sign-in-keys", "Sign-in keys", Role::Owner),
    ("/openid", "OpenID Connect", Role::Owner),
    ("/tokens", "API tokens", Role::Owner),
    ("/audit", "Changes", Role::Owner),
    ("/jobs", "Parked jobs", Role::Owner),
    (MAILS, "Mails", Role::Owner),
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
    let (desk, admin) = (
        desk(&member.site.host),
        format!("/admin/{}", member.site.host),
    );
    let queues = Queue::ALL.map(|queue| Entry {
        label: label(queue),
        href: queue_path(&desk, queue),
        count: Some((queue.as_str(), counts.of(queue))),
        is_current: at == At::Queue(queue),
    });
    let has_mails = app.config.mail_folder.is_some();
    let entries = |base: &str, table: &[(&'static str, &'static str, Role)], here: Option<&str>| {
        let seen = table.iter().filter(|(path, _, least)| {
            member.author.role >= *least && (*path != MAILS || has_mails)
        });
        let entry = |(path, label, _): &(&'static str, &'static str, Role)| Entry {
            label,
            href: format!("{base}{path}"),
            count: None,
            is_current: here == Some(*path),
        };
        seen.map(entry).collect::<Vec<_>>()
    };
    let here = |wanted: bool, path| wanted.then_some(path);
    let (desk_here, admin_here) = match at {
        At::Queue(_) => (None, None),
        At::Desk(path) => (here(true, path), None),
        At::Admin(path) => (None, here(true, path)),
    };
    let sections = [
        ("Queues", queues.to_vec()),
        ("Desk", entries(&desk, &DESK, desk_here)),
        ("Site", entries(&admin, &ADMIN, admin_here)),
    ];
    let shown = sections
        .into_iter()
        .filter(|(_, entries)| !entries.is_empty());
    shown
        .map(|(title, entries)| Section { title, entries })
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
pub(crate) const fn label(queue: Queue) -> &'static str {
    match queue {
        Queue::Held => "Held",
        Queue::Flagged => "Flagged",
        Queue::Unreviewed => "Unreviewed",
        Queue::Approved => "Approved",
        Queue::Rejected => "Rejected",
        Queue::Spam => "Spam",
    }
}
