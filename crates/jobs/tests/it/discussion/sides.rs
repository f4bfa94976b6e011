//! Two camps of readers, found by their votes.

use std::sync::Arc;
use std::time::Duration;

use rejoinder_core::discussion::agreement::sides::NoSidesReason;
use rejoinder_core::identity::address::Network;
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::AgreedSort;
use rejoinder_core::{
    AuthorId, Clock, CommentId, Cursor, FixedRandom, PageKey, Reader, Sort, Thread, ThreadQuery,
    TokenHash, Vote,
};
use rejoinder_jobs::{EraseHandler, SidesHandler};
use store::database::doctor;
use store::discussion::agreement::{self, FitSummary};
use store::discussion::votes::{self, NewVote};
use store::discussion::{pages, threads};
use store::identity::authors;
use store::identity::erasures::{self, CommentErasure};
use store::identity::sessions::NewSession;
use store::identity::sign_ins::{self, Invitation};
use store::publication::sites;
use store::{Tx, housekeeping};

use crate::{SITE, STORY, World};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How many readers each camp has.
const CAMP: u8 = 21;

/// The comments on which everybody votes: two on each of six pages.
const N_COMMENTS: i64 = 12;

fn page(at: i64) -> String {
    format!("{STORY}{}", at / 2)
}

fn token(reader: u8) -> TokenHash {
    TokenHash([reader + 10; 32])
}

impl World {
    async fn settle(&self, change: impl Fn(&mut rejoinder_core::Settings) + Send + 'static) {
        let set = move |tx: &mut Tx<'_>| {
            let mut settings = sites::by_id(tx, SITE)?.unwrap().settings;
            change(&mut settings);
            sites::save_settings(tx, SITE, &settings)
        };
        self.store.write(set).await.unwrap();
    }

    /// Somebody with an account.
    async fn account(&self, reader: u8) {
        let now = self.clock.now();
        let invitation = Invitation {
            site: SITE,
            author: AuthorId(1_000 + i64::from(reader)),
            email: format!("reader{reader}@reader.example"),
            role: Role::Reader,
            token: token(reader),
            lifetime: Duration::from_secs(60),
        };
        let session = NewSession {
            token: token(reader),
            replaces: None,
            label: None,
        };
        let join = self.store.write(move |tx| {
            sign_ins::invite(tx, now, &invitation)?;
            let link = &invitation.token;
            sign_ins::accept(tx, now, SITE, link, &session, "Reader")
        });
        join.await.unwrap();
    }

    async fn vote(&self, reader: u8, comment: CommentId, vote: Option<Vote>) {
        let (now, token) = (self.clock.now(), token(reader));
        let cast = self.store.write(move |tx| {
            let cast = NewVote {
                site: sites::by_id(tx, SITE)?.unwrap(),
                comment,
                reader: Reader {
                    author: authors::by_token(tx, now, SITE, &token)?,
                    network: Network::of([10, 0, 0, reader].into()),
                },
                token,
                author: AuthorId(2_000 + i64::from(reader)),
                vote,
                address_key: [3; 32],
            };
            votes::cast(tx, now, &cast)
        });
        cast.await.unwrap();
    }

    /// Two camps that disagree about everything but the first comment of the first page.
    async fn divided(&self) {
        self.settle(|settings| settings.agreed_sort = AgreedSort::On)
            .await;
        for at in 0..N_COMMENTS {
            let mut new = self
                .draft(at + 1, "Ann", &page(at), "A story", &format!("No. {at}"))
                .await;
            new.ids.page = rejoinder_core::PageId(at / 2 + 1);
            self.send(new).await;
        }
        for reader in 0..2 * CAMP {
            self.account(reader).await;
        }
        self.clock.advance(8 * DAY);
        for reader in 0..2 * CAMP {
            for at in 0..N_COMMENTS {
                let is_for = at == 0 || (reader < CAMP) == (at % 2 == 0);
                let vote = if is_for { Vote::Up } else { Vote::Down };
                self.vote(reader, CommentId(at + 1), Some(vote)).await;
            }
        }
    }

    /// What goes by the clock, and the work that it asks for.
    async fn look(&self) {
        let now = self.clock.now();
        let tidy = move |tx: &mut Tx<'_>| housekeeping::tidy(tx, now, SITE);
        self.store.write(tidy).await.unwrap();
        let handler = SidesHandler::new(self.store.clone(), self.clock.clone());
        self.worker(Arc::new(handler)).run_due().await.unwrap();
        assert!(self.parked().await.is_empty());
        self.expect_sound().await;
    }

    async fn expect_sound(&self) {
        let findings = self.store.read(doctor::check).await.unwrap();
        assert!(findings.is_empty(), "{findings:?}");
    }

    async fn agreed(&self, url: &str, after: Option<Cursor>, limit: usize) -> Thread {
        let key = PageKey::parse(url).unwrap();
        let query = ThreadQuery {
            sort: Sort::Agreed,
            after,
            root: None,
            filter: None,
            passage: None,
            limit,
            replies: 3,
        };
        self.store
            .read(move |tx| threads::load(tx, SITE, &key, &query))
            .await
            .unwrap()
    }

    async fn found(&self) -> Option<FitSummary> {
        self.store
            .read(|tx| agreement::last_fit(tx, SITE))
            .await
            .unwrap()
    }

    async fn n_sides(&self) -> i64 {
        self.store
            .read(|tx| agreement::n_kept(tx, SITE))
            .await
            .unwrap()
    }
}

