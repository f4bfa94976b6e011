//! What becomes of jobs, and when they run.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use egress::Mailer;
use rejoinder_core::Clock;
use rejoinder_jobs::{Handler, Job, JobOutcome, MailHandler, NewJob, Payload};
use serde::{Deserialize, Serialize};
use store::jobs;

use crate::{Card, Letter, Other, SITE, Test, World, job, job_of, mail, mail_job, mails};

/// Comes to the same end each time.
pub(crate) struct Always(pub(crate) JobOutcome);

impl Handler for Always {
    type Payload = Test;

    async fn run(&self, _: &Job, _: Test) -> store::Result<JobOutcome> {
        Ok(self.0.clone())
    }
}

#[tokio::test]
async fn a_job_that_keeps_failing_is_parked_within_two_days() {
    let world = World::new().await;
    let worker = world.worker(Arc::new(Always(JobOutcome::Retry("busy".to_owned()))));
    world.add(job("a", world.clock.now())).await;

    let mut n_run = 0;
    for _ in 0..(48 * 4) {
        n_run += worker.run_due().await.unwrap();
        world.clock.advance(Duration::from_secs(15 * 60));
    }

    assert_eq!(n_run, 12);
    assert_eq!(world.parked().await, ["busy"]);
}

#[tokio::test]
async fn a_job_nobody_can_do_is_parked_at_once() {
    let world = World::new().await;
    let worker = world.worker(Arc::new(Always(JobOutcome::Done)));
    world.add(job_of::<Other>("a", world.clock.now())).await;

    worker.run_due().await.unwrap();

    assert_eq!(
        world.parked().await,
        ["nothing here does jobs of the kind other"]
    );
}

/// Of the same kind as [`Test`], by a program that knew more of it.
#[derive(Serialize, Deserialize)]
struct NewerTest {
    name: String,
}

impl Payload for NewerTest {
    const KIND: &'static str = Test::KIND;
}

#[tokio::test]
async fn a_job_whose_payload_cannot_be_read_is_parked_with_the_reason() {
    let world = World::new().await;
    let worker = world.worker(Arc::new(Always(JobOutcome::Done)));
    let name = "a".to_owned();
    let newer = NewJob::new(SITE, &NewerTest { name }, world.clock.now());
    world.add(newer.unwrap()).await;

    worker.run_due().await.unwrap();

    let parked = world.parked().await;
    assert!(
        parked[0].starts_with("what it is to do cannot be read: invalid type"),
        "{parked:?}"
    );
}

#[tokio::test]
async fn with_the_mail_server_down_for_an_hour_every_mail_goes_out_once() {
    let world = World::new().await;
    let now = world.clock.now();
    for to in ["ann@reader.example", "bo@reader.example"] {
        world.add(mail_job(mail(to), now)).await;
        world.add(mail_job(mail(to), now)).await;
    }
    let down: Mailer = "smtp://127.0.0.1:1".parse().unwrap();
    let clock: Arc<dyn Clock> = world.clock.clone();
    let worker = world.worker(Arc::new(MailHandler::new(down, clock.clone())));
    for _ in 0..12 {
        worker.run_due().await.unwrap();
        world.clock.advance(Duration::from_secs(5 * 60));
    }
    let folder = world.folder.path().join("mails");
    assert_eq!(mails(&folder), 0);

    let up = world.worker(Arc::new(MailHandler::new(
        Mailer::Folder(folder.clone()),
        clock,
    )));
    for _ in 0..24 {
        up.run_due().await.unwrap();
        world.clock.advance(Duration::from_secs(5 * 60));
    }

    assert_eq!(mails(&folder), 2);
    assert!(world.parked().await.is_empty());
}

#[tokio::test]
async fn a_mail_whose_worker_died_is_a_recorded_doubt() {
    let world = World::new().await;
    let now = world.clock.now();
    world.add(mail_job(mail("ann@reader.example"), now)).await;
    let lease = Duration::from_secs(60);
    world
        .store
        .write(move |tx| jobs::claim(tx, now, lease, 1).map(drop))
        .await
        .unwrap();
    world.clock.advance(lease);

    let folder = world.folder.path().join("mails");
    let handler = MailHandler::new(Mailer::Folder(folder.clone()), world.clock.clone());
    world.worker(Arc::new(handler)).run_due().await.unwrap();

    assert_eq!(mails(&folder), 0);
    assert!(world.parked().await[0].contains("may have been delivered"));
}

/// Does the job `slow` when it is let, and any other at once.
struct Gated(Arc<tokio::sync::Notify>);

impl Handler for Gated {
    type Payload = Test;

    async fn run(&self, _: &Job, Test(name): Test) -> store::Result<JobOutcome> {
        match name.as_str() {
            "slow" => self.0.notified().await,
            _ => self.0.notify_one(),
        }
        Ok(JobOutcome::Done)
    }
}

#[tokio::test]
async fn a_job_that_takes_long_holds_up_no_other() {
    let world = World::new().await;
    let worker = world.worker(Arc::new(Gated(Arc::default())));
    world.add(job("slow", world.clock.now())).await;
    let running = tokio::spawn({
        let worker = worker.clone();
        async move { worker.run_due().await.unwrap() }
    });
    tokio::task::yield_now().await;
    world.clock.advance(Duration::from_secs(1));
    world.add(job("quick", world.clock.now())).await;

    worker.wake();

    assert_eq!(
        running.await.unwrap(),
        2,
        "the quick one let the slow one go"
    );
}

