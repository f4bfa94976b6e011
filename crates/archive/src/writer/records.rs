//! What is decided of the records of a file, and how it waits.

use std::io;

use rejoinder_core::passages::Selector;
use rejoinder_core::{CommentState, PageId};
use store::archive::imports::{Counters, ImportedComment, ImportedPage, KeptHtml, WrittenIn};
use store::identity::authors::GuestDetails;

use super::packing::{Packed, packed_fields};
use crate::Body;

/// A record, decided.
#[derive(Debug)]
pub(super) enum Record {
    Page(NewPage),
    Comment(Box<NewComment>),
}

/// A page to find or to add.
#[derive(Debug)]
pub(super) struct NewPage {
    /// Its id, if it is new.
    pub(super) id: PageId,
    pub(super) page: ImportedPage,
}

packed_fields!(NewPage { id, page });

/// A comment to find or to add.
#[derive(Debug)]
pub(super) struct NewComment {
    /// The source id of its parent, which comes before it.
    pub(super) parent: Option<String>,
    /// Tells its author from all others; nothing for someone who may be anybody.
    pub(super) author: Option<u128>,
    pub(super) details: GuestDetails,
    /// Its text, not safe.
    pub(super) body: Body,
    /// Its page and its texts are known later.
    pub(super) comment: ImportedComment,
    /// Its state, once it is seen.
    pub(super) state: CommentState,
    /// The passage that it is about.
    pub(super) annotation: Option<Selector>,
}

/// Why a comment that nobody sees is not seen, as stable words.
pub(super) mod withheld {
    pub(in crate::writer) const PRIVATE: &str = "private";
    pub(in crate::writer) const PAGE_NOT_PUBLIC: &str = "page_not_public";
    pub(in crate::writer) const IMPORTED: &str = "imported";
    pub(super) const ALL: [&str; 3] = [PRIVATE, PAGE_NOT_PUBLIC, IMPORTED];
}

impl NewComment {
    /// What its author is called among the records of the source.
    pub(super) fn author_name(&self) -> String {
        match self.author {
            Some(key) => format!("{key:032x}"),
            None => self.comment.source_id.clone(),
        }
    }

    /// Make the HTML that is shown, and the text.
    pub(super) fn render(&mut self) {
        let (text, html) = match &mut self.body {
            Body::Html(html) => {
                let html = markup::sanitise(&std::mem::take(html));
                (markup::plain_text(&html), html)
            }
            Body::Markdown(text) => {
                let text = std::mem::take(text);
                let html = markup::render(&text).html;
                (text, html)
            }
        };
        self.comment.html = KeptHtml::of(&text, &html);
        self.comment.text = text;
    }

    /// Let nobody see it yet.
    pub(super) fn hide(&mut self) {
        self.comment.hide();
    }
}

impl Packed for NewComment {
    fn pack(&self, out: &mut Vec<u8>) {
        let comment = &self.comment;
        self.parent.pack(out);
        self.author.pack(out);
        self.details.pack(out);
        self.body.pack(out);
        self.annotation.pack(out);
        self.state.pack(out);
        let mut reasons = withheld::ALL.iter();
        let reason = reasons.position(|own| Some(*own) == comment.reason);
        reason.and_then(|at| u8::try_from(at).ok()).pack(out);
        comment.source_id.pack(out);
        comment.created_at.pack(out);
        comment.edited_at.pack(out);
        comment.closed_at.pack(out);
        comment.pin.pack(out);
        comment.tally.pack(out);
    }

    fn unpack(from: &mut &[u8]) -> io::Result<Self> {
        let parent = Packed::unpack(from)?;
        let author = Packed::unpack(from)?;
        let details = Packed::unpack(from)?;
        let body = Packed::unpack(from)?;
        let annotation = Packed::unpack(from)?;
        let state = Packed::unpack(from)?;
        let reason = Option::<u8>::unpack(from)?;
        let reason = reason.and_then(|at| withheld::ALL.get(usize::from(at)).copied());
        let comment = ImportedComment {
            source_id: Packed::unpack(from)?,
            page: PageId(0),
            text: String::new(),
            html: KeptHtml::default(),
            written_in: match body {
                Body::Html(_) => WrittenIn::Html,
                Body::Markdown(_) => WrittenIn::Markdown,
            },
            state,
            reason,
            created_at: Packed::unpack(from)?,
            edited_at: Packed::unpack(from)?,
            closed_at: Packed::unpack(from)?,
            pin: Packed::unpack(from)?,
            tally: Packed::unpack(from)?,
            counters: Counters::default(),
        };
        Ok(Self {
            parent,
            author,
            details,
            body,
            comment,
            state,
            annotation,
        })
    }
}

impl Packed for Record {
    fn pack(&self, out: &mut Vec<u8>) {
        matches!(self, Self::Page(_)).pack(out);
        match self {
            Self::Page(page) => page.pack(out),
            Self::Comment(comment) => comment.pack(out),
        }
    }

    fn unpack(from: &mut &[u8]) -> io::Result<Self> {
        Ok(match bool::unpack(from)? {
            true => Self::Page(Packed::unpack(from)?),
            false => Self::Comment(Box::new(Packed::unpack(from)?)),
        })
    }
}
