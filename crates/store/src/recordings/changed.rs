//! Showing a page anew whose recordings changed, and telling of it.

use rejoinder_core::Time;
use rejoinder_core::recordings::{Recording, RecordingChange};

use crate::discussion::{events, pages};
use crate::{Result, Tx};

/// Have the page of a recording shown anew, and tell those who want to know of such changes.
pub(crate) fn changed(
    tx: &mut Tx<'_>,
    now: Time,
    recording: &Recording,
    happened: RecordingChange,
) -> Result<()> {
    let page = pages::lock(tx, recording.site, recording.page)?;
    events::append_recording(tx, now, &page, recording.id, happened)?;
    Ok(())
}
