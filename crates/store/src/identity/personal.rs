//! What is kept of a person, for that person to take along.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rejoinder_core::identity::author;
use rejoinder_core::{
    AuthorId, CommentId, CorrectionId, ProposalId, QuestionId, RecordingId, Refusal, SiteId, Time,
};

use crate::discussion::images;
use crate::funding::gifts;
use crate::identity::{identities, mutes, passkeys, profiles, sessions};
use crate::notices::devices;
use crate::passages::{annotations, sources};
use crate::{Result, Row, Tx, params, sql};

mod shape;

pub use shape::{
    PersonalAccount, PersonalAnswer, PersonalComment, PersonalCorrection, PersonalData,
    PersonalDevice, PersonalFlag, PersonalGift, PersonalImage, PersonalNotice, PersonalPasskey,
    PersonalProposal, PersonalQuestion, PersonalReaction, PersonalSession, PersonalSubscription,
    PersonalVote,
};

/// Everything that is kept of a person at a site.
pub fn personal_data(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
) -> Result<PersonalData> {
    let sessions = sessions::list(tx, now, site, author, None)?;
    let sessions = sessions.into_iter().map(|session| PersonalSession {
        browser: session.label,
        since: session.created_at.to_string(),
    });
    let devices = devices::list(tx, now, site, author)?;
    let devices = devices.into_iter().map(|device| PersonalDevice {
        browser: device.label,
        address: device.endpoint,
        since: device.added_at.to_string(),
    });
    let passkeys = passkeys::of_account(tx, site, author)?;
    let passkeys = passkeys.into_iter().map(|passkey| PersonalPasskey {
        name: passkey.name,
        added_at: passkey.created_at.to_string(),
        used_at: passkey.used_at.map(|time| time.to_string()),
    });
    Ok(PersonalData {
        account: account(tx, site, author)?,
        comments: written(tx, site, author)?,
        votes: voted(tx, site, author)?,
        source_answers: answered(tx, site, author)?,
        reactions: reacted(tx, site, author)?,
        flags: flagged(tx, site, author)?,
        corrections: proposed(tx, site, author)?,
        article_corrections: corrected(tx, site, author)?,
        questions: questioned(tx, site, author)?,
        confirmed: confirmed(tx, site, author)?,
        elsewhere: identities::of_author(tx, site, author)?,
        muted: mutes::list(tx, site, author)?
            .iter()
            .map(|muted| muted.author.to_string())
            .collect(),
        subscriptions: subscribed(tx, site, author)?,
        articles: articles(tx, site, author)?,
        mentioned_in: mentioned(tx, site, author)?,
        notices: noticed(tx, site, author)?,
        gifts: given(tx, site, author)?,
        sessions: sessions.collect(),
        devices: devices.collect(),
        passkeys: passkeys.collect(),
    })
}

