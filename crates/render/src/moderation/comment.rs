//! One comment with all its context.

use askama::Template;
use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::passages::Sources;
use rejoinder_core::{Author, Comment, CommentState, Time};

use crate::catalogue;
use crate::html::Html;
use crate::moderation::diff::{DiffPiece, changes};
use crate::moderation::list::CommentList;
use crate::moderation::log::LogRows;
use crate::moderation::row::{FlagRow, excerpt, name};
use crate::newsroom::{Age, NewsroomFrame, phrases};
use crate::page::rendered;
use crate::passages::sources;

/// An earlier text of a comment.
#[derive(Debug, Clone)]
pub struct EarlierText {
    /// Which revision it was.
    pub revision: i64,
    /// The text as it was typed.
    pub text: String,
    /// When it was replaced.
    pub replaced_at: Time,
    /// The sources that it carried.
    pub sources: Option<Sources>,
}

/// One comment as a page.
#[derive(Debug, Template)]
#[template(path = "moderation/comment.html")]
pub struct CommentPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// What a link in a mail asks to be decided; nothing is decided before a button is pressed.
    pub asked: Option<ModerationAction>,
    /// The comment itself, as the only row.
    pub list: &'a CommentList<'a>,
    /// The comment.
    pub comment: &'a Comment,
    /// What it replies to, and so on, the nearest last.
    pub ancestors: &'a [Comment],
    /// The program that posted it, where one did.
    pub program: Option<&'a str>,
    /// Its replies.
    pub replies: &'a [Comment],
    /// Where readers find it.
    pub thread: Option<String>,
    /// Its earlier texts, oldest first.
    pub versions: &'a [EarlierText],
    /// All flags, ended ones too.
    pub flags: &'a [FlagRow],
    /// What was decided on it.
    pub log: &'a LogRows<'a>,
}

/// One comment as a page.
pub fn comment_page(page: &CommentPage<'_>) -> String {
    rendered(page)
}

/// So many letters are shown of the comments around it.
const EXCERPT: usize = 280;

/// What one edit changed.
struct RevisionChange {
    revision: i64,
    at: Time,
    changes: Vec<DiffPiece>,
    /// The sources that it carried before, where the edit changed them.
    sources: Option<Html<'static>>,
}

impl<'a> CommentPage<'a> {
    fn name(&self, author: &'a Author) -> &'a str {
        name(self.frame.texts(), author)
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }

    /// What is asked, and the button that does it.
    fn question(&self) -> Option<(&'static str, &'static str, &'static str)> {
        let texts = &self.frame.texts().acts;
        match self.asked? {
            ModerationAction::Approve => Some((texts.approve_question, "approve", texts.approve)),
            ModerationAction::Reject => Some((texts.reject_question, "reject", texts.reject)),
            _ => None,
        }
    }

    /// What stands around it; a removed text is not shown.
    fn excerpt(&self, comment: &Comment) -> String {
        match comment.state {
            CommentState::Removed => self.frame.texts().states.removed.to_owned(),
            _ => excerpt(&comment.text, EXCERPT),
        }
    }

    fn state(&self, comment: &Comment) -> Option<&'static str> {
        (!comment.is_published()).then(|| phrases::state(self.frame.texts(), comment.state))
    }

    /// What stands above the sources that an edit took away.
    fn earlier(&self) -> &'static str {
        catalogue::of(self.frame.site.settings.language)
            .sources
            .earlier
    }

    /// The edits, the newest first.
    fn edits(&self) -> Vec<RevisionChange> {
        let texts = self.versions.iter().map(|version| version.text.as_str());
        let later = texts.skip(1).chain([self.comment.text.as_str()]);
        let newest = self.comment.source_check.as_deref();
        let given = self.versions.iter().map(|version| version.sources.as_ref());
        let given = given.skip(1).chain([newest.map(|own| &own.sources)]);
        let edits = self.versions.iter().zip(later.zip(given));
        let shown = catalogue::of(self.frame.site.settings.language);
        let edit = |(version, (later, after)): (&EarlierText, (&str, Option<&Sources>))| {
            let before = version.sources.as_ref();
            let before = before.filter(|before| Some(*before) != after);
            RevisionChange {
                revision: version.revision + 1,
                at: version.replaced_at,
                changes: changes(&version.text, later),
                sources: before.map(|before| sources::plain(shown, before)),
            }
        };
        let mut edits: Vec<RevisionChange> = edits.map(edit).collect();
        edits.reverse();
        edits
    }
}
