//! A comment as moderators see it in a list, with what they need to decide on it.

use askama::Template;
use askama::filters::HtmlSafe;
use rejoinder_core::discussion::image::Image;
use rejoinder_core::identity::author::Role;
use rejoinder_core::moderation::{Finding, FlagReason, LogAction, ModerationAction, Reason};
use rejoinder_core::{Author, Comment, CommentState, Page, Site, Time, Word};

use crate::catalogue::{self, NewsroomTexts};
use crate::html::Html;
use crate::links::image_path;
use crate::moderation::diff::{DiffPiece, changes};
use crate::moderation::marked::{MarkedPiece, marked};
use crate::newsroom::{Age, phrases, texts};
use crate::page::rendered;
use crate::recordings::times;

/// What became of an author's comments.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordCounts {
    /// Stand for everyone to read.
    pub published: i64,
    /// Were refused.
    pub rejected: i64,
    /// Are spam.
    pub spam: i64,
    /// Were removed.
    pub removed: i64,
    /// Were flagged by readers.
    pub flagged: i64,
}

impl RecordCounts {
    /// The numbers, and what they count.
    pub(crate) fn numbers<'a>(&self, texts: &'a NewsroomTexts) -> [(&'a str, i64); 5] {
        let texts = &texts.record;
        [
            (texts.published, self.published),
            (texts.rejected, self.rejected),
            (texts.spam, self.spam),
            (texts.removed, self.removed),
            (texts.flagged, self.flagged),
        ]
    }
}

/// A reader's flag.
#[derive(Debug, Clone)]
pub struct FlagRow {
    /// Who raised it; empty for someone who never wrote.
    pub name: String,
    /// Why, as a stable word.
    pub reason: Word<FlagReason>,
    /// In the reader's words.
    pub note: Option<String>,
    /// When it was raised.
    pub at: Time,
    /// Whether no decision has ended it.
    pub is_open: bool,
}

impl FlagRow {
    pub(crate) fn why<'a>(&'a self, texts: &'a NewsroomTexts) -> &'a str {
        phrases::flag_reason(texts, &self.reason)
    }
}

/// What a moderator decided on a comment before.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// What was done, as a stable word.
    pub action: Word<LogAction>,
    /// What the moderator calls themselves.
    pub by: String,
    /// When it was decided.
    pub at: Time,
}

impl Judgement {
    fn done<'a>(&'a self, texts: &'a NewsroomTexts) -> &'a str {
        phrases::logged(texts, &self.action)
    }

    fn by<'a>(&'a self, texts: &'a NewsroomTexts) -> &'a str {
        match self.by.as_str() {
            "" => texts.log.nameless,
            name => name,
        }
    }
}

/// A comment in a list.
#[derive(Debug, Clone, Copy, Template)]
#[template(path = "moderation/row.html")]
pub struct CommentRow<'a> {
    /// The site that it is about.
    pub site: &'a Site,
    /// The start of every address of the desk.
    pub desk: &'a str,
    /// Where the list is, to come back to.
    pub back: &'a str,
    /// The time of rendering.
    pub now: Time,
    /// The comment.
    pub comment: &'a Comment,
    /// Its page.
    pub page: &'a Page,
    /// What it replies to.
    pub parent: Option<&'a Comment>,
    /// What the rules found in its newest text.
    pub findings: &'a [Finding],
    /// The readers' flags.
    pub flags: &'a [FlagRow],
    /// What was decided before they came.
    pub judgement: Option<&'a Judgement>,
    /// Its author's record.
    pub record: RecordCounts,
    /// Whether a moderator has decided on its newest text.
    pub is_decided: bool,
    /// The text that a moderator judged, when it was edited meanwhile.
    pub judged: Option<&'a str>,
}

impl HtmlSafe for CommentRow<'_> {}

/// A row by itself, for lists that are shown already.
pub fn row(row: &CommentRow<'_>) -> String {
    rendered(row)
}

/// So many bytes or lines are shown at first.
const LONG: (usize, usize) = (900, 12);

/// So many letters are shown of what a comment replies to.
const EXCERPT: usize = 140;

