//! The pages of an account: what its owner wrote, what others replied, and the account itself.

use askama::Template;
use rejoinder_core::identity::author::Role;
use rejoinder_core::moderation::StateReason;
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Author, AuthorId, Comment, CommentId, CommentState, PageKey, Time};

use super::mail::publication;
use super::outcome;
use super::tabs::{AccountSection, tabs};
use crate::catalogue::{self, AccountTexts, Catalogue, IsolatedName, fill};
use crate::html::Html;
use crate::links::{LinkTarget, Links, picture_path, reader_path};
use crate::look::PageLook;
use crate::page::rendered;
use crate::recordings::times;
use crate::{FormProblem, RenderContext};

/// A comment of one's own, or a reply to one.
#[derive(Debug, Clone, Copy)]
pub struct CommentLine<'a> {
    /// The comment.
    pub comment: &'a Comment,
    /// The page it stands on.
    pub page: &'a PageKey,
    /// The page's headline.
    pub title: Option<&'a str>,
    /// What a moderator says of it.
    pub note: Option<&'a str>,
}

/// A signed-in browser.
#[derive(Debug, Clone)]
pub struct SessionRow<'a> {
    /// Names it in the form that ends it.
    pub key: String,
    /// What it is, where it said.
    pub label: Option<&'a str>,
    /// When it began.
    pub since: Time,
    /// Whether it is this one.
    pub is_own: bool,
}

/// The account itself.
#[derive(Debug, Clone)]
pub struct AccountSettings<'a> {
    /// Its address.
    pub email: Option<&'a str>,
    /// The name as typed, where it was not taken.
    pub typed: Option<&'a str>,
    /// Why a form was not taken.
    pub problem: Option<FormProblem<'a>>,
    /// Where it is signed in.
    pub sessions: Vec<SessionRow<'a>>,
    /// Whom its owner has muted, with their names.
    pub muted: Vec<(AuthorId, &'a str)>,
    /// Whether the site raises money, so that there can be gifts of its owner.
    pub has_campaigns: bool,
    /// Whether the site has pages of readers.
    pub has_pages: bool,
    /// Whether the site shows pictures of readers.
    pub has_pictures: bool,
    /// When it will be deleted.
    pub deleted_at: Option<Time>,
}

