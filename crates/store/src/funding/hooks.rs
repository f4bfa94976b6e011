//! The addresses at which processors tell of payments.

use rejoinder_core::funding::processors::{Credentials, Processor};
use rejoinder_core::{CampaignId, SiteId, Time, TokenHash};

use super::campaigns;
use crate::database::error::StoreError;
use crate::{Result, Row, Tx, params, sql};

/// Where secrets are, for their seals.
const SECRET: &str = "payment_hook.secret";
const TOKEN: &str = "payment_hook.token";
const KEY: &str = "payment_hook.api_key";

/// A site has so many at most.
pub const MAX_HOOKS: usize = 20;

/// A site's rules of all its processors, so many at most.
pub const MAX_PURPOSES: usize = 100;

/// An account at a processor, with the address at which it tells of payments.
#[derive(Debug, Clone)]
pub struct ProcessorHook {
    /// Names it at its site.
    pub id: i64,
    /// Whose it is.
    pub site: SiteId,
    /// For which campaign, unless a payment says otherwise.
    pub campaign: CampaignId,
    /// Who tells.
    pub processor: Processor,
    /// The secret in its address; nothing where no key opens it.
    pub token: Option<String>,
    /// What messages are signed with, once it is known.
    pub secret: Option<String>,
    /// Which account it is there, once it is known.
    pub account: Option<String>,
    /// The key with which it answers questions, once it is known.
    pub key: Option<String>,
    /// When it was added.
    pub created_at: Time,
    /// When it was last asked by the clock.
    pub asked_at: Option<Time>,
}

impl ProcessorHook {
    /// What its messages are read with; nothing while something of it is missing.
    pub fn known(&self) -> Option<Credentials<'_>> {
        let needs = self.processor.needs();
        let is_there = |needed: bool, own: &Option<String>| !needed || own.is_some();
        let is_whole = is_there(needs.secret, &self.secret)
            && is_there(needs.account, &self.account)
            && is_there(needs.key, &self.key);
        is_whole.then(|| Credentials {
            secret: self.secret.as_deref().unwrap_or_default(),
            account: self.account.as_deref().unwrap_or_default(),
        })
    }
}

/// What an owner says of an account at a processor; what is missing stays as it is.
#[derive(Debug, Clone, Default)]
pub struct HookCredentials {
    /// What messages are signed with.
    pub secret: Option<String>,
    /// Which account it is.
    pub account: Option<String>,
    /// The key with which it answers questions.
    pub key: Option<String>,
}

/// One that is about to be added.
#[derive(Debug, Clone)]
pub struct NewHook {
    /// Drawn for it.
    pub id: i64,
    /// For which campaign.
    pub campaign: CampaignId,
    /// Who tells.
    pub processor: Processor,
    /// The secret in its address.
    pub token: String,
    /// By which it is found.
    pub hash: TokenHash,
    /// What messages are signed with, if that is known already.
    pub secret: Option<String>,
}

