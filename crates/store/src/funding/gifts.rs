//! Who gave, as far as that is known, and for how long.
//!
//! A gift is somebody's once they show a receipt that only the giver has: never by an address alone. What
//! nobody made their own is forgotten, but for the amount.

use std::time::Duration;

use rejoinder_core::funding::processors::Giver;
use rejoinder_core::funding::{Money, receipt_hash};
use rejoinder_core::identity::author;
use rejoinder_core::{Author, AuthorId, CampaignId, EntryId, SiteId, Time};

use super::ledger::{self, LedgerEntry, NewEntry};
use super::{changed, lock};
use crate::identity::supporting;
use crate::moderation::naming;
use crate::publication::sites;
use crate::{Result, Row, Tx, params, sql};

/// What is known of who gave is kept so long, unless they let everyone know it or made the gift their own.
pub const RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// So many names stand on a campaign's page.
const MAX_NAMED: i64 = 500;

/// What a giver wants of a gift that is theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GiftWish {
    /// A badge beside what they write.
    pub badge: bool,
    /// To be thanked by name on the campaign's page.
    pub thanks: bool,
}

/// A gift that is somebody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnGift {
    /// The entry of the ledger.
    pub entry: EntryId,
    /// What the campaign is called.
    pub campaign: String,
    /// How much was given.
    pub money: Money,
    /// When it was given.
    pub occurred_at: Time,
    /// What they want of it.
    pub wish: GiftWish,
}

/// Keep what is told of who gave with a payment that was just written down.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    entry: &NewEntry<'_>,
    giver: &Giver,
) -> Result<()> {
    if giver.name.is_none() && giver.receipts.is_empty() {
        return Ok(());
    }
    let name = giver.name.as_deref();
    let is_public = giver.is_public && may_be_named(tx, site, name.unwrap_or_default())?;
    add(tx, now, site, (entry.id, entry.campaign), (name, is_public))?;
    for receipt in &giver.receipts {
        add_receipt(tx, site, entry.id, receipt)?;
    }
    Ok(())
}

/// Keep the name that stands on a transfer, for a while.
pub(super) fn keep_name(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    entry: &NewEntry<'_>,
    name: &str,
) -> Result<()> {
    match author::name(name) {
        Ok(name) => add(
            tx,
            now,
            site,
            (entry.id, entry.campaign),
            (Some(&name), false),
        ),
        Err(_) => Ok(()),
    }
}

