//! What became of an author's comments.

use std::collections::{BTreeSet, HashMap};

use rejoinder_core::{AuthorId, SiteId};

use crate::{Result, Row, Tx, params, sql};

/// What became of an author's comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuthorRecord {
    /// Stand for everyone to read.
    pub published: i64,
    /// Wait.
    pub held: i64,
    /// Were refused.
    pub rejected: i64,
    /// Are spam.
    pub spam: i64,
    /// Were removed, by whomever.
    pub removed: i64,
    /// Were flagged by readers, whatever came of it.
    pub flagged: i64,
}

/// What became of an author's comments.
pub fn record(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<AuthorRecord> {
    let record = tx.one(
        sql!(
            "select count(case when c.state = 'published' then 1 end),
                 count(case when c.state = 'held' then 1 end),
                 count(case when c.state = 'rejected' then 1 end),
                 count(case when c.state = 'spam' then 1 end),
                 count(case when c.state = 'removed' then 1 end),
                 count(case when exists (select 1 from flag f
                     where f.site_id = ?1 and f.comment_id = c.id) then 1 end)
             from comment c where c.site_id = ?1 and c.author_id = ?2"
        ),
        params![site, author],
        record_of,
    )?;
    Ok(record.unwrap_or_default())
}

/// What became of the comments of each of `authors`.
pub fn records(
    tx: &mut Tx<'_>,
    site: SiteId,
    authors: &[AuthorId],
) -> Result<HashMap<AuthorId, AuthorRecord>> {
    let ids: BTreeSet<i64> = authors.iter().map(|id| id.0).collect();
    let records: Vec<(AuthorId, AuthorRecord)> = tx.all(
        sql!(
            "select c.author_id, count(case when c.state = 'published' then 1 end),
                 count(case when c.state = 'held' then 1 end),
                 count(case when c.state = 'rejected' then 1 end),
                 count(case when c.state = 'spam' then 1 end),
                 count(case when c.state = 'removed' then 1 end),
                 count(case when exists (select 1 from flag f
                     where f.site_id = ?1 and f.comment_id = c.id) then 1 end)
             from list(?2) as l join comment c on c.site_id = ?1 and c.author_id = l.value
             group by c.author_id"
        ),
        params![site, format!("{:?}", Vec::from_iter(ids))],
        |row| Ok((row.next()?, record_of(row)?)),
    )?;
    Ok(records.into_iter().collect())
}

fn record_of(row: &Row<'_>) -> Result<AuthorRecord> {
    Ok(AuthorRecord {
        published: row.next()?,
        held: row.next()?,
        rejected: row.next()?,
        spam: row.next()?,
        removed: row.next()?,
        flagged: row.next()?,
    })
}
