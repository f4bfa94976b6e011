//! Stores to try things on, and the people who try them.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rejoinder_core::discussion::thread::ThreadQuery;
use rejoinder_core::identity::address::Network;
use rejoinder_core::identity::author::Role;
use rejoinder_core::{
    AuthorId, Clock as _, CommentId, CommentState, FixedClock, FixedRandom, IdSource, PageId,
    PageKey, Random as _, Reader, Settings, Site, SiteId, Sort, Time, TokenHash, Vote, VoteTally,
};
use rejoinder_store::discussion::editing;
use rejoinder_store::discussion::posting;
use rejoinder_store::discussion::removing;
use rejoinder_store::discussion::votes::NewVote;
use rejoinder_store::discussion::{
    editing::{CommentEdit, SourcesChange},
    idempotency::Idempotency,
    images::ImagesChange,
    posting::{NewComment, NewIds, PostingOutcome},
};
use rejoinder_store::identity::authors::GuestDetails;
use rejoinder_store::identity::sessions::NewSession;
use rejoinder_store::identity::sign_ins::{self, Invitation};
use rejoinder_store::{
    Change, Location, Reach, Result, Store,
    database::{distribution, doctor},
    discussion::{threads, votes},
    identity::authors,
    publication::sites,
};

/// The start of every test.
pub(crate) const START: Time = Time::from_micros(1_790_000_000_000_000);

/// A store with one site, and a clock that stands still.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) site: Site,
    pub(crate) clock: FixedClock,
    pub(crate) random: FixedRandom,
    pub(crate) ids: Arc<IdSource>,
    pub(crate) heard: Arc<Mutex<Vec<Change>>>,
    pub(crate) location: Location,
    folder: Arc<tempfile::TempDir>,
}

/// Run `story` on SQLite and on PostgreSQL.
pub(crate) fn on_both<F: Future<Output = ()>>(story: impl Fn(World) -> F) {
    on_each(story);
}

/// What `story` gives on SQLite and what it gives on PostgreSQL.
pub(crate) fn on_each<F: Future>(story: impl Fn(World) -> F) -> [F::Output; 2] {
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    runtime.block_on(async {
        // A story holds what it names of its world, and its files must outlive that.
        let folders = [(); 2].map(|()| Arc::new(tempfile::tempdir().unwrap()));
        let sqlite = Location::Sqlite(folders[0].path().join("rejoinder.db"));
        let on_sqlite = story(World::within(&sqlite, folders[0].clone()).await).await;
        let on_citus = testing::fresh_citus_database().map(Location::Postgres);
        let postgres = match on_citus {
            Some(location) => distributed(location).await,
            None => Location::Postgres(migrated_database()),
        };
        let on_postgres = story(World::within(&postgres, folders[1].clone()).await).await;
        [on_sqlite, on_postgres]
    })
}

/// A PostgreSQL database of one's own, with the schema.
fn migrated_database() -> String {
    testing::prepared_database(|url| {
        drop(Store::open(&url.parse().unwrap(), Arc::new(|_| {})).unwrap());
    })
}

/// A database of Citus, once its tables are distributed.
async fn distributed(location: Location) -> Location {
    let work = move || {
        drop(Store::open(&location, Arc::new(|_| {})).unwrap());
        distribution::distribute(&location, &Reach::default(), |_| ()).unwrap();
        location
    };
    tokio::task::spawn_blocking(work).await.unwrap()
}

impl World {
    pub(crate) async fn new(location: &Location, folder: tempfile::TempDir) -> Self {
        Self::within(location, Arc::new(folder)).await
    }

