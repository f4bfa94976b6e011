//! What goes wrong around a store: it says so clearly, keeps what it acknowledged, and heals by
//! itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use postgres::NoTls;
use rejoinder_core::Sort;
use rejoinder_store::{Location, Result, Store, StoreError, archive::backup, database::migrations};
use rusqlite::Connection;

use crate::support::{World, first_page};

fn in_folder(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("rejoinder.db")
}

fn open(path: &Path) -> Result<Store> {
    Store::open(&Location::Sqlite(path.to_owned()), Arc::new(|_| {}))
}

fn refusal_of(opened: Result<Store>) -> String {
    match opened {
        Ok(_) => panic!("the store opened"),
        Err(error) => error.to_string(),
    }
}

async fn on_sqlite() -> (World, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder);
    (
        World::new(&Location::Sqlite(path.clone()), folder).await,
        path,
    )
}

/// Let the writer's connection run `pragma`, as if the machine had changed.
async fn set(world: &World, pragma: &'static str) {
    let set = world.store.write(move |tx| tx.batch(pragma));
    set.await.unwrap();
}

#[test]
fn a_missing_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("not/there/rejoinder.db");

    assert_eq!(
        refusal_of(open(&path)),
        format!(
            "the database is unavailable: the folder {} does not exist; create it, or choose \
             another place for the database",
            path.parent().unwrap().display()
        )
    );
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder);
    std::fs::write(&path, "A letter to the editor. ".repeat(100)).unwrap();

    let said = refusal_of(open(&path));

    assert_eq!(said, "the database is unavailable: file is not a database");
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .starts_with("A letter")
    );
}

#[test]
fn a_database_that_can_only_be_read_is_refused_with_what_to_do() {
    let database = testing::fresh_database();
    let location: Location = database.parse().unwrap();
    let name = database.rsplit('/').next().unwrap();
    let close = format!("alter database {name} set default_transaction_read_only = on");
    testing::postgres().sql(&[&close]).unwrap();

    let said = refusal_of(Store::open(&location, Arc::new(|_| {})));

    assert!(said.contains("it can only be read"), "{said}");
    assert!(said.contains("default_transaction_read_only"), "{said}");
}

#[test]
fn a_newer_schema_is_refused() {
    let newer = "insert into migration (number, name) values (999, '0999_of_the_future')";
    let expected = format!(
        "the database is at schema 999, this program knows up to {}: run the newer version",
        migrations::NEWEST
    );

    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder);
    drop(open(&path).unwrap());
    Connection::open(&path).unwrap().execute(newer, []).unwrap();
    assert_eq!(refusal_of(open(&path)), expected);

    let url = testing::fresh_database();
    let location = Location::Postgres(url.clone());
    drop(Store::open(&location, Arc::new(|_| {})).unwrap());
    let mut client = postgres::Client::connect(&url, NoTls).unwrap();
    client.execute(newer, &[]).unwrap();
    assert_eq!(
        refusal_of(Store::open(&location, Arc::new(|_| {}))),
        expected
    );
}

#[test]
fn a_schema_from_before_the_first_is_refused_with_what_to_do() {
    let before = "create table migration (number bigint primary key, name text not null);
         insert into migration values (1, '0001_create_core_tables'), (62, '0062_add_profiles');";
    let expected = "the database is from before the first schema and is not brought along: export its \
         sites with the program that wrote it, and import them into a new database with this one";

    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder);
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(before).unwrap();
    assert_eq!(refusal_of(open(&path)), expected);
    let restored = backup::expect_ours(&path).unwrap_err();
    assert_eq!(restored.to_string(), expected);

    let url = testing::fresh_database();
    let mut client = postgres::Client::connect(&url, NoTls).unwrap();
    client.batch_execute(before).unwrap();
    let opened = Store::open(&Location::Postgres(url), Arc::new(|_| {}));
    assert_eq!(refusal_of(opened), expected);
}

/// Takes the name of an index that the last file of the first migration makes.
const STOP: &str = "create table stop (id bigint); create index job_finished on stop (id);";

#[test]
fn an_interrupted_migration_leaves_nothing_and_is_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder);
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(STOP).unwrap();

    refusal_of(open(&path));
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    assert_eq!(count("select count(*) from migration"), Ok(0));
    let made = "select count(*) from sqlite_schema where type = 'table'
        and name not in ('migration', 'stop')";
    assert_eq!(count(made), Ok(0));

    connection.execute_batch("drop table stop").unwrap();
    open(&path).unwrap();
    let newest = count("select max(number) from migration");
    assert_eq!(newest, Ok(migrations::NEWEST));
}

#[test]
fn an_interrupted_migration_of_postgresql_leaves_nothing_and_is_taken_up_again() {
    let url = testing::fresh_database();
    let open = || Store::open(&Location::Postgres(url.clone()), Arc::new(|_| {}));
    let mut client = postgres::Client::connect(&url, NoTls).unwrap();
    client.batch_execute(STOP).unwrap();

    refusal_of(open());
    let mut count = |sql: &str| client.query_one(sql, &[]).map(|row| row.get::<_, i64>(0));
    assert_eq!(count("select count(*) from migration").unwrap(), 0);
    let made = "select count(*) from information_schema.tables where table_schema = 'public'
        and table_name not in ('migration', 'stop')";
    assert_eq!(count(made).unwrap(), 0);

    client.batch_execute("drop table stop").unwrap();
    open().unwrap();
    let mut count = |sql: &str| client.query_one(sql, &[]).map(|row| row.get::<_, i64>(0));
    let newest = count("select max(number) from migration");
    assert_eq!(newest.unwrap(), migrations::NEWEST);
}

