//! Jobs: added with the change, done once, kept when they cannot be.

use std::time::Duration;

use rejoinder_core::{Clock as _, CommentId, SiteId, Time};
use rejoinder_store::Tx;
use rejoinder_store::jobs::{self, Job, NewJob, Payload};
use rejoinder_store::notices::{outbox::PendingNotice, telling::FanOut};
use serde::{Deserialize, Serialize};

use crate::support::{World, on_both};

const LEASE: Duration = Duration::from_secs(60);

/// Kinds of work that is no more than a name.
macro_rules! kinds {
    ($($name:ident $kind:literal),*) => {$(
        #[derive(Serialize, Deserialize)]
        struct $name(String);

        impl Payload for $name {
            const KIND: &'static str = $kind;

            fn dedup_key(&self) -> Option<String> {
                Some(self.0.clone())
            }
        }
    )*};
}

kinds!(Card "card", Mail "mail", Webhook "webhook");

async fn add(world: &World, key: &str, wait: Duration) -> bool {
    add_payload(world, Mail(key.to_owned()), wait).await
}

async fn add_payload(world: &World, payload: impl Payload, wait: Duration) -> bool {
    let now = world.clock.now();
    let job = NewJob::new(world.site.id, &payload, now.after(wait)).unwrap();
    world
        .store
        .write(move |tx| jobs::add(tx, now, &job))
        .await
        .unwrap()
}

async fn claim(world: &World) -> Vec<Job> {
    let now = world.clock.now();
    world
        .store
        .write(move |tx| jobs::claim(tx, now, LEASE, 10))
        .await
        .unwrap()
}

async fn next_due(world: &World) -> Option<Time> {
    let now = world.clock.now();
    let next = world.store.read(move |tx| jobs::next_due(tx, now)).await;
    next.unwrap()
}

#[test]
fn a_job_is_added_once_and_claimed_by_one_worker() {
    on_both(|world| async move {
        assert!(add(&world, "a", Duration::ZERO).await);
        assert!(!add(&world, "a", Duration::ZERO).await);
        add(&world, "later", Duration::from_secs(5)).await;

        let (one, other) = tokio::join!(claim(&world), claim(&world));
        let claimed: Vec<_> = one
            .iter()
            .chain(&other)
            .map(|job| job.dedup_key.as_str())
            .collect();
        assert_eq!(claimed, ["a"]);
    });
}

#[test]
fn workers_that_look_at_the_same_moment_each_find_something() {
    on_both(|world| async move {
        for key in ["a", "b", "c", "d"] {
            add(&world, key, Duration::ZERO).await;
        }
        let now = world.clock.now();
        let claim_two = || world.store.write(move |tx| jobs::claim(tx, now, LEASE, 2));

        let (one, other) = tokio::join!(claim_two(), claim_two());

        let claimed = one.unwrap().into_iter().chain(other.unwrap());
        let mut claimed: Vec<_> = claimed.map(|job| job.dedup_key).collect();
        claimed.sort();
        assert_eq!(claimed, ["a", "b", "c", "d"]);
    });
}

#[test]
fn a_job_whose_worker_died_is_claimed_again_and_says_so() {
    on_both(|world| async move {
        add(&world, "a", Duration::ZERO).await;
        let first = claim(&world).await;
        world.wait(LEASE);

        let again = claim(&world).await;

        assert!(!first[0].is_interrupted && again[0].is_interrupted);
        assert_eq!(again[0].attempts, 2);
    });
}

#[test]
fn a_job_is_retried_parked_and_tried_anew() {
    on_both(|world| async move {
        add(&world, "a", Duration::ZERO).await;
        let site = world.site.id;
        let job = claim(&world).await.remove(0);
        let later = world.clock.now().after(Duration::from_secs(30));
        let retried = job.clone();
        world
            .store
            .write(move |tx| jobs::retry(tx, &retried, later, "busy"))
            .await
            .unwrap();
        assert!(claim(&world).await.is_empty());
        assert_eq!(next_due(&world).await, Some(later));

        world.wait(Duration::from_secs(30));
        let now = world.clock.now();
        let job = claim(&world).await.remove(0);
        assert!(!job.is_interrupted);
        world
            .store
            .write(move |tx| jobs::park(tx, now, &job, "no such person"))
            .await
            .unwrap();
        let parked = world
            .store
            .read(move |tx| jobs::parked(tx, site, 10))
            .await
            .unwrap();
        assert_eq!(parked[0].error, "no such person");

        let id = parked[0].id;
        assert!(
            world
                .store
                .write(move |tx| jobs::requeue(tx, now, site, id))
                .await
                .unwrap()
        );
        let job = claim(&world).await.remove(0);
        world
            .store
            .write(move |tx| jobs::finish(tx, now, &job))
            .await
            .unwrap();
        assert_eq!(next_due(&world).await, None);
        let later = now.after(LEASE);
        assert_eq!(
            world
                .store
                .write(move |tx| jobs::forget(tx, later))
                .await
                .unwrap(),
            1
        );
    });
}