    async fn within(location: &Location, folder: Arc<tempfile::TempDir>) -> Self {
        let heard: Arc<Mutex<Vec<Change>>> = Arc::default();
        let hears = heard.clone();
        // PostgreSQL tells every node, and so the one that made a change hears of it twice.
        let hook = Arc::new(move |changes: &[Change]| {
            let mut heard = hears.lock().unwrap();
            for change in changes {
                let change = Change {
                    is_own: true,
                    ..change.clone()
                };
                if !heard.contains(&change) {
                    heard.push(change);
                }
            }
        });
        let (location, own) = (location.clone(), location.clone());
        let store = tokio::task::spawn_blocking(move || Store::open(&own, hook)).await;
        let store = store.unwrap().unwrap();
        let random = FixedRandom::seeded(7);
        let ids = Arc::new(IdSource::new(&random));
        let id = SiteId(ids.next(START));
        let site = store
            .write(move |tx| {
                let origins = ["https://news.example".to_owned()];
                sites::add(
                    tx,
                    START,
                    id,
                    "news.example",
                    &origins,
                    &Settings::default(),
                )
            })
            .await
            .unwrap();
        Self {
            store,
            site,
            clock: FixedClock::at(START),
            random,
            ids,
            heard,
            location,
            folder,
        }
    }

    /// A person in a browser of their own, at an address of their own.
    pub(crate) fn person(&self, name: &str) -> Person {
        let mut token = [0; 32];
        self.random.fill(&mut token);
        let address = IpAddr::from([10, token[0], token[1], token[2]]);
        Person {
            name: name.to_owned(),
            token: TokenHash(token),
            network: Network::of(address),
        }
    }

    /// A person whom the site has made a moderator.
    pub(crate) async fn moderator(&self, name: &str) -> Person {
        let person = self.person(name);
        let now = self.clock.now();
        let id = AuthorId(self.ids.next(now));
        let invitation = Invitation {
            site: self.site.id,
            author: id,
            email: format!("{id}@news.example"),
            role: Role::Moderator,
            token: person.token,
            lifetime: Duration::from_secs(60),
        };
        let session = NewSession {
            token: person.token,
            replaces: None,
            label: None,
        };
        let name = name.to_owned();
        let write = self.store.write(move |tx| {
            sign_ins::invite(tx, now, &invitation)?;
            let link = &invitation.token;
            sign_ins::accept(tx, now, invitation.site, link, &session, &name)
        });
        write.await.unwrap();
        person
    }

