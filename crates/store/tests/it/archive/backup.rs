//! Copies of a database that is in use.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rejoinder_core::CommentId;
use rejoinder_store::{Location, Store, archive::backup, discussion::comments};
use rusqlite::Connection;

use crate::support::{Person, World};

const WRITERS: usize = 8;

async fn world() -> (Arc<World>, PathBuf, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rejoinder.db");
    let kept = tempfile::tempdir().unwrap();
    let world = World::new(&Location::Sqlite(path.clone()), kept).await;
    (Arc::new(world), path, folder)
}

/// Post until told to stop, and then say what was acknowledged.
async fn storm(world: Arc<World>, ann: Person, stop: Arc<AtomicBool>) -> Vec<CommentId> {
    let mut acknowledged = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        acknowledged.push(world.post(&ann, "text").await);
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_in_a_storm_of_writes_holds_all_that_was_acknowledged_before() {
    let (world, path, folder) = world().await;
    let ann = world.person("Ann");
    let mut before = Vec::new();
    for n in 0..300 {
        before.push(
            world
                .post(&ann, &format!("{n} {}", "long ".repeat(900)))
                .await,
        );
    }
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|n| {
            let person = world.person(&format!("Writer {n}"));
            tokio::spawn(storm(world.clone(), person, stop.clone()))
        })
        .collect();

    let copy = folder.path().join("copy.db");
    let (from, to) = (path.clone(), copy.clone());
    let copied = tokio::task::spawn_blocking(move || backup::copy(&from, &to, |_, _| {}));
    copied.await.unwrap().unwrap();
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }

    assert_eq!(backup::check(&copy).unwrap(), []);
    let site = world.site.id;
    let restored = Store::open(&Location::Sqlite(copy), Arc::new(|_| {})).unwrap();
    for id in before {
        let found = restored.read(move |tx| comments::by_id(tx, site, id)).await;
        assert!(found.unwrap().is_some(), "{id}");
    }
    world.expect_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_stands_alone_and_tells_how_far_it_is() {
    let (world, path, folder) = world().await;
    world.post(&world.person("Ann"), "First").await;
    let copy = folder.path().join("copy.db");

    let mut told = Vec::new();
    backup::copy(&path, &copy, |done, all| told.push((done, all))).unwrap();

    let size_bytes = std::fs::metadata(&copy).unwrap().len();
    assert_eq!(told.last(), Some(&(size_bytes, size_bytes)));
    assert!(!folder.path().join("copy.db-wal").exists());
    assert!(backup::is_in_use(&path).unwrap());
    assert!(!backup::is_in_use(&copy).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_damaged_or_wrong_is_found_out() {
    let (world, path, folder) = world().await;
    let ann = world.person("Ann");
    for n in 0..50 {
        world.post(&ann, &format!("{n}")).await;
    }
    let copy = folder.path().join("copy.db");
    backup::copy(&path, &copy, |_, _| {}).unwrap();

    let connection = Connection::open(&copy).unwrap();
    connection
        .execute_batch("update page set n_comments = 7")
        .unwrap();
    drop(connection);
    let found = backup::check(&copy).unwrap();
    let checks: Vec<_> = found.iter().map(|finding| finding.check).collect();
    assert_eq!(checks, ["published comments of a page are counted right"]);

    let mut bytes = std::fs::read(&copy).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8_192].fill(0x55);
    std::fs::write(&copy, bytes).unwrap();
    let found = backup::check(&copy);
    assert!(
        !matches!(&found, Ok(findings) if findings.is_empty()),
        "{found:?}"
    );
}

/// What someone may have done to a backup, and a word of why it is refused.
const HOSTILE: [(&str, &str); 10] = [
    (
        "create trigger t after insert on comment begin delete from page; end",
        "trigger",
    ),
    ("create view v as select * from author", "view"),
    ("create table extra (a)", "table"),
    ("create index extra on comment (text)", "index"),
    ("create virtual table extra using fts5 (a)", "table"),
    ("alter table comment add column extra", "table"),
    ("drop index comment_flagged", "index"),
    ("drop table mute", "missing"),
    ("insert into migration values (9999, 'later')", "newer"),
    ("delete from migration", "no database of this program"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_brings_something_of_its_own_is_refused() {
    let (world, path, folder) = world().await;
    world.post(&world.person("Ann"), "First").await;
    let whole = folder.path().join("whole.db");
    backup::copy(&path, &whole, |_, _| {}).unwrap();
    backup::expect_ours(&whole).unwrap();

    for (number, (change, why)) in HOSTILE.into_iter().enumerate() {
        let copy = folder.path().join(format!("{number}.db"));
        std::fs::copy(&whole, &copy).unwrap();
        let connection = Connection::open(&copy).unwrap();
        if connection.execute_batch(change).is_err() {
            // This SQLite has no such module.
            assert!(change.contains("fts5"), "{change}");
            continue;
        }
        drop(connection);
        let refused = backup::expect_ours(&copy).unwrap_err().to_string();
        assert!(refused.contains(why), "{change}: {refused}");
    }
    for bytes in [&b""[..], b"no database", &[0; 8_192]] {
        let copy = folder.path().join("none.db");
        std::fs::write(&copy, bytes).unwrap();
        assert!(backup::expect_ours(&copy).is_err());
    }
}
