//! A page's comments as a tree, and what part of it was asked for.

use crate::discussion::comment::Comment;
use crate::discussion::cursor::Cursor;
use crate::discussion::page::{Page, PageKey};
use crate::discussion::sort::{Filter, Sort};
use crate::ids::{CommentId, PassageId};
use crate::passages::{Erratum, Passage, PassageMark};
use crate::publication::settings::{Passages, Questions, Settings};
use crate::recordings::Recording;

/// How many levels are indented; deeper comments stand flat with "in reply to".
pub const MAX_LEVELS: usize = 6;

/// How many comments one answer holds at the most, whatever was asked for.
pub const MAX_COMMENTS: usize = 500;

/// The part of a thread that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ThreadQuery {
    /// The order of roots.
    pub sort: Sort,
    /// Go on after this comment: a root, or with `root` one of its direct replies.
    pub after: Option<Cursor>,
    /// Show this comment's branch alone.
    pub root: Option<CommentId>,
    /// Choose among the roots.
    pub filter: Option<Filter>,
    /// Only the roots that are about this passage.
    pub passage: Option<PassageId>,
    /// How many roots (with `root`: direct replies), 1 to 100.
    pub limit: usize,
    /// How many replies of each comment at first.
    pub replies: usize,
}

impl ThreadQuery {
    /// What a site shows of a thread at first.
    pub const fn first_page(settings: &Settings) -> Self {
        Self {
            sort: settings.sort,
            after: None,
            root: None,
            filter: None,
            passage: None,
            limit: settings.roots_per_page,
            replies: settings.replies_shown,
        }
    }

    /// How many comments it may show, as far as those of two levels.
    pub const fn max_comments(&self) -> usize {
        self.limit * (1 + self.replies)
    }
}

/// One comment in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadEntry {
    /// The comment.
    pub comment: Comment,
    /// How deep it stands below the top of what was asked for, from 0.
    pub level: usize,
    /// Where its direct replies go on: after the last one that follows here, or from the start
    /// (id 0) when none does. `None` when all are here.
    pub more: Option<Cursor>,
}

/// A page's comments, as far as they were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// What the page is known by.
    pub key: PageKey,
    /// The page; `None` while nobody has commented there.
    pub page: Option<Page>,
    /// What was asked for.
    pub query: ThreadQuery,
    /// With `query.root`: the branch's nearest ancestors, topmost first, at most [`MAX_LEVELS`].
    pub ancestors: Vec<Comment>,
    /// The comments, each before its replies (depth first).
    pub entries: Vec<ThreadEntry>,
    /// Where the roots go on; `None` at the end.
    pub next: Option<Cursor>,
    /// The recordings that stand with the page.
    pub recordings: Vec<Recording>,
    /// How many passages of its article are commented on.
    pub n_annotations: i64,
    /// How many of those comments carry sources.
    pub n_source_checks: i64,
    /// How many questions are asked of its passages.
    pub n_questions: i64,
    /// With `query.passage`: the passage, where it is known.
    pub passage: Option<Box<Passage>>,
    /// What its readers may do with passages, where that was said of the page itself.
    pub passages: Option<Passages>,
    /// Whether editors ask questions of its passages, where that was said of the page itself.
    pub questions: Option<Questions>,
    /// What the page asks while nobody has commented, where an editor wrote that.
    pub invitation: Option<String>,
    /// Whether enough readers of both sides have voted here for [`Sort::Agreed`].
    pub is_divided: bool,
    /// The list of what its article was corrected in, the newest first.
    pub errata: Vec<Erratum>,
    /// Where its article is marked, in the order of the text.
    pub marks: Vec<PassageMark>,
}

impl Thread {
    /// The thread of a page that nobody has commented on.
    pub const fn empty(key: PageKey, query: ThreadQuery) -> Self {
        Self {
            key,
            page: None,
            query,
            ancestors: Vec::new(),
            entries: Vec::new(),
            next: None,
            recordings: Vec::new(),
            n_annotations: 0,
            n_source_checks: 0,
            n_questions: 0,
            passage: None,
            passages: None,
            questions: None,
            invitation: None,
            is_divided: false,
            errata: Vec::new(),
            marks: Vec::new(),
        }
    }
}

