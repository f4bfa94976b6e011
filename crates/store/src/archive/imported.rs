//! What an import brings, and where it comes from.

use rejoinder_core::ids::first_id_at;
use rejoinder_core::{CommentState, ImportId, PageId, Time, VoteTally};
use sha2::{Digest, Sha256};

use crate::archive::revealing;
pub use crate::discussion::stored::KeptHtml;

/// Where records come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<'f> {
    /// The system that names them.
    pub format: &'f str,
    /// The import of an owner that brings them.
    pub import: Option<ImportId>,
}

impl<'f> From<&'f str> for Origin<'f> {
    fn from(format: &'f str) -> Self {
        Self {
            format,
            import: None,
        }
    }
}

/// What records other than comments are, after the word of their format.
pub(crate) mod kind {
    pub(crate) const AUTHOR: &str = "author";
    pub(crate) const QUESTION: &str = "question";
    pub(crate) const PAGE: &str = "page";
    pub(crate) const ALIAS: &str = "address";
}

/// A comment as an import brings it.
#[derive(Debug, Clone)]
pub struct ImportedComment {
    /// Its id in the source.
    pub source_id: String,
    /// The page it stands on.
    pub page: PageId,
    /// Its text, to be edited.
    pub text: String,
    /// Its text, rendered.
    pub html: KeptHtml,
    /// What it was rendered from.
    pub written_in: WrittenIn,
    /// Where it stands.
    pub state: CommentState,
    /// Why it stands there.
    pub reason: Option<&'static str>,
    /// When it was posted.
    pub created_at: Time,
    /// When its text last changed.
    pub edited_at: Option<Time>,
    /// When its branch was closed.
    pub closed_at: Option<Time>,
    /// Its place among the pinned.
    pub pin: Option<i64>,
    /// Its votes.
    pub tally: VoteTally,
    /// Its counters as far as they are known; [`super::imports::recount`] makes up what is not, which costs more.
    pub counters: Counters,
}

/// What a comment's text was when it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrittenIn {
    /// HTML, which its rendered form keeps; the text is what can be read of it.
    Html,
    /// Markdown: it is rendered again when the renderer changes.
    Markdown,
}

impl WrittenIn {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "markdown",
        }
    }
}

impl ImportedComment {
    /// Let neither readers nor moderators see it before [`super::imports::reveal`].
    pub fn hide(&mut self) {
        (self.state, self.reason) = revealing::unseen(self.state, self.reason);
    }
}

/// What a comment counts of the comments under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Its replies that are shown.
    pub n_replies: i64,
    /// For a root, all that is published under it.
    pub n_descendants: i64,
}

/// An id at the record's own time, told apart from others of the same moment by its source.
pub(super) fn id_for(time: Time, format: &str, source_id: &str) -> i64 {
    let mut digest = Sha256::new();
    digest.update(format.as_bytes());
    digest.update([0]);
    digest.update(source_id.as_bytes());
    let hash = digest.finalize();
    first_id_at(time)
        | (i64::from(hash[0] & 0x1f) << 16)
        | i64::from(u16::from_be_bytes([hash[1], hash[2]]))
}