/// Add an address. Returns whether there was room for it.
pub fn add(tx: &mut Tx<'_>, now: Time, site: SiteId, new: &NewHook) -> Result<bool> {
    let n_hooks = tx.one(
        sql!("select count(*) from payment_hook h where h.site_id = ?1"),
        params![site],
        |row| row.next::<i64>(),
    )?;
    if usize::try_from(n_hooks.unwrap_or(0)).unwrap_or(MAX_HOOKS) >= MAX_HOOKS {
        return Ok(false);
    }
    let secret = new.secret.as_deref();
    let secret = secret
        .map(|secret| tx.seal_text(SECRET, secret))
        .transpose()?;
    tx.execute(
        sql!(
            "insert into payment_hook
                 (site_id, id, campaign_id, processor, token_hash, token, secret, created_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        ),
        params![
            site,
            new.id,
            new.campaign,
            new.processor.as_str(),
            &new.hash.0,
            tx.seal_text(TOKEN, &new.token)?,
            secret,
            now
        ],
    )?;
    Ok(true)
}

macro_rules! hook {
    ($rest:literal) => {
        concat!(
            "select h.processor, h.token, h.secret, h.account, h.api_key, h.id, h.site_id, \
             h.campaign_id, h.created_at, h.asked_at from payment_hook h ",
            $rest
        )
    };
}

/// Those of a campaign, oldest first.
pub fn list(tx: &mut Tx<'_>, site: SiteId, campaign: CampaignId) -> Result<Vec<ProcessorHook>> {
    let found = tx.all(
        sql!(hook!(
            "where h.site_id = ?1 and h.campaign_id = ?2 order by h.id"
        )),
        params![site, campaign],
        read,
    )?;
    Ok(found.into_iter().map(|own| opened(tx, own)).collect())
}

/// The numbers of all of a site.
pub(super) fn numbers(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<i64>> {
    tx.all(
        sql!("select h.id from payment_hook h where h.site_id = ?1"),
        params![site],
        |row| row.next(),
    )
}

/// One of a campaign.
pub fn find(
    tx: &mut Tx<'_>,
    site: SiteId,
    campaign: CampaignId,
    id: i64,
) -> Result<Option<ProcessorHook>> {
    let found = tx.one(
        sql!(hook!(
            "where h.site_id = ?1 and h.campaign_id = ?2 and h.id = ?3"
        )),
        params![site, campaign, id],
        read,
    )?;
    Ok(found.map(|own| opened(tx, own)))
}

/// The one whose address has this secret in it.
pub fn by_token(
    tx: &mut Tx<'_>,
    site: SiteId,
    processor: Processor,
    hash: &TokenHash,
) -> Result<Option<ProcessorHook>> {
    let found = tx.one(
        sql!(hook!(
            "where h.site_id = ?1 and h.token_hash = ?2 and h.processor = ?3"
        )),
        params![site, &hash.0, processor.as_str()],
        read,
    )?;
    Ok(found.map(|own| opened(tx, own)))
}

/// One of a site, wherever it tells of.
pub fn by_id(tx: &mut Tx<'_>, site: SiteId, id: i64) -> Result<Option<ProcessorHook>> {
    let found = tx.one(
        sql!(hook!("where h.site_id = ?1 and h.id = ?2")),
        params![site, id],
        read,
    )?;
    Ok(found.map(|own| opened(tx, own)))
}

/// Those of a site that are asked by the clock, and were not since `before`.
pub(super) fn to_be_asked(
    tx: &mut Tx<'_>,
    before: Time,
    site: SiteId,
) -> Result<Vec<ProcessorHook>> {
    let found = tx.all(
        sql!(hook!(
            "where h.site_id = ?1 and (h.asked_at is null or h.asked_at <= ?2) order by h.id"
        )),
        params![site, before],
        read,
    )?;
    let found = found.into_iter().map(|own| opened(tx, own));
    let asked = found.filter(|own| own.processor.can_be_asked() && own.known().is_some());
    Ok(asked.collect())
}

/// It is asked now.
pub(super) fn asked(tx: &mut Tx<'_>, now: Time, hook: &ProcessorHook) -> Result<()> {
    tx.execute(
        sql!("update payment_hook set asked_at = ?3 where site_id = ?1 and id = ?2"),
        params![hook.site, hook.id, now],
    )?;
    Ok(())
}

/// Let an account be known otherwise, or by more. A key stays at the server that it was entered for.
pub fn set_access(tx: &mut Tx<'_>, hook: &ProcessorHook, access: &HookCredentials) -> Result<()> {
    let moved = access.account.as_deref().zip(hook.account.as_deref());
    let is_elsewhere =
        moved.is_some_and(|(after, before)| hook.processor.is_elsewhere(before, after));
    let (secret, key) = (access.secret.as_deref(), access.key.as_deref());
    let secret = secret.map(|own| tx.seal_text(SECRET, own)).transpose()?;
    let key = key.map(|own| tx.seal_text(KEY, own)).transpose()?;
    tx.execute(
        sql!(
            "update payment_hook set secret = coalesce(?3, secret), account = coalesce(?4, account),
                 api_key = coalesce(?5, case when cast(?6 as bigint) = 0 then api_key end)
             where site_id = ?1 and id = ?2"
        ),
        params![
            hook.site,
            hook.id,
            secret,
            access.account.as_deref(),
            key,
            i64::from(is_elsewhere)
        ],
    )?;
    tx.erase();
    Ok(())
}

/// By which words an account's payments say for which campaigns they are, in order of the words.
pub fn purposes(tx: &mut Tx<'_>, hook: &ProcessorHook) -> Result<Vec<(String, CampaignId)>> {
    tx.all(
        sql!(
            "select word, campaign_id from payment_purpose where site_id = ?1 and hook_id = ?2
             order by word"
        ),
        params![hook.site, hook.id],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// Let payments that say `word` be for `campaign`; for none, they go where those without a word go. Returns
/// whether there was room.
pub fn set_purpose(
    tx: &mut Tx<'_>,
    hook: &ProcessorHook,
    word: &str,
    campaign: Option<CampaignId>,
) -> Result<bool> {
    tx.execute(
        sql!("delete from payment_purpose where site_id = ?1 and hook_id = ?2 and word = ?3"),
        params![hook.site, hook.id, word],
    )?;
    let Some(campaign) = campaign else {
        return Ok(true);
    };
    if purposes(tx, hook)?.len() >= MAX_PURPOSES {
        return Ok(false);
    }
    tx.execute(
        sql!(
            "insert into payment_purpose (site_id, hook_id, word, campaign_id)
             values (?1, ?2, ?3, ?4)"
        ),
        params![hook.site, hook.id, word, campaign],
    )?;
    Ok(true)
}

/// The campaign for which a payment with these words is, if they say so: by its id, or by a rule.
pub(super) fn meant(
    tx: &mut Tx<'_>,
    hook: &ProcessorHook,
    words: &[String],
) -> Result<Option<CampaignId>> {
    for word in words {
        let by_id: Option<CampaignId> = word.parse().ok();
        let by_id = by_id.map(|id| campaigns::find(tx, hook.site, id));
        if let Some(campaign) = by_id.transpose()?.flatten() {
            return Ok(Some(campaign.id));
        }
        let by_rule = tx.one(
            sql!(
                "select campaign_id from payment_purpose
                 where site_id = ?1 and hook_id = ?2 and word = ?3"
            ),
            params![hook.site, hook.id, word],
            |row| row.next(),
        )?;
        if by_rule.is_some() {
            return Ok(by_rule);
        }
    }
    Ok(None)
}

/// Forget an address, and what came there. What was counted stays in the ledger.
pub fn remove(tx: &mut Tx<'_>, hook: &ProcessorHook) -> Result<()> {
    for sql in [
        sql!("delete from payment_message where site_id = ?1 and hook_id = ?2"),
        sql!("delete from payment_purpose where site_id = ?1 and hook_id = ?2"),
    ] {
        tx.execute(sql, params![hook.site, hook.id])?;
    }
    tx.execute(
        sql!("delete from payment_hook where site_id = ?1 and id = ?2"),
        params![hook.site, hook.id],
    )?;
    tx.erase();
    Ok(())
}

fn read(row: &Row<'_>) -> Result<ProcessorHook> {
    let unknown = || StoreError::Internal("an address is of an unknown processor".into());
    Ok(ProcessorHook {
        processor: Processor::parse(&row.next::<String>()?).ok_or_else(unknown)?,
        token: Some(row.next()?),
        secret: row.next()?,
        account: row.next()?,
        key: row.next()?,
        id: row.next()?,
        site: row.next()?,
        campaign: row.next()?,
        created_at: row.next()?,
        asked_at: row.next()?,
    })
}

/// With its secrets opened.
fn opened(tx: &Tx<'_>, mut hook: ProcessorHook) -> ProcessorHook {
    let open = |place, sealed: Option<String>| sealed.and_then(|own| tx.unseal_text(place, &own));
    hook.token = open(TOKEN, hook.token.take());
    hook.secret = open(SECRET, hook.secret.take());
    hook.key = open(KEY, hook.key.take());
    hook
}
