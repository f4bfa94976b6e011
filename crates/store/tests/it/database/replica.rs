//! A real standby, from which threads are read.

use std::time::Duration;

use rejoinder_core::{Sort, Thread};
use rejoinder_store::discussion::{pages, threads};
use rejoinder_store::{Location, Reach, Seals, Sql, Store, Timeouts, Tx, params};
use testing::Postgres;

use crate::support::{World, first_page, story};

/// A server that writes, a standby of it, and a store that reads from both.
struct Followed {
    // Behind the rest: what stands first is dropped first.
    store: Store,
    world: World,
    standby: Postgres,
    _server: Postgres,
}

impl Followed {
    async fn new() -> Self {
        let server = Postgres::start().unwrap();
        let database = server.fresh_database().unwrap();
        let name = database.rsplit('/').next().unwrap();
        let world = World::new(
            &Location::Postgres(database.clone()),
            tempfile::tempdir().unwrap(),
        )
        .await;
        let standby = server.standby().unwrap();
        let reach = Reach {
            timeouts: Timeouts::SERVING,
            replica: Some(format!("{}/{name}", standby.url())),
            ..Reach::default()
        };
        let location = world.location.clone();
        let open = move || {
            let hook = std::sync::Arc::new(|_: &[_]| {});
            Store::open_within(&location, &reach, Seals::none(), hook)
        };
        let store = tokio::task::spawn_blocking(open).await.unwrap().unwrap();
        Self {
            store,
            world,
            standby,
            _server: server,
        }
    }

    /// The thread as far as it is written, and whether the standby said it.
    async fn thread(&self) -> (Thread, bool) {
        let site = self.world.site.id;
        let find = move |tx: &mut Tx<'_>| pages::find(tx, site, &story());
        let known = self.store.read(find).await.unwrap();
        let known = known.map_or(0, |page| page.version);
        let load =
            move |tx: &mut Tx<'_>| threads::load(tx, site, &story(), &first_page(Sort::Oldest));
        let is_far_enough = move |thread: &Thread| {
            let page = thread.page.as_ref();
            page.map_or(0, |page| page.version) >= known
        };
        self.store.read_nearby(load, is_far_enough).await.unwrap()
    }

    /// Read the thread until the standby says it. Each time it is as it was written.
    async fn read_from_standby(&self, n_comments: i64) {
        loop {
            let (thread, is_nearby) = self.thread().await;
            assert_eq!(thread.page.map_or(0, |page| page.n_comments), n_comments);
            if is_nearby {
                return;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_read_from_a_standby_that_has_come_far_enough_and_from_no_other() {
    let followed = Followed::new().await;
    let ann = followed.world.person("Ann");
    followed.world.post(&ann, "First").await;
    followed.read_from_standby(1).await;
    let where_read = |tx: &mut Tx<'_>| {
        static IN_RECOVERY: Sql =
            Sql::new("select case when pg_is_in_recovery() then 1::bigint else 0 end");
        tx.one(&IN_RECOVERY, params![], |row| row.next::<i64>())
    };
    let there = followed.store.read_nearby(where_read, |_| true).await;
    assert_eq!(there.unwrap(), (Some(1), true));
    assert_eq!(followed.store.read(where_read).await.unwrap(), Some(0));

    followed
        .standby
        .sql(&["select pg_wal_replay_pause()"])
        .unwrap();
    // It stops between two pieces of what it was sent.
    let paused = "select pg_get_wal_replay_pause_state()";
    while followed.standby.sql(&[paused]).unwrap().trim() != "paused" {}
    followed.world.post(&ann, "Second").await;
    for _ in 0..20 {
        let (thread, is_nearby) = followed.thread().await;
        assert_eq!(thread.page.unwrap().n_comments, 2);
        assert!(!is_nearby);
    }

    followed
        .standby
        .sql(&["select pg_wal_replay_resume()"])
        .unwrap();
    followed.read_from_standby(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_that_is_away_keeps_nobody_waiting_and_is_read_again_when_it_is_back() {
    let followed = Followed::new().await;
    let ann = followed.world.person("Ann");
    followed.world.post(&ann, "First").await;
    followed.read_from_standby(1).await;

    followed.standby.stop().unwrap();
    followed.world.post(&ann, "Second").await;
    for _ in 0..100 {
        let read = tokio::time::timeout(Duration::from_secs(5), followed.thread());
        let (thread, is_nearby) = read.await.unwrap();
        assert_eq!(thread.page.unwrap().n_comments, 2);
        assert!(!is_nearby);
    }

    followed.standby.resume().unwrap();
    followed.read_from_standby(2).await;
}
