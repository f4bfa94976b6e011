//! Finding the two sides that a site's readers are on, from all their votes.

use std::sync::Arc;

use rejoinder_core::discussion::agreement::ballots::WINDOW;
use rejoinder_core::discussion::agreement::{Ballots, Sides, SidesOutcome};
use rejoinder_core::{AuthorId, Clock, CommentId, PageId, SiteId, Time};
use store::discussion::agreement::fitting::{self, FindSides, Fit};
use store::discussion::pages;
use store::jobs::Job;
use store::publication::sites;
use store::{Result, Store, StoreError, Tx};
use tracing::{info, warn};

use crate::worker::{Handler, JobOutcome};

/// So many votes are read at once.
const VOTES: i64 = 5_000;

/// So many rows are written at once.
const STEP: usize = 500;

/// Finds the sides of sites that want them, and forgets those of sites that do not.
pub struct SidesHandler {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
}

impl SidesHandler {
    /// A handler that works on `store`.
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// All votes that are to be looked at.
    async fn ballots(&self, now: Time, site: SiteId, liked: Vec<String>) -> Result<Ballots> {
        let banned = move |tx: &mut Tx<'_>| fitting::banned(tx, now, site);
        let mut ballots = Ballots::new(now, self.store.read(banned).await?);
        let since = now.before(WINDOW);
        let mut after = (CommentId(-1), AuthorId(-1));
        loop {
            let read = move |tx: &mut Tx<'_>| fitting::votes(tx, site, since, after, VOTES);
            let (votes, last) = self.store.read(read).await?;
            for vote in &votes {
                ballots.add(vote);
            }
            match last {
                Some(last) => after = last,
                None => break,
            }
        }
        self.add_liked(&mut ballots, since, site, liked).await?;
        Ok(ballots)
    }

    /// All reactions that count, where some do.
    async fn add_liked(
        &self,
        ballots: &mut Ballots,
        since: Time,
        site: SiteId,
        keys: Vec<String>,
    ) -> Result<()> {
        let keys: Arc<[String]> = keys.into();
        let mut after = (CommentId(-1), AuthorId(-1));
        while !keys.is_empty() {
            let keys = Arc::clone(&keys);
            let read =
                move |tx: &mut Tx<'_>| fitting::liked(tx, site, (since, &keys[..]), after, VOTES);
            let (liked, last) = self.store.read(read).await?;
            for cast in &liked {
                ballots.add_liked(cast);
            }
            match last {
                Some(last) => after = last,
                None => break,
            }
        }
        Ok(())
    }

    /// Write the sides of a fit, and count the comments by them.
    async fn write(
        &self,
        site: SiteId,
        fit: i64,
        sides: &Sides,
        counted: &[CommentOnPage],
    ) -> Result<()> {
        for some in sides.chunks(STEP) {
            let some = some.to_vec();
            let place = move |tx: &mut Tx<'_>| fitting::save_sides(tx, site, fit, &some);
            self.store.write(place).await?;
        }
        for of_page in counted.chunk_by(|one, other| one.0 == other.0) {
            for some in of_page.chunks(STEP) {
                let (page, comments) = (some[0].0, some.iter().map(|(_, id)| *id).collect());
                self.count(site, page, comments, fit).await?;
            }
        }
        Ok(())
    }

    async fn count(
        &self,
        site: SiteId,
        page: PageId,
        comments: Vec<CommentId>,
        fit: i64,
    ) -> Result<()> {
        let count = move |tx: &mut Tx<'_>| fitting::count(tx, site, page, &comments, fit);
        self.store.write(count).await
    }

    /// Let go of what fits before left.
    async fn forget_others(&self, site: SiteId, fit: i64) -> Result<()> {
        loop {
            let find = move |tx: &mut Tx<'_>| fitting::counted_by_other_fit(tx, site, fit);
            let Some((page, comments)) = self.store.read(find).await? else {
                break;
            };
            self.count(site, page, comments, fit).await?;
        }
        loop {
            let forget = move |tx: &mut Tx<'_>| fitting::forget_sides(tx, site, fit);
            if !self.store.write(forget).await? {
                return Ok(());
            }
        }
    }

    /// Let go of everything.
    async fn forget(&self, site: SiteId) -> Result<()> {
        loop {
            let forget = move |tx: &mut Tx<'_>| fitting::forget_counts(tx, site);
            if !self.store.write(forget).await? {
                break;
            }
        }
        loop {
            let forget = move |tx: &mut Tx<'_>| fitting::forget_sides(tx, site, -1);
            if !self.store.write(forget).await? {
                break;
            }
        }
        let end = move |tx: &mut Tx<'_>| fitting::end(tx, site);
        self.store.write(end).await
    }

    async fn warn_of(&self, site: SiteId, host: &str, fit: &Fit) -> Result<()> {
        let Some(crowd) = fit.crowd else {
            return Ok(());
        };
        let find = move |tx: &mut Tx<'_>| pages::by_id(tx, site, crowd.page);
        let page = self.store.read(find).await?;
        let page = page.map(|page| page.key.as_str().to_owned());
        warn!(
            site.host = host,
            page.id = %crowd.page,
            page.key = page.as_deref().unwrap_or_default(),
            percent = crowd.percent,
            "One page brought {} % of the votes of the last day",
            crowd.percent
        );
        Ok(())
    }
}

/// A comment, and its page.
type CommentOnPage = (PageId, CommentId);

/// What there is to write of a fit.
struct FoundSides {
    sides: Sides,
    counted: Vec<CommentOnPage>,
    fit: Fit,
}

/// Takes seconds where there are a million votes.
fn found(number: i64, ballots: &Ballots) -> FoundSides {
    let (sides, why) = match ballots.sides() {
        SidesOutcome::Found(sides) => (sides, None),
        SidesOutcome::None(why) => (Sides::new(), Some(why)),
    };
    FoundSides {
        counted: ballots.counted(&sides),
        sides,
        fit: Fit {
            number,
            why,
            crowd: ballots.night().crowd(),
        },
    }
}

impl Handler for SidesHandler {
    type Payload = FindSides;

    fn slots(&self) -> usize {
        1
    }

    async fn run(&self, job: &Job, _: FindSides) -> Result<JobOutcome> {
        let (id, now) = (job.site, self.clock.now());
        let ask = move |tx: &mut Tx<'_>| Ok((sites::by_id(tx, id)?, fitting::is_due(tx, now, id)?));
        let (Some(site), true) = self.store.read(ask).await? else {
            return Ok(JobOutcome::Done);
        };
        if !site.settings.finds_sides() {
            self.forget(id).await?;
            return Ok(JobOutcome::Done);
        }
        let begin = move |tx: &mut Tx<'_>| fitting::begin(tx, id);
        self.store.write(begin).await?;
        let ballots = self.ballots(now, id, site.settings.liked()).await?;
        let find = move || found(now.micros(), &ballots);
        let found = tokio::task::spawn_blocking(find)
            .await
            .map_err(|error| StoreError::Internal(error.into()))?;
        let number = found.fit.number;
        self.write(id, number, &found.sides, &found.counted).await?;
        let fit = found.fit;
        let use_fit = move |tx: &mut Tx<'_>| fitting::use_fit(tx, now, id, &fit);
        self.store.write(use_fit).await?;
        self.forget_others(id, number).await?;
        self.warn_of(id, &site.host, &fit).await?;
        // How many there are on which side is nobody's business.
        let has_sides = !found.sides.is_empty();
        info!(site.host = %site.host, has_sides, "Looked for the sides of readers");
        Ok(JobOutcome::Done)
    }
}