impl<'a> CommentRow<'a> {
    fn html(&self) -> Html<'_> {
        times::elsewhere(self.page.key.url().unwrap_or_default(), &self.comment.html)
    }

    fn image(&self, image: &Image) -> String {
        image_path(&self.site.host, image.id)
    }

    fn sources(&self) -> Option<Html<'static>> {
        let check = self.comment.source_check.as_deref()?;
        let texts = catalogue::of(self.site.settings.language);
        Some(crate::passages::sources::plain(texts, &check.sources))
    }

    fn texts(&self) -> &'static NewsroomTexts {
        texts(self.site)
    }

    fn day(&self, time: &Time) -> impl std::fmt::Display {
        catalogue::of(self.site.settings.language).date(*time)
    }

    fn label(&self) -> String {
        format!(
            "{}, {}",
            name(self.texts(), &self.comment.author),
            self.age(&self.comment.created_at)
        )
    }

    fn name(&self, author: &'a Author) -> &'a str {
        name(self.texts(), author)
    }

    fn age(&self, time: &Time) -> Age {
        Age::of(*time, self.now, self.site.settings.language)
    }

    fn role(&self) -> Option<&'static str> {
        let role = self.comment.author.role;
        (role > Role::Reader).then(|| phrases::role(self.texts(), role))
    }

    fn state(&self) -> &'static str {
        phrases::state(self.texts(), self.comment.state)
    }

    /// Why the comment is where it is, when none of the findings says so.
    fn reason(&self) -> Option<&str> {
        let reason = self.comment.reason.as_ref()?;
        let is_said = self.findings.iter().any(|found| found.reason == *reason);
        (!is_said).then(|| phrases::reason(self.texts(), reason))
    }

    fn finding(&self, finding: &&Finding) -> String {
        phrases::finding(self.texts(), finding)
    }

    /// Whether a finding is the one that decided.
    fn decides(&self, finding: &&Finding) -> bool {
        self.comment.reason.as_ref() == Some(&finding.reason)
    }

    /// The text with its marks; `None` when nothing is marked.
    fn marked(&self) -> Option<Vec<MarkedPiece>> {
        marked(self.comment, self.findings)
    }

    fn changes(&self) -> Option<Vec<DiffPiece>> {
        Some(changes(self.judged?, &self.comment.text))
    }

    fn is_long(&self) -> bool {
        let text = &self.comment.text;
        text.len() > LONG.0 || text.lines().count() > LONG.1
    }

    fn excerpt(&self, text: &str) -> String {
        excerpt(text, EXCERPT)
    }

    fn title(&self) -> &'a str {
        title(self.page)
    }

    /// What can be done with it, the key for it, and whether it is bad for the comment.
    fn acts(&self) -> Vec<ActionButton> {
        let state = self.comment.state;
        let is_featured = self.comment.featured_at.is_some();
        let fits = |act: &ActionButton| match act.action {
            ModerationAction::Approve => {
                state != CommentState::Published || !self.is_decided || !self.flags.is_empty()
            }
            ModerationAction::Reject => state != CommentState::Rejected,
            ModerationAction::Spam => state != CommentState::Spam,
            ModerationAction::Feature => state == CommentState::Published && !is_featured,
            ModerationAction::Unfeature => is_featured,
            _ => true,
        };
        match state {
            CommentState::Removed => Vec::new(),
            _ => ACTS.into_iter().filter(fits).collect(),
        }
    }

    fn reasons(&self) -> &'static [Reason] {
        Reason::ALL
    }

    fn why(&self, reason: &Reason) -> &'static str {
        phrases::why(self.texts(), (*reason).into())
    }
}

/// A button.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActionButton {
    pub(crate) action: ModerationAction,
    pub(crate) key: &'static str,
}

impl ActionButton {
    pub(crate) const fn word(&self) -> &'static str {
        self.action.as_str()
    }

    pub(crate) fn label<'a>(&self, texts: &'a NewsroomTexts) -> &'a str {
        phrases::act(texts, self.action)
    }
}

/// The buttons, in their order.
pub(crate) const ACTS: [ActionButton; 5] = [
    ActionButton {
        action: ModerationAction::Approve,
        key: "a",
    },
    ActionButton {
        action: ModerationAction::Reject,
        key: "r",
    },
    ActionButton {
        action: ModerationAction::Spam,
        key: "s",
    },
    ActionButton {
        action: ModerationAction::Feature,
        key: "f",
    },
    ActionButton {
        action: ModerationAction::Unfeature,
        key: "f",
    },
];

/// What someone calls themselves.
pub fn name<'a>(texts: &'a NewsroomTexts, author: &'a Author) -> &'a str {
    match author.name.as_str() {
        "" => texts.log.nameless,
        name => name,
    }
}

/// What a page is called.
pub fn title(page: &Page) -> &str {
    let title = page
        .title
        .as_deref()
        .filter(|title| !title.trim().is_empty());
    title.unwrap_or(page.key.as_str())
}

/// The start of `text` in one line.
pub fn excerpt(text: &str, letters: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}
