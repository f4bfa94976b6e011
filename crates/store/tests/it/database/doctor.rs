//! What the doctor finds: damage that was done on purpose, each of one kind, by the row that was hit.

use rejoinder_core::{PageKey, Refusal, Sort, Vote};
use rejoinder_store::database::doctor::{self, Finding};
use rejoinder_store::{Location, Reach, StoreError, Tx};
use rusqlite::Connection;

use crate::support::{World, first_page, on_both};

/// What is done to the rows, and what the doctor says of it.
const DAMAGES: [(&str, &str); 25] = [
    (
        "update comment set up = up + 1 where parent_id is null",
        "votes are counted right",
    ),
    (
        "update comment set down = down + 1 where parent_id is null",
        "votes are counted right",
    ),
    (
        "update comment set best = best + 1 where parent_id is null",
        "comments rank by their votes",
    ),
    (
        "update comment set n_flags = 9 where parent_id is null",
        "flags are counted right",
    ),
    (
        "update comment set n_replies = 9 where parent_id is null",
        "shown replies are counted right",
    ),
    (
        "update comment set n_descendants = 9 where parent_id is null",
        "branches are counted right",
    ),
    (
        "update comment set liked = 3 where parent_id is null",
        "readers who liked a comment are counted right",
    ),
    (
        "update author set n_published = n_published + 1",
        "what became of an author's comments is counted right",
    ),
    (
        "update author set n_flagged = 2",
        "what became of an author's comments is counted right",
    ),
    (
        "update page set n_comments = 9",
        "published comments of a page are counted right",
    ),
    (
        "update page set version = version + 1",
        "the log of a page has no gap and ends with the page's version",
    ),
    (
        "delete from event where version = 2",
        "the log of a page has no gap and ends with the page's version",
    ),
    (
        "update event set kind = 'forgotten' where version = 2",
        "what happened to a page is known",
    ),
    (
        "update event set comment_id = 5 where version = 2",
        "what happened and what was decided is about comments of the same page",
    ),
    (
        "update comment set depth = 4 where parent_id is not null",
        "a reply stands on its parent's page, one level below it, in the same branch",
    ),
    (
        "update comment set root_id = id where parent_id is not null",
        "a reply stands on its parent's page, one level below it, in the same branch",
    ),
    (
        "update comment set root_id = root_id + 1 where parent_id is null",
        "a root is its own root",
    ),
    (
        "update comment set featured_at = 1, state = 'removed' where parent_id is null",
        "only what is published is featured, and decisions are on the newest text",
    ),
    (
        "update comment set decided_revision = 7 where parent_id is null",
        "only what is published is featured, and decisions are on the newest text",
    ),
    (
        "update comment set annotation = '{' where parent_id is null",
        "the passage of a comment can be read",
    ),
    (
        "update comment set source_check = '[]' where parent_id is null",
        "the sources of a comment can be read",
    ),
    (
        "update site set settings = 'none'",
        "the settings of a site can be read",
    ),
    (
        "delete from site_origin",
        "sites are found by their origins",
    ),
    (
        "insert into page_alias select a.site_id, b.key, a.id from page a join page b on b.id > a.id",
        "no page goes by the name of another",
    ),
    (
        "insert into vote select site_id, id, author_id, 1, null, 1 from comment where parent_id is not null",
        "nobody votes on their own comment",
    ),
];

/// Two pages, of which one has a thread with votes.
async fn fill(world: &World) {
    let (ann, bo) = (world.person("Ann"), world.person("Bo"));
    let root = world.post(&ann, "Root").await;
    world.reply(&bo, root, "Reply").await;
    world.vote(&bo, root, Some(Vote::Up)).await.unwrap();
    let mut elsewhere = world.draft(&ann, None, "Elsewhere").await;
    elsewhere.page = PageKey::parse("https://news.example/other").unwrap();
    world.send(elsewhere).await.unwrap();
}