    /// The files of the database, with their bytes; none where it is elsewhere.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let read = |entry: std::fs::DirEntry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        };
        entries.map(|entry| read(entry.unwrap())).collect()
    }

    pub(crate) fn wait(&self, by: Duration) {
        self.clock.advance(by);
    }

    pub(crate) async fn reader(&self, person: &Person) -> Reader {
        let (site, token, now) = (self.site.id, person.token, self.clock.now());
        let author = self
            .store
            .read(move |tx| authors::by_token(tx, now, site, &token))
            .await;
        Reader {
            author: author.unwrap(),
            network: person.network,
        }
    }

    /// A comment that `person` would post.
    pub(crate) async fn draft(
        &self,
        person: &Person,
        parent: Option<CommentId>,
        text: &str,
    ) -> NewComment {
        let now = self.clock.now();
        let mut address_key = [0; 32];
        self.random.fill(&mut address_key);
        NewComment {
            site: self.site.clone(),
            page: story(),
            title: Some("A story".to_owned()),
            ids: NewIds {
                comment: CommentId(self.ids.next(now)),
                page: PageId(self.ids.next(now)),
                author: AuthorId(self.ids.next(now)),
                address_key,
            },
            parent,
            reader: self.reader(person).await,
            details: Some(GuestDetails {
                name: person.name.clone(),
                ..GuestDetails::default()
            }),
            token: person.token,
            answers: None,
            program: None,
            text: text.to_owned(),
            rendered: markup::render(text),
            work: rejoinder_core::moderation::ProofOfWorkResult::NotAsked,
            solution: None,
            target: None,
            sources: None,
            images: Vec::new(),
            article: None,
            notify: None,
            idempotency: None,
        }
    }

    pub(crate) async fn send(&self, draft: NewComment) -> Result<PostingOutcome> {
        let now = self.clock.now();
        self.store
            .write(move |tx| posting::post(tx, now, &draft))
            .await
    }

    pub(crate) async fn post(&self, person: &Person, text: &str) -> CommentId {
        self.send(self.draft(person, None, text).await)
            .await
            .unwrap()
            .comment
            .id
    }

    pub(crate) async fn reply(&self, person: &Person, parent: CommentId, text: &str) -> CommentId {
        self.send(self.draft(person, Some(parent), text).await)
            .await
            .unwrap()
            .comment
            .id
    }

    pub(crate) async fn vote(
        &self,
        person: &Person,
        comment: CommentId,
        vote: Option<Vote>,
    ) -> Result<VoteTally> {
        let now = self.clock.now();
        let mut address_key = [0; 32];
        self.random.fill(&mut address_key);
        let cast = NewVote {
            site: self.site.clone(),
            comment,
            reader: self.reader(person).await,
            token: person.token,
            author: AuthorId(self.ids.next(now)),
            vote,
            address_key,
        };
        self.store
            .write(move |tx| votes::cast(tx, now, &cast))
            .await
    }

    pub(crate) async fn edit(
        &self,
        person: &Person,
        id: CommentId,
        text: &str,
    ) -> Result<rejoinder_core::Comment> {
        let now = self.clock.now();
        let edit = CommentEdit {
            site: self.site.clone(),
            id,
            reader: self.reader(person).await,
            text: text.to_owned(),
            rendered: markup::render(text),
            sources: SourcesChange::Same,
            images: ImagesChange::Same,
            revision: None,
        };
        self.store
            .write(move |tx| editing::edit(tx, now, &edit))
            .await
    }

    pub(crate) async fn remove(
        &self,
        person: &Person,
        id: CommentId,
    ) -> Result<removing::RemovedComment> {
        let (now, site, reader) = (self.clock.now(), self.site.id, self.reader(person).await);
        self.store
            .write(move |tx| removing::remove(tx, now, site, id, &reader))
            .await
    }

    pub(crate) async fn thread(&self, query: ThreadQuery) -> rejoinder_core::Thread {
        let site = self.site.id;
        self.store
            .read(move |tx| threads::load(tx, site, &story(), &query))
            .await
            .unwrap()
    }

    /// The thread as lines: level, text, shown replies.
    pub(crate) async fn lines(&self, query: ThreadQuery) -> Vec<String> {
        let entries = self.thread(query).await.entries;
        let line = |entry: &rejoinder_core::discussion::thread::ThreadEntry| {
            let text = match entry.comment.state {
                CommentState::Published => entry.comment.text.as_str(),
                _ => "(removed)",
            };
            format!(
                "{}{text} {}",
                "  ".repeat(entry.level),
                entry.comment.n_replies
            )
        };
        entries.iter().map(line).collect()
    }

    /// That everything stored is as it should be.
    pub(crate) async fn expect_sound(&self) {
        let findings = self.store.read(doctor::check).await.unwrap();
        assert!(findings.is_empty(), "{findings:?}");
    }
}

/// Someone who reads and writes.
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) token: TokenHash,
    pub(crate) network: Network,
}

/// The page that every test is about.
pub(crate) fn story() -> PageKey {
    PageKey::parse("https://news.example/story").unwrap()
}

/// The first page of a thread in `sort`.
pub(crate) fn first_page(sort: Sort) -> ThreadQuery {
    ThreadQuery {
        sort,
        after: None,
        root: None,
        filter: None,
        passage: None,
        limit: 20,
        replies: 3,
    }
}

/// A client's key for one request.
pub(crate) fn key(key: &str, fingerprint: u8) -> Option<Idempotency> {
    Some(Idempotency {
        key: key.to_owned(),
        fingerprint: [fingerprint; 32],
    })
}
