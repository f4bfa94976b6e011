//! How writes wait, share commits, and are heard of.

use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use postgres::NoTls;
use rejoinder_core::{Clock as _, PageKey, SiteId, Sort};
use rejoinder_store::discussion::removing;
use rejoinder_store::{Change, CommitHook, Location, Result, Store, StoreError, discussion::pages};
use rusqlite::Connection;

use crate::support::{World, first_page, on_both};

/// Keeps the store's writers busy until it is dropped.
struct Hold {
    _release: Sender<()>,
    held: Vec<Pending<()>>,
}

type Pending<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// Begin `future`: queue what it writes, and do not wait for the answer.
async fn begin<T>(future: &mut Pending<T>) -> Option<Result<T>> {
    std::future::poll_fn(|context| {
        Poll::Ready(match future.as_mut().poll(context) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        })
    })
    .await
}

fn write<T: Send + 'static>(
    store: &Store,
    operation: impl Fn(&mut rejoinder_store::Tx<'_>) -> Result<T> + Send + 'static,
) -> Pending<T> {
    let store = store.clone();
    Box::pin(async move { store.write(operation).await })
}

#[test]
fn what_is_refused_half_way_is_taken_back_while_the_rest_goes_on() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let ids = [
            world.post(&ann, "First").await,
            world.post(&ann, "Second").await,
        ];
        let reader = world.reader(&ann).await;
        let (now, site) = (world.clock.now(), world.site.id);

        let write = move |tx: &mut rejoinder_store::Tx<'_>| {
            let [first, second] = ids;
            removing::remove(tx, now, site, first, &reader)?;
            let refused = tx.attempt(|tx| {
                removing::remove(tx, now, site, second, &reader)?;
                // It is gone already.
                removing::remove(tx, now, site, second, &reader)
            });
            Ok(refused.is_err())
        };
        assert!(world.store.write(write).await.unwrap());

        assert_eq!(world.lines(first_page(Sort::Oldest)).await, ["Second 0"]);
        let heard = world.heard.lock().unwrap().clone();
        let versions = heard.iter().map(|change| change.version);
        assert_eq!(versions.max(), Some(3), "{heard:?}");
        world.expect_sound().await;
    });
}

/// Occupy `n` threads that write.
async fn hold(store: &Store, n: usize) -> Hold {
    let (release, waits) = channel::<()>();
    let waits: Arc<Mutex<Receiver<()>>> = Arc::new(Mutex::new(waits));
    let (begun, is_begun) = channel();
    let mut held = Vec::new();
    for _ in 0..n {
        let (waits, begun) = (waits.clone(), begun.clone());
        let mut job = write(store, move |_| {
            let _ = begun.send(());
            let _ = waits.lock().map(|waits| waits.recv());
            Ok(())
        });
        assert!(begin(&mut job).await.is_none());
        held.push(job);
    }
    tokio::task::spawn_blocking(move || (0..n).for_each(|_| is_begun.recv().unwrap()))
        .await
        .unwrap();
    Hold {
        _release: release,
        held,
    }
}

impl Hold {
    async fn release(self) {
        drop(self._release);
        for job in self.held {
            job.await.unwrap();
        }
    }
}

/// How many writes run at once.
fn n_writers(world: &World) -> usize {
    match world.store.dialect() {
        rejoinder_store::Dialect::Sqlite => 1,
        rejoinder_store::Dialect::Postgres => 8,
    }
}

#[test]
fn too_many_writes_are_refused_at_once_and_the_rest_are_done() {
    on_both(|world| async move {
        let hold = hold(&world.store, n_writers(&world)).await;
        let mut waiting = Vec::new();
        let refused = loop {
            let mut job = write(&world.store, |_| Ok(()));
            match begin(&mut job).await {
                None => waiting.push(job),
                Some(answer) => break answer,
            }
        };
        assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
        assert!(waiting.len() > 1_000);

        hold.release().await;
        for job in waiting {
            job.await.unwrap();
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_wait_together_are_heard_of_together() {
    let heard: Arc<Mutex<Vec<usize>>> = Arc::default();
    let hears = heard.clone();
    let hook: CommitHook =
        Arc::new(move |changes: &[Change]| hears.lock().unwrap().push(changes.len()));
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("rejoinder.db"));
    let store = Store::open(&location, hook).unwrap();

    let hold = hold(&store, 1).await;
    let mut waiting = Vec::new();
    for n in 0..50 {
        let mut job = write(&store, move |tx| {
            tx.touch(change(n));
            if n % 10 == 0 {
                return Err(StoreError::Internal("on purpose".into()));
            }
            Ok(())
        });
        assert!(begin(&mut job).await.is_none());
        waiting.push(job);
    }
    hold.release().await;
    let mut n_failed = 0;
    for job in waiting {
        n_failed += usize::from(job.await.is_err());
    }

    assert_eq!((n_failed, heard.lock().unwrap().clone()), (5, vec![45]));
}

fn change(version: i64) -> Change {
    Change {
        site: SiteId(1),
        page: rejoinder_core::PageId(1),
        key: PageKey::parse("https://news.example/story").unwrap(),
        version,
        urgent: false,
        is_own: true,
    }
}

/// The title that anyone else now sees.
fn title(location: &Location) -> String {
    let sql = "select title from page";
    match location {
        Location::Sqlite(path) => {
            let connection = Connection::open(path).unwrap();
            connection.query_row(sql, [], |row| row.get(0)).unwrap()
        }
        Location::Postgres(url) => {
            let mut client = postgres::Client::connect(url, NoTls).unwrap();
            client.query_one(sql, &[]).unwrap().get(0)
        }
    }
}

#[test]
fn a_change_is_heard_after_its_commit_and_before_its_writer() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Location::Sqlite(folder.path().join("rejoinder.db"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for location in [sqlite, Location::Postgres(testing::fresh_database())] {
        let world = runtime.block_on(World::new(&location, tempfile::tempdir().unwrap()));
        let ann = world.person("Ann");
        runtime.block_on(world.post(&ann, "First"));

        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let (hears, place) = (heard.clone(), location.clone());
        let hook: CommitHook = Arc::new(move |changes: &[Change]| {
            if changes.iter().any(|change| change.version == 99) {
                let title = title(&place);
                hears.lock().unwrap().push(title);
            }
        });
        let store = Store::open(&location, hook).unwrap();
        let page = runtime
            .block_on(world.thread(crate::support::first_page(rejoinder_core::Sort::Oldest)));
        let page = page.page.unwrap();
        let answer = runtime.block_on(store.write(move |tx| {
            pages::set_title(tx, page.site, page.id, "A new title")?;
            tx.touch(change(99));
            Ok(())
        }));

        answer.unwrap();
        assert_eq!(*heard.lock().unwrap(), ["A new title"]);
    }
}

#[test]
fn a_hook_that_panics_takes_no_write_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Location::Sqlite(folder.path().join("rejoinder.db"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for location in [sqlite, Location::Postgres(testing::fresh_database())] {
        let hook: CommitHook = Arc::new(|_: &[Change]| panic!("on purpose"));
        let store = Store::open(&location, hook).unwrap();
        for n in 0..10 {
            let write = store.write(move |tx| {
                tx.touch(change(n));
                Ok(n)
            });
            assert_eq!(runtime.block_on(write).unwrap(), n);
        }
    }
}
