//! Which corrections of transcripts are proposed, and how they are forgotten.

use std::collections::HashMap;
use std::time::Duration;

use captions::Transcript;
use rejoinder_core::recordings::proposals::ProposalState;
use rejoinder_core::recordings::{LineText, Proposal, Recording, RecordingChange, TranscriptLock};
use rejoinder_core::{AuthorId, ProposalId, RecordingId, SiteId, Time};

use super::changed::changed;
use super::{attaching, lines, listing};
use crate::database::error::StoreError;
use crate::{Result, Row, Tx, params, sql};

/// How long what was declined, or overtaken, is kept for its author to see.
const RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// So many of an author's own are told of at once.
const MAX_OWN: i64 = 5;

macro_rules! proposal {
    ($($rest:expr),+ $(,)?) => {
        concat!(
            "select p.state, p.speaker_before, p.text_before, p.site_id, p.id, p.recording_id, \
             p.revision, p.start_ms, p.end_ms, p.speaker, p.text, p.author_id, p.made_at, \
             p.decided_at, p.reason, p.read_at, (select count(*) from transcript_confirmation c \
                 where c.site_id = ?1 and c.proposal_id = p.id) from transcript_proposal p ",
            $($rest),+
        )
    };
}

fn read(row: &Row<'_>) -> Result<Proposal> {
    let state: String = row.next()?;
    let unknown = || StoreError::Internal("a proposal has an unknown state".into());
    let speaker_before: Option<String> = row.next()?;
    let text_before: Option<String> = row.next()?;
    Ok(Proposal {
        site: row.next()?,
        id: row.next()?,
        recording: row.next()?,
        revision: row.next()?,
        start_ms: row.next()?,
        end_ms: row.next()?,
        before: text_before.map(|text| LineText {
            speaker: speaker_before,
            text,
        }),
        after: LineText {
            speaker: row.next()?,
            text: row.next()?,
        },
        author: row.next()?,
        made_at: row.next()?,
        state: ProposalState::parse(&state).ok_or_else(unknown)?,
        decided_at: row.next()?,
        reason: row.next()?,
        read_at: row.next()?,
        n_confirmations: row.next()?,
    })
}

/// The proposal with this id.
pub fn find(tx: &mut Tx<'_>, site: SiteId, id: ProposalId) -> Result<Option<Proposal>> {
    tx.one(
        sql!(proposal!("where p.site_id = ?1 and p.id = ?2")),
        params![site, id],
        read,
    )
}

/// What nobody has decided on of a recording, in the order of its lines: what readers see, and what waits
/// for an editor.
pub fn undecided(tx: &mut Tx<'_>, site: SiteId, recording: RecordingId) -> Result<Vec<Proposal>> {
    tx.all(
        sql!(proposal!(
            "where p.site_id = ?1 and p.recording_id = ?2 and p.state in ('held', 'open')
             order by p.start_ms, p.id"
        )),
        params![site, recording],
        read,
    )
}

/// What an author proposed for a recording and was lately decided on, newest first.
pub fn decided_of(
    tx: &mut Tx<'_>,
    site: SiteId,
    recording: RecordingId,
    author: AuthorId,
) -> Result<Vec<Proposal>> {
    tx.all(
        sql!(proposal!(
            "where p.site_id = ?1 and p.author_id = ?2 and p.recording_id = ?3
               and p.state in ('accepted', 'declined', 'outdated')
             order by p.decided_at desc limit ?4"
        )),
        params![site, author, recording, MAX_OWN],
        read,
    )
}

/// What became of an author's own, wherever others decided on it, newest first.
pub(crate) fn told(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
    limit: i64,
) -> Result<Vec<Proposal>> {
    tx.all(
        sql!(proposal!(
            "where p.site_id = ?1 and p.author_id = ?2 and p.decided_at is not null
               and (p.decided_by is null or p.decided_by <> p.author_id)
             order by p.decided_at desc, p.id desc limit ?3"
        )),
        params![site, author, limit],
        read,
    )
}

