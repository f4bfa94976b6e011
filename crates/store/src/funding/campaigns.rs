//! The campaigns of a site.

use std::collections::BTreeMap;

use rejoinder_core::funding::{
    Campaign, CampaignDraft, CampaignMode, CampaignProgress, Milestone, Money, MonthlySum, of_page,
};
use rejoinder_core::{CampaignId, PageKey, SiteId, Time};

use super::{changed, ledger};
use crate::database::error::StoreError;
use crate::{Result, Row, Tx, params, sql};

/// A site has so many campaigns at most.
pub const MAX_CAMPAIGNS: usize = 100;

macro_rules! campaign {
    ($rest:literal) => {
        concat!(
            "select c.id, c.site_id, c.title, c.about, c.currency, c.goal, c.mode, c.milestones, \
             c.section, c.url, c.starts_at, c.ends_at, c.names_supporters, c.created_at, c.hidden_at \
             from campaign c ",
            $rest
        )
    };
}

/// A campaign with what its ledger sums up to.
#[derive(Debug, Clone)]
pub struct CampaignTotals {
    /// The campaign.
    pub campaign: Campaign,
    /// Its sums, by currency and month.
    pub sums: Vec<MonthlySum>,
}

impl CampaignTotals {
    /// How far it has come at `now`.
    pub fn standing(&self, now: Time) -> CampaignProgress {
        CampaignProgress::of(&self.campaign, &self.sums, now)
    }
}

/// Add a campaign. Returns whether there was room for it.
pub fn add(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    id: CampaignId,
    new: &CampaignDraft,
) -> Result<bool> {
    if list(tx, site)?.len() >= MAX_CAMPAIGNS {
        return Ok(false);
    }
    tx.execute(
        sql!(
            "insert into campaign (site_id, id, title, about, currency, goal, mode, milestones,
                 section, url, starts_at, ends_at, created_at, names_supporters)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        ),
        params![
            site,
            id,
            &new.title,
            &new.about,
            new.goal.currency.code(),
            new.goal.minor,
            new.mode.as_str(),
            milestones(new)?,
            &new.section,
            new.url.as_deref(),
            new.starts_at,
            new.ends_at,
            now,
            i64::from(new.names_supporters)
        ],
    )?;
    changed(tx, site, false)?;
    Ok(true)
}

/// Let a campaign say something else; its currency stays what it is. Returns whether there is such a
/// campaign.
pub fn change(tx: &mut Tx<'_>, site: SiteId, id: CampaignId, to: &CampaignDraft) -> Result<bool> {
    let n_changed = tx.execute(
        sql!(
            "update campaign set title = ?3, about = ?4, goal = ?5, mode = ?6, milestones = ?7,
                 section = ?8, url = ?9, starts_at = ?10, ends_at = ?11,
                 names_supporters = ?12
             where site_id = ?1 and id = ?2"
        ),
        params![
            site,
            id,
            &to.title,
            &to.about,
            to.goal.minor,
            to.mode.as_str(),
            milestones(to)?,
            &to.section,
            to.url.as_deref(),
            to.starts_at,
            to.ends_at,
            i64::from(to.names_supporters)
        ],
    )?;
    if n_changed == 1 {
        changed(tx, site, true)?;
    }
    Ok(n_changed == 1)
}

/// Hide a campaign from readers since `hidden_at`, or show it again. Returns whether there is such a campaign.
pub fn hide(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: CampaignId,
    hidden_at: Option<Time>,
) -> Result<bool> {
    let n_changed = tx.execute(
        sql!("update campaign set hidden_at = ?3 where site_id = ?1 and id = ?2"),
        params![site, id, hidden_at],
    )?;
    if n_changed == 1 {
        changed(tx, site, true)?;
    }
    Ok(n_changed == 1)
}

/// The campaigns of a site, the newest first.
pub fn list(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<Campaign>> {
    tx.all(
        sql!(campaign!("where c.site_id = ?1 order by c.id desc")),
        params![site],
        read,
    )
}

/// One campaign.
pub fn find(tx: &mut Tx<'_>, site: SiteId, id: CampaignId) -> Result<Option<Campaign>> {
    tx.one(
        sql!(campaign!("where c.site_id = ?1 and c.id = ?2")),
        params![site, id],
        read,
    )
}

/// One campaign with its sums.
pub fn find_with_totals(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: CampaignId,
) -> Result<Option<CampaignTotals>> {
    let Some(campaign) = find(tx, site, id)? else {
        return Ok(None);
    };
    let sums = ledger::sums(tx, site, id)?;
    Ok(Some(CampaignTotals { campaign, sums }))
}

/// The campaign that stands with `page`, or with the whole site, at `now`.
pub fn of_page_with_totals(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    page: Option<&PageKey>,
) -> Result<Option<CampaignTotals>> {
    let all = list(tx, site)?;
    let Some(campaign) = of_page(&all, page, now).cloned() else {
        return Ok(None);
    };
    let sums = ledger::sums(tx, site, campaign.id)?;
    Ok(Some(CampaignTotals { campaign, sums }))
}

/// The campaigns of a site with their sums, the newest first.
pub fn list_with_totals(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<CampaignTotals>> {
    let campaigns = list(tx, site)?;
    let mut sums: BTreeMap<CampaignId, Vec<MonthlySum>> = BTreeMap::new();
    for (campaign, sum) in ledger::sums_of_site(tx, site)? {
        sums.entry(campaign).or_default().push(sum);
    }
    let counted = campaigns.into_iter().map(|campaign| CampaignTotals {
        sums: sums.remove(&campaign.id).unwrap_or_default(),
        campaign,
    });
    Ok(counted.collect())
}

fn milestones(draft: &CampaignDraft) -> Result<String> {
    let json = serde_json::to_string(&draft.milestones);
    json.map_err(|error| StoreError::Internal(error.into()))
}

fn read(row: &Row<'_>) -> Result<Campaign> {
    let unknown = || StoreError::Internal("a campaign cannot be read".into());
    let (id, site, title, about) = (row.next()?, row.next()?, row.next()?, row.next()?);
    let currency: String = row.next()?;
    let goal = Money {
        currency: currency.parse().map_err(|_| unknown())?,
        minor: row.next()?,
    };
    let mode = CampaignMode::parse(&row.next::<String>()?).ok_or_else(unknown)?;
    let milestones: Vec<Milestone> =
        serde_json::from_str(&row.next::<String>()?).map_err(|_| unknown())?;
    let draft = CampaignDraft {
        title,
        about,
        goal,
        mode,
        milestones,
        section: row.next()?,
        url: row.next()?,
        starts_at: row.next()?,
        ends_at: row.next()?,
        names_supporters: row.next::<i64>()? == 1,
    };
    Ok(Campaign {
        id,
        site,
        draft,
        created_at: row.next()?,
        hidden_at: row.next()?,
    })
}