fn ids(thread: &Thread) -> Vec<i64> {
    thread
        .entries
        .iter()
        .map(|entry| entry.comment.id.0)
        .collect()
}

#[tokio::test]
async fn what_both_camps_like_stands_first_and_has_the_badge() {
    for world in World::on_each().await {
        world.divided().await;
        world
            .post_by(100, "Kim", &page(0), "A story", "Newer")
            .await;
        world.look().await;

        let found = world.found().await.unwrap();
        assert_eq!((found.at, found.why), (Some(world.clock.now()), None));
        let thread = world.agreed(&page(0), None, 20).await;
        assert_eq!(ids(&thread), [1, 2, 100]);
        assert!(thread.is_divided);
        let badges: Vec<bool> = thread
            .entries
            .iter()
            .map(|own| own.comment.agreement.has_badge)
            .collect();
        assert_eq!(badges, [true, false, false]);
    }
}

#[tokio::test]
async fn the_order_goes_on_after_a_cursor() {
    for world in World::on_each().await {
        world.divided().await;
        for id in [100, 101] {
            world
                .post_by(id, "Kim", &page(0), "A story", &format!("Newer {id}"))
                .await;
        }
        world.vote(3, CommentId(100), Some(Vote::Up)).await;
        world.look().await;

        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let thread = world.agreed(&page(0), after, 1).await;
            seen.extend(ids(&thread));
            after = thread.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, [1, 2, 100, 101]);
    }
}

#[tokio::test]
async fn between_two_fits_votes_count_at_once() {
    for world in World::on_each().await {
        world.divided().await;
        world
            .post_by(100, "Kim", &page(0), "A story", "Newer")
            .await;
        world.look().await;
        for reader in [0, 1, 2, CAMP, CAMP + 1] {
            world.vote(reader, CommentId(100), Some(Vote::Up)).await;
            world.expect_sound().await;
        }
        assert_eq!(ids(&world.agreed(&page(0), None, 20).await), [1, 2, 100]);

        world.vote(CAMP + 2, CommentId(100), Some(Vote::Up)).await;
        assert_eq!(ids(&world.agreed(&page(0), None, 20).await), [1, 100, 2]);
        world.expect_sound().await;

        world.vote(CAMP + 2, CommentId(100), None).await;
        world.vote(0, CommentId(1), Some(Vote::Down)).await;
        assert_eq!(ids(&world.agreed(&page(0), None, 20).await), [1, 2, 100]);
        world.expect_sound().await;
    }
}

