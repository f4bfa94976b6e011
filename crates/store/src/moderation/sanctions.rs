//! What moderators decide about an author.

use rejoinder_core::identity::policy;
use rejoinder_core::moderation::{LogAction, Trust, decision};
use rejoinder_core::{Author, AuthorId, AuthorKind, Refusal, SiteId, Time};

use crate::identity::{authors, profiles, sessions};
use crate::moderation::reach::{self, Moderator};
use crate::moderation::standing;
use crate::{Result, Tx, params, sql};

/// How many of an author's latest address hashes are banned with them.
const ADDRESSES: i64 = 5;

/// Something that a moderator does about an author.
#[derive(Debug, Clone)]
pub struct SanctionRequest {
    /// At which site.
    pub site: SiteId,
    /// Drawn for it.
    pub id: i64,
    /// Who does it.
    pub moderator: Author,
    /// About whom.
    pub author: AuthorId,
    /// Why; of a note, the note.
    pub reason: Option<String>,
}

impl SanctionRequest {
    /// Whether the moderator may do it, and to this author.
    fn check(&self, tx: &mut Tx<'_>) -> Result<Moderator> {
        let moderator = reach::whole_site(tx, self.site, &self.moderator)?;
        decision::may_note(self.reason.as_deref())?;
        let author = authors::by_id(tx, self.site, self.author)?.ok_or(Refusal::AuthorUnknown)?;
        policy::may_change_standing(&self.moderator, &author)?;
        Ok(moderator)
    }

    fn log(
        &self,
        tx: &mut Tx<'_>,
        now: Time,
        by: Moderator,
        (action, until): (LogAction, Option<Time>),
    ) -> Result<()> {
        tx.execute(
            sql!(
                "insert into standing_change
                     (site_id, id, author_id, moderator_id, action, until, reason, at)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
            ),
            params![
                self.site,
                self.id,
                self.author,
                by.id(),
                action.as_str(),
                until,
                self.reason.as_deref(),
                now
            ],
        )?;
        Ok(())
    }
}

/// Say whether an author's comments are looked at first.
pub fn set_trust(
    tx: &mut Tx<'_>,
    now: Time,
    request: &SanctionRequest,
    trust: Trust,
) -> Result<()> {
    let by = request.check(tx)?;
    tx.execute(
        sql!(
            "insert into standing (site_id, author_id, trust) values (?1, ?2, ?3)
             on conflict (site_id, author_id) do update set trust = excluded.trust"
        ),
        params![request.site, request.author, trust.as_str()],
    )?;
    let action = match trust {
        Trust::Trusted => LogAction::Trusted,
        Trust::Plain => LogAction::Plain,
        Trust::AlwaysHeld => LogAction::AlwaysHeld,
    };
    request.log(tx, now, by, (action, None))
}

/// Let an author not take part until then; `None` ends a suspension.
pub fn suspend(
    tx: &mut Tx<'_>,
    now: Time,
    request: &SanctionRequest,
    until: Option<Time>,
) -> Result<()> {
    let by = request.check(tx)?;
    tx.execute(
        sql!(
            "insert into standing (site_id, author_id, suspended_until) values (?1, ?2, ?3)
             on conflict (site_id, author_id) do update
             set suspended_until = excluded.suspended_until"
        ),
        params![request.site, request.author, until],
    )?;
    let action = match until {
        Some(_) => LogAction::Suspend,
        None => LogAction::EndSuspension,
    };
    request.log(tx, now, by, (action, until))
}

/// Let an author, their browsers and, if asked for, their addresses take part no more, until then or
/// for good. The reason is for the author to read.
pub fn ban(
    tx: &mut Tx<'_>,
    now: Time,
    request: &SanctionRequest,
    until: Option<Time>,
    with_address: bool,
) -> Result<()> {
    let by = request.check(tx)?;
    let mut shown = vec![("account", standing::account(request.author))];
    let tokens: Vec<Vec<u8>> = tx.all(
        sql!("select token_hash from session where site_id = ?1 and author_id = ?2"),
        params![request.site, request.author],
        |row| row.next(),
    )?;
    shown.extend(tokens.into_iter().map(|token| ("token", token)));
    if with_address {
        let addresses: Vec<Vec<u8>> = tx.all(
            sql!(
                "select address_hash from comment where site_id = ?1 and author_id = ?2
                   and address_hash is not null
                 group by address_hash order by max(id) desc limit ?3"
            ),
            params![request.site, request.author, ADDRESSES],
            |row| row.next(),
        )?;
        shown.extend(addresses.into_iter().map(|hash| ("address", hash)));
    }
    for (kind, value) in shown {
        tx.execute(
            sql!(
                "insert into ban (site_id, kind, value, author_id, until, reason, at)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 on conflict (site_id, kind, value) do update set author_id = excluded.author_id,
                     until = excluded.until, reason = excluded.reason, at = excluded.at"
            ),
            params![
                request.site,
                kind,
                &value,
                request.author,
                until,
                request.reason.as_deref().unwrap_or_default(),
                now
            ],
        )?;
    }
    end_sessions(tx, request)?;
    request.log(tx, now, by, (LogAction::Ban, until))
}

/// An account must sign in again, and then may read and no more. A guest keeps the token that proves
/// what they wrote.
fn end_sessions(tx: &mut Tx<'_>, request: &SanctionRequest) -> Result<()> {
    let author = authors::by_id(tx, request.site, request.author)?;
    if author.is_some_and(|author| author.kind == AuthorKind::Account) {
        sessions::end_others(tx, request.site, request.author, None)?;
    }
    Ok(())
}

/// Let a banned author take part again.
pub fn lift(tx: &mut Tx<'_>, now: Time, request: &SanctionRequest) -> Result<()> {
    let by = request.check(tx)?;
    tx.execute(
        sql!("delete from ban where site_id = ?1 and author_id = ?2"),
        params![request.site, request.author],
    )?;
    request.log(tx, now, by, (LogAction::LiftBan, None))
}

/// Take an author's picture away, where they have one.
pub fn remove_picture(tx: &mut Tx<'_>, now: Time, request: &SanctionRequest) -> Result<()> {
    let by = request.check(tx)?;
    match profiles::drop_picture(tx, now, request.site, request.author)? {
        true => request.log(tx, now, by, (LogAction::RemovePicture, None)),
        false => Ok(()),
    }
}

/// Write a note on an author, for moderators only.
pub fn add_note(tx: &mut Tx<'_>, now: Time, request: &SanctionRequest) -> Result<()> {
    let by = request.check(tx)?;
    request.log(tx, now, by, (LogAction::Note, None))
}
