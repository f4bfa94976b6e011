//! An author's drawer, and the authors who are stopped.

use askama::Template;
use rejoinder_core::moderation::{LogAction, Standing, Trust};
use rejoinder_core::{Author, AuthorKind, Time, Word};

use crate::catalogue::NewsroomTexts;
use crate::links::picture_path;
use crate::moderation::list::CommentList;
use crate::moderation::row::{RecordCounts, name};
use crate::newsroom::{Age, NewsroomFrame, phrases};
use crate::page::rendered;

/// One entry of an author's history with the moderators.
#[derive(Debug, Clone)]
pub struct StandingChangeRow {
    /// What was done, as a stable word.
    pub action: Word<LogAction>,
    /// Until when it holds.
    pub until: Option<Time>,
    /// Why; of a note, the note.
    pub reason: Option<String>,
    /// Which moderator did it.
    pub moderator: String,
    /// When it was made.
    pub at: Time,
}

impl StandingChangeRow {
    fn done<'a>(&'a self, texts: &'a NewsroomTexts) -> &'a str {
        phrases::logged(texts, &self.action)
    }
}

/// What was typed into a form of the drawer that was refused, and why.
#[derive(Debug, Clone, Default)]
pub struct RefusedForm {
    /// The word of the form.
    pub form: String,
    /// Why, as a sentence.
    pub problem: String,
    /// The note or the reason.
    pub reason: String,
}

/// An author's drawer as a page, with their comments.
#[derive(Debug, Template)]
#[template(path = "moderation/author.html")]
pub struct AuthorPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The author.
    pub author: &'a Author,
    /// When they were first seen.
    pub created_at: Time,
    /// How they stand.
    pub standing: &'a Standing,
    /// What became of their comments.
    pub record: RecordCounts,
    /// Their history with the moderators, newest first.
    pub history: &'a [StandingChangeRow],
    /// Whether who looks may act on authors.
    pub may_act: bool,
    /// Their comments.
    pub list: &'a CommentList<'a>,
    /// A form that was refused.
    pub typed: Option<&'a RefusedForm>,
}

/// An author's drawer as a page.
pub fn author_page(page: &AuthorPage<'_>) -> String {
    rendered(page)
}

impl AuthorPage<'_> {
    fn name(&self) -> &str {
        name(self.frame.texts(), self.author)
    }

    fn action(&self) -> String {
        format!("{}/authors/{}", self.frame.desk(), self.author.id)
    }

    fn kind(&self) -> &'static str {
        let texts = &self.frame.texts().kinds_of_author;
        match self.author.kind {
            AuthorKind::Guest => texts.guest,
            AuthorKind::Account => texts.account,
            AuthorKind::Imported => texts.imported,
        }
    }

    fn website(&self) -> Option<String> {
        self.author.website.as_deref().and_then(markup::safe_url)
    }

    /// Where their picture is; it is shown here where the site shows none, too.
    fn picture(&self) -> Option<String> {
        let name = self.author.profile.picture.as_deref()?;
        Some(picture_path(&self.frame.site.host, name))
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }

    fn day(&self, time: &Time) -> String {
        let time = time.to_string();
        time.get(..16).unwrap_or(&time).replace('T', " ") + " UTC"
    }

    fn trusts(&self) -> [(&'static str, &'static str, bool); 3] {
        let texts = &self.frame.texts().standing;
        let one = |trust: Trust, label: &'static str| {
            (trust.as_str(), label, self.standing.trust == trust)
        };
        [
            one(Trust::Plain, texts.plain),
            one(Trust::Trusted, texts.trusted),
            one(Trust::AlwaysHeld, texts.always_held),
        ]
    }

    fn suspended_until(&self) -> Option<Time> {
        self.standing
            .suspended_until
            .filter(|until| *until > self.frame.now)
    }

    fn role(&self) -> &'static str {
        phrases::role(self.frame.texts(), self.author.role)
    }

    /// For how long an author can be stopped: the word, and what it means.
    fn spans(&self) -> [(&'static str, &'static str); 6] {
        let texts = &self.frame.texts().standing;
        [
            ("1h", texts.h1),
            ("3h", texts.h3),
            ("1d", texts.d1),
            ("7d", texts.d7),
            ("30d", texts.d30),
            ("day", texts.day),
        ]
    }

    fn problem(&self, form: &str) -> Option<&str> {
        let typed = self.typed.filter(|typed| typed.form == form)?;
        Some(&typed.problem)
    }

    fn reason(&self, form: &str) -> &str {
        let typed = self.typed.filter(|typed| typed.form == form);
        typed.map_or("", |typed| &typed.reason)
    }
}

/// An author whom a ban stops.
#[derive(Debug, Clone)]
pub struct BannedAuthorRow {
    /// The author who is banned.
    pub author: Author,
    /// Until when; `None` means for good.
    pub until: Option<Time>,
    /// The reason of the ban, as the author may read it.
    pub reason: String,
    /// When the ban began.
    pub at: Time,
}

/// The authors whom bans stop, as a page.
#[derive(Debug, Template)]
#[template(path = "moderation/banned.html")]
pub struct BannedPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The authors.
    pub banned: &'a [BannedAuthorRow],
    /// Where the list goes on.
    pub next: Option<String>,
}

/// The authors whom bans stop, as a page.
pub fn banned_page(page: &BannedPage<'_>) -> String {
    rendered(page)
}

impl<'a> BannedPage<'a> {
    fn name(&self, author: &'a Author) -> &'a str {
        name(self.frame.texts(), author)
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }

    fn until(&self, until: &Option<Time>) -> String {
        match until {
            Some(until) => until.to_string().get(..10).unwrap_or_default().to_owned(),
            None => self.frame.texts().standing.for_good.to_owned(),
        }
    }
}
