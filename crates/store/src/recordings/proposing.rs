//! Proposing corrections of a transcript, and deciding on them.

use captions::Transcript;
use markup::RenderedText;
use rejoinder_core::discussion::policy;
use rejoinder_core::moderation::{ProofOfWorkResult, decision, may_write};
use rejoinder_core::recordings::proposals::{
    NEEDED, ProposalState, may_begin, may_confirm, may_propose, may_say, status_after, weight,
};
use rejoinder_core::recordings::{
    LineText, Proposal, Recording, RecordingChange, RecordingState, TranscriptLock,
};
use rejoinder_core::{
    Author, AuthorId, AuthorKind, CommentId, CommentState, Page, ProposalId, Reader, RecordingId,
    Refusal, Site, SiteId, Time, TokenHash,
};

use super::changed::changed;
use super::proposals::{self, decide};
use super::transcripts::{self, NewRevision};
use super::{lines, listing};
use crate::discussion::{pages, posting};
use crate::identity::address_keys;
use crate::identity::authors::{self, GuestDetails};
use crate::moderation::pipeline::{self, SubmittedText};
use crate::moderation::standing;
use crate::{Result, Tx, params, sql};

/// Whoever proposes or confirms.
#[derive(Debug, Clone)]
pub struct Proposer {
    /// At which site.
    pub site: Site,
    /// The reader, as far as the request proves who it is.
    pub reader: Reader,
    /// Proves them from now on.
    pub token: TokenHash,
    /// The id for a reader who is not known yet.
    pub author: AuthorId,
    /// For a new address key.
    pub address_key: [u8; 32],
}

/// A line as somebody sees it who wants it to say something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedLine {
    /// The revision of the transcript; 0 where there is none.
    pub revision: i64,
    /// Where the line begins.
    pub start_ms: i64,
    /// Where it ends, where that is known.
    pub end_ms: Option<i64>,
    /// What it says; nothing where none begins there.
    pub said: Option<LineText>,
}

/// The line of a recording that begins at `start_ms`, or the room for a new one from there to `end_ms`.
pub fn line(
    tx: &mut Tx<'_>,
    site: SiteId,
    recording: RecordingId,
    start_ms: i64,
    end_ms: Option<i64>,
) -> Result<ProposedLine> {
    let newest = transcripts::newest(tx, site, recording)?;
    let (revision, transcript) = match newest {
        Some((own, webvtt)) => (own.revision, lines::read(&webvtt, own.language)?),
        None => (0, Transcript::default()),
    };
    let (said, end_ms) = match lines::at(&transcript, start_ms, end_ms) {
        Some((said, end_ms)) => (Some(said), end_ms),
        None => {
            may_begin(start_ms, end_ms)?;
            if !lines::has_room(&transcript, start_ms, end_ms) {
                return Err(Refusal::ProposalMisplaced.into());
            }
            (None, end_ms)
        }
    };
    Ok(ProposedLine {
        revision,
        start_ms,
        end_ms,
        said,
    })
}

/// A correction that somebody wants to propose.
#[derive(Debug, Clone)]
pub struct NewProposal {
    /// The reader who proposes it.
    pub hand: Proposer,
    /// What a guest says of themselves; `None` leaves what is known.
    pub details: Option<GuestDetails>,
    /// Drawn for it.
    pub id: ProposalId,
    /// The recording.
    pub recording: RecordingId,
    /// The line as they see it.
    pub line: ProposedLine,
    /// What it is to say.
    pub after: LineText,
    /// The same, for the rules that look at texts.
    pub rendered: RenderedText,
}

