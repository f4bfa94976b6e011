//! Comments in nested lists, written in one pass over the flat list.

use std::collections::HashMap;
use std::fmt;

use askama::filters::HtmlSafe;
use rejoinder_core::discussion::thread::{MAX_LEVELS, ThreadEntry};
use rejoinder_core::{Comment, CommentId};

use crate::discussion::comment::CommentContext;
use crate::discussion::form::ReplyForm;
use crate::links::LinkTarget;

/// The comments of a thread; no deeper than [`MAX_LEVELS`] lists, whatever the depth.
pub(crate) struct CommentTree<'a> {
    pub(crate) frame: &'a CommentContext<'a>,
    pub(crate) entries: &'a [ThreadEntry],
    /// The form that stands under one of the comments.
    pub(crate) reply: Option<&'a ReplyForm<'a>>,
    /// What stands before the first root on which both sides have not voted enough.
    pub(crate) divider: Option<&'a str>,
}

/// A comment whose `<li>` is open.
struct OpenItem<'a> {
    entry: &'a ThreadEntry,
    has_list: bool,
    /// How many of its direct replies are here.
    n_shown: i64,
}

impl HtmlSafe for CommentTree<'_> {}

impl fmt::Display for CommentTree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut path: Vec<OpenItem<'_>> = Vec::with_capacity(MAX_LEVELS + 1);
        let mut writer = TreeWriter { tree: self, out: f };
        let mut divider = self.divider;
        // What stands above, by its id: to look for it anew takes the square of a thread that is whole.
        let mut above: HashMap<CommentId, &Comment> = HashMap::new();
        for entry in self.entries {
            let level = entry.level.min(path.len()).min(MAX_LEVELS);
            while path.len() > level {
                if let Some(open) = path.pop() {
                    writer.close(&open)?;
                }
            }
            if let Some(parent) = path.last_mut() {
                if !parent.has_list {
                    writer.out.write_str("<ol class=\"rj-replies\">")?;
                }
                parent.has_list = true;
                let is_direct = entry.comment.parent == Some(parent.entry.comment.id);
                parent.n_shown += i64::from(is_direct);
            }
            let is_rest = entry.level == 0 && is_unranked(&entry.comment);
            if let Some(text) = divider.take_if(|_| is_rest) {
                let text = markup::escape(text);
                write!(writer.out, "<li class=\"rj-divider\"><p>{text}</p></li>")?;
            }
            let parent = entry.comment.parent.filter(|_| entry.level >= MAX_LEVELS);
            let parent = parent.and_then(|id| above.get(&id).copied());
            writer.open(entry, parent)?;
            above.insert(entry.comment.id, &entry.comment);
            path.push(OpenItem {
                entry,
                has_list: false,
                n_shown: 0,
            });
        }
        while let Some(open) = path.pop() {
            writer.close(&open)?;
        }
        Ok(())
    }
}

/// Whether a root stands where it does because both sides have not voted on it enough.
fn is_unranked(root: &Comment) -> bool {
    root.pin.is_none() && root.agreement.rank.is_none()
}

struct TreeWriter<'a, 'f, 't> {
    tree: &'a CommentTree<'a>,
    out: &'f mut fmt::Formatter<'t>,
}

impl TreeWriter<'_, '_, '_> {
    fn open(&mut self, entry: &ThreadEntry, parent: Option<&Comment>) -> fmt::Result {
        let (frame, comment) = (self.tree.frame, &entry.comment);
        self.out.write_str("<li>")?;
        if comment.is_published() {
            frame
                .shown(comment, entry.level, parent)
                .render_to(self.out);
        } else {
            frame.gone(comment, entry.level).render_to(self.out);
        }
        if let Some(form) = self.tree.reply.filter(|form| form.parent() == comment.id) {
            write!(self.out, "{form}")?;
        }
        let Some(fold) = frame.fold(comment) else {
            return Ok(());
        };
        write!(
            self.out,
            "<button class=\"rj-line\" type=\"button\" data-rj=\"collapse\" aria-expanded=\"{}\">\
             <span class=\"rj-folded\">{}</span></button>",
            !fold.is_low,
            markup::escape(&fold.text)
        )
    }

    fn close(&mut self, open: &OpenItem<'_>) -> fmt::Result {
        let OpenItem {
            entry,
            has_list,
            n_shown,
        } = *open;
        if has_list {
            self.out.write_str("</ol>")?;
        }
        if let Some(cursor) = entry.more {
            self.more(entry, n_shown, cursor)?;
        }
        self.out.write_str("</li>")
    }

    fn more(
        &mut self,
        entry: &ThreadEntry,
        n_shown: i64,
        cursor: rejoinder_core::Cursor,
    ) -> fmt::Result {
        let CommentContext { texts, links, .. } = self.tree.frame;
        let id = entry.comment.id;
        let n = (entry.comment.n_replies - n_shown).max(1);
        let is_deep = n_shown == 0 && entry.level + 1 >= MAX_LEVELS;
        let (kind, text, link) = if is_deep {
            (
                "branch",
                &texts.thread.r#continue,
                links.to(LinkTarget::Branch(id)),
            )
        } else if n_shown == 0 {
            (
                "more",
                &texts.thread.replies,
                links.to(LinkTarget::Replies(id, cursor)),
            )
        } else {
            (
                "more",
                &texts.thread.more_replies,
                links.to(LinkTarget::Replies(id, cursor)),
            )
        };
        write!(
            self.out,
            "<a class=\"rj-more-replies\" data-rj=\"{kind}\" href=\"{}\">{}</a>",
            markup::escape(&link.to_string()),
            markup::escape(&texts.counted(text, n))
        )
    }
}