/// What is found after `damage`, which is then taken back.
async fn found_after(world: &World, damage: &'static str) -> Vec<Finding> {
    let damaged = move |tx: &mut Tx<'_>| {
        let mut found = Vec::new();
        let _ = tx.attempt(|tx| {
            tx.batch(damage)?;
            found = doctor::check(tx)?;
            Err::<(), _>(Refusal::CommentUnknown.into())
        });
        Ok(found)
    };
    world.store.write(damaged).await.unwrap()
}

#[test]
fn each_damage_is_found_by_the_row_that_was_hit() {
    on_both(|world| async move {
        fill(&world).await;
        world.expect_sound().await;
        for (damage, check) in DAMAGES {
            let found = found_after(&world, damage).await;
            let finding = found.iter().find(|finding| finding.check == check);
            let finding = finding.unwrap_or_else(|| panic!("{damage}: {found:?}"));
            assert!(
                finding.n_wrong > 0 && !finding.named.is_empty(),
                "{finding:?}"
            );
            let host = &world.site.host;
            assert!(
                finding.named.iter().all(|row| row.ends_with(host)),
                "{finding:?}"
            );
        }
        world.expect_sound().await;
    });
}

#[test]
fn a_few_of_many_rows_are_named() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        for n in 0..7 {
            world.post(&ann, &format!("text {n}")).await;
        }
        let lines = world.lines(first_page(Sort::Oldest)).await;
        assert_eq!(lines.len(), 7);

        let found = found_after(&world, "update comment set n_flags = 2").await;

        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].n_wrong, found[0].named.len()), (7, 5));
    });
}

/// A database with a thread, which nobody uses any more.
async fn left(location: &Location) {
    left_after(location, "").await;
}

/// The same after `damage`.
async fn left_after(location: &Location, damage: &'static str) {
    let kept = tempfile::tempdir().unwrap();
    let world = World::new(location, kept).await;
    fill(&world).await;
    let damage = move |tx: &mut Tx<'_>| tx.batch(damage);
    world.store.write(damage).await.unwrap();
    world.store.close();
}

fn checks(location: &Location) -> Vec<&'static str> {
    let found = doctor::examine(location, &Reach::default()).unwrap();
    found.into_iter().map(|finding| finding.check).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_of_the_schema_is_found_on_both() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| Location::Sqlite(folder.path().join(name));
    let elsewhere = || Location::Postgres(testing::fresh_database());
    for whole in [at("whole.db"), elsewhere()] {
        left(&whole).await;
        assert_eq!(checks(&whole), [] as [&str; 0]);
    }
    for damaged in [at("damaged.db"), elsewhere()] {
        left_after(&damaged, "drop index comment_reply").await;
        assert_eq!(checks(&damaged), ["every table and index is there"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_file_that_belong_to_none_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("doctor.db"));
    left(&location).await;
    let Location::Sqlite(path) = &location else {
        return;
    };
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch("pragma foreign_keys = off; delete from author")
        .unwrap();

    let found = checks(&location);

    assert!(
        found.contains(&"what a row belongs to is there"),
        "{found:?}"
    );
    assert!(
        found.contains(&"each comment stands on a page and is by somebody"),
        "{found:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_there_is_not_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("doctor.db"));
    left(&location).await;
    let Location::Sqlite(path) = &location else {
        return;
    };
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch("pragma ignore_check_constraints = on; update comment set state = 'lost'")
        .unwrap();

    let found = checks(&location);
    assert!(
        found.contains(&"a comment is in a state that there is"),
        "{found:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_changes_nothing_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("doctor.db");
    let location = Location::Sqlite(path.clone());
    let nothing = doctor::examine(&location, &Reach::default());
    assert!(
        matches!(nothing, Err(StoreError::Unavailable(_))),
        "{nothing:?}"
    );
    assert!(!path.exists());

    left(&location).await;
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("delete from migration").unwrap();
    let old = doctor::examine(&location, &Reach::default());

    assert!(
        matches!(old, Err(StoreError::TooOld { found: 0, .. })),
        "{old:?}"
    );
    let n_done = "select count(*) from migration";
    let n_done: i64 = connection.query_row(n_done, [], |row| row.get(0)).unwrap();
    assert_eq!(n_done, 0);
}