/// Propose a correction. Everybody sees it, unless the site's rules let it wait for an editor.
pub fn propose(tx: &mut Tx<'_>, now: Time, new: &NewProposal) -> Result<Proposal> {
    let Proposer { site, .. } = &new.hand;
    let (recording, page) = locked(tx, site.id, new.recording)?;
    let reader = known(tx, now, &new.hand)?;
    policy::may_comment(&site.settings, Some(&page), &reader, now)?;
    let ProposedLine {
        revision,
        start_ms,
        end_ms,
        said,
    } = &new.line;
    may_say(said.as_ref(), &new.after, new.rendered.n_links)?;
    let locks = proposals::locks(tx, site.id, recording.id)?;
    let undecided = proposals::undecided(tx, site.id, recording.id)?;
    let n_own = match &reader.author {
        Some(author) => proposals::n_of_author(tx, site.id, author.id)?,
        None => 0,
    };
    may_propose((*start_ms, *end_ms), &new.after, &locks, &undecided, n_own)?;
    let hand = &new.hand;
    let (details, token) = (new.details.as_ref(), &hand.token);
    let author = posting::writer(
        tx,
        now,
        site,
        hand.author,
        details,
        token,
        reader.author.as_ref(),
    )?;
    let proposal = Proposal {
        site: site.id,
        id: new.id,
        recording: recording.id,
        revision: *revision,
        start_ms: *start_ms,
        end_ms: *end_ms,
        before: said.clone(),
        after: new.after.clone(),
        author: Some(author.id),
        made_at: now,
        state: judged(tx, now, new, &page, &author, &reader)?,
        decided_at: None,
        reason: None,
        read_at: None,
        n_confirmations: 0,
    };
    insert(tx, now, hand, &proposal)?;
    if proposal.state == ProposalState::Open {
        changed(tx, now, &recording, RecordingChange::Inside)?;
    }
    Ok(proposal)
}

/// The recording and its page, which is locked.
fn locked(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<(Recording, Page)> {
    let found = listing::find(tx, site, id)?;
    let recording = found.filter(|own| own.state == RecordingState::Ready && own.cut_of.is_none());
    let recording = recording.ok_or(Refusal::RecordingUnknown)?;
    let page = pages::lock(tx, site, recording.page)?;
    Ok((recording, page))
}

/// Who it is, now that the page is locked.
fn known(tx: &mut Tx<'_>, now: Time, hand: &Proposer) -> Result<Reader> {
    Ok(Reader {
        author: authors::by_token(tx, now, hand.site.id, &hand.token)?,
        network: hand.reader.network,
    })
}

/// What the rules for comments say of the text.
fn judged(
    tx: &mut Tx<'_>,
    now: Time,
    new: &NewProposal,
    page: &Page,
    author: &Author,
    reader: &Reader,
) -> Result<ProposalState> {
    let text = SubmittedText {
        settings: &new.hand.site.settings,
        page,
        comment: CommentId(new.id.0),
        author,
        token: Some(&new.hand.token),
        reader,
        rendered: &new.rendered,
        quote: None,
        sources: None,
        images: &[],
        is_signed_here: new.details.is_some() && author.kind == AuthorKind::Guest,
        work: ProofOfWorkResult::NotAsked,
    };
    let verdict = pipeline::judge(tx, now, &text)?;
    Ok(match verdict.outcome.state {
        CommentState::Published => ProposalState::Open,
        _ => ProposalState::Held,
    })
}

fn insert(tx: &mut Tx<'_>, now: Time, hand: &Proposer, proposal: &Proposal) -> Result<()> {
    let address = address_keys::hash(tx, now, hand.reader.network, &hand.address_key)?;
    let before = proposal.before.as_ref();
    tx.execute(
        sql!(
            "insert into transcript_proposal (site_id, id, recording_id, revision, start_ms, end_ms,
                 speaker_before, text_before, speaker, text, author_id, address_hash, made_at, state)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        ),
        params![
            proposal.site,
            proposal.id,
            proposal.recording,
            proposal.revision,
            proposal.start_ms,
            proposal.end_ms,
            before.and_then(|said| said.speaker.as_deref()),
            before.map(|said| said.text.as_str()),
            proposal.after.speaker.as_deref(),
            &proposal.after.text,
            proposal.author,
            &address,
            now,
            proposal.state.as_str()
        ],
    )?;
    Ok(())
}

