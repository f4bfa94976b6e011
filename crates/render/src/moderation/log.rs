//! The log of decisions.

use askama::Template;
use askama::filters::HtmlSafe;
use rejoinder_core::moderation::{CommentSnapshot, Finding, LogAction, StateReason};
use rejoinder_core::{AuthorId, CommentId, PageId, Site, Time, Word};

use crate::catalogue::NewsroomTexts;
use crate::newsroom::{Age, NewsroomFrame, phrases, texts};
use crate::page::rendered;

/// Who decided.
#[derive(Debug, Clone)]
pub enum LogActor {
    /// A moderator, and what they call themselves.
    Moderator(AuthorId, String),
    /// Whoever wrote the comment.
    Author,
    /// The rules.
    Rules,
}

/// The comment that a decision is about.
#[derive(Debug, Clone)]
pub struct LogComment {
    /// Names it.
    pub id: CommentId,
    /// What its author calls themselves.
    pub name: String,
    /// The start of its text.
    pub excerpt: String,
}

/// One row of the log.
#[derive(Debug, Clone)]
pub struct LogRow {
    /// Names the decision.
    pub id: String,
    /// When it was decided.
    pub at: Time,
    /// Who decided.
    pub actor: LogActor,
    /// What was done, as a stable word.
    pub action: Word<LogAction>,
    /// The comment before it.
    pub before: Option<CommentSnapshot>,
    /// The comment after it.
    pub after: Option<CommentSnapshot>,
    /// Why, as a stable word.
    pub reason: Option<Word<StateReason>>,
    /// What the author was told besides.
    pub note: Option<String>,
    /// What the rules found.
    pub findings: Vec<Finding>,
    /// The comment, unless it was about the page.
    pub comment: Option<LogComment>,
    /// The page, and what it is called.
    pub page: (PageId, String),
    /// Whether a button undoes it.
    pub can_undo: bool,
    /// Whether it was undone.
    pub is_undone: bool,
}

impl LogRow {
    fn done<'a>(&'a self, texts: &'a NewsroomTexts) -> &'a str {
        phrases::logged(texts, &self.action)
    }

    /// The states that it led from and to, where they differ.
    fn moved<'a>(&self, texts: &'a NewsroomTexts) -> Option<(&'a str, &'a str)> {
        let (before, after) = (self.before.as_ref()?.state, self.after.as_ref()?.state);
        (before != after).then(|| (phrases::state(texts, before), phrases::state(texts, after)))
    }

    fn why<'a>(&'a self, texts: &'a NewsroomTexts) -> Option<&'a str> {
        let reason = self.reason.as_ref()?;
        Some(phrases::reason(texts, reason))
    }

    fn found(&self, texts: &NewsroomTexts) -> Vec<String> {
        let found = self.findings.iter();
        let found = found.map(|finding| phrases::finding(texts, finding));
        let why = self.why(texts);
        // The reason is the finding that decided.
        found.filter(|found| why != Some(found.as_str())).collect()
    }
}

/// Rows of the log.
#[derive(Debug, Template)]
#[template(path = "moderation/log_rows.html")]
pub struct LogRows<'a> {
    /// The site that it is about.
    pub site: &'a Site,
    /// The start of every address of the desk.
    pub desk: &'a str,
    /// Where the log is, to come back to.
    pub back: &'a str,
    /// The time of rendering.
    pub now: Time,
    /// The rows, newest first.
    pub rows: &'a [LogRow],
    /// Where it goes on.
    pub next: Option<String>,
}

impl HtmlSafe for LogRows<'_> {}

impl LogRows<'_> {
    fn texts(&self) -> &'static NewsroomTexts {
        texts(self.site)
    }

    fn age(&self, time: &Time) -> Age {
        Age::of(*time, self.now, self.site.settings.language)
    }
}

/// The log as a page.
#[derive(Debug, Template)]
#[template(path = "moderation/log.html")]
pub struct LogPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// What it is limited to, in words; empty for the whole site.
    pub of: &'a str,
    /// The rows.
    pub log: &'a LogRows<'a>,
}

/// The log as a page.
pub fn log_page(page: &LogPage<'_>) -> String {
    rendered(page)
}