/// Put comments that were loaded level by level into reading order, without recursion.
///
/// `levels[0]` are the tops in their order; each further level holds replies, grouped by parent in
/// any order of parents but in reading order within one. Of each comment at most `replies` follow
/// it (all that were loaded, for the top of a branch).
pub fn in_reading_order(levels: Vec<Vec<Comment>>) -> Vec<ThreadEntry> {
    let mut children: std::collections::HashMap<CommentId, Vec<Comment>> =
        std::collections::HashMap::new();
    let mut levels = levels.into_iter();
    let mut stack: Vec<(Comment, usize)> = levels
        .next()
        .unwrap_or_default()
        .into_iter()
        .rev()
        .map(|top| (top, 0))
        .collect();
    for comment in levels.flatten() {
        if let Some(parent) = comment.parent {
            children.entry(parent).or_default().push(comment);
        }
    }
    let mut entries = Vec::new();
    while let Some((comment, level)) = stack.pop() {
        let replies = children.remove(&comment.id).unwrap_or_default();
        let shown = i64::try_from(replies.len()).unwrap_or(i64::MAX);
        let last = replies.last().map_or(CommentId(0), |reply| reply.id);
        let more = (shown < comment.n_replies).then_some(Cursor { rank: 0, id: last });
        entries.push(ThreadEntry {
            comment,
            level,
            more,
        });
        stack.extend(replies.into_iter().rev().map(|reply| (reply, level + 1)));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discussion::agreement::Agreement;
    use crate::discussion::comment::CommentState;
    use crate::discussion::vote::VoteTally;
    use crate::identity::author::{Author, AuthorKind, Profile, Role};
    use crate::ids::{AuthorId, PageId};
    use crate::safe_html::SafeHtml;
    use crate::time::Time;

    fn comment(id: i64, parent: Option<i64>, n_replies: i64) -> Comment {
        Comment {
            id: CommentId(id),
            page: PageId(1),
            parent: parent.map(CommentId),
            root: CommentId(1),
            depth: 0,
            author: Author {
                id: AuthorId(1),
                name: "Ann".to_owned(),
                kind: AuthorKind::Guest,
                role: Role::Reader,
                website: None,
                is_supporter: false,
                profile: Profile::default(),
            },
            is_by_article_author: false,
            text: String::new(),
            html: SafeHtml::default(),
            state: CommentState::Published,
            reason: None,
            revision: 1,
            created_at: Time::from_micros(id),
            edited_at: None,
            closed_at: None,
            pin: None,
            featured_at: None,
            tally: VoteTally::default(),
            n_replies,
            n_descendants: 0,
            cards: Vec::new(),
            images: Vec::new(),
            annotation: None,
            source_check: None,
            question: None,
            reactions: Vec::new(),
            liked: 0,
            agreement: Agreement::default(),
        }
    }

    fn order(entries: &[ThreadEntry]) -> Vec<(i64, usize)> {
        entries
            .iter()
            .map(|entry| (entry.comment.id.0, entry.level))
            .collect()
    }

    #[test]
    fn replies_follow_their_parent() {
        let entries = in_reading_order(vec![
            vec![comment(1, None, 2), comment(2, None, 1)],
            vec![
                comment(5, Some(2), 0),
                comment(3, Some(1), 1),
                comment(4, Some(1), 0),
            ],
            vec![comment(6, Some(3), 0)],
        ]);
        assert_eq!(
            order(&entries),
            [(1, 0), (3, 1), (6, 2), (4, 1), (2, 0), (5, 1)]
        );
        assert!(entries.iter().all(|entry| entry.more.is_none()));
    }

    #[test]
    fn a_comment_says_where_its_replies_go_on() {
        let entries = in_reading_order(vec![
            vec![comment(1, None, 9), comment(2, None, 4)],
            vec![comment(3, Some(1), 0)],
        ]);
        assert_eq!(
            entries[0].more,
            Some(Cursor {
                rank: 0,
                id: CommentId(3)
            })
        );
        assert_eq!(
            entries[2].more,
            Some(Cursor {
                rank: 0,
                id: CommentId(0)
            })
        );
    }

    #[test]
    fn a_chain_of_10_000_is_put_in_order_without_recursion() {
        let levels = (1..=10_000).map(|id| {
            vec![comment(
                id,
                (id > 1).then_some(id - 1),
                i64::from(id < 10_000),
            )]
        });
        let entries = in_reading_order(levels.collect());
        assert_eq!(entries.len(), 10_000);
        assert_eq!(entries[9_999].level, 9_999);
    }
}
