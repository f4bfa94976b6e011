//! Which comments answer which questions.

use rejoinder_core::passages::Question;
use rejoinder_core::passages::question::may_answer;
use rejoinder_core::{Comment, CommentId, Page, QuestionId, Refusal, Site, SiteId};

use crate::passages::{allowed, annotations, questions};
use crate::{Result, Tx, params, sql};

/// The question of `page` that a comment may answer that replies to `parent`.
pub(crate) fn to_answer(
    tx: &mut Tx<'_>,
    site: &Site,
    page: &Page,
    id: QuestionId,
    parent: Option<&Comment>,
) -> Result<Question> {
    let found = questions::find(tx, site.id, id)?.filter(|own| own.page == page.id);
    let question = found.ok_or(Refusal::QuestionUnknown)?;
    may_answer(allowed::questions(tx, site, page.id)?, &question, parent)?;
    Ok(question)
}

/// A comment answers a question of its page.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    question: QuestionId,
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into answer (site_id, comment_id, question_id) values (?1, ?2, ?3)
             on conflict (site_id, comment_id) do nothing"
        ),
        params![site, comment, question],
    )?;
    Ok(())
}

/// A comment that was imported answers a question, and is about its passage.
pub fn adopt(tx: &mut Tx<'_>, comment: CommentId, question: &Question) -> Result<()> {
    let stored = annotations::stored(Some(&question.annotation))?;
    let n_roots = tx.execute(
        sql!(
            "update comment set annotation = ?3
             where site_id = ?1 and id = ?2 and parent_id is null and text <> ''"
        ),
        params![question.site, comment, stored],
    )?;
    match n_roots {
        0 => Ok(()),
        _ => keep(tx, question.site, comment, question.id),
    }
}

/// A comment answers nothing any more.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<()> {
    tx.execute(
        sql!("delete from answer where site_id = ?1 and comment_id = ?2"),
        params![site, comment],
    )?;
    Ok(())
}