/// Which of the pages.
#[derive(Debug, Clone)]
pub enum AccountTab<'a> {
    /// What the owner wrote, newest first; the page goes on after the last where there is more.
    Comments(Vec<CommentLine<'a>>, Option<CommentId>),
    /// What others replied.
    Replies(Vec<CommentLine<'a>>),
    /// The account itself.
    Settings(AccountSettings<'a>),
}

/// A page of an account.
pub fn own_page(context: &RenderContext<'_>, account: &Author, tab: AccountTab<'_>) -> String {
    let language = context.site.settings.language;
    let own = &catalogue::of(language).account;
    rendered(&AccountPage {
        texts: context.texts,
        own,
        language,
        direction: language.direction(),
        assets: context.look(),
        title: fill(
            own.account.title,
            &[("site", &IsolatedName(publication(context)))],
        ),
        context,
        account,
        tab,
    })
}

#[derive(Template)]
#[template(path = "identity/account.html")]
struct AccountPage<'a> {
    texts: &'static Catalogue,
    own: &'static AccountTexts,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: String,
    context: &'a RenderContext<'a>,
    account: &'a Author,
    tab: AccountTab<'a>,
}

impl AccountPage<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/account/{}{rest}", self.context.site.host)
    }

    fn tabs(&self) -> Vec<(String, &'static str, bool)> {
        let here = match self.tab {
            AccountTab::Comments(..) => AccountSection::Comments,
            AccountTab::Replies(_) => AccountSection::Replies,
            AccountTab::Settings(_) => AccountSection::Settings,
        };
        tabs(self.context, here)
    }

    fn link(&self, line: &CommentLine<'_>) -> String {
        let links = Links::new(self.context.base, self.context.site, line.page);
        let place = match line.comment.is_published() {
            true => LinkTarget::Comment(line.comment.id),
            false => return links.reading().to_owned(),
        };
        links.to(place).to_string()
    }

    fn html<'l>(&self, line: &CommentLine<'l>) -> Html<'l> {
        let links = Links::new(self.context.base, self.context.site, line.page);
        times::elsewhere(links.reading(), &line.comment.html)
    }

    fn headline<'l>(&self, line: &CommentLine<'l>) -> &'l str {
        let title = line.title.filter(|title| !title.is_empty());
        title.unwrap_or_else(|| line.page.url().unwrap_or(line.page.as_str()))
    }

    fn day(&self, time: &Time) -> String {
        self.texts.date(*time).to_string()
    }

    fn fate(&self, line: &CommentLine<'_>) -> Option<String> {
        fate(self.own, self.language, line)
    }

    fn note(&self, note: &str) -> String {
        outcome::note(self.language, note)
    }

    fn email(&self, email: &str) -> String {
        fill(self.own.account.email, &[("email", &email)])
    }

    fn since(&self, time: &Time) -> String {
        fill(self.own.account.since, &[("date", &self.texts.date(*time))])
    }

    fn unmute(&self, name: &str) -> String {
        fill(
            self.own.account.unmute_name,
            &[("name", &IsolatedName(name))],
        )
    }

    /// When the account will be deleted, to the minute.
    fn pending(&self, time: &Time) -> String {
        let stamp = time.to_string();
        let clock = stamp.get(11..16).unwrap_or_default();
        let day = self.texts.date(*time);
        fill(
            self.own.account.pending,
            &[("date", &day), ("time", &clock)],
        )
    }

    /// Where everyone may read what the account wrote, if it wants that.
    fn reader_path(&self) -> String {
        reader_path(&self.context.site.host, self.account.id)
    }

    fn picture_path(&self) -> Option<String> {
        let name = self.account.profile.picture.as_deref()?;
        Some(picture_path(&self.context.site.host, name))
    }

    fn is_staff(&self) -> bool {
        self.account.role > Role::Reader
    }

    fn problem<'p>(&self, own: &AccountSettings<'p>, field: &str) -> Option<&'p str> {
        let problem = own.problem.filter(|problem| problem.field == Some(field));
        problem.map(|problem| problem.detail)
    }
}

/// What became of a comment, and why.
fn fate(own: &AccountTexts, language: Language, line: &CommentLine<'_>) -> Option<String> {
    let is_own = line.comment.is_because(StateReason::Author);
    let reason = line.comment.reason.as_ref();
    let fate = match line.comment.state {
        CommentState::Published => return None,
        CommentState::Held => own.account.held,
        CommentState::Rejected => return Some(outcome::refused(language, reason)),
        CommentState::Spam => own.account.spam,
        CommentState::Removed if is_own => own.account.deleted,
        CommentState::Removed => own.account.removed,
    };
    let why = reason.and_then(|reason| outcome::reason(language, reason));
    Some(why.map_or_else(|| fate.to_owned(), |why| format!("{fate} {why}")))
}

/// What an author wrote on a page and others do not see, for the author alone; nothing where there is
/// none.
pub fn withheld(context: &RenderContext<'_>, lines: &[CommentLine<'_>]) -> Option<String> {
    let language = context.site.settings.language;
    let shown = WithheldComments {
        own: &catalogue::of(language).account,
        language,
        lines,
    };
    (!lines.is_empty()).then(|| rendered(&shown))
}

#[derive(Template)]
#[template(path = "discussion/withheld.html")]
struct WithheldComments<'a> {
    own: &'static AccountTexts,
    language: Language,
    lines: &'a [CommentLine<'a>],
}

impl WithheldComments<'_> {
    fn html<'l>(&self, line: &CommentLine<'l>) -> Html<'l> {
        times::beside(catalogue::of(self.language), &line.comment.html)
    }

    fn fate(&self, line: &CommentLine<'_>) -> String {
        let mut fate = fate(self.own, self.language, line).unwrap_or_default();
        if let Some(note) = line.note {
            fate.push(' ');
            fate.push_str(&outcome::note(self.language, note));
        }
        fate
    }
}
