//! The texts that a comment had, and taking the newest away from sight.

use rejoinder_core::passages::Sources;
use rejoinder_core::{Comment, CommentId, SiteId, Time};

use crate::discussion::mentions;
use crate::passages::sources;
use crate::{Result, Tx, params, sql};

pub(crate) fn keep_version(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    comment: &Comment,
    html: Option<&str>,
) -> Result<()> {
    let given = comment.source_check.as_deref().map(|own| &own.sources);
    tx.execute(
        sql!(
            "insert into comment_version
                 (site_id, comment_id, revision, text, replaced_at, html, sources)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        ),
        params![
            site,
            comment.id,
            comment.revision,
            &comment.text,
            now,
            html,
            sources::stored_sources(given)?
        ],
    )?;
    Ok(())
}

/// Leave nothing of a comment's text but the version that moderators can read and bring back.
pub(crate) fn put_away(tx: &mut Tx<'_>, now: Time, site: SiteId, comment: &Comment) -> Result<()> {
    keep_version(tx, now, site, comment, Some(comment.html.as_str()))?;
    tx.execute(
        sql!("update comment set text = '', html = '' where site_id = ?1 and id = ?2"),
        params![site, comment.id],
    )?;
    Ok(())
}

/// Whether the text of `revision` is there to be brought back.
pub(crate) fn can_bring_back(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: CommentId,
    revision: i64,
) -> Result<bool> {
    let found = tx.one(
        sql!(
            "select 1 from comment_version
             where site_id = ?1 and comment_id = ?2 and revision = ?3 and html is not null"
        ),
        params![site, id, revision],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Give a comment the text of an earlier `revision`, whichever renderer it was kept by.
pub(crate) fn bring_back(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: CommentId,
    revision: i64,
) -> Result<()> {
    tx.execute(
        sql!(
            "update comment set text = v.text, html = coalesce(v.html, ''), renderer = 0
             from comment_version v
             where comment.site_id = ?1 and comment.id = ?2 and v.site_id = ?1
               and v.comment_id = ?2 and v.revision = ?3"
        ),
        params![site, id, revision],
    )?;
    mentions::link_again(tx, site, id)
}

/// An earlier text of a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentVersion {
    /// Which revision it was.
    pub revision: i64,
    /// The text as it was typed.
    pub text: String,
    /// When it was replaced.
    pub replaced_at: Time,
    /// The sources that it carried.
    pub sources: Option<Sources>,
}

/// The earlier texts of a comment, oldest first. For moderators.
pub(crate) fn versions(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: CommentId,
) -> Result<Vec<CommentVersion>> {
    tx.all(
        sql!(
            "select revision, text, replaced_at, sources from comment_version
             where site_id = ?1 and comment_id = ?2 order by revision"
        ),
        params![site, id],
        |row| {
            Ok(CommentVersion {
                revision: row.next()?,
                text: row.next()?,
                replaced_at: row.next()?,
                sources: sources::read_sources(row)?,
            })
        },
    )
}
