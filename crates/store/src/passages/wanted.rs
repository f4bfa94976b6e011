//! Having passages looked for in the background.

use rejoinder_core::{PageId, SiteId, Time};
use serde::{Deserialize, Serialize};

use crate::jobs::{self, NewJob, Payload};
use crate::{Result, Tx};

/// Looks for the passages of a page in the newest version of its article.
#[derive(Debug, Serialize, Deserialize)]
pub struct AnchorPassages {
    /// The page.
    pub page: PageId,
    /// When a version or a comment came.
    pub asked_at: Time,
}

impl Payload for AnchorPassages {
    const KIND: &'static str = "passages";
}

/// Have the passages of a page looked for.
pub(crate) fn want(tx: &mut Tx<'_>, now: Time, site: SiteId, page: PageId) -> Result<()> {
    let anchor = AnchorPassages {
        page,
        asked_at: now,
    };
    let job = NewJob::new(site, &anchor, now)?.in_lane(page.0);
    jobs::add(tx, now, &job)?;
    Ok(())
}
