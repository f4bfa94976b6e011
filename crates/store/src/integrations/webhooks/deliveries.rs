//! What is delivered to endpoints, and what became of it.

use std::time::Duration;

use rejoinder_core::discussion::event::{Event, EventKind};
use rejoinder_core::integrations::webhook::{
    GIVE_UP_AFTER, WebhookEvent, WebhookSecret, wait_after,
};
use rejoinder_core::passages::CorrectionChange;
use rejoinder_core::recordings::{RecordingChange, RecordingState};
use rejoinder_core::{CommentState, CorrectionId, RecordingId, SiteId, Time};
use serde::{Deserialize, Serialize};

use super::delivery::{
    AttemptOutcome, Delivery, DeliveryCursor, DeliveryState, DueCorrection, DueDelivery,
    DueRecording, MessageId,
};
use super::{OLD_SECRET, SECRET, find, secret, turn_off};
use crate::database::error::StoreError;
use crate::discussion::{comments, pages};
use crate::jobs::{self, NewJob, Payload, derived_id};
use crate::passages::{corrections, errata};
use crate::recordings::{listing, reading, transcripts};
use crate::{Result, Row, Tx, params, sql};

/// Makes a delivery.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Deliver {
    /// The delivery to make.
    pub delivery: i64,
    /// How often it was begun from the start before.
    pub n_replays: i64,
}

impl Payload for Deliver {
    const KIND: &'static str = "webhook";
}

/// For so long it is known what was delivered.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// So many deliveries are made again at a time.
const MAX_REPLAYS: i64 = 1_000;

/// The kind under which endpoints hear of an event. A removal is told by whoever knows that the
/// comment had been published.
fn kind_of(event: &Event) -> Option<WebhookEvent> {
    match event.kind {
        EventKind::Published => Some(WebhookEvent::CommentPublished),
        EventKind::Edited => Some(WebhookEvent::CommentEdited),
        EventKind::Hidden => Some(WebhookEvent::CommentRemoved),
        EventKind::Featured => Some(WebhookEvent::CommentFeatured),
        EventKind::PageChanged => match event.recording {
            None => Some(WebhookEvent::PageChanged),
            Some((_, RecordingChange::Published)) => Some(WebhookEvent::RecordingPublished),
            Some((_, RecordingChange::Changed)) => Some(WebhookEvent::RecordingChanged),
            Some((_, RecordingChange::Removed)) => Some(WebhookEvent::RecordingRemoved),
            Some((_, RecordingChange::Transcribed)) => Some(WebhookEvent::TranscriptChanged),
            Some((_, RecordingChange::Compared)) => Some(WebhookEvent::CutCompared),
            Some((_, RecordingChange::Inside)) => None,
        },
        EventKind::Removed => {
            let decided = event.decided.as_ref();
            decided.filter(|decided| decided.before.state == CommentState::Published)?;
            Some(WebhookEvent::CommentRemoved)
        }
        EventKind::Reviewed => match event.correction {
            None => None,
            Some((_, CorrectionChange::Received)) => Some(WebhookEvent::CorrectionReceived),
            Some((_, CorrectionChange::Decided)) => Some(WebhookEvent::CorrectionDecided),
        },
        EventKind::Withheld
        | EventKind::Pinned
        | EventKind::BranchChanged
        | EventKind::Voted
        | EventKind::CardsChanged
        | EventKind::Imported => None,
    }
}

/// Let the endpoints hear of an event.
pub(crate) fn announce(tx: &mut Tx<'_>, event: &Event) -> Result<()> {
    let message = MessageId {
        page: event.page,
        version: event.version,
    };
    match kind_of(event) {
        Some(kind) => tell(tx, event, message, kind),
        None => Ok(()),
    }
}

fn tell(tx: &mut Tx<'_>, event: &Event, message: MessageId, kind: WebhookEvent) -> Result<()> {
    let (site, now) = (event.site, event.at);
    let wanted: Vec<(i64, String)> = tx.all(
        sql!("select id, kinds from webhook where site_id = ?1 and off_since is null"),
        params![site],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    for (webhook, kinds) in wanted {
        if !super::kinds(&kinds).contains(&kind) {
            continue;
        }
        let id = derived_id(&[
            &webhook.to_be_bytes(),
            &message.page.0.to_be_bytes(),
            &message.version.to_be_bytes(),
        ]);
        tx.execute(
            sql!(
                "insert into delivery
                     (site_id, id, webhook_id, kind, page_id, version, comment_id, recording_id,
                      correction_id, created_at, run_at)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)"
            ),
            params![
                site,
                id,
                webhook,
                kind.as_str(),
                message.page,
                message.version,
                event.comment,
                event.recording.map(|(recording, _)| recording),
                event.correction.map(|(correction, _)| correction),
                now
            ],
        )?;
        add_job(tx, now, site, (id, webhook), 0)?;
    }
    Ok(())
}

/// A job for the delivery to an endpoint, for each time that it is made from the start.
fn add_job(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    (delivery, webhook): (i64, i64),
    n_replays: i64,
) -> Result<()> {
    let deliver = Deliver {
        delivery,
        n_replays,
    };
    let job = NewJob::new(site, &deliver, now)?.in_lane(webhook);
    jobs::add(tx, now, &job)?;
    Ok(())
}

