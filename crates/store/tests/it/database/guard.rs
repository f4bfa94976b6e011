//! Failures that are short: a link that is cut, a database that hangs, work that takes too long.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use rejoinder_core::Sort;
use rejoinder_store::{Location, Reach, Result, Seals, Store, StoreError, Timeouts, Tx};
use testing::Link;

use crate::support::{World, first_page};

/// Nothing here takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// As a server has them, and so short that a test can wait for them.
const SHORT: Timeouts = Timeouts {
    connect: Duration::from_secs(1),
    link: Duration::from_secs(1),
    lock: Duration::from_millis(200),
    statement: Some(Duration::from_millis(300)),
    operation: Some(Duration::from_secs(2)),
};

/// As short, but for whom nobody waits in vain.
const NO_END: Timeouts = Timeouts {
    operation: None,
    statement: None,
    ..SHORT
};

async fn open(location: &Location, timeouts: Timeouts) -> Store {
    let reach = Reach {
        timeouts,
        ..Reach::default()
    };
    open_within(location, reach).await
}

async fn open_within(location: &Location, reach: Reach) -> Store {
    let location = location.clone();
    let open = move || Store::open_within(&location, &reach, Seals::none(), Arc::new(|_| {}));
    tokio::task::spawn_blocking(open).await.unwrap().unwrap()
}

async fn world_on_postgres() -> (World, String) {
    let url = testing::fresh_database();
    let location = Location::Postgres(url.clone());
    let world = World::new(&location, tempfile::tempdir().unwrap()).await;
    (world, url)
}

/// Try again until it is `wanted`.
async fn until<T>(mut again: impl AsyncFnMut() -> Result<T>, wanted: impl Fn(&Result<T>) -> bool) {
    while !wanted(&again().await) {
        tokio::task::yield_now().await;
    }
}

fn look(tx: &mut Tx<'_>) -> Result<()> {
    tx.batch("select 1")
}