/// Whether what somebody calls themself elsewhere may stand on a page of the site.
fn may_be_named(tx: &mut Tx<'_>, site: SiteId, name: &str) -> Result<bool> {
    let Some(site) = sites::by_id(tx, site)? else {
        return Ok(false);
    };
    match naming::may_be_called(tx, &site, name) {
        Ok(()) => Ok(true),
        Err(crate::StoreError::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn add(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    (entry, campaign): (EntryId, CampaignId),
    (name, is_public): (Option<&str>, bool),
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into gift (site_id, entry_id, campaign_id, name, is_public, received_at)
             values (?1, ?2, ?3, ?4, ?5, ?6) on conflict (site_id, entry_id) do nothing"
        ),
        params![site, entry, campaign, name, i64::from(is_public), now],
    )?;
    Ok(())
}

fn add_receipt(tx: &mut Tx<'_>, site: SiteId, entry: EntryId, receipt: &str) -> Result<()> {
    tx.execute(
        sql!(
            "insert into gift_receipt (site_id, hash, entry_id) values (?1, ?2, ?3)
             on conflict (site_id, hash) do nothing"
        ),
        params![site, &receipt_hash(receipt), entry],
    )?;
    Ok(())
}

/// Let whoever is told `code` show that they gave what `entry` says. Returns whether it is a gift at all
/// that nobody has made their own.
pub fn add_code(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    entry: &LedgerEntry,
    code: &str,
) -> Result<bool> {
    if !entry.can_be_claimed() {
        return Ok(false);
    }
    add(tx, now, site, (entry.id, entry.campaign), (None, false))?;
    add_receipt(tx, site, entry.id, code)?;
    Ok(true)
}

/// Make the gift of which `receipt` is the receipt somebody's. Returns whether there is one, and it is
/// nobody else's.
pub fn claim(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: &Author,
    (receipt, wish): (&str, GiftWish),
) -> Result<bool> {
    lock(tx, site)?;
    let found: Option<(EntryId, Option<AuthorId>)> = tx.one(
        sql!(
            "select g.entry_id, g.author_id from gift_receipt r
             join gift g on g.site_id = r.site_id and g.entry_id = r.entry_id
             where r.site_id = ?1 and r.hash = ?2"
        ),
        params![site, &receipt_hash(receipt)],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let free = found.filter(|(_, of)| of.is_none_or(|of| of == author.id));
    let Some((entry, _)) = free else {
        return Ok(false);
    };
    tx.execute(
        sql!(
            "update gift set author_id = ?3, claimed_at = coalesce(claimed_at, ?4)
             where site_id = ?1 and entry_id = ?2"
        ),
        params![site, entry, author.id, now],
    )?;
    set_wish(tx, now, site, author.id, (entry, wish))
}

/// Want something else of a gift of one's own. Returns whether there is such a gift.
pub fn set_wish(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
    (entry, wish): (EntryId, GiftWish),
) -> Result<bool> {
    lock(tx, site)?;
    // Whoever made it their own is named as they call themselves here.
    let n_changed = tx.execute(
        sql!(
            "update gift set has_badge = ?4, is_public = ?5, name = null
             where site_id = ?1 and entry_id = ?2 and author_id = ?3"
        ),
        params![
            site,
            entry,
            author,
            i64::from(wish.badge),
            i64::from(wish.thanks)
        ],
    )?;
    if n_changed == 0 {
        return Ok(false);
    }
    recount(tx, now, site, author)?;
    changed(tx, site, true)?;
    Ok(true)
}

/// Name a giver on the campaign's page no more. Returns whether one was named.
pub fn hide_giver(tx: &mut Tx<'_>, site: SiteId, entry: EntryId) -> Result<bool> {
    let n_changed = tx.execute(
        sql!(
            "update gift set is_public = 0 where site_id = ?1 and entry_id = ?2 and is_public = 1"
        ),
        params![site, entry],
    )?;
    if n_changed > 0 {
        changed(tx, site, true)?;
    }
    Ok(n_changed > 0)
}

/// The gifts of an author, newest first.
pub fn of_author(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<OwnGift>> {
    tx.all(
        sql!(
            "select g.entry_id, c.title, e.currency, e.amount, e.occurred_at, g.has_badge, g.is_public
             from gift g
             join ledger_entry e on e.site_id = g.site_id and e.id = g.entry_id
             join campaign c on c.site_id = g.site_id and c.id = g.campaign_id
             where g.site_id = ?1 and g.author_id = ?2 order by g.entry_id desc"
        ),
        params![site, author],
        |row: &Row<'_>| {
            Ok(OwnGift {
                entry: row.next()?,
                campaign: row.next()?,
                money: ledger::read_money(row)?,
                occurred_at: row.next()?,
                wish: GiftWish {
                    badge: row.next::<i64>()? == 1,
                    thanks: row.next::<i64>()? == 1,
                },
            })
        },
    )
}

/// Those who gave to a campaign, of whose gifts something is left, and who let everyone know it: the
/// newest first, each once.
pub fn named(tx: &mut Tx<'_>, site: SiteId, campaign: CampaignId) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    let found: Vec<Option<String>> = tx.all(
        sql!(concat!(
            "select coalesce(a.name, g.name) from gift g
             join ledger_entry e on e.site_id = g.site_id and e.id = g.entry_id
             left join author a on a.site_id = g.site_id and a.id = g.author_id
             where g.site_id = ?1 and g.campaign_id = ?2 and g.is_public = 1 and ",
            left_of!(),
            " > 0 order by g.entry_id desc limit ?3"
        )),
        params![site, campaign, MAX_NAMED],
        |row| row.next(),
    )?;
    for name in found.into_iter().flatten() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Something of a payment has moved: whose badge it was may lose or regain it.
pub(super) fn moved(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    (source, payment): (&str, &str),
) -> Result<()> {
    let authors: Vec<AuthorId> = tx.all(
        sql!(
            "select g.author_id from ledger_entry e
             join gift g on g.site_id = e.site_id and g.entry_id = e.id
             where e.site_id = ?1 and e.source = ?2 and e.payment = ?3 and g.author_id is not null"
        ),
        params![site, source, payment],
        |row| row.next(),
    )?;
    for author in authors {
        recount(tx, now, site, author)?;
    }
    Ok(())
}

/// An entry without a payment was taken back.
pub(super) fn countered(tx: &mut Tx<'_>, now: Time, site: SiteId, entry: EntryId) -> Result<()> {
    let author: Option<Option<AuthorId>> = tx.one(
        sql!("select author_id from gift where site_id = ?1 and entry_id = ?2"),
        params![site, entry],
        |row| row.next(),
    )?;
    match author.flatten() {
        Some(author) => recount(tx, now, site, author),
        None => Ok(()),
    }
}

/// An author shows that they gave as long as something of a gift of theirs is left, and they want it.
fn recount(tx: &mut Tx<'_>, now: Time, site: SiteId, author: AuthorId) -> Result<()> {
    let n_gifts = tx.one(
        sql!(concat!(
            "select count(*) from gift g
             join ledger_entry e on e.site_id = g.site_id and e.id = g.entry_id
             where g.site_id = ?1 and g.author_id = ?2 and g.has_badge = 1 and ",
            left_of!(),
            " > 0"
        )),
        params![site, author],
        |row| row.next::<i64>(),
    )?;
    supporting::set(tx, now, site, author, n_gifts.unwrap_or(0) > 0)
}

/// Leave nothing of who gave what is an author's.
pub(crate) fn forget_author(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    tx.execute(
        sql!(
            "delete from gift_receipt where site_id = ?1 and entry_id in (
                 select g.entry_id from gift g where g.site_id = ?1 and g.author_id = ?2)"
        ),
        params![site, author],
    )?;
    let n_gone = tx.execute(
        sql!("delete from gift where site_id = ?1 and author_id = ?2"),
        params![site, author],
    )?;
    if n_gone > 0 {
        changed(tx, site, true)?;
    }
    Ok(())
}

/// Forget who gave what nobody made their own, once its time is over. What was given stays.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    let before = now.before(RETENTION);
    tx.execute(
        sql!(
            "delete from gift_receipt where site_id = ?1 and entry_id in (
                 select g.entry_id from gift g
                 where g.site_id = ?1 and g.author_id is null and g.received_at < ?2)"
        ),
        params![site, before],
    )?;
    let n_gone = tx.execute(
        sql!(
            "delete from gift where site_id = ?1 and author_id is null and received_at < ?2
                 and is_public = 0"
        ),
        params![site, before],
    )?;
    if n_gone > 0 {
        tx.erase();
    }
    Ok(())
}