/// Confirm a proposal. Confirming it again changes nothing. When enough weighs for it, the transcript says
/// it from then on.
pub fn confirm(
    tx: &mut Tx<'_>,
    now: Time,
    proposer: &Proposer,
    id: ProposalId,
) -> Result<Proposal> {
    let site = proposer.site.id;
    let found = proposals::find(tx, site, id)?.ok_or(Refusal::ProposalUnknown)?;
    let (recording, page) = locked(tx, site, found.recording)?;
    let proposal = expect(tx, site, id)?;
    let reader = known(tx, now, proposer)?;
    policy::may_comment(&proposer.site.settings, Some(&page), &reader, now)?;
    let author = reader.author.as_ref().map(|own| own.id);
    let network = proposer.reader.network;
    let standing = standing::of(tx, now, site, author, Some(&proposer.token), network)?;
    may_write(&standing, reader.role(), now)?;
    if let Some(author) = author
        && proposal.state == ProposalState::Open
        && has_confirmed(tx, &proposal, author)?
    {
        return Ok(proposal);
    }
    let is_near = is_near(tx, proposer, &proposal)?;
    may_confirm(&proposal, author, reader.role(), is_near)?;
    let author = authors::by_token_or_new(tx, now, site, proposer.author, &proposer.token)?.id;
    let weight = weight(reader.role(), standing.trust);
    let address = address_keys::hash(tx, now, network, &proposer.address_key)?;
    tx.execute(
        sql!(
            "insert into transcript_confirmation (site_id, proposal_id, author_id, weight,
                 address_hash, at)
             values (?1, ?2, ?3, ?4, ?5, ?6)"
        ),
        params![site, id, author, weight, &address, now],
    )?;
    if weighs(tx, &proposal)? >= NEEDED {
        take(tx, now, &recording, &proposal, None)?;
    } else {
        changed(tx, now, &recording, RecordingChange::Inside)?;
    }
    expect(tx, site, id)
}

fn expect(tx: &mut Tx<'_>, site: SiteId, id: ProposalId) -> Result<Proposal> {
    let found = proposals::find(tx, site, id)?;
    Ok(found.ok_or(Refusal::ProposalUnknown)?)
}

