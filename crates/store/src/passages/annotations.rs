//! Which passages comments are about.

use rejoinder_core::passages::Annotation;
use rejoinder_core::passages::AnsweredQuestion;
use rejoinder_core::{CommentId, PageId, QuestionId, SiteId};

use crate::database::error::StoreError;
use crate::{Result, Row, Tx, params, sql};

/// So many of a page are given at once.
pub const MAX_LISTED: i64 = 1_000;

/// A published comment on a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotatedComment {
    /// The comment.
    pub comment: CommentId,
    /// What it is about.
    pub annotation: Annotation,
    /// How many comments its branch shows, with itself.
    pub n_comments: i64,
    /// Whether it carries sources.
    pub has_sources: bool,
    /// The question that it answers.
    pub question: Option<QuestionId>,
}

/// The annotation in a column, where there is one.
pub(crate) fn read(row: &Row<'_>) -> Result<Option<Box<Annotation>>> {
    let stored: Option<String> = row.next()?;
    stored.as_deref().map(parsed).transpose()
}

/// What [`read_asked`] reads of the question that a comment `c` of the site `?1` answers; only comments on passages can.
macro_rules! asked {
    () => {
        "case when c.annotation is not null then (
             select cast(q.id as text) || ' ' || q.text from answer w
             join question q on q.site_id = w.site_id and q.id = w.question_id
             where w.site_id = ?1 and w.comment_id = c.id) end "
    };
}
pub(crate) use asked;

/// The question that a comment answers, from the column of `asked!`.
pub(crate) fn read_asked(row: &Row<'_>) -> Result<Option<Box<AnsweredQuestion>>> {
    let Some(stored) = row.next::<Option<String>>()? else {
        return Ok(None);
    };
    let wrong = || StoreError::Internal("the question of a comment cannot be read".into());
    let (id, text) = stored.split_once(' ').ok_or_else(wrong)?;
    Ok(Some(Box::new(AnsweredQuestion {
        id: QuestionId(id.parse().map_err(|_| wrong())?),
        text: text.to_owned(),
    })))
}

fn parsed(stored: &str) -> Result<Box<Annotation>> {
    let wrong =
        |error| StoreError::Internal(format!("an annotation cannot be read: {error}").into());
    serde_json::from_str(stored).map_err(wrong)
}

/// The annotation as it is kept.
pub(crate) fn stored(annotation: Option<&Annotation>) -> Result<Option<String>> {
    let wrong =
        |error| StoreError::Internal(format!("an annotation cannot be kept: {error}").into());
    annotation
        .map(serde_json::to_string)
        .transpose()
        .map_err(wrong)
}

/// The published comments of a page on passages, the newest first, at most [`MAX_LISTED`].
pub fn of_page(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Vec<AnnotatedComment>> {
    tx.all(
        sql!(
            "select c.id, c.annotation, c.n_descendants,
                 cast(case when c.source_check is null then 0 else 1 end as bigint), (
                 select w.question_id from answer w
                 where w.site_id = ?1 and w.comment_id = c.id)
             from comment c
             where c.site_id = ?1 and c.page_id = ?2 and c.annotation is not null
               and c.state = 'published'
             order by c.id desc limit ?3"
        ),
        params![site, page, MAX_LISTED],
        |row| {
            Ok(AnnotatedComment {
                comment: row.next()?,
                annotation: *parsed(&row.next::<String>()?)?,
                n_comments: 1 + row.next::<i64>()?,
                has_sources: row.next::<i64>()? == 1,
                question: row.next()?,
            })
        },
    )
}
