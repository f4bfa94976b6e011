//! The passages that comments from elsewhere are about.

use rejoinder_core::passages::{Annotation, Selector, SourceCheck, Sources};
use rejoinder_core::{CommentId, PageId, SiteId, Time};

use crate::passages::{annotations, sources, versions};
use crate::{Result, Tx, params, sql};

/// Let an imported comment, which is a root, be about a passage of its page's article, and carry sources.
pub fn annotate(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    page: PageId,
    id: CommentId,
    selector: &Selector,
    given: Option<&Sources>,
) -> Result<()> {
    let annotation = Annotation::new(selector.clone());
    let check = given.cloned().map(SourceCheck::new);
    tx.execute(
        sql!(
            "update comment set annotation = ?3, source_check = ?4
             where site_id = ?1 and id = ?2 and parent_id is null"
        ),
        params![
            site,
            id,
            annotations::stored(Some(&annotation))?,
            sources::stored(check.as_ref())?
        ],
    )?;
    versions::follow(tx, now, site, page, None)
}
