//! The pages of the newsroom: the moderators' desk and what the owner decides.
//!
//! They are for few people and made anew for each request. Each is a template that extends
//! `newsroom/layout.html` and has a field `frame`, the [`Frame`] around its own matter. Their words
//! stand in the templates and in [`phrases`].

mod age;
mod api_tokens;
mod audit;
mod author;
mod comment;
mod desk_mail;
mod diff;
mod groups;
mod jobs;
mod list;
mod log;
mod marked;
mod openid;
mod overview;
mod owner;
mod pages;
mod phrases;
mod queue;
mod row;
mod search;
mod sign_in_keys;
mod webhooks;

use rejoinder_core::{Author, Site, Time};

pub use age::Age;
pub use api_tokens::{NewApiToken, TokenLine, api_tokens_page};
pub use audit::{AuditPage, AuditRow, audit_page};
pub use author::{AuthorPage, BannedPage, Changed, Refused, Stopped, author_page, banned_page};
pub use comment::{CommentPage, Earlier, comment_page};
pub use desk_mail::{Waiting, desk_mail, desk_mail_page};
pub use groups::{Grouped, GroupsPage, groups_page};
pub use jobs::{MailLine, ParkedJob, jobs_page, mail_page, mails_page};
pub use list::List;
pub use log::{About, LogPage, LogRows, Logged, Who, log_page};
pub use openid::{NewProvider, OpenidPage, ProviderLine, openid_page};
pub use overview::{Figures, OverviewPage, overview_page};
pub use owner::{
    Field, Invitation, PeoplePage, Person, SettingsPage, WordsPage, people_page, settings_page,
    words_page,
};
pub use pages::{PagePage, PagesPage, page_page, pages_page};
pub use phrases::{Told, done};
pub use queue::{QueuePage, queue_page};
pub use row::{Flagged, Judgement, Record, Row, excerpt, name, row, title};
pub use search::{Kept, SearchPage, search_page};
pub use sign_in_keys::{KeyLine, NewKey, sign_in_keys_page};
pub use webhooks::{
    Delivered, Endpoint, SecretPage, Typed, WebhookPage, WebhooksPage, secret_page, webhook_page,
    webhooks_page,
};

/// What stands around the matter of every newsroom page.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The site that the page is about.
    pub site: &'a Site,
    /// Who looks at it.
    pub member: &'a Author,
    /// The time of rendering.
    pub now: Time,
    /// The version of the files under `/static`.
    pub assets: &'a str,
    /// What the page is called.
    pub title: &'a str,
    /// The way to the other pages.
    pub rail: &'a [Section],
    /// What was just done.
    pub told: Option<&'a Told>,
}

impl Frame<'_> {
    /// The part of an address that keeps browsers from showing an old file.
    pub(crate) fn version(&self) -> String {
        if self.assets.is_empty() {
            return String::new();
        }
        format!("?v={}", self.assets)
    }

    /// The start of every address of the desk.
    pub(crate) fn desk(&self) -> String {
        format!("/moderate/{}", self.site.host)
    }

    pub(crate) fn name(&self) -> &str {
        match self.member.name.as_str() {
            "" => "Nameless",
            name => name,
        }
    }

    pub(crate) const fn role(&self) -> &'static str {
        self.member.role.as_str()
    }
}

/// A part of the rail.
#[derive(Debug, Clone)]
pub struct Section {
    /// What its pages have in common.
    pub title: &'static str,
    /// The pages.
    pub entries: Vec<Entry>,
}

/// A page, as the rail leads to it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is called.
    pub label: &'static str,
    /// Where it is.
    pub href: String,
    /// How much waits there, and the word by which scripts keep the number up to date.
    pub count: Option<(&'static str, i64)>,
    /// Whether it is the page that is shown.
    pub is_current: bool,
}

impl Entry {
    fn count_of(&self) -> Option<(&'static str, String)> {
        self.count.map(|(word, n)| (word, phrases::count(n)))
    }
}
