//! The worker on a real store.

mod archive;
mod discussion;
mod funding;
mod housekeeper;
mod identity;
mod integrations;
mod leases;
mod moderation;
mod notices;
mod passages;
mod recordings;
mod worker;

use std::path::Path;
use std::sync::Arc;

use egress::Mail;
use rejoinder_core::identity::address::Network;
use rejoinder_core::moderation::ProofOfWorkResult;
use rejoinder_core::{
    AuthorId, Clock, CommentId, FixedClock, FixedRandom, PageId, PageKey, Reader, Settings, SiteId,
    Time, TokenHash,
};
use rejoinder_jobs::{AnyHandler, NewJob, Payload, SendMail, Worker};
use serde::{Deserialize, Serialize};
use store::discussion::posting;
use store::discussion::posting::{NewComment, NewIds};
use store::discussion::removing;
use store::identity::authors::{self, GuestDetails};
use store::{Location, Store, jobs, publication::sites};

const SITE: SiteId = SiteId(1);

const STORY: &str = "https://news.example/story";

fn open(location: &Location) -> Store {
    Store::open(location, Arc::new(|_| {})).unwrap()
}

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
        let location = testing::prepared_database(|url| drop(open(&url.parse().unwrap())));
        let location = location.parse().unwrap();
        let postgres = Self::at(&location, tempfile::tempdir().unwrap()).await;
        [Self::new().await, postgres]
    }

    async fn at(location: &Location, folder: tempfile::TempDir) -> Self {
        let store = Arc::new(open(location));
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

    fn worker(&self, handler: Arc<dyn AnyHandler>) -> Worker {
        self.worker_with(vec![handler])
    }

    fn worker_with(&self, handlers: Vec<Arc<dyn AnyHandler>>) -> Worker {
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
        self.post_by(id, "Ann", STORY, "A story", text).await
    }

    /// Post a comment as Ann, who has this name, on a page at `url`, which has this title.
    pub(crate) async fn post_by(
        &self,
        id: i64,
        name: &str,
        url: &str,
        title: &str,
        text: &str,
    ) -> CommentId {
        let new = self.draft(id, name, url, title, text).await;
        self.send(new).await
    }

    pub(crate) async fn send(&self, new: NewComment) -> CommentId {
        let now = self.clock.now();
        let post = self.store.write(move |tx| posting::post(tx, now, &new));
        post.await.unwrap().comment.id
    }

    pub(crate) async fn draft(
        &self,
        id: i64,
        name: &str,
        url: &str,
        title: &str,
        text: &str,
    ) -> NewComment {
        let (now, token) = (self.clock.now(), TokenHash([9; 32]));
        let author = self
            .store
            .read(move |tx| authors::by_token(tx, now, SITE, &token));
        let site = self.store.read(|tx| sites::by_id(tx, SITE));
        NewComment {
            site: site.await.unwrap().unwrap(),
            page: PageKey::parse(url).unwrap(),
            title: Some(title.to_owned()),
            ids: NewIds {
                comment: CommentId(id),
                page: PageId(1),
                author: AuthorId(1),
                address_key: [3; 32],
            },
            parent: None,
            reader: Reader {
                author: author.await.unwrap(),
                network: Network::of("192.0.2.7".parse().unwrap()),
            },
            details: Some(GuestDetails {
                name: name.to_owned(),
                email: Some("ann@secret.example".to_owned()),
                ..GuestDetails::default()
            }),
            token,
            answers: None,
            program: None,
            text: text.to_owned(),
            rendered: markup::render(text),
            work: ProofOfWorkResult::NotAsked,
            solution: None,
            target: None,
            sources: None,
            images: Vec::new(),
            article: None,
            notify: None,
            idempotency: None,
        }
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
            .write(move |tx| removing::remove(tx, now, SITE, id, &reader))
            .await
            .unwrap();
    }
}

/// Kinds of work that is no more than a name.
macro_rules! kinds {
    ($($name:ident $kind:literal),*) => {$(
        #[derive(Serialize, Deserialize)]
        struct $name(String);

        impl From<String> for $name {
            fn from(name: String) -> Self {
                Self(name)
            }
        }

        impl Payload for $name {
            const KIND: &'static str = $kind;

            fn dedup_key(&self) -> Option<String> {
                Some(self.0.clone())
            }
        }
    )*};
}

kinds!(Card "card", Letter "mail", Other "other", Test "test");

fn job(key: &str, now: Time) -> NewJob {
    job_of::<Test>(key, now)
}

fn job_of<P: Payload + From<String>>(key: &str, now: Time) -> NewJob {
    NewJob::new(SITE, &P::from(key.to_owned()), now).unwrap()
}

fn mail_job(mail: Mail, now: Time) -> NewJob {
    NewJob::new(SITE, &SendMail(mail), now).unwrap()
}

fn mail(to: &str) -> Mail {
    Mail {
        from_name: "The Courier".to_owned(),
        from: "news@courier.example".to_owned(),
        to: to.to_owned(),
        reply_to: None,
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