macro_rules! delivery {
    ($rest:literal) => {
        concat!(
            "select d.id, d.webhook_id, d.kind, d.page_id, d.version, d.comment_id, \
             d.recording_id, d.correction_id, d.state, d.attempts, d.status, d.error, d.created_at, d.attempted_at, d.run_at \
             from delivery d ",
            $rest
        )
    };
}

/// What was delivered to an endpoint, newest first, from after `after` on.
pub fn deliveries(
    tx: &mut Tx<'_>,
    site: SiteId,
    webhook: i64,
    after: Option<DeliveryCursor>,
    limit: i64,
) -> Result<Vec<Delivery>> {
    let after = after.unwrap_or(DeliveryCursor {
        at: Time::from_micros(i64::MAX),
        id: i64::MAX,
    });
    tx.all(
        sql!(delivery!(
            "where d.site_id = ?1 and d.webhook_id = ?2 and (d.created_at, d.id) < (?3, ?4)
             order by d.created_at desc, d.id desc limit ?5"
        )),
        params![site, webhook, after.at, after.id, limit],
        read,
    )
}

fn by_id(tx: &mut Tx<'_>, site: SiteId, id: i64) -> Result<Option<Delivery>> {
    tx.one(
        sql!(delivery!("where d.site_id = ?1 and d.id = ?2")),
        params![site, id],
        read,
    )
}

/// A delivery with everything that is needed to make it; `None` when it no longer waits.
pub fn due(tx: &mut Tx<'_>, now: Time, site: SiteId, id: i64) -> Result<Option<DueDelivery>> {
    let waiting = |delivery: &Delivery| delivery.state == DeliveryState::Waiting;
    let Some(delivery) = by_id(tx, site, id)?.filter(waiting) else {
        return Ok(None);
    };
    let (Some(webhook), Some(page)) = (
        find(tx, site, delivery.webhook)?,
        pages::by_id(tx, site, delivery.message.page)?,
    ) else {
        return Ok(None);
    };
    let comment = match delivery.comment {
        Some(id) => comments::by_id(tx, site, id)?,
        None => None,
    };
    let recording = match delivery.recording {
        Some(id) => ready_recording(tx, site, id)?,
        None => None,
    };
    let correction = match delivery.correction {
        Some(id) => due_correction(tx, site, id)?,
        None => None,
    };
    Ok(Some(DueDelivery {
        secrets: secrets(tx, now, site, webhook.id)?,
        delivery,
        webhook,
        page,
        comment,
        recording,
        correction,
    }))
}

/// A correction with what readers see of it.
fn due_correction(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: CorrectionId,
) -> Result<Option<DueCorrection>> {
    let Some(correction) = corrections::find(tx, site, id)? else {
        return Ok(None);
    };
    let erratum = errata::of_correction(tx, site, id)?;
    Ok(Some(DueCorrection {
        state: correction.state,
        made_at: correction.made_at,
        decided_at: correction.decided_at,
        erratum: erratum.filter(|own| own.published_at.is_some()),
    }))
}

/// A recording as everybody may hear of it.
fn ready_recording(tx: &mut Tx<'_>, site: SiteId, id: RecordingId) -> Result<Option<DueRecording>> {
    let found = listing::find(tx, site, id)?;
    let Some(recording) = found.filter(|own| own.state == RecordingState::Ready) else {
        return Ok(None);
    };
    let transcript = transcripts::history(tx, site, id, 1)?;
    Ok(Some(DueRecording {
        recording,
        transcript: transcript.into_iter().next(),
        comparison: reading::comparison(tx, site, id)?,
    }))
}

