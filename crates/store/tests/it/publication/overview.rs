//! The figures that owners see.

use std::time::Duration;

use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{Clock as _, Vote};
use rejoinder_store::publication::overview;

use crate::support::on_both;

const DAY: Duration = Duration::from_secs(86_400);

#[test]
fn each_day_counts_what_became_of_its_comments() {
    on_both(|world| async move {
        let (ann, bob, kim) = (world.person("Ann"), world.person("Bob"), world.desk().await);
        let start = world.clock.now();
        let old = world.post(&ann, "Old").await;
        world.wait(2 * DAY);
        let kept = world.post(&ann, "Kept").await;
        let gone = world.post(&ann, "Gone").await;
        world.vote(&bob, kept, Some(Vote::Down)).await.unwrap();
        world.wait(Duration::from_secs(90));
        world
            .decide(&kim, gone, ModerationAction::Spam)
            .await
            .unwrap();
        world
            .decide(&kim, old, ModerationAction::Approve)
            .await
            .unwrap();
        world
            .decide(&kim, kept, ModerationAction::Approve)
            .await
            .unwrap();
        let site = world.site.id;
        let since = world.clock.now().before(DAY);

        let read = world.store.read(move |tx| {
            let all = overview::days(tx, site, start)?;
            let recent = overview::days(tx, site, since)?;
            let pages = overview::top_pages(tx, site, start, 10)?;
            Ok((
                all,
                recent,
                pages,
                overview::time_to_decision(tx, site, start)?,
                overview::held(tx, site, start)?,
            ))
        });
        let (all, recent, pages, decision, held) = read.await.unwrap();

        assert_eq!(all.len(), 2);
        assert_eq!(recent, all[1..]);
        let day = recent[0];
        assert_eq!(
            (day.n_published, day.n_held, day.n_refused, day.n_votes),
            (1, 0, 1, 1)
        );
        assert_eq!(pages.iter().map(|(_, n)| *n).collect::<Vec<_>>(), [2]);
        let decision = decision.unwrap();
        assert_eq!((decision.middle, decision.n), (90_000_000, 3));
        assert_eq!(decision.by_day, [(day.number, 90_000_000)]);
        assert_eq!(held, []);
    });
}

#[test]
fn a_site_without_comments_has_no_figures() {
    on_both(|world| async move {
        let (site, since) = (world.site.id, world.clock.now().before(DAY));
        let read = world.store.read(move |tx| {
            let days = overview::days(tx, site, since)?;
            let pages = overview::top_pages(tx, site, since, 10)?;
            let held = overview::held(tx, site, since)?;
            Ok((
                days,
                pages,
                held,
                overview::time_to_decision(tx, site, since)?,
            ))
        });
        assert_eq!(read.await.unwrap(), (vec![], vec![], vec![], None));
    });
}

#[test]
fn what_had_to_wait_counts_on_its_day_whatever_became_of_it() {
    on_both(|mut world| async move {
        world.site.settings.mode = ModerationMode::Before;
        let kim = world.desk().await;
        let start = world.clock.now();
        let first = world.post(&world.person("Ann"), "First").await;
        world.post(&world.person("Bob"), "Second").await;
        world
            .decide(&kim, first, ModerationAction::Approve)
            .await
            .unwrap();
        world.wait(DAY);
        world.post(&world.person("Cid"), "Third").await;
        let site = world.site.id;

        let held = world.store.read(move |tx| overview::held(tx, site, start));

        let held = held.await.unwrap();
        let counts: Vec<i64> = held.iter().map(|(_, n)| *n).collect();
        assert_eq!(counts, [2, 1]);
        assert_eq!(held[1].0 - held[0].0, 1);
    });
}