/// How much of that an author has not read; at most `limit`.
pub(crate) fn n_unread(tx: &mut Tx<'_>, site: SiteId, author: AuthorId, limit: i64) -> Result<i64> {
    let unread = tx.one(
        sql!(
            "select count(*) from (select p.id from transcript_proposal p
                 where p.site_id = ?1 and p.author_id = ?2 and p.decided_at is not null
                   and (p.decided_by is null or p.decided_by <> p.author_id)
                   and p.read_at is null limit ?3) as unread"
        ),
        params![site, author, limit],
        |row| row.next(),
    )?;
    Ok(unread.unwrap_or(0))
}

/// Mark what became of an author's own up to `until` as read; doing it again changes nothing.
pub(crate) fn mark_read(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    until: Time,
) -> Result<()> {
    tx.execute(
        sql!(
            "update transcript_proposal set read_at = ?4
             where site_id = ?1 and author_id = ?2 and decided_at is not null
               and decided_at <= ?3 and read_at is null"
        ),
        params![site, author, until, now],
    )?;
    Ok(())
}

/// What those are called who made the undecided proposals of a recording.
pub fn authors(
    tx: &mut Tx<'_>,
    site: SiteId,
    recording: RecordingId,
) -> Result<HashMap<AuthorId, String>> {
    let named: Vec<(AuthorId, String)> = tx.all(
        sql!(
            "select distinct a.id, a.name from transcript_proposal p
             join author a on a.site_id = p.site_id and a.id = p.author_id
             where p.site_id = ?1 and p.recording_id = ?2 and p.state in ('held', 'open')"
        ),
        params![site, recording],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    Ok(named.into_iter().collect())
}

/// How many wait for a decision, of each recording that has some.
pub fn n_undecided(
    tx: &mut Tx<'_>,
    site: SiteId,
    recordings: &[RecordingId],
) -> Result<HashMap<RecordingId, i64>> {
    let mut counts = HashMap::new();
    for recording in recordings {
        let n: Option<i64> = tx.one(
            sql!(
                "select count(*) from transcript_proposal where site_id = ?1
                   and recording_id = ?2 and state in ('held', 'open')"
            ),
            params![site, *recording],
            |row| row.next(),
        )?;
        if let Some(n) = n.filter(|n| *n > 0) {
            counts.insert(*recording, n);
        }
    }
    Ok(counts)
}

/// How many an author has that nobody has decided on.
pub(super) fn n_of_author(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<usize> {
    let n: Option<i64> = tx.one(
        sql!(
            "select count(*) from transcript_proposal
             where site_id = ?1 and author_id = ?2 and state in ('held', 'open')"
        ),
        params![site, author],
        |row| row.next(),
    )?;
    Ok(n.and_then(|n| usize::try_from(n).ok()).unwrap_or(0))
}

/// The parts of a recording's transcript that take none, in its order.
pub fn locks(tx: &mut Tx<'_>, site: SiteId, recording: RecordingId) -> Result<Vec<TranscriptLock>> {
    tx.all(
        sql!(
            "select start_ms, end_ms from transcript_lock
             where site_id = ?1 and recording_id = ?2 order by start_ms"
        ),
        params![site, recording],
        |row| {
            Ok(TranscriptLock {
                start_ms: row.next()?,
                end_ms: row.next()?,
            })
        },
    )
}

/// Say what became of a proposal.
pub(super) fn decide(
    tx: &mut Tx<'_>,
    now: Time,
    proposal: &Proposal,
    state: ProposalState,
    by: Option<AuthorId>,
    reason: Option<&str>,
) -> Result<()> {
    tx.execute(
        sql!(
            "update transcript_proposal set state = ?3, decided_by = ?4, decided_at = ?5, reason = ?6
             where site_id = ?1 and id = ?2"
        ),
        params![
            proposal.site,
            proposal.id,
            state.as_str(),
            by,
            now,
            reason
        ],
    )?;
    Ok(())
}

/// A recording has a new transcript: what is not about what it says is out of date.
pub(super) fn outdate(
    tx: &mut Tx<'_>,
    now: Time,
    recording: &Recording,
    webvtt: &str,
) -> Result<()> {
    let undecided = undecided(tx, recording.site, recording.id)?;
    if undecided.is_empty() {
        return Ok(());
    }
    let transcript: Transcript = lines::read(webvtt, None)?;
    for proposal in undecided {
        if !lines::fits(&transcript, &proposal) {
            decide(tx, now, &proposal, ProposalState::Outdated, None, None)?;
        }
    }
    Ok(())
}

/// Forget what an author proposed and confirmed. What was accepted stays in the transcripts, by nobody.
pub(crate) fn forget(tx: &mut Tx<'_>, now: Time, site: SiteId, author: AuthorId) -> Result<()> {
    let shown: Vec<RecordingId> = tx.all(
        sql!(
            "select recording_id from transcript_proposal
             where site_id = ?1 and author_id = ?2 and state = 'open'
             union select p.recording_id from transcript_confirmation c
                 join transcript_proposal p on p.site_id = c.site_id and p.id = c.proposal_id
                 where c.site_id = ?1 and c.author_id = ?2 and p.state = 'open'
             order by 1"
        ),
        params![site, author],
        |row| row.next(),
    )?;
    for recording in shown {
        if let Some(recording) = listing::find(tx, site, recording)? {
            changed(tx, now, &recording, RecordingChange::Inside)?;
        }
    }
    for sql in [
        sql!("delete from transcript_confirmation where site_id = ?1 and author_id = ?2"),
        sql!(
            "delete from transcript_confirmation where site_id = ?1 and proposal_id in (
                 select id from transcript_proposal where site_id = ?1 and author_id = ?2)"
        ),
        sql!("delete from transcript_proposal where site_id = ?1 and author_id = ?2"),
        sql!(
            "update transcript_proposal set decided_by = null
             where site_id = ?1 and decided_by = ?2"
        ),
    ] {
        tx.execute(sql, params![site, author])?;
    }
    attaching::forget_editor(tx, site, author)
}

/// What a guest proposed and confirmed becomes the account's, which confirms nothing of its own.
pub(crate) fn claim(
    tx: &mut Tx<'_>,
    site: SiteId,
    guest: AuthorId,
    account: AuthorId,
) -> Result<()> {
    for sql in [
        sql!(
            "update transcript_proposal set author_id = ?3
             where site_id = ?1 and author_id = ?2"
        ),
        sql!("update transcript set author_id = ?3 where site_id = ?1 and author_id = ?2"),
        sql!(
            "delete from transcript_confirmation where site_id = ?1 and author_id = ?2
               and proposal_id in (select proposal_id from transcript_confirmation
                   where site_id = ?1 and author_id = ?3)"
        ),
        sql!(
            "update transcript_confirmation set author_id = ?3
             where site_id = ?1 and author_id = ?2"
        ),
    ] {
        tx.execute(sql, params![site, guest, account])?;
    }
    tx.execute(
        sql!(
            "delete from transcript_confirmation where site_id = ?1 and author_id = ?2
               and proposal_id in (select id from transcript_proposal
                   where site_id = ?1 and author_id = ?2)"
        ),
        params![site, account],
    )?;
    Ok(())
}

/// Forget what was declined or overtaken long ago.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    let old = now.before(RETENTION);
    for sql in [
        sql!(
            "delete from transcript_confirmation where site_id = ?1 and proposal_id in (
                 select id from transcript_proposal where site_id = ?1
                   and state in ('declined', 'outdated') and decided_at <= ?2)"
        ),
        sql!(
            "delete from transcript_proposal where site_id = ?1
               and state in ('declined', 'outdated') and decided_at <= ?2"
        ),
    ] {
        tx.execute(sql, params![site, old])?;
    }
    Ok(())
}