#[tokio::test]
async fn a_fit_takes_the_place_of_the_one_before() {
    for world in World::on_each().await {
        world.divided().await;
        world.look().await;
        let first = world.n_sides().await;
        assert_eq!(first, i64::from(2 * CAMP));
        world.clock.advance(Duration::from_secs(5 * 60 * 60));
        world.look().await;
        let then = world.clock.now();
        assert!(
            world.found().await.unwrap().at.unwrap() < then,
            "not yet again"
        );

        world.clock.advance(Duration::from_secs(60 * 60));
        world.look().await;
        assert_eq!(world.found().await.unwrap().at, Some(world.clock.now()));
        assert_eq!(world.n_sides().await, first);
        assert_eq!(ids(&world.agreed(&page(0), None, 20).await), [1, 2]);
    }
}

#[tokio::test]
async fn turned_off_nothing_is_left() {
    for world in World::on_each().await {
        world.divided().await;
        world.look().await;
        world
            .settle(|settings| settings.agreed_sort = AgreedSort::Off)
            .await;
        world.look().await;

        assert_eq!(world.found().await, None);
        assert_eq!(world.n_sides().await, 0);
        assert!(!world.agreed(&page(0), None, 20).await.is_divided);
    }
}

#[tokio::test]
async fn where_readers_are_too_few_or_too_alike_there_are_no_sides() {
    for world in World::on_each().await {
        world.divided().await;
        // One of a camp of 21 may go, two may not.
        for reader in [0, 1] {
            for at in 0..3 {
                world.vote(reader, CommentId(at + 1), None).await;
            }
        }
        world.look().await;
        assert_eq!(
            world.found().await.unwrap().why,
            Some(NoSidesReason::OneSided)
        );
        assert_eq!(world.n_sides().await, 0);

        for reader in 0..2 * CAMP {
            for at in 0..N_COMMENTS {
                world.vote(reader, CommentId(at + 1), Some(Vote::Up)).await;
            }
        }
        world.clock.advance(DAY / 4);
        world.look().await;
        assert_eq!(
            world.found().await.unwrap().why,
            Some(NoSidesReason::TooAlike)
        );
    }
}

#[tokio::test]
async fn who_is_gone_has_no_side() {
    for world in World::on_each().await {
        world.divided().await;
        world.look().await;
        let now = world.clock.now();
        let ask = move |tx: &mut Tx<'_>| {
            let account = authors::by_id(tx, SITE, AuthorId(1_000))?.unwrap();
            erasures::ask(tx, now, SITE, &account, CommentErasure::Keep)
        };
        world.store.write(ask).await.unwrap();
        world.clock.advance(erasures::GRACE);
        let handler = EraseHandler::new(
            world.store.clone(),
            world.clock.clone(),
            &FixedRandom::seeded(2),
        );
        world.worker(Arc::new(handler)).run_due().await.unwrap();

        assert_eq!(world.n_sides().await, i64::from(2 * CAMP) - 1);
        world.expect_sound().await;
    }
}

#[tokio::test]
async fn a_page_that_brings_a_third_of_a_nights_votes_is_an_alarm() {
    for world in World::on_each().await {
        world.divided().await;
        world.look().await;
        assert_eq!(world.found().await.unwrap().crowd, None);

        world.clock.advance(2 * DAY);
        for reader in 0..2 * CAMP {
            for at in [0, 1, 2] {
                world.vote(reader, CommentId(at + 1), None).await;
                world.vote(reader, CommentId(at + 1), Some(Vote::Up)).await;
            }
        }
        world.look().await;
        let (page, percent, _) = world.found().await.unwrap().crowd.unwrap();
        let first = world
            .store
            .read(|tx| pages::find(tx, SITE, &PageKey::parse(&self::page(0)).unwrap()))
            .await;
        assert_eq!(page.id, first.unwrap().unwrap().id);
        assert_eq!(percent, 66);
    }
}
