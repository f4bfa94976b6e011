//! The worker on a real store.

mod discussion;
mod identity;
mod integrations;
mod leases;
mod moderation;
mod notices;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use egress::{Mail, Mailer};
use rejoinder_core::identity::address::Network;
use rejoinder_core::moderation::Work;
use rejoinder_core::{
    AuthorId, Clock, CommentId, FixedClock, FixedRandom, PageId, PageKey, Reader, Settings, SiteId,
    Time, TokenHash,
};
use rejoinder_jobs::{Handler, Job, MailHandler, NewJob, Outcome, Running, Worker, mail_job};
use store::discussion::comments::{self, NewComment, NewIds};
use store::identity::authors::{self, Details};
use store::{Location, Store, jobs, publication::sites};

const SITE: SiteId = SiteId(1);

struct World {
    store: Arc<Store>,
    clock: Arc<FixedClock>,
    folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("rejoinder.db"));
        Self::at(&location, folder).await
    }

    /// A world on each database.
    async fn on_each() -> [Self; 2] {
        let location = testing::fresh_database().parse().unwrap();
        let postgres = Self::at(&location, tempfile::tempdir().unwrap()).await;
        [Self::new().await, postgres]
    }

    async fn at(location: &Location, folder: tempfile::TempDir) -> Self {
        let store = Arc::new(Store::open(location, Arc::new(|_| {})).unwrap());
        let clock = Arc::new(FixedClock::at(Time::from_micros(1_790_000_000_000_000)));
        let now = clock.now();
        let add = move |tx: &mut store::Tx<'_>| {
            sites::add(tx, now, SITE, "news.example", &[], &Settings::default()).map(drop)
        };
        store.write(add).await.unwrap();
        Self {
            store,
            clock,
            folder,
        }
    }

    async fn add(&self, job: NewJob) {
        let now = self.clock.now();
        self.store
            .write(move |tx| jobs::add(tx, now, &job).map(drop))
            .await
            .unwrap();
    }

    fn worker(&self, handler: Arc<dyn Handler>) -> Worker {
        self.worker_with(vec![handler])
    }

    fn worker_with(&self, handlers: Vec<Arc<dyn Handler>>) -> Worker {
        let random = Arc::new(FixedRandom::seeded(1));
        Worker::new(self.store.clone(), self.clock.clone(), random, handlers)
    }

    async fn parked(&self) -> Vec<String> {
        let parked = self
            .store
            .read(|tx| jobs::parked(tx, SITE, 10))
            .await
            .unwrap();
        parked.into_iter().map(|job| job.error).collect()
    }

    /// Post a comment as Ann, whose address is `ann@secret.example`.
    pub(crate) async fn post(&self, id: i64, text: &str) -> CommentId {
        let (now, token) = (self.clock.now(), TokenHash([9; 32]));
        let author = self
            .store
            .read(move |tx| authors::by_token(tx, now, SITE, &token));
        let site = self.store.read(|tx| sites::by_id(tx, SITE));
        let new = NewComment {
            site: site.await.unwrap().unwrap(),
            page: PageKey::parse("https://news.example/story").unwrap(),
            title: Some("A story".to_owned()),
            ids: NewIds {
                comment: CommentId(id),
                page: PageId(1),
                author: AuthorId(1),
                job: id + 1_000,
                address_key: [3; 32],
            },
            parent: None,
            reader: Reader {
                author: author.await.unwrap(),
                network: Network::of("192.0.2.7".parse().unwrap()),
            },
            details: Some(Details {
                name: "Ann".to_owned(),
                email: Some("ann@secret.example".to_owned()),
                ..Details::default()
            }),
            token,
            program: None,
            text: text.to_owned(),
            rendered: markup::render(text),
            work: Work::NotAsked,
            solution: None,
            notify: None,
            idempotency: None,
        };
        let post = self.store.write(move |tx| comments::post(tx, now, &new));
        post.await.unwrap().comment.id
    }

    pub(crate) async fn remove(&self, id: CommentId) {
        let (now, token) = (self.clock.now(), TokenHash([9; 32]));
        let author = self
            .store
            .read(move |tx| authors::by_token(tx, now, SITE, &token));
        let reader = Reader {
            author: author.await.unwrap(),
            network: Network::of("192.0.2.7".parse().unwrap()),
        };
        self.store
            .write(move |tx| comments::remove(tx, now, SITE, id, &reader))
            .await
            .unwrap();
    }
}

fn job(key: &str, now: Time) -> NewJob {
    let dedup_key = key.to_owned();
    NewJob {
        id: now.micros(),
        site: SITE,
        kind: "test",
        dedup_key,
        payload: String::new(),
        run_at: now,
    }
}

