//! What a page has beside its roots and replies, in one statement: most pages have little of it, and nobody
//! asks for what is not there.

use rejoinder_core::publication::settings::{Passages, Questions};
use rejoinder_core::{PageId, SiteId};

use crate::{Result, Tx, params, sql};

/// On a page there is an order by agreement once so many of its roots have enough votes of both sides.
const LEAST_RANKED: i64 = 2;

/// What a page has, and what was said of the page itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageContents {
    /// How many published comments are on passages.
    pub(crate) n_annotations: i64,
    /// How many questions are asked of passages.
    pub(crate) n_questions: i64,
    /// How many published comments carry sources.
    pub(crate) n_source_checks: i64,
    /// Whether comments are pinned.
    pub(crate) has_pins: bool,
    /// Whether there are recordings.
    pub(crate) has_recordings: bool,
    /// Whether votes on it were counted for each side.
    pub(crate) has_agreement: bool,
    /// Whether enough of both sides have voted on its roots to put them in order.
    pub(crate) is_divided: bool,
    /// What readers may do with passages.
    pub(crate) passages: Option<Passages>,
    /// Whether editors ask questions of passages.
    pub(crate) questions: Option<Questions>,
    /// What it asks its readers while nobody has commented.
    pub(crate) invitation: Option<String>,
}

/// What a page has; nothing where there is no such page.
pub(crate) fn of_page(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<PageContents> {
    let found = tx.one(
        sql!(
            "select
                 (select count(*) from comment where site_id = ?1 and page_id = ?2
                     and annotation is not null and state = 'published'),
                 (select count(*) from question where site_id = ?1 and page_id = ?2),
                 (select count(*) from comment where site_id = ?1 and page_id = ?2
                     and source_check is not null and state = 'published'),
                 (select count(*) from (select 1 from comment
                     where site_id = ?1 and page_id = ?2 and pin is not null limit 1) as own),
                 (select count(*) from (select 1 from recording
                     where site_id = ?1 and page_id = ?2 limit 1) as own),
                 (select count(*) from (select 1 from agreement_comment
                     where site_id = ?1 and page_id = ?2 limit 1) as own),
                 (select count(*) from (select 1 from agreement_comment k
                     join comment c on c.site_id = k.site_id and c.id = k.comment_id
                     where k.site_id = ?1 and k.page_id = ?2 and k.rank is not null
                         and c.parent_id is null and c.state = 'published' limit ?3) as own),
                 passages, questions, invitation
             from page where site_id = ?1 and id = ?2"
        ),
        params![site, page, LEAST_RANKED],
        |row| {
            Ok(PageContents {
                n_annotations: row.next()?,
                n_questions: row.next()?,
                n_source_checks: row.next()?,
                has_pins: row.next::<i64>()? == 1,
                has_recordings: row.next::<i64>()? == 1,
                has_agreement: row.next::<i64>()? == 1,
                is_divided: row.next::<i64>()? == LEAST_RANKED,
                passages: row
                    .next::<Option<String>>()?
                    .as_deref()
                    .and_then(Passages::from_word),
                questions: row
                    .next::<Option<String>>()?
                    .as_deref()
                    .and_then(Questions::from_word),
                invitation: row.next()?,
            })
        },
    )?;
    Ok(found.unwrap_or_default())
}
