//! The ledger: what came in, each movement once, and what it sums up to.

use rejoinder_core::funding::{Currency, EntryKind, Money, MonthlySum, Movement, month_of};
use rejoinder_core::{AuthorId, CampaignId, EntryId, SiteId, Time};

use super::changed;
use crate::database::error::StoreError;
use crate::{Result, Row, Tx, params, sql};

/// The source of what the newsroom writes down itself.
pub const BY_HAND: &str = "manual";

/// An entry that is about to be written.
#[derive(Debug, Clone)]
pub struct NewEntry<'a> {
    /// Drawn for it.
    pub id: EntryId,
    /// For which campaign.
    pub campaign: CampaignId,
    /// What moved.
    pub movement: Movement,
    /// Who told of it: the word of a processor, or [`BY_HAND`].
    pub source: &'a str,
    /// What its source calls it: with source and kind it is there once.
    pub external_id: &'a str,
    /// The payment that its source says it is about.
    pub payment: Option<&'a str>,
    /// What whoever wrote it noted.
    pub note: &'a str,
    /// Who wrote it, where somebody did.
    pub made_by: Option<AuthorId>,
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Names it.
    pub id: EntryId,
    /// For which campaign.
    pub campaign: CampaignId,
    /// What moved.
    pub movement: Movement,
    /// Who told of it.
    pub source: String,
    /// What its source calls it.
    pub external_id: String,
    /// When it was written down.
    pub received_at: Time,
    /// What whoever wrote it noted.
    pub note: String,
    /// The name of who wrote it, while their account is there.
    pub made_by: Option<String>,
    /// Whether a counter-entry takes it back.
    pub is_countered: bool,
    /// What is known of who gave it.
    pub giver: Option<EntryGiver>,
}

/// What the newsroom is told of who gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryGiver {
    /// The name, as they call themselves here or told the processor.
    pub name: Option<String>,
    /// Whether everyone may know it.
    pub is_public: bool,
    /// Whether somebody has made the gift their own.
    pub is_claimed: bool,
}

impl LedgerEntry {
    /// Whether somebody can still show that they gave it.
    pub fn can_be_claimed(&self) -> bool {
        let is_gift = matches!(self.movement.kind, EntryKind::Payment | EntryKind::Manual);
        let is_claimed = self.giver.as_ref().is_some_and(|giver| giver.is_claimed);
        is_gift && self.movement.money.minor > 0 && !self.is_countered && !is_claimed
    }
}

/// Write an entry. Returns whether it is new: one that is there already, by its source, kind and external
/// id, changes nothing.
pub fn record(tx: &mut Tx<'_>, now: Time, site: SiteId, new: &NewEntry<'_>) -> Result<bool> {
    record_of(tx, now, site, new, None)
}

/// The same of an entry that is about the account `hook` at a processor.
pub(super) fn record_of(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    new: &NewEntry<'_>,
    hook: Option<i64>,
) -> Result<bool> {
    let Movement {
        kind,
        money,
        gifts,
        occurred_at,
    } = new.movement;
    let (currency, month) = (money.currency.code(), month_of(occurred_at));
    let n_written = tx.execute(
        sql!(
            "insert into ledger_entry (site_id, id, campaign_id, source, kind, external_id, currency,
                 amount, gifts, month, occurred_at, received_at, note, made_by, payment, hook_id)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
             on conflict (site_id, source, kind, external_id) do nothing"
        ),
        params![
            site,
            new.id,
            new.campaign,
            new.source,
            kind.as_str(),
            new.external_id,
            currency,
            money.minor,
            gifts,
            month,
            occurred_at,
            now,
            new.note,
            new.made_by,
            new.payment,
            hook
        ],
    )?;
    if n_written == 0 {
        return Ok(false);
    }
    tx.execute(
        sql!(
            "insert into campaign_sum (site_id, campaign_id, currency, month, amount, gifts)
             values (?1, ?2, ?3, ?4, ?5, ?6)
             on conflict (site_id, campaign_id, currency, month) do update
             set amount = campaign_sum.amount + excluded.amount,
                 gifts = campaign_sum.gifts + excluded.gifts"
        ),
        params![site, new.campaign, currency, month, money.minor, gifts],
    )?;
    changed(tx, site, money.minor < 0)?;
    Ok(true)
}

/// What the entries of a campaign sum up to, by currency and month.
pub fn sums(tx: &mut Tx<'_>, site: SiteId, campaign: CampaignId) -> Result<Vec<MonthlySum>> {
    tx.all(
        sql!(
            "select month, currency, amount, gifts from campaign_sum
             where site_id = ?1 and campaign_id = ?2 order by month, currency"
        ),
        params![site, campaign],
        read_sum,
    )
}