#[test]
fn stores_opened_at_once_migrate_once() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Location::Sqlite(in_folder(&folder));
    let url = testing::fresh_database();
    for location in [sqlite, Location::Postgres(url.clone())] {
        let open = || Store::open(&location, Arc::new(|_| {})).map(drop);
        let opened: Vec<_> = thread::scope(|scope| {
            let opening: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
            opening.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert!(opened.iter().all(|it| it.is_ok()), "{opened:?}");
    }
    let mut client = postgres::Client::connect(&url, NoTls).unwrap();
    // No number is there twice.
    let newest = "select max(number) from migration";
    let newest: i64 = client.query_one(newest, &[]).unwrap().get(0);
    assert_eq!(newest, migrations::NEWEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_file_is_said_and_heals() {
    let (world, path) = on_sqlite().await;
    let ann = world.person("Ann");
    world.post(&ann, "before").await;
    set(&world, "pragma busy_timeout = 20").await;
    let other = Connection::open(&path).unwrap();
    other.execute_batch("begin immediate").unwrap();

    let locked = world.send(world.draft(&ann, None, "during").await).await;
    assert_eq!(
        locked.unwrap_err().to_string(),
        "the database is unavailable: another program writes to it, such as an import that has the file \
         alone, and has not ended yet: try again when it has"
    );
    assert_eq!(world.lines(first_page(Sort::Oldest)).await, ["before 0"]);

    other.execute_batch("rollback").unwrap();
    world.post(&ann, "after").await;
    assert_eq!(
        world.lines(first_page(Sort::Oldest)).await,
        ["before 0", "after 0"]
    );
    world.expect_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_heals() {
    let (world, _) = on_sqlite().await;
    let ann = world.person("Ann");
    set(&world, "pragma max_page_count = 1").await;

    let mut n_posted = 0;
    let full = loop {
        match world
            .send(world.draft(&ann, None, &format!("text {n_posted}")).await)
            .await
        {
            Ok(_) => n_posted += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(full, StoreError::DiskFull(_)), "{full}");
    let full = world.store.expect_writable().await.unwrap_err();
    assert!(matches!(full, StoreError::DiskFull(_)), "{full}");
    assert_eq!(
        world
            .thread(first_page(Sort::Oldest))
            .await
            .page
            .unwrap()
            .n_comments,
        n_posted
    );
    let full = world.send(world.draft(&ann, None, "again").await).await;
    let full = full.unwrap_err();
    assert!(
        full.to_string().ends_with("database or disk is full"),
        "{full}"
    );

    set(&world, "pragma max_page_count = 1000000").await;
    world.store.expect_writable().await.unwrap();
    world.post(&ann, "after").await;
    let page = world.thread(first_page(Sort::Oldest)).await.page.unwrap();
    assert_eq!(page.n_comments, n_posted + 1);
    world.expect_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_acknowledged_into_a_file_that_was_taken_away() {
    let (world, path) = on_sqlite().await;
    let ann = world.person("Ann");
    world.post(&ann, "before").await;
    let aside = path.with_extension("aside");
    let refusal = async || {
        let refused = world.send(world.draft(&ann, None, "during").await).await;
        world.store.expect_writable().await.unwrap_err();
        refused.unwrap_err().to_string()
    };

    std::fs::rename(&path, &aside).unwrap();
    let said = refusal().await;
    assert!(said.contains("was deleted or moved"), "{said}");
    std::fs::copy(&aside, &path).unwrap();
    let said = refusal().await;
    assert!(said.contains("was replaced"), "{said}");

    std::fs::rename(&aside, &path).unwrap();
    world.post(&ann, "after").await;
    assert_eq!(
        world.lines(first_page(Sort::Oldest)).await,
        ["before 0", "after 0"]
    );
    world.expect_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_database_is_said_and_read() {
    let (world, _) = on_sqlite().await;
    let ann = world.person("Ann");
    world.post(&ann, "before").await;
    set(&world, "pragma query_only = on").await;

    let refused = world.send(world.draft(&ann, None, "during").await).await;
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the database is unavailable: attempt to write a readonly database"
    );
    assert_eq!(world.lines(first_page(Sort::Oldest)).await, ["before 0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_postgresql_is_said() {
    let url = testing::fresh_database();
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(&Location::Postgres(url.clone()), folder).await;
    let ann = world.person("Ann");
    let refused = world.store.write(|tx| {
        tx.batch("set transaction read only")?;
        tx.batch("delete from event")
    });
    let refused = refused.await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused}");
    world.post(&ann, "after").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_goes_and_comes_back_loses_nothing() {
    let server = testing::Postgres::start().unwrap();
    let location = Location::Postgres(server.fresh_database().unwrap());
    let world = World::new(&location, tempfile::tempdir().unwrap()).await;
    let ann = world.person("Ann");
    for n in 0..20 {
        world.post(&ann, &format!("before {n}")).await;
    }
    let draft = world.draft(&ann, None, "during").await;
    let before = world.dump().await;

    server.stop().unwrap();
    for _ in 0..3 {
        let gone = world.send(draft.clone()).await.unwrap_err();
        assert!(matches!(gone, StoreError::Unavailable(_)), "{gone}");
        let gone = world.store.read(|tx| tx.batch("select 1")).await;
        assert!(matches!(gone, Err(StoreError::Unavailable(_))), "{gone:?}");
    }
    server.resume().unwrap();

    assert_eq!(world.dump().await, before);
    world.send(draft).await.unwrap();
    let page = world.thread(first_page(Sort::Oldest)).await.page.unwrap();
    assert_eq!(page.n_comments, 21);
    world.expect_sound().await;
}