#[tokio::test]
async fn a_worker_stops_when_told() {
    let world = World::new().await;
    let worker = world.worker(Arc::new(Always(JobOutcome::Done)));
    world.add(job("a", world.clock.now())).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = tokio::spawn(worker.clone().run(stopped));

    worker.wake();
    stop.send(true).unwrap();

    running.await.unwrap();
}

/// Jobs of a kind that tell of each that is begun, and end when they are let.
pub(crate) struct Slow<P> {
    begun: tokio::sync::mpsc::UnboundedSender<String>,
    pub(crate) end: Arc<tokio::sync::Semaphore>,
    n_slots: usize,
    kind: PhantomData<fn(P)>,
}

/// Tells of each job that was begun.
pub(crate) type Begun = tokio::sync::mpsc::UnboundedReceiver<String>;

impl<P> Slow<P> {
    /// A handler whose jobs end when there are permits.
    pub(crate) fn new() -> (Arc<Self>, Begun) {
        Self::with_slots(4)
    }

    /// The same, of which so many run at a time.
    pub(crate) fn with_slots(n_slots: usize) -> (Arc<Self>, Begun) {
        let (begun, told) = tokio::sync::mpsc::unbounded_channel();
        let end = Arc::new(tokio::sync::Semaphore::new(0));
        let slow = Self {
            begun,
            end,
            n_slots,
            kind: PhantomData,
        };
        (Arc::new(slow), told)
    }
}

impl<P: Payload> Handler for Slow<P> {
    type Payload = P;

    fn slots(&self) -> usize {
        self.n_slots
    }

    async fn run(&self, job: &Job, _: P) -> store::Result<JobOutcome> {
        self.begun.send(job.dedup_key.clone()).unwrap();
        self.end.acquire().await.unwrap().forget();
        Ok(JobOutcome::Done)
    }
}

#[tokio::test]
async fn slow_jobs_of_one_kind_hold_up_no_other_kind() {
    for world in World::on_each().await {
        let ((cards, mut carded), (mails, mut mailed)) =
            (Slow::<Card>::new(), Slow::<Letter>::new());
        let worker = world.worker_with(vec![cards.clone(), mails.clone()]);
        for n in 0..40 {
            let now = world.clock.now();
            world.add(job_of::<Card>(&format!("card {n}"), now)).await;
        }
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let running = tokio::spawn(worker.clone().run(stopped));
        for _ in 0..4 {
            carded.recv().await.unwrap();
        }

        let mail = job_of::<Letter>("sign in", world.clock.now());
        world.add(mail).await;
        worker.wake();

        assert_eq!(mailed.recv().await.unwrap(), "sign in");
        assert!(carded.try_recv().is_err(), "the others wait for a slot");
        mails.end.add_permits(1);
        cards.end.add_permits(40);
        for _ in 4..40 {
            carded.recv().await.unwrap();
        }
        stop.send(true).unwrap();
        running.await.unwrap();
    }
}

#[tokio::test]
async fn a_lane_has_one_job_under_way_and_holds_up_no_other() {
    for world in World::on_each().await {
        let (handler, mut begun) = Slow::<Test>::new();
        let worker = world.worker(handler.clone());
        for n in 0..40 {
            let now = world.clock.now();
            world.add(job(&format!("slow {n}"), now).in_lane(1)).await;
        }
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let running = tokio::spawn(worker.clone().run(stopped));
        assert!(begun.recv().await.unwrap().starts_with("slow"));

        for n in 0..3 {
            let now = world.clock.now();
            world.add(job(&format!("quick {n}"), now).in_lane(2)).await;
        }
        world.add(job("alone", world.clock.now())).await;
        worker.wake();

        let mut quick = [begun.recv().await.unwrap(), begun.recv().await.unwrap()];
        quick.sort();
        assert_eq!((&*quick[0], &quick[1][..5]), ("alone", "quick"));
        assert!(begun.try_recv().is_err(), "one of each lane");
        handler.end.add_permits(44);
        for _ in 3..44 {
            begun.recv().await.unwrap();
        }
        stop.send(true).unwrap();
        running.await.unwrap();
    }
}

#[tokio::test]
async fn what_falls_due_while_another_job_takes_long_is_not_kept_waiting() {
    for world in World::on_each().await {
        let (handler, mut begun) = Slow::<Test>::new();
        let worker = world.worker(handler.clone());
        let now = world.clock.now();
        let soon = Duration::from_millis(50);
        world.add(job("slow", now)).await;
        world.add(job("soon", now.after(soon))).await;
        let running = tokio::spawn(async move { worker.run_due().await.unwrap() });
        assert_eq!(begun.recv().await.unwrap(), "slow");

        world.clock.advance(soon);

        assert_eq!(begun.recv().await.unwrap(), "soon");
        handler.end.add_permits(2);
        assert_eq!(running.await.unwrap(), 2);
    }
}

struct Panics;

impl Handler for Panics {
    type Payload = Test;

    async fn run(&self, _: &Job, _: Test) -> store::Result<JobOutcome> {
        panic!("there is a bug in here");
    }
}

#[tokio::test]
async fn a_job_that_panics_each_time_is_parked_at_last() {
    for world in World::on_each().await {
        let worker = world.worker(Arc::new(Panics));
        world.add(job("a", world.clock.now())).await;

        for _ in 0..(48 * 4) {
            worker.run_due().await.unwrap();
            world.clock.advance(Duration::from_secs(15 * 60));
        }

        let said = "it panicked; the log of the server says more";
        assert_eq!(world.parked().await, [said]);
    }
}
