//! What each recording is found by: what it is called and what is said in it, folded, as it is now.

use rejoinder_core::recordings::folded;
use rejoinder_core::{RecordingId, SiteId};

use super::lines;
use crate::{Result, Tx, params, sql};

/// Recordings whose words are kept in one step of the migration.
const STEP: i64 = 50;

/// Keep what a recording is found by, as it is now.
pub(super) fn keep(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<()> {
    // Read by these columns alone: a migration does it, too, before later ones have added theirs.
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
        // What cannot be read, no migration fails of.
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

/// Keep it of all recordings that there were before it was kept.
pub(crate) fn fill(tx: &mut Tx<'_>) -> Result<()> {
    let mut last = (SiteId(0), RecordingId(0));
    loop {
        let step: Vec<(SiteId, RecordingId)> = tx.all(
            sql!(
                "select site_id, id from recording where (site_id, id) > (?1, ?2)
                 order by site_id, id limit ?3"
            ),
            params![last.0, last.1, STEP],
            |row| Ok((row.next()?, row.next()?)),
        )?;
        let Some(end) = step.last() else {
            return Ok(());
        };
        last = *end;
        for (site, id) in step {
            keep(tx, site, id)?;
        }
    }
}