#[test]
fn the_same_payload_is_the_same_job_with_the_same_id() {
    let (site, now) = (SiteId(1), Time::from_micros(1));
    let job = |comment| {
        let comment = CommentId(comment);
        NewJob::new(site, &FanOut { comment }, now).unwrap()
    };

    assert_eq!(job(7).id(), job(7).id());
    assert_ne!(job(7).id(), job(8).id());
    let later = NewJob::new(
        site,
        &FanOut {
            comment: CommentId(7),
        },
        now.after(LEASE),
    );
    assert_eq!(later.unwrap().id(), job(7).id());
}

#[test]
fn a_payload_is_read_back_and_no_other_is_taken_for_it() {
    on_both(|world| async move {
        let comment = CommentId(7);
        add_payload(&world, FanOut { comment }, Duration::ZERO).await;

        let job = claim(&world).await.remove(0);

        let read: FanOut = job.read().unwrap();
        assert_eq!(read.comment, comment);
        assert!(job.read::<PendingNotice>().is_err());
    });
}

#[test]
fn what_a_worker_says_of_a_job_that_went_to_another_is_not_heard() {
    on_both(|world| async move {
        add(&world, "a", Duration::ZERO).await;
        let late = claim(&world).await.remove(0);
        world.wait(LEASE);
        let current = claim(&world).await.remove(0);
        let now = world.clock.now();

        let said = world.store.write(move |tx: &mut Tx<'_>| {
            Ok([
                jobs::renew(tx, &late, now.after(LEASE))?,
                jobs::retry(tx, &late, now, "busy")?,
                jobs::park(tx, now, &late, "no such person")?,
                jobs::finish(tx, now, &late)?,
            ])
        });

        assert_eq!(said.await.unwrap(), [false; 4]);
        assert!(claim(&world).await.is_empty(), "it is the other's still");
        let finish = move |tx: &mut Tx<'_>| jobs::finish(tx, now, &current);
        assert!(world.store.write(finish).await.unwrap());
    });
}

#[test]
fn a_claim_before_a_job_was_tried_anew_counts_no_more() {
    on_both(|world| async move {
        add(&world, "a", Duration::ZERO).await;
        let late = claim(&world).await.remove(0);
        world.wait(LEASE);
        let current = claim(&world).await.remove(0);
        let (now, site, id) = (world.clock.now(), world.site.id, late.id);
        let park_and_try_anew = move |tx: &mut Tx<'_>| {
            assert!(jobs::park(tx, now, &current, "no such person")?);
            jobs::requeue(tx, now, site, id)
        };
        assert!(world.store.write(park_and_try_anew).await.unwrap());
        let again = claim(&world).await.remove(0);
        assert_eq!(again.attempts, late.attempts);

        let finish = move |tx: &mut Tx<'_>| {
            Ok((
                jobs::finish(tx, now, &late)?,
                jobs::finish(tx, now, &again)?,
            ))
        };

        assert_eq!(world.store.write(finish).await.unwrap(), (false, true));
    });
}

#[test]
fn a_job_is_kept_as_long_as_its_worker_says() {
    on_both(|world| async move {
        add(&world, "a", Duration::ZERO).await;
        let job = claim(&world).await.remove(0);
        world.wait(LEASE / 2);
        let until = world.clock.now().after(LEASE);
        let renewed = job.clone();
        let renew = move |tx: &mut Tx<'_>| jobs::renew(tx, &renewed, until);
        assert!(world.store.write(renew).await.unwrap());
        world.wait(LEASE / 2);
        assert!(claim(&world).await.is_empty());
        assert_eq!(next_due(&world).await, Some(until));

        world.wait(LEASE / 2);

        assert!(claim(&world).await[0].is_interrupted);
    });
}

#[test]
fn each_kind_is_claimed_as_far_as_it_has_room() {
    on_both(|world| async move {
        for n in 0..5 {
            add_payload(&world, Card(format!("card {n}")), Duration::ZERO).await;
        }
        world.wait(Duration::from_secs(1));
        add(&world, "mail", Duration::ZERO).await;
        let now = world.clock.now();

        let claim = move |tx: &mut Tx<'_>| {
            let room = |kind: &str| if kind == "card" { 2 } else { 1 };
            jobs::claim_where_room(tx, now, LEASE, room)
        };
        let claimed = world.store.write(claim).await.unwrap();

        let keys: Vec<_> = claimed.iter().map(|job| job.dedup_key.as_str()).collect();
        assert_eq!(keys, ["card 0", "card 1", "mail"]);
    });
}

#[test]
fn jobs_are_claimed_in_the_order_in_which_they_fell_due() {
    on_both(|world| async move {
        let second = Duration::from_secs(1);
        add_payload(&world, Mail("last".to_owned()), second * 2).await;
        add_payload(&world, Card("second".to_owned()), second).await;
        add_payload(&world, Webhook("first".to_owned()), Duration::ZERO).await;
        world.wait(second * 2);

        let claimed = claim(&world).await;

        let kinds: Vec<_> = claimed.iter().map(|job| job.kind.as_str()).collect();
        assert_eq!(kinds, [Webhook::KIND, Card::KIND, Mail::KIND]);
    });
}

#[test]
fn what_falls_due_next_is_found_behind_what_is_under_way() {
    on_both(|world| async move {
        add(&world, "slow", Duration::ZERO).await;
        claim(&world).await;
        add(&world, "soon", Duration::from_secs(5)).await;

        let due = next_due(&world).await;

        assert_eq!(due, Some(world.clock.now().after(Duration::from_secs(5))));
    });
}
