//! Finding recordings by what is said in them, and by what they are called.
//!
//! The words of each are kept beside it (`words`); they are compared one recording after the other, newest
//! first, through a window at a time. Both databases do the same.

use rejoinder_core::recordings::{Recording, SearchWords};
use rejoinder_core::{Page, RecordingId, SiteId};

use super::{listing, transcripts};
use crate::discussion::pages;
use crate::{Result, Tx, params, sql};

/// How many recordings one search looks at before it asks to be continued.
const WINDOW: i64 = 300;

/// A recording that was found.
#[derive(Debug, Clone)]
pub struct RecordingHit {
    /// The recording.
    pub recording: Recording,
    /// The page that it stands with.
    pub page: Page,
    /// Its transcript as WebVTT, and its language.
    pub transcript: Option<(String, Option<String>)>,
}

/// What was found, newest first.
#[derive(Debug, Clone, Default)]
pub struct RecordingHits {
    /// The recordings.
    pub hits: Vec<RecordingHit>,
    /// After which one the search goes on, where not all were looked at.
    pub next: Option<RecordingId>,
}

/// The recordings of a site that can be heard and hold all of `words`, after `after`. Without words, all.
pub fn search(
    tx: &mut Tx<'_>,
    site: SiteId,
    words: &SearchWords,
    after: Option<RecordingId>,
    limit: usize,
) -> Result<RecordingHits> {
    let after = after.unwrap_or(RecordingId(i64::MAX));
    let patterns: Vec<String> = words.all().iter().map(|word| holds(word)).collect();
    let n = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let mut ids: Vec<RecordingId> = tx.all(
        sql!(
            "select found.id from (
                 select r.id from recording r
                 where r.site_id = ?1 and r.id < ?2 and r.state = 'ready' and r.cut_of is null
                 order by r.id desc limit ?3) as found
             cross join recording_words w
             where w.site_id = ?1 and w.recording_id = found.id
               and not exists (select 1 from texts(?4) as t
                   where w.words not like t.value escape '!')
             order by found.id desc limit ?5"
        ),
        params![
            site,
            after,
            WINDOW,
            serde_json::Value::from(patterns).to_string(),
            n
        ],
        |row| row.next(),
    )?;
    let next = if ids.len() > limit {
        ids.truncate(limit);
        ids.last().copied()
    } else {
        end(tx, site, after)?
    };
    let hits = ids.into_iter().map(|id| hit(tx, site, id));
    let hits = hits.collect::<Result<Vec<_>>>()?;
    Ok(RecordingHits {
        hits: hits.into_iter().flatten().collect(),
        next,
    })
}

/// The last of a full window.
fn end(tx: &mut Tx<'_>, site: SiteId, after: RecordingId) -> Result<Option<RecordingId>> {
    let seen: Option<(Option<RecordingId>, i64)> = tx.one(
        sql!(
            "select min(found.id), count(*) from (
                 select r.id from recording r
                 where r.site_id = ?1 and r.id < ?2 and r.state = 'ready' and r.cut_of is null
                 order by r.id desc limit ?3) as found"
        ),
        params![site, after, WINDOW],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    Ok(seen
        .filter(|(_, n)| *n >= WINDOW)
        .and_then(|(oldest, _)| oldest))
}

fn hit(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<Option<RecordingHit>> {
    let Some(recording) = listing::find(tx, site, id)? else {
        return Ok(None);
    };
    let Some(page) = pages::by_id(tx, site, recording.page)? else {
        return Ok(None);
    };
    let newest = transcripts::newest(tx, site, id)?;
    Ok(Some(RecordingHit {
        transcript: newest.map(|(revision, webvtt)| (webvtt, revision.language)),
        recording,
        page,
    }))
}

/// Whatever holds `word`, which is folded.
fn holds(word: &str) -> String {
    let escaped = word
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_");
    format!("%{escaped}%")
}