fn account(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<PersonalAccount> {
    let found = tx.one(
        sql!(
            "select name, email, website, role, created_at, has_page from author
             where site_id = ?1 and id = ?2"
        ),
        params![site, author],
        |row| {
            Ok(PersonalAccount {
                id: author.to_string(),
                name: row.next()?,
                email: row.next()?,
                website: row.next()?,
                role: row.next()?,
                created_at: row.next::<Time>()?.to_string(),
                has_page: row.next::<i64>()? == 1,
                picture: None,
            })
        },
    )?;
    let picture = profiles::picture_of(tx, site, author)?;
    let found = found.map(|own| PersonalAccount {
        picture: picture.map(|bytes| BASE64.encode(bytes)),
        ..own
    });
    found.ok_or_else(|| Refusal::AuthorUnknown.into())
}

fn given(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<PersonalGift>> {
    let gifts = gifts::of_author(tx, site, author)?;
    let given = gifts.into_iter().map(|gift| PersonalGift {
        id: gift.entry.to_string(),
        campaign: gift.campaign,
        amount: gift.money.plain(),
        currency: gift.money.currency.to_string(),
        at: gift.occurred_at.to_string(),
        badge: gift.wish.badge,
        thanked_by_name: gift.wish.thanks,
    });
    Ok(given.collect())
}

fn written(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<PersonalComment>> {
    let shown = |id: CommentId| id.to_string();
    let mut written = tx.all(
        sql!(
            "select c.annotation, c.source_check, c.images, c.id, coalesce(p.url, p.key), c.parent_id, c.text, c.state, c.reason,
                 c.created_at, c.edited_at
             from comment c join page p on p.site_id = c.site_id and p.id = c.page_id
             where c.site_id = ?1 and c.author_id = ?2 order by c.id"
        ),
        params![site, author],
        |row| {
            Ok(PersonalComment {
                passage: annotations::read(row)?.map(|own| own.selector.quote.exact),
                sources: sources::read(row)?.map(|own| *own),
                images: images::read(row)?.into_iter().map(PersonalImage::of).collect(),
                id: shown(row.next()?),
                page: row.next()?,
                parent: row.next::<Option<CommentId>>()?.map(shown),
                text: row.next()?,
                state: row.next()?,
                reason: row.next()?,
                created_at: row.next::<Time>()?.to_string(),
                edited_at: row.next::<Option<Time>>()?.map(|time| time.to_string()),
                earlier: Vec::new(),
            })
        },
    )?;
    for image in written.iter_mut().flat_map(|comment| &mut comment.images) {
        let bytes = images::bytes(tx, site, image.id)?;
        image.file = bytes.map(|bytes| BASE64.encode(bytes));
    }
    let earlier: Vec<(String, String)> = tx.all(
        sql!(
            "select v.comment_id, v.text from comment c
             join comment_version v on v.site_id = c.site_id and v.comment_id = c.id
             where c.site_id = ?1 and c.author_id = ?2 order by v.comment_id, v.revision"
        ),
        params![site, author],
        |row| Ok((shown(row.next()?), row.next()?)),
    )?;
    let mut earlier = earlier.into_iter().peekable();
    for comment in &mut written {
        while let Some((_, text)) = earlier.next_if(|(id, _)| *id == comment.id) {
            comment.earlier.push(text);
        }
    }
    Ok(written)
}

fn voted(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<PersonalVote>> {
    tx.all(
        sql!(
            "select comment_id, value, cast_at from vote where site_id = ?1 and author_id = ?2
             order by comment_id"
        ),
        params![site, author],
        |row| {
            Ok(PersonalVote {
                comment: row.next::<CommentId>()?.to_string(),
                value: row.next()?,
                at: row.next::<Time>()?.to_string(),
            })
        },
    )
}

fn answered(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<PersonalAnswer>> {
    tx.all(
        sql!(
            "select comment_id, says, relevant, answered_at from source_answer
             where site_id = ?1 and author_id = ?2 order by comment_id"
        ),
        params![site, author],
        |row| {
            Ok(PersonalAnswer {
                comment: row.next::<CommentId>()?.to_string(),
                says: row.next()?,
                relevant: row.next()?,
                at: row.next::<Time>()?.to_string(),
            })
        },
    )
}

fn reacted(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<PersonalReaction>> {
    tx.all(
        sql!(
            "select comment_id, key, made_at from reaction where site_id = ?1 and author_id = ?2
             order by comment_id, key"
        ),
        params![site, author],
        |row| {
            Ok(PersonalReaction {
                comment: row.next::<CommentId>()?.to_string(),
                reaction: row.next()?,
                at: row.next::<Time>()?.to_string(),
            })
        },
    )
}

fn flagged(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<PersonalFlag>> {
    tx.all(
        sql!(
            "select comment_id, reason, note, at from flag where site_id = ?1 and author_id = ?2
             order by comment_id, revision"
        ),
        params![site, author],
        |row| {
            Ok(PersonalFlag {
                comment: row.next::<CommentId>()?.to_string(),
                reason: row.next()?,
                note: row.next()?,
                at: row.next::<Time>()?.to_string(),
            })
        },
    )
}

fn proposed(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<PersonalProposal>> {
    tx.all(
        sql!(
            "select id, recording_id, start_ms, speaker, text, state, reason, made_at
             from transcript_proposal where site_id = ?1 and author_id = ?2 order by id"
        ),
        params![site, author],
        |row| {
            Ok(PersonalProposal {
                id: row.next::<ProposalId>()?.to_string(),
                recording: row.next::<RecordingId>()?.to_string(),
                start_ms: row.next()?,
                speaker: row.next()?,
                text: row.next()?,
                state: row.next()?,
                reason: row.next()?,
                at: row.next::<Time>()?.to_string(),
            })
        },
    )
}

fn corrected(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<PersonalCorrection>> {
    tx.all(
        sql!(
            "select c.annotation, c.sources, c.id, coalesce(p.url, p.key), c.text, c.proposed, c.thanks,
                 c.email, c.state, c.reason, c.made_at
             from correction c join page p on p.site_id = c.site_id and p.id = c.page_id
             where c.site_id = ?1 and c.author_id = ?2 order by c.id"
        ),
        params![site, author],
        |row| {
            Ok(PersonalCorrection {
                passage: annotations::read(row)?.map(|own| own.selector.quote.exact),
                sources: sources::read_sources(row)?,
                id: row.next::<CorrectionId>()?.to_string(),
                page: row.next()?,
                text: row.next()?,
                proposed: row.next()?,
                thanks: row.next()?,
                email: row.next()?,
                state: row.next()?,
                reason: row.next()?,
                at: row.next::<Time>()?.to_string(),
            })
        },
    )
}

fn questioned(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<PersonalQuestion>> {
    let shown = |time: Option<Time>| time.map(|time| time.to_string());
    tx.all(
        sql!(
            "select q.annotation, q.id, coalesce(p.url, p.key), q.text, q.made_at, q.edited_at, q.closed_at
             from question q join page p on p.site_id = q.site_id and p.id = q.page_id
             where q.site_id = ?1 and q.asked_by = ?2 order by q.id"
        ),
        params![site, author],
        |row| {
            Ok(PersonalQuestion {
                passage: annotations::read(row)?.map(|own| own.selector.quote.exact),
                id: row.next::<QuestionId>()?.to_string(),
                page: row.next()?,
                text: row.next()?,
                at: row.next::<Time>()?.to_string(),
                edited_at: shown(row.next()?),
                closed_at: shown(row.next()?),
            })
        },
    )
}

fn confirmed(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<String>> {
    tx.all(
        sql!(
            "select proposal_id from transcript_confirmation
             where site_id = ?1 and author_id = ?2 order by proposal_id"
        ),
        params![site, author],
        |row| Ok(row.next::<ProposalId>()?.to_string()),
    )
}

fn subscribed(
    tx: &mut Tx<'_>,
    site: SiteId,
    author: AuthorId,
) -> Result<Vec<PersonalSubscription>> {
    tx.all(
        sql!(
            "select coalesce(p.url, p.key), s.kind, s.email, s.pace, s.asked_at, s.confirmed_at
             from subscription s join page p on p.site_id = s.site_id and p.id = s.page_id
             where s.site_id = ?1 and s.author_id = ?2 order by s.id"
        ),
        params![site, author],
        subscription,
    )
}

/// What an address is told by the wish of other guests than `known`, and of no account.
pub(crate) fn told_elsewhere(
    tx: &mut Tx<'_>,
    site: SiteId,
    address: &str,
    known: &[AuthorId],
) -> Result<Vec<PersonalSubscription>> {
    let found = tx.all(
        sql!(
            "select s.author_id, coalesce(p.url, p.key), s.kind, s.email, s.pace, s.asked_at,
                 s.confirmed_at
             from subscription s join page p on p.site_id = s.site_id and p.id = s.page_id
             join author a on a.site_id = s.site_id and a.id = s.author_id
             where s.site_id = ?1 and s.mailbox = ?2 and a.kind <> 'account' order by s.id"
        ),
        params![site, author::mailbox(address)],
        |row| Ok((row.next::<AuthorId>()?, subscription(row)?)),
    )?;
    let others = found.into_iter().filter(|(guest, subscription)| {
        !known.contains(guest) && author::proven_by(&subscription.email) == address
    });
    Ok(others.map(|(_, subscription)| subscription).collect())
}

fn subscription(row: &Row<'_>) -> Result<PersonalSubscription> {
    Ok(PersonalSubscription {
        page: row.next()?,
        kind: row.next()?,
        email: row.next()?,
        pace: row.next()?,
        asked_at: row.next::<Time>()?.to_string(),
        confirmed_at: row.next::<Option<Time>>()?.map(|time| time.to_string()),
    })
}

fn articles(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<String>> {
    tx.all(
        sql!(
            "select p.key from page_author w
             join page p on p.site_id = w.site_id and p.id = w.page_id
             where w.site_id = ?1 and w.author_id = ?2 order by p.id"
        ),
        params![site, author],
        |row| row.next(),
    )
}

fn mentioned(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<String>> {
    tx.all(
        sql!(
            "select distinct comment_id from mention where site_id = ?1 and author_id = ?2
             order by comment_id"
        ),
        params![site, author],
        |row| Ok(row.next::<CommentId>()?.to_string()),
    )
}

fn noticed(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<PersonalNotice>> {
    tx.all(
        sql!(
            "select comment_id, case when is_challenge = 1 then 'challenged' else ring end, made_at,
                 read_at from bell
             where site_id = ?1 and author_id = ?2 order by made_at, comment_id"
        ),
        params![site, author],
        |row| {
            Ok(PersonalNotice {
                comment: row.next::<CommentId>()?.to_string(),
                what: row.next()?,
                at: row.next::<Time>()?.to_string(),
                read_at: row.next::<Option<Time>>()?.map(|time| time.to_string()),
            })
        },
    )
}