/// The same of all campaigns of a site.
pub(super) fn sums_of_site(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<(CampaignId, MonthlySum)>> {
    tx.all(
        sql!(
            "select campaign_id, month, currency, amount, gifts from campaign_sum
             where site_id = ?1 order by campaign_id, month, currency"
        ),
        params![site],
        |row| Ok((row.next()?, read_sum(row)?)),
    )
}

/// The same, made up again from the entries themselves.
pub fn recounted(tx: &mut Tx<'_>, site: SiteId, campaign: CampaignId) -> Result<Vec<MonthlySum>> {
    tx.all(
        sql!(
            "select month, currency, cast(sum(amount) as bigint), cast(sum(gifts) as bigint)
             from ledger_entry where site_id = ?1 and campaign_id = ?2
             group by month, currency order by month, currency"
        ),
        params![site, campaign],
        read_sum,
    )
}

/// An entry of a payment, as far as what is told of it later depends on it.
#[derive(Debug, Clone)]
pub(super) struct PaymentEntry {
    pub(super) id: EntryId,
    pub(super) campaign: CampaignId,
    pub(super) kind: EntryKind,
    pub(super) money: Money,
    pub(super) gifts: i64,
    pub(super) occurred_at: Time,
    /// The account that it is about; nothing where that was not written down yet.
    pub(super) hook: Option<i64>,
}

/// The entries of what `source` calls `payment`, oldest first.
pub(super) fn of_payment(
    tx: &mut Tx<'_>,
    site: SiteId,
    source: &str,
    payment: &str,
) -> Result<Vec<PaymentEntry>> {
    tx.all(
        sql!(
            "select id, campaign_id, kind, currency, amount, gifts, occurred_at, hook_id
             from ledger_entry where site_id = ?1 and source = ?2 and payment = ?3 order by id"
        ),
        params![site, source, payment],
        |row| {
            Ok(PaymentEntry {
                id: row.next()?,
                campaign: row.next()?,
                kind: kind(&row.next::<String>()?)?,
                money: Money {
                    currency: currency(&row.next::<String>()?)?,
                    minor: row.next()?,
                },
                gifts: row.next()?,
                occurred_at: row.next()?,
                hook: row.next()?,
            })
        },
    )
}

macro_rules! entry {
    ($rest:literal) => {
        concat!(
            "select e.id, e.campaign_id, e.kind, e.currency, e.amount, e.gifts, e.occurred_at, \
             e.source, e.external_id, e.received_at, e.note, a.name, \
             (select count(*) from ledger_entry o where o.site_id = ?1 \
                 and o.source = 'manual' and o.kind = 'correction' \
                 and o.external_id = cast(e.id as text)), \
             g.entry_id, coalesce(b.name, g.name), g.is_public, g.author_id \
             from ledger_entry e left join author a on a.site_id = e.site_id and a.id = e.made_by \
             left join gift g on g.site_id = e.site_id and g.entry_id = e.id \
             left join author b on b.site_id = g.site_id and b.id = g.author_id ",
            $rest
        )
    };
}

/// The entries of a campaign that are older than `before`, the newest first.
pub fn entries(
    tx: &mut Tx<'_>,
    site: SiteId,
    campaign: CampaignId,
    before: Option<EntryId>,
    limit: i64,
) -> Result<Vec<LedgerEntry>> {
    tx.all(
        sql!(entry!(
            "where e.site_id = ?1 and e.campaign_id = ?2 and e.id < ?3 order by e.id desc limit ?4"
        )),
        params![site, campaign, before.unwrap_or(EntryId(i64::MAX)), limit],
        read,
    )
}

/// One entry.
pub fn find(tx: &mut Tx<'_>, site: SiteId, id: EntryId) -> Result<Option<LedgerEntry>> {
    tx.one(
        sql!(entry!("where e.site_id = ?1 and e.id = ?2")),
        params![site, id],
        read,
    )
}

/// Take an entry back by another one of the opposite amount, in the month of the first. Returns whether that
/// is new: an entry is taken back once, and one that takes something back itself never.
pub fn counter(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    entry: &LedgerEntry,
    (id, by, note): (EntryId, Option<AuthorId>, &str),
) -> Result<bool> {
    let of = entry.movement;
    if !of.kind.can_be_countered() {
        return Ok(false);
    }
    let back = NewEntry {
        id,
        campaign: entry.campaign,
        movement: Movement {
            kind: EntryKind::Correction,
            money: Money {
                minor: -of.money.minor,
                ..of.money
            },
            gifts: -of.gifts,
            occurred_at: of.occurred_at,
        },
        source: BY_HAND,
        external_id: &entry.id.0.to_string(),
        payment: None,
        note,
        made_by: by,
    };
    record(tx, now, site, &back)
}

fn currency(code: &str) -> Result<Currency> {
    let unknown = |_| StoreError::Internal("the ledger has an unknown currency".into());
    code.parse().map_err(unknown)
}

/// An amount from two columns: currency, amount.
pub(super) fn read_money(row: &Row<'_>) -> Result<Money> {
    Ok(Money {
        currency: currency(&row.next::<String>()?)?,
        minor: row.next()?,
    })
}

fn read_sum(row: &Row<'_>) -> Result<MonthlySum> {
    Ok(MonthlySum {
        month: row.next()?,
        money: Money {
            currency: currency(&row.next::<String>()?)?,
            minor: row.next()?,
        },
        gifts: row.next()?,
    })
}

fn read_giver(row: &Row<'_>) -> Result<Option<EntryGiver>> {
    let is_known = row.next::<Option<EntryId>>()?.is_some();
    let giver = EntryGiver {
        name: row.next()?,
        is_public: row.next::<Option<i64>>()? == Some(1),
        is_claimed: row.next::<Option<AuthorId>>()?.is_some(),
    };
    Ok(is_known.then_some(giver))
}

fn kind(word: &str) -> Result<EntryKind> {
    let unknown = || StoreError::Internal("the ledger has an entry of an unknown kind".into());
    EntryKind::parse(word).ok_or_else(unknown)
}

fn read(row: &Row<'_>) -> Result<LedgerEntry> {
    Ok(LedgerEntry {
        id: row.next()?,
        campaign: row.next()?,
        movement: Movement {
            kind: kind(&row.next::<String>()?)?,
            money: Money {
                currency: currency(&row.next::<String>()?)?,
                minor: row.next()?,
            },
            gifts: row.next()?,
            occurred_at: row.next()?,
        },
        source: row.next()?,
        external_id: row.next()?,
        received_at: row.next()?,
        note: row.next()?,
        made_by: row.next()?,
        is_countered: row.next::<i64>()? > 0,
        giver: read_giver(row)?,
    })
}
