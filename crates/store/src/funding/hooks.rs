//! The addresses at which processors tell of payments.

use rejoinder_core::funding::processors::Processor;
use rejoinder_core::{CampaignId, SiteId, Time, TokenHash};

use crate::database::error::StoreError;
use crate::{Result, Row, Tx, params, sql};

/// Where secrets are, for their seals.
const SECRET: &str = "payment_hook.secret";
const TOKEN: &str = "payment_hook.token";

/// A site has so many at most.
pub const MAX_HOOKS: usize = 20;

/// An address at which a processor tells of payments for a campaign.
#[derive(Debug, Clone)]
pub struct Hook {
    /// Names it at its site.
    pub id: i64,
    /// Whose it is.
    pub site: SiteId,
    /// For which campaign.
    pub campaign: CampaignId,
    /// Who tells.
    pub processor: Processor,
    /// The secret in its address; nothing where no key opens it.
    pub token: Option<String>,
    /// What messages are signed with, once it is known.
    pub secret: Option<String>,
    /// When it was added.
    pub created_at: Time,
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

/// Add an address. Gives whether there was room for it.
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
            "select h.processor, h.token, h.secret, h.id, h.site_id, h.campaign_id, h.created_at \
             from payment_hook h ",
            $rest
        )
    };
}

/// Those of a campaign, oldest first.
pub fn list(tx: &mut Tx<'_>, site: SiteId, campaign: CampaignId) -> Result<Vec<Hook>> {
    let found = tx.all(
        sql!(hook!(
            "where h.site_id = ?1 and h.campaign_id = ?2 order by h.id"
        )),
        params![site, campaign],
        read,
    )?;
    Ok(found.into_iter().map(|own| opened(tx, own)).collect())
}

/// One of a campaign.
pub fn find(tx: &mut Tx<'_>, site: SiteId, campaign: CampaignId, id: i64) -> Result<Option<Hook>> {
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
) -> Result<Option<Hook>> {
    let found = tx.one(
        sql!(hook!(
            "where h.site_id = ?1 and h.token_hash = ?2 and h.processor = ?3"
        )),
        params![site, &hash.0, processor.as_str()],
        read,
    )?;
    Ok(found.map(|own| opened(tx, own)))
}

/// Let messages be signed with another secret.
pub fn set_secret(tx: &mut Tx<'_>, hook: &Hook, secret: &str) -> Result<()> {
    let sealed = tx.seal_text(SECRET, secret)?;
    tx.execute(
        sql!("update payment_hook set secret = ?3 where site_id = ?1 and id = ?2"),
        params![hook.site, hook.id, sealed],
    )?;
    tx.erase();
    Ok(())
}

/// Forget an address, and what came there. What was counted stays in the ledger.
pub fn remove(tx: &mut Tx<'_>, hook: &Hook) -> Result<()> {
    tx.execute(
        sql!("delete from payment_message where site_id = ?1 and hook_id = ?2"),
        params![hook.site, hook.id],
    )?;
    tx.execute(
        sql!("delete from payment_hook where site_id = ?1 and id = ?2"),
        params![hook.site, hook.id],
    )?;
    tx.erase();
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Hook> {
    let unknown = || StoreError::Internal("an address is of an unknown processor".into());
    Ok(Hook {
        processor: Processor::parse(&row.next::<String>()?).ok_or_else(unknown)?,
        token: Some(row.next()?),
        secret: row.next()?,
        id: row.next()?,
        site: row.next()?,
        campaign: row.next()?,
        created_at: row.next()?,
    })
}

/// With its secrets opened.
fn opened(tx: &Tx<'_>, mut hook: Hook) -> Hook {
    let open = |place, sealed: Option<String>| sealed.and_then(|own| tx.unseal_text(place, &own));
    hook.token = open(TOKEN, hook.token.take());
    hook.secret = open(SECRET, hook.secret.take());
    hook
}
