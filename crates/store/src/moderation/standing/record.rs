//! What became of an author's comments, as it is kept with the author.

use std::collections::{BTreeSet, HashMap};

use rejoinder_core::moderation::AuthorRecord;
use rejoinder_core::{AuthorId, SiteId};

use crate::{Result, Row, Tx, params, sql};

/// What became of an author's comments.
pub fn record(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<AuthorRecord> {
    let written = tx.one(
        sql!(
            "select n_published, n_held, n_rejected, n_spam, n_removed, n_flagged from author
             where site_id = ?1 and id = ?2"
        ),
        params![site, author],
        record_of,
    )?;
    Ok(written.unwrap_or_default() + tx.counted_for(site, author))
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
            "select a.id, a.n_published, a.n_held, a.n_rejected, a.n_spam, a.n_removed, a.n_flagged
             from list(?2) as l cross join author a where a.site_id = ?1 and a.id = l.value"
        ),
        params![site, format!("{:?}", Vec::from_iter(ids))],
        |row| Ok((row.next()?, record_of(row)?)),
    )?;
    let with_counted = |(author, written)| (author, written + tx.counted_for(site, author));
    Ok(records.into_iter().map(with_counted).collect())
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
