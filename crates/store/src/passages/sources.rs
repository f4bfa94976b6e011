//! The sources that comments carry, as they are kept.

use rejoinder_core::passages::{SourceCheck, Sources};
use rejoinder_core::{CommentId, SiteId};

use crate::database::error::StoreError;
use crate::{Result, Row, Tx, params, sql};

/// The check in a column, where there is one.
pub(crate) fn read(row: &Row<'_>) -> Result<Option<Box<SourceCheck>>> {
    let wrong = |error| StoreError::Internal(format!("sources cannot be read: {error}").into());
    let stored: Option<String> = row.next()?;
    stored
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(wrong)
}

/// The sources in a column, without what others make of them.
pub(crate) fn read_sources(row: &Row<'_>) -> Result<Option<Sources>> {
    let wrong = |error| StoreError::Internal(format!("sources cannot be read: {error}").into());
    let stored: Option<String> = row.next()?;
    stored
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(wrong)
}

/// The check as it is kept.
pub(crate) fn stored(check: Option<&SourceCheck>) -> Result<Option<String>> {
    let wrong = |error| StoreError::Internal(format!("sources cannot be kept: {error}").into());
    check.map(serde_json::to_string).transpose().map_err(wrong)
}

/// Sources as they are kept.
pub(crate) fn stored_sources(sources: Option<&Sources>) -> Result<Option<String>> {
    let wrong = |error| StoreError::Internal(format!("sources cannot be kept: {error}").into());
    sources
        .map(serde_json::to_string)
        .transpose()
        .map_err(wrong)
}

pub(super) fn set(tx: &mut Tx<'_>, site: SiteId, id: CommentId, check: &SourceCheck) -> Result<()> {
    tx.execute(
        sql!("update comment set source_check = ?3 where site_id = ?1 and id = ?2"),
        params![site, id, stored(Some(check))?],
    )?;
    Ok(())
}

/// Give a comment of a locked page other sources, or none. What was said of those before says nothing of
/// these.
pub(crate) fn replace(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: CommentId,
    sources: Option<&Sources>,
) -> Result<()> {
    forget(tx, site, id)?;
    match sources {
        Some(sources) => set(tx, site, id, &SourceCheck::new(sources.clone())),
        None => Ok(()),
    }
}

/// Leave nothing of the sources of a comment, and of what was answered about them.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, id: CommentId) -> Result<()> {
    for sql in [
        sql!("update comment set source_check = null where site_id = ?1 and id = ?2"),
        sql!("delete from source_answer where site_id = ?1 and comment_id = ?2"),
    ] {
        tx.execute(sql, params![site, id])?;
    }
    Ok(())
}
