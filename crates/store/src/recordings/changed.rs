//! Showing a page anew whose recordings changed.

use rejoinder_core::Time;
use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::recordings::Recording;

use crate::discussion::{events, pages};
use crate::{Result, Tx};

/// Have the page of a recording shown anew.
pub(crate) fn changed(tx: &mut Tx<'_>, now: Time, recording: &Recording) -> Result<()> {
    let page = pages::lock(tx, recording.site, recording.page)?;
    events::append(tx, now, &page, EventKind::PageChanged, None)?;
    Ok(())
}