fn secrets(tx: &mut Tx<'_>, now: Time, site: SiteId, webhook: i64) -> Result<Vec<WebhookSecret>> {
    let found = tx.one(
        sql!(
            "select secret, case when old_secret_until > ?3 then old_secret end
             from webhook where site_id = ?1 and id = ?2"
        ),
        params![site, webhook, now],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let (new, old): (String, Option<String>) = found.unwrap_or_default();
    let new = tx.unseal_text(SECRET, &new).ok_or_else(|| {
        StoreError::Unavailable("its secret is sealed with a key that is not here".to_owned())
    })?;
    let old = old.and_then(|old| tx.unseal_text(OLD_SECRET, &old));
    let both = [Some(new), old].into_iter().flatten();
    both.map(|text| secret(&text)).collect()
}

/// Note how an attempt went. Returns when the next one is due, if one is.
pub fn record(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: i64,
    attempt: &AttemptOutcome,
) -> Result<Option<Time>> {
    let Some(delivery) = by_id(tx, site, id)? else {
        return Ok(None);
    };
    let attempts = delivery.attempts + 1;
    let (state, status, error, next) = match attempt {
        AttemptOutcome::Taken(status) => (DeliveryState::Delivered, Some(*status), None, None),
        AttemptOutcome::Obsolete => (DeliveryState::Obsolete, None, None, None),
        AttemptOutcome::Gone => (DeliveryState::Failed, Some(410), None, None),
        AttemptOutcome::Off => (
            DeliveryState::Failed,
            None,
            Some("the endpoint is off"),
            None,
        ),
        AttemptOutcome::Failed(status, why) => {
            let next = wait_after(attempts).map(|wait| now.after(wait));
            let state = match next {
                Some(_) => DeliveryState::Waiting,
                None => DeliveryState::Failed,
            };
            (state, *status, Some(why.as_str()), next)
        }
    };
    tx.execute(
        sql!(
            "update delivery set state = ?3, attempts = ?4, status = ?5, error = ?6,
                 attempted_at = ?7, run_at = ?8
             where site_id = ?1 and id = ?2"
        ),
        params![
            site,
            id,
            state.as_str(),
            attempts,
            status,
            error,
            now,
            next.unwrap_or(now)
        ],
    )?;
    judge(tx, now, site, delivery.webhook, attempt)?;
    forget(tx, now, site, delivery.webhook)?;
    Ok(next)
}

/// Note whether the endpoint works, and turn it off when it has not for days.
fn judge(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    webhook: i64,
    attempt: &AttemptOutcome,
) -> Result<()> {
    match attempt {
        AttemptOutcome::Obsolete | AttemptOutcome::Off => Ok(()),
        AttemptOutcome::Taken(_) => {
            tx.execute(
                sql!(
                    "update webhook set failing_since = null, failed_at = null
                     where site_id = ?1 and id = ?2 and failing_since is not null"
                ),
                params![site, webhook],
            )?;
            Ok(())
        }
        AttemptOutcome::Gone => {
            let reason = "it answered that it is gone for good (410)";
            turn_off(tx, now, site, webhook, Some(reason)).map(drop)
        }
        AttemptOutcome::Failed(..) => {
            let since = tx.one(
                sql!(
                    "update webhook set failing_since = coalesce(failing_since, ?3), failed_at = ?3
                     where site_id = ?1 and id = ?2 returning failing_since"
                ),
                params![site, webhook, now],
                |row| row.next::<Time>(),
            )?;
            if since.is_some_and(|since| now.since(since) >= GIVE_UP_AFTER) {
                let reason = "it has taken nothing for days";
                turn_off(tx, now, site, webhook, Some(reason))?;
            }
            Ok(())
        }
    }
}

fn forget(tx: &mut Tx<'_>, now: Time, site: SiteId, webhook: i64) -> Result<()> {
    tx.execute(
        sql!(
            "delete from delivery
             where site_id = ?1 and webhook_id = ?2 and created_at < ?3 and state <> 'waiting'"
        ),
        params![site, webhook, now.before(KEPT)],
    )?;
    Ok(())
}

/// Make a delivery again, as the same message. Returns whether there is such a delivery.
pub fn replay(tx: &mut Tx<'_>, now: Time, site: SiteId, webhook: i64, id: i64) -> Result<bool> {
    let own = |delivery: &Delivery| delivery.webhook == webhook;
    let Some(delivery) = by_id(tx, site, id)?.filter(own) else {
        return Ok(false);
    };
    if delivery.state != DeliveryState::Waiting {
        start_again(tx, now, site, id)?;
    }
    Ok(true)
}

fn start_again(tx: &mut Tx<'_>, now: Time, site: SiteId, id: i64) -> Result<()> {
    let begun = tx.one(
        sql!(
            "update delivery set state = 'waiting', attempts = 0, run_at = ?3,
                 n_replays = n_replays + 1
             where site_id = ?1 and id = ?2 returning n_replays, webhook_id"
        ),
        params![site, id, now],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    match begun {
        Some((n_replays, webhook)) => add_job(tx, now, site, (id, webhook), n_replays),
        None => Ok(()),
    }
}

/// Make everything again that an endpoint was told of since `since`, the oldest 1,000. Returns how
/// many.
pub fn replay_since(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    webhook: i64,
    since: Time,
) -> Result<usize> {
    let found: Vec<i64> = tx.all(
        sql!(
            "select id from delivery
             where site_id = ?1 and webhook_id = ?2 and created_at >= ?3 and state <> 'waiting'
             order by created_at, id limit ?4"
        ),
        params![site, webhook, since, MAX_REPLAYS],
        |row| row.next(),
    )?;
    for id in &found {
        start_again(tx, now, site, *id)?;
    }
    Ok(found.len())
}

fn read(row: &Row<'_>) -> Result<Delivery> {
    let unknown = || crate::StoreError::Internal("a delivery of an unknown kind".into());
    Ok(Delivery {
        id: row.next()?,
        webhook: row.next()?,
        kind: WebhookEvent::from_word(&row.next::<String>()?).ok_or_else(unknown)?,
        message: MessageId {
            page: row.next()?,
            version: row.next()?,
        },
        comment: row.next()?,
        recording: row.next()?,
        correction: row.next()?,
        state: DeliveryState::from_word(&row.next::<String>()?).ok_or_else(unknown)?,
        attempts: row.next()?,
        status: row.next()?,
        error: row.next()?,
        created_at: row.next()?,
        attempted_at: row.next()?,
        run_at: row.next()?,
    })
}