fn has_confirmed(tx: &mut Tx<'_>, proposal: &Proposal, author: AuthorId) -> Result<bool> {
    let found = tx.one(
        sql!(
            "select 1 from transcript_confirmation
             where site_id = ?1 and proposal_id = ?2 and author_id = ?3"
        ),
        params![proposal.site, proposal.id, author],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Whether somebody of the same network proposed it or confirmed it, as long as that is known: the keys
/// of the hashes are destroyed within two days or so.
fn is_near(tx: &mut Tx<'_>, hand: &Proposer, proposal: &Proposal) -> Result<bool> {
    for hash in address_keys::hashes(tx, hand.reader.network)? {
        let found = tx.one(
            sql!(
                "select 1 from transcript_proposal
                 where site_id = ?1 and id = ?2 and address_hash = ?3
                 union all select 1 from transcript_confirmation
                 where site_id = ?1 and proposal_id = ?2 and address_hash = ?3 limit 1"
            ),
            params![proposal.site, proposal.id, &hash],
            |_| Ok(()),
        )?;
        if found.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn weighs(tx: &mut Tx<'_>, proposal: &Proposal) -> Result<i64> {
    let sum = tx.one(
        sql!(
            "select cast(coalesce(sum(weight), 0) as bigint) from transcript_confirmation
             where site_id = ?1 and proposal_id = ?2"
        ),
        params![proposal.site, proposal.id],
        |row| row.next(),
    )?;
    Ok(sum.unwrap_or(0))
}

/// An editor accepts a proposal: the transcript says it, unless the line is another one by now.
pub fn accept(
    tx: &mut Tx<'_>,
    now: Time,
    recording: &Recording,
    id: ProposalId,
    by: AuthorId,
) -> Result<Proposal> {
    let proposal = to_decide(tx, recording, id)?;
    take(tx, now, recording, &proposal, Some(by))?;
    expect(tx, recording.site, id)
}

/// An editor declines a proposal, with a word to its author.
pub fn decline(
    tx: &mut Tx<'_>,
    now: Time,
    recording: &Recording,
    id: ProposalId,
    by: AuthorId,
    reason: Option<&str>,
) -> Result<()> {
    decision::may_note(reason)?;
    let proposal = to_decide(tx, recording, id)?;
    decide(
        tx,
        now,
        &proposal,
        ProposalState::Declined,
        Some(by),
        reason,
    )?;
    changed(tx, now, recording, RecordingChange::Inside)
}

/// A proposal of a recording that nobody has decided on; its page is locked.
fn to_decide(tx: &mut Tx<'_>, recording: &Recording, id: ProposalId) -> Result<Proposal> {
    pages::lock(tx, recording.site, recording.page)?;
    let proposal = expect(tx, recording.site, id)?;
    if proposal.recording != recording.id {
        return Err(Refusal::ProposalUnknown.into());
    }
    if !proposal.state.is_undecided() {
        return Err(Refusal::ProposalDecided.into());
    }
    Ok(proposal)
}

/// Make a proposal a revision of the transcript, where it still fits.
fn take(
    tx: &mut Tx<'_>,
    now: Time,
    recording: &Recording,
    proposal: &Proposal,
    by: Option<AuthorId>,
) -> Result<()> {
    let newest = transcripts::newest(tx, recording.site, recording.id)?;
    let (from, status, language) = match &newest {
        Some((own, _)) => (own.revision, Some(own.status), own.language.clone()),
        None => (0, None, None),
    };
    let text = newest.as_ref().map_or("WEBVTT\n", |(_, webvtt)| webvtt);
    let transcript = lines::read(text, language.clone())?;
    let (Some(webvtt), Some(author)) = (lines::with(transcript, proposal), proposal.author) else {
        decide(tx, now, proposal, ProposalState::Outdated, by, None)?;
        return changed(tx, now, recording, RecordingChange::Inside);
    };
    decide(tx, now, proposal, ProposalState::Accepted, by, None)?;
    let new = NewRevision {
        from,
        status: status_after(status, by.is_some()),
        language,
        webvtt,
        by: Some(author),
    };
    transcripts::save(tx, now, recording, &new)?;
    Ok(())
}

/// Let a part of the transcript take no proposals from now on. Those that are open stay to be decided on
/// by an editor or by readers.
pub fn lock(tx: &mut Tx<'_>, now: Time, recording: &Recording, lock: TranscriptLock) -> Result<()> {
    tx.execute(
        sql!(
            "insert into transcript_lock (site_id, recording_id, start_ms, end_ms, made_at)
             values (?1, ?2, ?3, ?4, ?5)
             on conflict (site_id, recording_id, start_ms) do update set end_ms = excluded.end_ms"
        ),
        params![
            recording.site,
            recording.id,
            lock.start_ms,
            lock.end_ms,
            now
        ],
    )?;
    changed(tx, now, recording, RecordingChange::Inside)
}

/// Let the part that is locked from `start_ms` on take proposals again.
pub fn unlock(tx: &mut Tx<'_>, now: Time, recording: &Recording, start_ms: i64) -> Result<()> {
    tx.execute(
        sql!(
            "delete from transcript_lock
             where site_id = ?1 and recording_id = ?2 and start_ms = ?3"
        ),
        params![recording.site, recording.id, start_ms],
    )?;
    changed(tx, now, recording, RecordingChange::Inside)
}
