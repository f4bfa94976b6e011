//! For how long a job is its worker's alone.

use std::sync::Arc;
use std::time::Duration;

use rejoinder_core::Clock as _;
use rejoinder_jobs::JobOutcome;
use store::jobs;

use crate::worker::{Always, Slow};
use crate::{Test, World, job};

/// For how long a worker has a job to itself.
const LEASE: Duration = Duration::from_secs(300);

#[tokio::test]
async fn a_job_that_takes_longer_than_a_lease_stays_with_its_worker() {
    let lease = Duration::from_millis(60);
    for world in World::on_each().await {
        let (handler, mut begun) = Slow::<Test>::new();
        let worker = world.worker(handler.clone()).with_lease(lease);
        world.add(job("long", world.clock.now())).await;
        let running = tokio::spawn(async move { worker.run_due().await.unwrap() });
        begun.recv().await.unwrap();

        for _ in 0..3 {
            world.clock.advance(lease * 5 / 6);
            let now = world.clock.now();
            let renewed = Some(now.after(lease));
            let left = || world.store.read(move |tx| jobs::next_due(tx, now));
            while left().await.unwrap() != renewed {
                tokio::task::yield_now().await;
            }
            let claim = move |tx: &mut store::Tx<'_>| jobs::claim(tx, now, lease, 1);
            assert!(world.store.write(claim).await.unwrap().is_empty());
        }

        handler.end.add_permits(1);
        assert_eq!(running.await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_job_whose_worker_died_is_taken_over_when_its_lease_ends() {
    for world in World::on_each().await {
        let (handler, mut begun) = Slow::<Test>::new();
        let worker = world.worker(handler.clone());
        world.add(job("a", world.clock.now())).await;
        let dying = worker.clone();
        let running = tokio::spawn(async move { dying.run_due().await });
        begun.recv().await.unwrap();
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
        world.clock.advance(LEASE - Duration::from_micros(1));
        assert_eq!(worker.run_due().await.unwrap(), 0);

        world.clock.advance(Duration::from_micros(1));
        handler.end.add_permits(1);

        assert_eq!(worker.run_due().await.unwrap(), 1);
        assert_eq!(begun.recv().await.unwrap(), "a");
    }
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_cannot_finish_the_job() {
    for world in World::on_each().await {
        // It has no room to take the job over from itself.
        let (handler, mut begun) = Slow::<Test>::with_slots(1);
        let late = world.worker(handler.clone());
        world.add(job("a", world.clock.now())).await;
        let running = tokio::spawn(async move { late.run_due().await.unwrap() });
        begun.recv().await.unwrap();
        world.clock.advance(LEASE);
        let park = JobOutcome::Park("no such person".to_owned());
        let other = world.worker(Arc::new(Always(park)));
        assert_eq!(other.run_due().await.unwrap(), 1);

        handler.end.add_permits(1);

        assert_eq!(running.await.unwrap(), 1);
        assert_eq!(world.parked().await, ["no such person"]);
    }
}