fn mail(to: &str) -> Mail {
    Mail {
        from_name: "The Courier".to_owned(),
        from: "news@courier.example".to_owned(),
        to: to.to_owned(),
        subject: "A reply".to_owned(),
        text: "Hello".to_owned(),
        html: "<p>Hello</p>".to_owned(),
        message_id: format!("{}.1@courier.example", to.len()),
        references: Vec::new(),
        list_id: None,
        unsubscribe_url: None,
    }
}

fn mails(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

struct Always(Outcome);

impl Handler for Always {
    fn kind(&self) -> &'static str {
        "test"
    }

    fn run<'a>(&'a self, _: &'a Job) -> Running<'a> {
        Box::pin(async { self.0.clone() })
    }
}

#[tokio::test]
async fn a_job_that_keeps_failing_is_parked_within_two_days() {
    let world = World::new().await;
    let worker = world.worker(Arc::new(Always(Outcome::Retry("busy".to_owned()))));
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
    let worker = world.worker(Arc::new(Always(Outcome::Done)));
    world
        .add(NewJob {
            kind: "other",
            ..job("a", world.clock.now())
        })
        .await;

    worker.run_due().await.unwrap();

    assert_eq!(
        world.parked().await,
        ["nothing here does jobs of the kind other"]
    );
}

#[tokio::test]
async fn with_the_mail_server_down_for_an_hour_every_mail_goes_out_once() {
    let world = World::new().await;
    let now = world.clock.now();
    for (n, to) in ["ann@reader.example", "bo@reader.example"]
        .into_iter()
        .enumerate()
    {
        let id = i64::try_from(n).unwrap();
        world.add(mail_job(id, SITE, &mail(to), now)).await;
        world.add(mail_job(id + 10, SITE, &mail(to), now)).await;
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
    world
        .add(mail_job(1, SITE, &mail("ann@reader.example"), now))
        .await;
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
    fn kind(&self) -> &'static str {
        "test"
    }

    fn run<'a>(&'a self, job: &'a Job) -> Running<'a> {
        Box::pin(async move {
            match job.dedup_key.as_str() {
                "slow" => self.0.notified().await,
                _ => self.0.notify_one(),
            }
            Outcome::Done
        })
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
    let worker = world.worker(Arc::new(Always(Outcome::Done)));
    world.add(job("a", world.clock.now())).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = tokio::spawn(worker.clone().run(stopped));

    worker.wake();
    stop.send(true).unwrap();

    running.await.unwrap();
}

/// Jobs of a kind that tell of each that is begun, and end when they are let.
struct Slow {
    kind: &'static str,
    begun: tokio::sync::mpsc::UnboundedSender<String>,
    end: Arc<tokio::sync::Semaphore>,
}

/// Tells of each job that was begun.
type Begun = tokio::sync::mpsc::UnboundedReceiver<String>;

impl Slow {
    /// A handler whose jobs end when there are permits.
    fn new(kind: &'static str) -> (Arc<Self>, Begun) {
        let (begun, told) = tokio::sync::mpsc::unbounded_channel();
        let end = Arc::new(tokio::sync::Semaphore::new(0));
        (Arc::new(Self { kind, begun, end }), told)
    }
}

impl Handler for Slow {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn run<'a>(&'a self, job: &'a Job) -> Running<'a> {
        Box::pin(async {
            self.begun.send(job.dedup_key.clone()).unwrap();
            self.end.acquire().await.unwrap().forget();
            Outcome::Done
        })
    }
}

#[tokio::test]
async fn slow_jobs_of_one_kind_hold_up_no_other_kind() {
    for world in World::on_each().await {
        let ((cards, mut carded), (mails, mut mailed)) = (Slow::new("card"), Slow::new("mail"));
        let worker = world.worker_with(vec![cards.clone(), mails.clone()]);
        for n in 0..40 {
            let now = world.clock.now();
            let card = NewJob {
                kind: "card",
                id: n,
                ..job(&format!("card {n}"), now)
            };
            world.add(card).await;
        }
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let running = tokio::spawn(worker.clone().run(stopped));
        for _ in 0..4 {
            carded.recv().await.unwrap();
        }

        let mail = NewJob {
            kind: "mail",
            ..job("sign in", world.clock.now())
        };
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
async fn what_falls_due_while_another_job_takes_long_is_not_kept_waiting() {
    for world in World::on_each().await {
        let (handler, mut begun) = Slow::new("test");
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
    fn kind(&self) -> &'static str {
        "test"
    }

    fn run<'a>(&'a self, _: &'a Job) -> Running<'a> {
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
