//! The rows of what is imported.

use markup::RENDERER_VERSION;
use postgres::types::Type;
use rejoinder_core::discussion::ranking::wilson_lower_bound;
use rejoinder_core::{AuthorId, CommentState, PageId, SiteId};

use super::imported::ImportedComment;
use crate::database::tx::Bulk;
use crate::{Value, sql};

const I: Type = Type::INT8;
const T: Type = Type::TEXT;

pub(super) static AUTHORS: Bulk<12> = Bulk {
    insert: || {
        sql!(
            "insert into author (site_id, id, kind, name, email, website, created_at, n_published,
                 n_held, n_rejected, n_spam, n_removed)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        )
    },
    copy: "copy author (site_id, id, kind, name, email, website, created_at, n_published, n_held,
               n_rejected, n_spam, n_removed)
           from stdin (format binary)",
    types: [I, I, T, T, T, T, I, I, I, I, I, I],
};

pub(super) static SOURCES: Bulk<5> = Bulk {
    insert: || {
        sql!(
            "insert into source (site_id, format, source_id, target_id, import_id)
             values (?1, ?2, ?3, ?4, ?5)"
        )
    },
    copy: "copy source (site_id, format, source_id, target_id, import_id)
           from stdin (format binary)",
    types: [I, T, T, I, I],
};

pub(super) static COMMENTS: Bulk<25> = Bulk {
    insert: || {
        sql!(
            "insert into comment (site_id, id, page_id, parent_id, root_id, depth, author_id, text,
                 html, renderer, state, reason, created_at, edited_at, closed_at, pin, up, down,
                 base_up, base_down, best, n_replies, n_descendants, decided_revision, written_in)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
                 ?19, ?20, ?21, ?22, ?23, ?24, ?25)"
        )
    },
    copy: "copy comment (site_id, id, page_id, parent_id, root_id, depth, author_id, text, html,
               renderer, state, reason, created_at, edited_at, closed_at, pin, up, down, base_up,
               base_down, best, n_replies, n_descendants, decided_revision, written_in)
           from stdin (format binary)",
    types: [
        I, I, I, I, I, I, I, T, T, I, T, T, I, I, I, I, I, I, I, I, I, I, I, I, T,
    ],
};

/// Where a comment stands in the tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct TreePlace {
    pub(super) page: PageId,
    pub(super) parent: Option<i64>,
    pub(super) root: i64,
    pub(super) depth: i64,
}

/// A comment, with who wrote it. What was not waiting where it came from was decided on there.
pub(super) fn comment<'a>(
    site: SiteId,
    id: i64,
    place: &TreePlace,
    comment: &'a ImportedComment,
    author: AuthorId,
) -> [Value<'a>; 25] {
    let decided_revision = (comment.state != CommentState::Held).then_some(1_i64);
    [
        Value::from(site),
        Value::from(id),
        Value::from(place.page),
        Value::from(place.parent),
        Value::from(place.root),
        Value::from(place.depth),
        Value::from(author),
        Value::from(&comment.text),
        Value::from(comment.html.stored()),
        Value::from(RENDERER_VERSION),
        Value::from(comment.state.as_str()),
        Value::from(comment.reason),
        Value::from(comment.created_at),
        Value::from(comment.edited_at),
        Value::from(comment.closed_at),
        Value::from(comment.pin),
        Value::from(comment.tally.up),
        Value::from(comment.tally.down),
        Value::from(comment.tally.up),
        Value::from(comment.tally.down),
        Value::from(wilson_lower_bound(comment.tally)),
        Value::from(comment.counters.n_replies),
        Value::from(comment.counters.n_descendants),
        Value::from(decided_revision),
        Value::from(comment.written_in.as_str()),
    ]
}
