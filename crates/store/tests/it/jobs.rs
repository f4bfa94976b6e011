//! Jobs: added with the change, done once, kept when they cannot be.

use std::time::Duration;

use rejoinder_core::Clock as _;
use rejoinder_store::jobs::{self, Job, NewJob};

use crate::support::{World, on_both};

const LEASE: Duration = Duration::from_secs(60);

async fn add(world: &World, key: &str, wait: Duration) -> bool {
    let now = world.clock.now();
    let job = NewJob {
        id: world.ids.next(now),
        site: world.site.id,
        kind: "mail",
        dedup_key: key.to_owned(),
        payload: "{}".to_owned(),
        run_at: now.after(wait),
    };
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
        assert_eq!(world.store.read(jobs::next_due).await.unwrap(), Some(later));

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
        assert_eq!(world.store.read(jobs::next_due).await.unwrap(), None);
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
