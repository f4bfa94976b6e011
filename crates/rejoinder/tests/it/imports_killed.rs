//! An import that is killed again and again is, in the end, the import.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rejoinder_core::FixedRandom;
use serde_json::Value;

use crate::program::Place;

const SITE: [&str; 2] = ["--site", "news.example"];

/// Comments of many authors on some pages, with replies, votes and states, in no order of their own. One page
/// has as many as all others, which is more than one transaction takes.
fn table(n_comments: u64) -> String {
    let random = FixedRandom::seeded(7);
    let mut table = String::from("id,page,parent,posted_at,name,email,markdown,state,up,down\n");
    for id in 1..=n_comments {
        let page = random.below(40).saturating_sub(20);
        // Some replies stand before what they reply to.
        let parent = match random.below(8) {
            0..3 => String::new(),
            3 => (1 + random.below(n_comments)).to_string(),
            _ => (1 + random.below(id)).to_string(),
        };
        let state = [
            "published",
            "published",
            "published",
            "held",
            "spam",
            "removed",
        ];
        let state = state[usize::try_from(random.below(6)).unwrap()];
        let (author, up, down) = (random.below(500), random.below(9), random.below(3));
        let seconds = 1_600_000_000 + random.below(100_000_000);
        writeln!(
            table,
            "{id},/page-{page},{parent},{seconds},Reader {author},r{author}@reader.example,\
             Words of *{id}*,{state},{up},{down}"
        )
        .unwrap();
    }
    table
}

/// All that was imported, without what differs from one time to the next.
fn exported(place: &Place) -> String {
    let file = place
        .run(&["export", SITE[0], SITE[1], "--format", "wxr"])
        .good();
    let is_its_own = |line: &&str| {
        ["<wp:post_date", "<wp:post_id", "<wp:comment_user_id"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    let lines = file.lines().filter(|line| !is_its_own(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// How many comments are published on each page that has any, by its key.
fn published(place: &Place) -> BTreeMap<String, usize> {
    let (mut keys, mut published) = (BTreeMap::new(), BTreeMap::new());
    for line in place.run(&["export", SITE[0], SITE[1]]).good().lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |value: &Value| value.to_string();
        if let Some(page) = row.get("page") {
            keys.insert(text(&page["id"]), text(&page["key"]));
        }
        if let Some(comment) = row.get("comment").filter(|own| own["state"] == "published") {
            let key = keys[&text(&comment["page_id"])].clone();
            *published.entry(key).or_default() += 1;
        }
    }
    published
}

fn import_and_kill(place: &Place, n_rounds: usize) {
    place.run(&["site", "add", "news.example"]).good();
    let n_comments = u64::try_from(testing::rounds(13_000, 45_000)).unwrap();
    let file = place.file("comments.csv", &table(n_comments));
    let import = ["import", "csv", &file, SITE[0], SITE[1]];
    let whole = Place::new();
    whole.run(&["site", "add", "news.example"]).good();
    whole.run(&import).good();
    let in_the_end = published(&whole);
    let random = FixedRandom::seeded(11);
    // Five lines come while the file is being read, and of many comments two more while they are written.
    let n_lines = testing::rounds(5, 7) as u64;

    let mut n_killed = 0;
    for _ in 0..n_rounds {
        let n_lines = usize::try_from(1 + random.below(n_lines)).unwrap();
        n_killed += usize::from(place.kill_after(&import, n_lines));
        place.run(&["doctor"]).good();
        let shown = published(place);
        let is_whole = |(page, n): (&String, &usize)| in_the_end[page] == *n;
        assert!(shown.iter().all(is_whole), "a part of a page is shown");
    }
    let done = place.run(&import).good();

    assert_eq!(n_killed, n_rounds, "an import ended before it was killed");
    assert!(done.contains("Imported into news.example."), "{done}");
    place.run(&["doctor"]).good();
    assert_eq!(published(place), in_the_end);
    assert!(
        exported(place) == exported(&whole),
        "it is another import than the one that was never killed"
    );
}

#[test]
fn an_import_that_was_killed_goes_on_and_is_the_same_on_sqlite() {
    import_and_kill(&Place::new(), testing::rounds(2, 50));
}

#[test]
fn an_import_that_was_killed_goes_on_and_is_the_same_on_postgres() {
    import_and_kill(&Place::on_postgres(), testing::rounds(1, 50));
}

/// Alone it would be one transaction.
fn import_beside_a_server_and_kill(place: &Place) {
    let _server = place.start(&["serve"]);
    import_and_kill(place, testing::rounds(1, 50));
}

#[test]
fn an_import_beside_a_server_that_was_killed_goes_on_and_is_the_same_on_sqlite() {
    import_beside_a_server_and_kill(&Place::new());
}

#[test]
fn an_import_beside_a_server_that_was_killed_goes_on_and_is_the_same_on_postgres() {
    import_beside_a_server_and_kill(&Place::on_postgres());
}
