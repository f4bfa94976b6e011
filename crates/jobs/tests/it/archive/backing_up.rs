//! Backups of the database by the clock.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rejoinder_core::Clock as _;
use rejoinder_jobs::{BackupPlan, Backups};
use store::archive::backup;
use store::discussion::comments;
use store::{Location, Reach, Store};

use crate::{SITE, World};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn backups(world: &World, keep: usize) -> Backups {
    let plan = BackupPlan {
        database: Location::Sqlite(world.folder.path().join("rejoinder.db")),
        reach: Reach::default(),
        folder: world.folder.path().join("backups"),
        keep,
        every: DAY,
    };
    Backups::new(plan, world.clock.clone())
}

fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_backup_is_made_when_it_is_due_and_can_be_opened() {
    let world = World::new().await;
    world.post(9, "Kept").await;
    let backups = backups(&world, 3);

    assert!(backups.look().await);
    assert!(!backups.look().await, "the next is due in a day");

    let folder = world.folder.path().join("backups");
    let names = files(&folder);
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(names[0].starts_with("rejoinder-2026-") && names[0].ends_with("Z.db"));
    let file = folder.join(&names[0]);
    backup::expect_ours(&file).unwrap();
    assert!(backup::check(&file).unwrap().is_empty());
    assert_eq!(backups.status().done_at, Some(world.clock.now()));
}

#[tokio::test]
async fn one_of_postgres_is_made_and_checked_the_same_way() {
    let database: Location = testing::fresh_database().parse().unwrap();
    let world = World::at(&database, tempfile::tempdir().unwrap()).await;
    let posted = world.post(9, "Kept").await;
    let plan = BackupPlan {
        database,
        reach: Reach::default(),
        folder: world.folder.path().join("backups"),
        keep: 3,
        every: DAY,
    };
    let backups = Backups::new(plan, world.clock.clone());

    assert!(backups.look().await);

    let folder = world.folder.path().join("backups");
    let names = files(&folder);
    assert_eq!(names.len(), 1, "{names:?}");
    let file = folder.join(&names[0]);
    backup::expect_ours(&file).unwrap();
    assert!(backup::check(&file).unwrap().is_empty());
    let copy = Store::open(&Location::Sqlite(file), Arc::new(|_| {})).unwrap();
    let kept = copy.read(move |tx| comments::by_id(tx, SITE, posted)).await;
    assert_eq!(kept.unwrap().unwrap().text, "Kept");
}

#[tokio::test]
async fn so_many_are_kept_and_other_files_are_left_alone() {
    let world = World::new().await;
    let backups = backups(&world, 2);
    let folder = world.folder.path().join("backups");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    fs::write(folder.join("rejoinder-2026-01-01T00-00-00Z.db.partial"), "").unwrap();

    for _ in 0..4 {
        assert!(backups.look().await);
        world.clock.advance(DAY);
    }

    let names = files(&folder);
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names.contains(&"notes.txt".to_owned()));
}

#[tokio::test]
async fn one_that_fails_is_told_of_leaves_nothing_and_is_tried_again_after_an_hour() {
    let world = World::new().await;
    let plan = BackupPlan {
        database: Location::Sqlite(world.folder.path().join("elsewhere.db")),
        reach: Reach::default(),
        folder: world.folder.path().join("backups"),
        keep: 2,
        every: DAY,
    };
    let backups = Backups::new(plan, world.clock.clone());
    let failed_at = world.clock.now();

    assert!(!backups.look().await);

    let status = backups.status();
    assert_eq!((status.failed_at, status.n_failed), (Some(failed_at), 1));
    assert!(files(&world.folder.path().join("backups")).is_empty());
    assert!(!backups.look().await);
    assert_eq!(backups.status().n_failed, 1);
    world.clock.advance(Duration::from_secs(60 * 60));
    assert!(!backups.look().await);
    assert_eq!(backups.status().n_failed, 2);
}
