//! Servers of PostgreSQL that a failover left behind, and that still take writes.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use rejoinder_store::{Location, Reach, Seals, Store, StoreError, Timeouts, Tx};
use testing::{Link, Postgres};
use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(60);

async fn open(url: String) -> Store {
    let reach = Reach {
        timeouts: Timeouts::SERVING,
        n_writers: 2,
        ..Reach::default()
    };
    let open = move || {
        let location = Location::Postgres(url);
        Store::open_within(&location, &reach, Seals::none(), Arc::new(|_| {}))
    };
    tokio::task::spawn_blocking(open).await.unwrap().unwrap()
}

/// Two servers with a database, of which the second follows the first, and an address that names both.
struct Pair {
    first: Postgres,
    second: Postgres,
    first_url: String,
    database: String,
    both: String,
}

impl Pair {
    fn new() -> Self {
        let first = Postgres::start().unwrap();
        let url = first.fresh_database().unwrap();
        let second = first.standby().unwrap();
        let (server, database) = url.rsplit_once('/').unwrap();
        let (_, other) = second.url().rsplit_once('@').unwrap();
        Self {
            both: format!("{server},{other}/{database}?target_session_attrs=read-write"),
            database: database.to_owned(),
            first_url: url,
            first,
            second,
        }
    }

    /// A store on the two, with a table for [`write`] that the second server has, too.
    async fn store(&self) -> Store {
        let store = open(self.both.clone()).await;
        let make = |tx: &mut Tx<'_>| tx.batch("create table made (n bigint)");
        store.write(make).await.unwrap();
        let follow = async {
            while self.try_count(&self.second).is_err() {
                yield_now().await;
            }
        };
        timeout(PATIENCE, follow)
            .await
            .expect("the second does not follow");
        store
    }

    /// How many rows `server` has of those that [`write`] made.
    fn count(&self, server: &Postgres) -> usize {
        self.try_count(server).unwrap()
    }

    fn try_count(&self, server: &Postgres) -> Result<usize, String> {
        let connect = format!("\\connect {}", self.database);
        let said = server.sql(&[&connect, "select count(*) from made"])?;
        Ok(said.trim().parse().unwrap())
    }
}

async fn write(store: &Store) -> rejoinder_store::Result<()> {
    store
        .write(|tx| tx.batch("insert into made values (1)"))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_left_behind_is_written_to_no_more_though_it_lives() {
    let pair = Pair::new();
    let store = pair.store().await;
    pair.second.promote().unwrap();
    let n_before = pair.count(&pair.second);

    let moved = async {
        while pair.count(&pair.second) == n_before {
            write(&store).await.unwrap();
        }
    };
    timeout(PATIENCE, moved)
        .await
        .expect("nobody saw the new server");
    let (n_first, n_second) = (pair.count(&pair.first), pair.count(&pair.second));
    for _ in 0..8 {
        write(&store).await.unwrap();
    }

    assert_eq!(pair.count(&pair.first), n_first);
    assert_eq!(pair.count(&pair.second), n_second + 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_knows_of_a_newer_server_refuses_the_older_one_where_it_alone_answers() {
    let pair = Pair::new();
    let store = pair.store().await;
    pair.first.crash().unwrap();
    pair.second.promote().unwrap();
    write(&store).await.unwrap();
    pair.first.resume().unwrap();
    pair.second.crash().unwrap();

    let told = write(&store).await;

    assert!(matches!(told, Err(StoreError::Unavailable(_))), "{told:?}");
    assert_eq!(pair.count(&pair.first), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_in_the_background_is_told_when_it_waits_for_a_server_that_was_left_behind() {
    let pair = Pair::new();
    let link = Link::to(&pair.first_url);
    let (server, _) = link.url().rsplit_once('/').unwrap();
    let (_, second) = pair.both.rsplit_once(',').unwrap();
    let store = open(format!("{server},{second}")).await.in_background();
    let in_all = Arc::new(Barrier::new(4));
    let connect = move |tx: &mut Tx<'_>| {
        tx.batch("select 1")?;
        in_all.wait();
        Ok(())
    };
    for connected in four(&store, connect).await {
        connected.unwrap();
    }
    link.cut();
    pair.second.promote().unwrap();
    let look = |tx: &mut Tx<'_>| tx.batch("select 1");

    let told = timeout(PATIENCE, four(&store, look)).await;

    for told in told.expect("nobody was told") {
        assert!(matches!(told, Err(StoreError::Unavailable(_))), "{told:?}");
    }
    for looked in four(&store, look).await {
        looked.unwrap();
    }
}

/// What comes of `work` when it is done by as many at once as there are connections in the background.
async fn four(
    store: &Store,
    work: impl Fn(&mut Tx<'_>) -> rejoinder_store::Result<()> + Clone + Send + 'static,
) -> Vec<rejoinder_store::Result<()>> {
    let mut under_way = JoinSet::new();
    for _ in 0..4 {
        let (store, work) = (store.clone(), work.clone());
        under_way.spawn(async move { store.write(work).await });
    }
    under_way.join_all().await
}
