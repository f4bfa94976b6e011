//! Comments whose HTML an older renderer made: it is made anew whenever they are read, and kept so step
//! by step.

use markup::RENDERER_VERSION;
use rejoinder_core::{CommentId, PageId, SiteId};

use crate::discussion::mentions;
use crate::discussion::stored::{StoredText, put};
use crate::recordings::citing;
use crate::{Result, Tx, params, sql};

/// Comments that are looked at in one step; each takes a moment of the only writer.
const STEP: i64 = 100;

/// Keep what the next comments look like that an older renderer has left. Returns whether there may be
/// more; once all are done, a start costs one look.
pub fn render_outdated(tx: &mut Tx<'_>) -> Result<bool> {
    let reached: Option<(i64, SiteId, CommentId)> = tx.one(
        sql!("select version, site_id, comment_id from rendering"),
        params![],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )?;
    let Some((version, site, comment)) = reached else {
        return Ok(false);
    };
    if version >= RENDERER_VERSION {
        return Ok(false);
    }
    let step: Vec<(SiteId, CommentId, PageId, StoredText)> = tx.all(
        sql!(
            "select site_id, id, page_id, text, html, renderer, written_in from comment
             where (site_id, id) > (?1, ?2) order by site_id, id limit ?3"
        ),
        params![site, comment, STEP],
        |row| {
            Ok((
                row.next()?,
                row.next()?,
                row.next()?,
                StoredText::read(row)?,
            ))
        },
    )?;
    let last = step.last().map(|(site, id, ..)| (*site, *id));
    for (site, id, page, stored) in step.into_iter().filter(|(.., stored)| stored.is_stale()) {
        let recordings = match citing::may_cite_or_link(&stored.text, stored.html.as_str()) {
            true => citing::citable(tx, site, page)?,
            false => Vec::new(),
        };
        let (text, html) = stored.shown_beside(&recordings);
        let html = mentions::linked_again(tx, site, id, html)?;
        // Who edits meanwhile has used today's renderer.
        put(tx, site, id, (&text, &html), RENDERER_VERSION)?;
    }
    let (version, site, id) = match last {
        Some((site, id)) => (version, site, id),
        None => (RENDERER_VERSION, SiteId(0), CommentId(0)),
    };
    tx.execute(
        sql!("update rendering set version = ?1, site_id = ?2, comment_id = ?3"),
        params![version, site, id],
    )?;
    Ok(last.is_some())
}
