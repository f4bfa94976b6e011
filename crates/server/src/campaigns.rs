//! Which campaigns each site has, held in memory: a bar is asked for with every page, and they change
//! rarely.

use std::sync::Arc;

use moka::sync::Cache;
use rejoinder_core::{CampaignId, PageKey, SiteId, Time};
use store::Store;
use store::funding::campaigns;

use crate::http::error::ApiError;
use crate::http::page_cache::FundingOf;

/// Another process may change a campaign; here it is known after so many microseconds.
const MAX_AGE_MICROS: i64 = 2_000_000;

/// One that is not known is asked for again no sooner.
const MIN_AGE_MICROS: i64 = 100_000;

/// So many sites are held.
const MAX_SITES: u64 = 10_000;

/// The campaigns of sites, as they were a moment ago.
pub(crate) struct Campaigns(Cache<SiteId, Arc<SiteCampaigns>>);

/// Those of one site.
pub(crate) struct SiteCampaigns {
    read_at: Time,
    /// Those that readers are shown, with their sections, the narrowest first.
    shown: Vec<(String, CampaignId)>,
}

impl Default for Campaigns {
    fn default() -> Self {
        Self(Cache::new(MAX_SITES))
    }
}

impl Campaigns {
    /// Those of `site` now.
    pub(crate) async fn of(
        &self,
        store: &Store,
        now: Time,
        site: SiteId,
    ) -> Result<Arc<SiteCampaigns>, ApiError> {
        self.read(store, now, site, MAX_AGE_MICROS).await
    }

    /// Whether readers of `site` are shown `id`.
    pub(crate) async fn show(
        &self,
        store: &Store,
        now: Time,
        (site, id): (SiteId, CampaignId),
    ) -> Result<bool, ApiError> {
        for max_age in [MAX_AGE_MICROS, MIN_AGE_MICROS] {
            let known = self.read(store, now, site, max_age).await?;
            if known.shown.iter().any(|(_, own)| *own == id) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Those that were read no longer ago than `max_age`. While the store cannot be reached, those that
    /// were known stay known.
    async fn read(
        &self,
        store: &Store,
        now: Time,
        site: SiteId,
        max_age: i64,
    ) -> Result<Arc<SiteCampaigns>, ApiError> {
        let known = self.0.get(&site);
        if let Some(known) = known.as_ref()
            && now.micros() - known.read_at.micros() <= max_age
        {
            return Ok(Arc::clone(known));
        }
        let list = tokio::select! {
            biased;
            list = store.read(move |tx| campaigns::list(tx, site)) => Some(list),
            () = store.silence(), if known.is_some() => None,
        };
        let list = match (list, known) {
            (Some(Ok(list)), _) => list,
            (Some(Err(_)) | None, Some(known)) => return Ok(known),
            (Some(Err(error)), None) => return Err(error.into()),
            // Only who knows something does not wait.
            (None, None) => return Err(ApiError::unavailable()),
        };
        let shown = list.into_iter().filter(|own| own.hidden_at.is_none());
        let mut shown: Vec<_> = shown.map(|own| (own.draft.section, own.id)).collect();
        shown.sort_unstable_by(|(a, x), (b, y)| (b.len(), b, x).cmp(&(a.len(), a, y)));
        let known = Arc::new(SiteCampaigns {
            read_at: now,
            shown,
        });
        self.0.insert(site, Arc::clone(&known));
        Ok(known)
    }

    /// Take over at once what was changed here.
    pub(crate) fn forget(&self, site: SiteId) {
        self.0.invalidate(&site);
    }
}

impl SiteCampaigns {
    /// What all pages of the section of `page` have in common: the first campaign of the narrowest section
    /// that holds it stands for that section.
    pub(crate) fn section(&self, page: &PageKey) -> FundingOf {
        let mut holding = self.shown.iter();
        let holding = holding.find(|(section, _)| page.as_str().starts_with(section.as_str()));
        match holding {
            Some((section, _)) if section.is_empty() => FundingOf::Site,
            Some((_, id)) => FundingOf::Section(*id),
            None => FundingOf::Site,
        }
    }
}
