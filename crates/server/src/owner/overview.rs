//! A site's last weeks at a glance.

use axum::response::Html;
use rejoinder_core::Time;
use rejoinder_core::publication::settings::AgreedSort;
use render::moderation::title;
use render::publication::{self, OverviewDay, OverviewPage, overview_page};
use store::discussion::{agreement, pages};
use store::publication::overview;

use crate::http::error_page::ErrorPage;
use crate::http::extract::Visitor;
use crate::newsroom::{Newsroom, PageHead, RailPosition};

/// So many days are shown.
const DAYS: i64 = 30;

/// So many pages are listed.
const TOP: i64 = 10;

/// `GET /admin/{site}`.
pub(super) async fn show(newsroom: Newsroom, visitor: Visitor) -> Result<Html<String>, ErrorPage> {
    let site = newsroom.site.id;
    let now = newsroom.app.now();
    let today = now.seconds() / 86_400;
    let first = today - DAYS + 1;
    let since = Time::from_micros(first.saturating_mul(86_400_000_000));
    let read = newsroom.read(move |tx, _| {
        let mut top = Vec::new();
        for (id, n) in overview::top_pages(tx, site, since, TOP)? {
            if let Some(page) = pages::by_id(tx, site, id)? {
                top.push((id, title(&page).to_owned(), n));
            }
        }
        let days = overview::days(tx, site, since)?;
        let decisions = overview::time_to_decision(tx, site, since)?;
        let held = overview::held(tx, site, since)?;
        let corrections = overview::time_to_correction(tx, now, site, since)?;
        let agreed = agreement::last_fit(tx, site)?;
        Ok((days, top, decisions, held, corrections, agreed))
    });
    let (context, (days, top, decisions, held, corrections, agreed)) = read.await?;
    let settings = &newsroom.site.settings;
    let agreed = (settings.agreed_sort == AgreedSort::On).then_some(agreed.as_ref());
    let agreed = agreed.map(|found| publication::AgreedSortStatus {
        takes_votes_against: settings.finds_sides(),
        looked_at: found.and_then(|found| Some((found.at?, found.why))),
        crowd: found.and_then(|found| {
            let (page, percent, at) = found.crowd.as_ref()?;
            Some((page.id, title(page), *percent, *at))
        }),
    });
    let decision = decisions.as_ref().map(|all| (all.middle, all.n));
    let decided = decisions.map(|all| all.by_day).unwrap_or_default();
    let of_day = |all: &[(i64, i64)], number| {
        let found = all.iter().find(|(day, _)| *day == number);
        found.map(|(_, figure)| *figure)
    };
    let figures: Vec<OverviewDay> = (first..=today)
        .map(|number| {
            let found = days.iter().find(|day| day.number == number);
            let day = found.copied().unwrap_or_default();
            OverviewDay {
                number,
                n_published: day.n_published,
                n_held: day.n_held,
                n_refused: day.n_refused,
                n_votes: day.n_votes,
                n_waited: of_day(&held, number).unwrap_or(0),
                decided_within: of_day(&decided, number),
            }
        })
        .collect();
    let backups = newsroom.app.backups.as_ref();
    let backup_failed_at = backups.and_then(|backups| backups.status().failed_at);
    let head = PageHead {
        title: newsroom.texts().titles.overview,
        at: RailPosition::Admin(""),
        flash: None,
    };
    Ok(newsroom.page(&context, head, |frame| {
        overview_page(&OverviewPage {
            frame,
            base: &visitor.base.0,
            days: &figures,
            top: &top,
            decision,
            corrected: corrections.accepted,
            uncorrected: corrections.waiting,
            agreed,
            backup_failed_at,
        })
    }))
}