/// An address that names both ends.
fn both(first: &Link, second: &Link) -> String {
    let (server, name) = first.url().rsplit_once('/').unwrap();
    let (_, other) = second.url().rsplit_once('@').unwrap();
    let other = other.strip_suffix(&format!("/{name}")).unwrap();
    format!("{server},{other}/{name}?target_session_attrs=read-write")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_takes_connections_and_never_answers_is_passed_over() {
    let url = testing::fresh_database();
    let [first, second] = [Link::to(&url), Link::to(&url)];
    let both = both(&first, &second);
    let patient = Timeouts {
        operation: Some(Duration::from_secs(30)),
        ..SHORT
    };
    first.cut();

    let store = open(&Location::Postgres(both), patient).await;

    store.write(look).await.unwrap();
    first.mend();
    second.cut();
    until(async || store.write(look).await, Result::is_ok).await;
    until(async || store.read(look).await, Result::is_ok).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_connection_to_a_host_that_answers_no_more_is_left_for_one_that_does() {
    let url = testing::fresh_database();
    let [first, second] = [Link::to(&url), Link::to(&url)];
    let reach = Reach {
        timeouts: SHORT,
        n_readers: 1,
        n_writers: 1,
        ..Reach::default()
    };
    let store = open_within(&Location::Postgres(both(&first, &second)), reach).await;
    store.write(look).await.unwrap();
    store.read(look).await.unwrap();

    first.cut();

    let moved = async {
        until(async || store.write(look).await, Result::is_ok).await;
        until(async || store.read(look).await, Result::is_ok).await;
    };
    tokio::time::timeout(PATIENCE, moved).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_link_is_cut_holds_no_lock_for_longer_than_the_link_may_be_silent() {
    let (mut world, url) = world_on_postgres().await;
    let ann = world.person("Ann");
    world.post(&ann, "before").await;
    let link = Link::to(&url);
    let cut_off = open(&Location::Postgres(link.url().to_owned()), NO_END).await;
    let (locked, is_locked) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel::<()>();
    let goes_on = Mutex::new(goes_on);
    let holding = cut_off.clone();
    let held = tokio::spawn(async move {
        let hold = move |tx: &mut Tx<'_>| {
            tx.batch("select 1 from page for update")?;
            let _ = locked.send(());
            let _ = goes_on.lock().unwrap().recv();
            tx.batch("update page set n_comments = 77")
        };
        holding.write(hold).await
    });
    tokio::task::spawn_blocking(move || is_locked.recv().unwrap())
        .await
        .unwrap();
    // More of the same node want the lock.
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..7 {
        let own = cut_off.clone();
        waiting.spawn(async move {
            let lock = |tx: &mut Tx<'_>| tx.batch("select 1 from page for update");
            while let Err(StoreError::Busy) = own.write(lock).await {}
        });
    }
    let database = url.rsplit('/').next().unwrap();
    let n_waiting = format!(
        "select count(*) from pg_stat_activity
         where datname = '{database}' and wait_event_type = 'Lock'"
    );
    let n_waiting = || testing::postgres().sql(&[&n_waiting]).unwrap();
    // Now and then one stands back.
    while n_waiting().trim().parse::<usize>().unwrap() < 6 {}
    let patient = Timeouts {
        operation: Some(Duration::from_secs(5)),
        ..Timeouts::SERVING
    };
    world.store = open(&world.location, patient).await;

    link.cut();
    // Nobody is told of the cut: the server finds out by itself.
    world.post(&ann, "during").await;

    assert_eq!(
        world.lines(first_page(Sort::Oldest)).await,
        ["before 0", "during 0"]
    );
    waiting.abort_all();
    drop(go_on);
    link.mend();
    let undone = held.await.unwrap().unwrap_err();
    assert!(matches!(undone, StoreError::Unavailable(_)), "{undone}");
    until(async || cut_off.read(look).await, Result::is_ok).await;
    world.expect_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_database_that_hangs_is_told_and_then_nobody_waits_until_it_answers() {
    let (_world, url) = world_on_postgres().await;
    let link = Link::to(&url);
    let store = open(&Location::Postgres(link.url().to_owned()), SHORT).await;
    store.read(look).await.unwrap();
    assert!(!store.is_silent());

    link.cut();
    let late = store.write(look).await.unwrap_err();
    let is_told = matches!(late, StoreError::TimedOut(_) | StoreError::Unavailable(_));
    assert!(is_told, "{late}");
    // At once where that is known.
    store.silence().await;
    until(
        async || store.read(look).await,
        |refused| matches!(refused, Err(StoreError::Unavailable(_))),
    )
    .await;
    assert!(store.is_silent());

    link.mend();
    until(async || store.write(look).await, Result::is_ok).await;
    assert!(!store.is_silent());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_waits_for_any_more_is_not_done() {
    for location in [
        Location::Postgres(testing::fresh_database()),
        Location::Sqlite(tempfile::tempdir().unwrap().keep().join("rejoinder.db")),
    ] {
        let short = Timeouts {
            operation: Some(Duration::from_millis(200)),
            statement: None,
            ..SHORT
        };
        let reach = Reach {
            timeouts: short,
            n_readers: 1,
            n_writers: 1,
            ..Reach::default()
        };
        let store = open_within(&location, reach).await;
        let (go_on, goes_on) = mpsc::channel::<()>();
        let goes_on = Arc::new(Mutex::new(goes_on));
        // The first is under way, the second waits behind it.
        let first = store.write({
            let goes_on = Arc::clone(&goes_on);
            move |tx| {
                tx.batch("create table first (id bigint)")?;
                let _ = goes_on.lock().unwrap().recv();
                Ok(())
            }
        });
        let second = store.write(|tx| tx.batch("create table second (id bigint)"));
        let (first, second) = tokio::join!(first, second);
        for late in [first.unwrap_err(), second.unwrap_err()] {
            assert!(matches!(late, StoreError::TimedOut(_)), "{late}");
        }
        drop(go_on);

        let background = store.in_background();
        let both = "create table first (id bigint); create table second (id bigint)";
        background.write(move |tx| tx.batch(both)).await.unwrap();
        store.close();
        if let Location::Sqlite(path) = location {
            std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_ends_when_whoever_waits_would_have_gone_and_in_the_background_goes_on() {
    let (world, _) = world_on_postgres().await;
    let store = open(&world.location, SHORT).await;
    let slow = |tx: &mut Tx<'_>| tx.batch("select pg_sleep(0.6)");

    let ended = store.read(slow).await.unwrap_err();
    assert!(matches!(ended, StoreError::TimedOut(_)), "{ended}");
    assert!(ended.to_string().contains("SQLSTATE 57014"), "{ended}");
    store.in_background().read(slow).await.unwrap();
    store.read(look).await.unwrap();
}

/// A store with a short deadline at a fresh database of each kind.
async fn each(test: impl AsyncFn(Store)) {
    let folder = tempfile::tempdir().unwrap();
    let file = Location::Sqlite(folder.path().join("guard.db"));
    for location in [file, Location::Postgres(testing::fresh_database())] {
        let timeouts = Timeouts {
            operation: Some(Duration::from_millis(500)),
            ..SHORT
        };
        let store = open(&location, timeouts).await;
        test(store.clone()).await;
        store.close();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_are_all_busy_are_no_database_that_is_away() {
    each(async |store| {
        let gate = Arc::new(Mutex::new(()));
        let shut = gate.clone();
        let (shut_it, is_shut) = mpsc::channel();
        let (open_it, is_open) = mpsc::channel::<()>();
        let keeper = std::thread::spawn(move || {
            let _shut = shut.lock().unwrap();
            shut_it.send(()).unwrap();
            let _ = is_open.recv();
        });
        is_shut.recv().unwrap();
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (own, gate) = (store.clone(), gate.clone());
            let slow = move |_: &mut Tx<'_>| {
                drop(gate.lock());
                Ok(())
            };
            waiting.spawn(async move { own.read(slow).await });
        }

        for outcome in waiting.join_all().await {
            assert!(
                matches!(outcome, Err(StoreError::TimedOut(_))),
                "{outcome:?}"
            );
        }
        // They let it be asked; each write below would be refused if it counted as away.
        for _ in 0..20 {
            store.write(look).await.unwrap();
            assert!(!store.is_silent());
        }
        open_it.send(()).unwrap();
        keeper.join().unwrap();
        until(async || store.read(look).await, Result::is_ok).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_asked_for_that_left_meanwhile_is_done() {
    each(async |store| {
        let (begun, has_begun) = mpsc::channel();
        let (go_on, goes_on) = mpsc::channel::<()>();
        let goes_on = Mutex::new(goes_on);
        let own = store.clone();
        let leaving = tokio::spawn(async move {
            let write = move |tx: &mut Tx<'_>| {
                let _ = begun.send(());
                let _ = goes_on.lock().unwrap().recv();
                tx.batch("create table left_behind (id bigint)")
            };
            own.write(write).await
        });
        tokio::task::spawn_blocking(move || has_begun.recv().unwrap())
            .await
            .unwrap();

        leaving.abort();
        assert!(leaving.await.unwrap_err().is_cancelled());
        go_on.send(()).unwrap();

        let find = |tx: &mut Tx<'_>| tx.batch("select id from left_behind");
        until(async || store.write(find).await, Result::is_ok).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_told_what_the_server_said_and_nothing_of_what_stands_in_rows() {
    let (world, _) = world_on_postgres().await;
    let said = async |script: &'static str| {
        let failed = world.store.write(move |tx| tx.batch(script)).await;
        failed.unwrap_err().to_string()
    };
    assert_eq!(
        said("select 1/0").await,
        "the database failed: division by zero (SQLSTATE 22012)"
    );
    let detailed =
        "do $$ begin raise exception 'no' using errcode = '22000', detail = 'row seven'; end $$";
    assert_eq!(
        said(detailed).await,
        "the database failed: no (SQLSTATE 22000)"
    );
    for (state, expected) in [
        ("57P01", "unavailable"),
        ("53300", "too much is waiting"),
        ("53100", "full"),
        ("57014", "too long"),
        ("25006", "unavailable"),
        ("08006", "unavailable"),
    ] {
        let script = format!("do $$ begin raise exception 'no' using errcode = '{state}'; end $$");
        let told = said(script.leak()).await;
        assert!(told.contains(expected), "{state}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_the_server_ends_under_way_costs_nobody_an_answer() {
    let (world, _) = world_on_postgres().await;
    let reach = Reach {
        n_writers: 1,
        ..Reach::default()
    };
    let store = open_within(&world.location, reach).await;
    // Of a new connection that ends at once there is little hope.
    store.write(look).await.unwrap();
    let n_runs = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&n_runs);
    let ended_once = move |tx: &mut Tx<'_>| {
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            tx.batch("select pg_terminate_backend(pg_backend_pid())")?;
        }
        tx.batch("select 1")
    };
    store.write(ended_once).await.unwrap();
    assert_eq!(n_runs.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_that_is_gone_holds_up_no_reader_and_no_write_is_acknowledged_without_it() {
    let server = testing::Postgres::start().unwrap();
    let url = server.fresh_database().unwrap();
    let location = Location::Postgres(format!("{url}?options=-c%20synchronous_commit%3Don"));
    let world = World::new(&location, tempfile::tempdir().unwrap()).await;
    let timeouts = Timeouts {
        operation: Some(Duration::from_millis(500)),
        ..SHORT
    };
    let reach = Reach {
        timeouts,
        n_writers: 2,
        ..Reach::default()
    };
    let store = open_within(&location, reach).await;
    let wait_for = |names: &str| {
        let set = format!("alter system set synchronous_standby_names = '{names}'");
        server.sql(&[&set, "select pg_reload_conf()"]).unwrap();
    };
    wait_for("nobody");
    // Until each connection has read its configuration, one may commit alone.
    let n_waiting = || {
        let waiting = "select count(*) from pg_stat_activity where wait_event = 'SyncRep'";
        server
            .sql(&[waiting])
            .unwrap()
            .trim()
            .parse::<usize>()
            .unwrap()
    };
    let n_written = AtomicUsize::default();
    // Each writes something else, so that none waits for another.
    let write = async || {
        let n = n_written.fetch_add(1, Ordering::SeqCst);
        let made = move |tx: &mut Tx<'_>| tx.batch(&format!("create table made_{n} (id bigint)"));
        store.write(made).await
    };
    while n_waiting() < 2 {
        match write().await {
            Ok(()) | Err(StoreError::TimedOut(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }

    for _ in 0..20 {
        store.read(look).await.unwrap();
    }
    let late = write().await;
    assert!(matches!(late, Err(StoreError::TimedOut(_))), "{late:?}");
    wait_for("");
    until(async || store.write(look).await, Result::is_ok).await;
    world.expect_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_pool_nothing_is_left_behind_on_a_connection() {
    let (mut world, url) = world_on_postgres().await;
    let reach = Reach {
        direct: Some(url),
        ..Reach::default()
    };
    world.store = open_within(&world.location, reach).await;
    let (ann, bob) = (world.person("Ann"), world.person("Bob"));
    let first = world.post(&ann, "first").await;
    world.reply(&bob, first, "second").await;

    let lines = world.lines(first_page(Sort::Oldest)).await;
    assert_eq!(lines.len(), 2, "{lines:?}");
    world.dump().await;
    let left = world.store.read(|tx| {
        // What holds for this transaction alone is gone with it.
        tx.batch("rollback; begin")?;
        let named = tx.all(
            rejoinder_store::sql!(@postgres "select name from pg_prepared_statements"),
            rejoinder_store::params![],
            |row| row.next::<String>(),
        )?;
        let set = tx.all(
            rejoinder_store::sql!(
                @postgres
                "select name from pg_settings
                 where source = 'session' and name not like 'transaction\\_%'"
            ),
            rejoinder_store::params![],
            |row| row.next::<String>(),
        )?;
        Ok((named, set))
    });
    let (named, set) = left.await.unwrap();
    assert_eq!((named, set), (Vec::new(), Vec::new()));
    world.expect_sound().await;
}
