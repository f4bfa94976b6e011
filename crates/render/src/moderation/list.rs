//! A list of comments, with what can be done with many at once.

use askama::Template;
use askama::filters::HtmlSafe;
use rejoinder_core::Site;
use rejoinder_core::moderation::Reason;

use crate::catalogue::NewsroomTexts;
use crate::moderation::row::{ACTS, ActionButton, CommentRow};
use crate::newsroom::{phrases, texts};

/// A list of comments.
#[derive(Debug, Template)]
#[template(path = "moderation/list.html")]
pub struct CommentList<'a> {
    /// The site that it is about.
    pub site: &'a Site,
    /// The start of every address of the desk.
    pub desk: &'a str,
    /// Where the list is, to come back to.
    pub back: &'a str,
    /// The word of the queue, for lists that are one.
    pub queue: &'a str,
    /// The comments.
    pub rows: Vec<CommentRow<'a>>,
    /// Where it goes on.
    pub next: Option<String>,
    /// Whether it is one comment, on a page of its own.
    pub is_single: bool,
    /// What is said when it holds nothing.
    pub empty: &'a str,
}

impl HtmlSafe for CommentList<'_> {}

impl CommentList<'_> {
    fn texts(&self) -> &'static NewsroomTexts {
        texts(self.site)
    }

    /// What can be done with many.
    fn acts(&self) -> &'static [ActionButton] {
        &ACTS[..3]
    }

    fn reasons(&self) -> &'static [Reason] {
        Reason::ALL
    }

    fn why(&self, reason: &Reason) -> &'static str {
        phrases::why(self.texts(), (*reason).into())
    }
}
