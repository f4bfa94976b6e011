//! What each recording is found by: what it is called and what is said in it, folded, as it is now.

use rejoinder_core::folding::folded;
use rejoinder_core::{RecordingId, SiteId};

use super::lines;
use crate::{Result, Tx, params, sql};

/// Keep what a recording is found by, as it is now.
pub(super) fn keep(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<()> {
    let title: Option<String> = tx.one(
        sql!("select title from recording where site_id = ?1 and id = ?2 and cut_of is null"),
        params![site, id],
        |row| row.next(),
    )?;
    let Some(title) = title else {
        return Ok(());
    };
    let mut words = folded(&title);
    let newest: Option<String> = tx.one(
        sql!(
            "select webvtt from transcript where site_id = ?1 and recording_id = ?2
             order by revision desc limit 1"
        ),
        params![site, id],
        |row| row.next(),
    )?;
    if let Some(webvtt) = newest {
        // A transcript that cannot be read says nothing.
        for cue in lines::read(&webvtt, None).unwrap_or_default().cues() {
            words.push('\n');
            words.push_str(&folded(&cue.text));
        }
    }
    tx.execute(
        sql!(
            "insert into recording_words (site_id, recording_id, words) values (?1, ?2, ?3)
             on conflict (site_id, recording_id) do update set words = excluded.words"
        ),
        params![site, id, &words],
    )?;
    Ok(())
}
