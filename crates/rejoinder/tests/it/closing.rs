//! What stands in the database's own file when nothing has it open any more.

use std::fs;

use crate::program::{Place, repository};

/// Copy the database's file, and nothing beside it, to a place of its own.
#[track_caller]
fn alone(place: &Place, after: &str) -> Place {
    let beside = place.path("data/rejoinder.db-wal");
    let n_left = fs::metadata(&beside).map_or(0, |left| left.len());
    assert_eq!(n_left, 0, "{after} left something beside the database");
    let copy = Place::new();
    fs::create_dir(copy.path("data")).unwrap();
    let file = "data/rejoinder.db";
    fs::copy(place.path(file), copy.path(file)).unwrap();
    copy
}

/// The commands that the program says it has.
fn commands(place: &Place) -> Vec<String> {
    let help = place.run(&["--help"]).good();
    let listed = help.split("Commands:\n").nth(1).unwrap();
    let lines = listed.lines().take_while(|line| line.starts_with("  "));
    let words = lines.filter_map(|line| line.split_whitespace().next());
    words
        .filter(|word| *word != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_that_ends_leaves_everything_in_one_file() {
    let place = Place::new();
    let sample = repository("crates/archive/tests/sample.xml");
    let sample = sample.to_str().unwrap();
    let backup = place.path("backup.db");
    let backup = backup.to_str().unwrap();
    let site = ["--site", "news.example"];
    let ledger = place.path("ledger");
    let ledger = ledger.to_str().unwrap();
    let frozen = place.path("frozen");
    let frozen = frozen.to_str().unwrap();
    let exported = place.path("news.jsonl");
    let exported = exported.to_str().unwrap();
    let left = place.path("news.xml");
    let left = left.to_str().unwrap();
    let ends: [&[&str]; 14] = [
        &["site", "add", "news.example"],
        &["site", "set", "news.example", "title", "The News"],
        &["site", "show", "nowhere.example"],
        &[
            "staff",
            "add",
            "kim@news.example",
            site[0],
            site[1],
            "--role",
            "owner",
        ],
        &["import", "wordpress", sample, site[0], site[1]],
        &["doctor"],
        &["doctor", "--repair"],
        &["distribute"],
        &["export", site[0], site[1], "--output", exported],
        &[
            "export", site[0], site[1], "--format", "wxr", "--output", left,
        ],
        &["freeze", site[0], site[1], frozen],
        &["backup", backup],
        &["erasures", "write", ledger],
        &["restore", backup, "--replace"],
    ];
    let serves = ["serve", "demo"];

    for args in ends {
        let ended = place.run(args);
        let expected = match args {
            ["site", "show", "nowhere.example"] => 1,
            // One file is not for several servers.
            ["distribute"] => 2,
            _ => 0,
        };
        assert_eq!(ended.code, Some(expected), "{args:?}: {}", ended.err);
        let copy = alone(&place, &args.join(" "));
        let sites = copy.run(&["site", "list"]).good();
        assert_eq!(sites, "news.example\thttps://news.example\n", "{args:?}");
        copy.run(&["doctor"]).good();
    }

    let shown = alone(&place, "restore");
    let shown = shown.run(&["site", "show", "news.example"]).good();
    assert!(shown.contains("title = \"The News\""), "{shown}");
    for command in commands(&place) {
        let is_tried = ends.iter().any(|args| args[0] == command);
        assert!(
            is_tried || serves.contains(&&*command),
            "{command} is not tried here"
        );
    }
}

#[test]
fn a_server_that_was_stopped_leaves_everything_in_one_file() {
    let place = Place::new();
    let server = place.start(&["serve"]);
    place.run(&["site", "add", "news.example"]).good();
    assert_eq!(server.get("/embed/thread?site=news.example&page=/a").0, 200);
    assert_eq!(server.stop().0, Some(0));
    let copy = alone(&place, "serve");
    let sites = copy.run(&["site", "list"]).good();
    assert_eq!(sites, "news.example\thttps://news.example\n");

    let place = Place::new();
    let demo = place.start(&["demo"]);
    assert_eq!(demo.stop().0, Some(0));
    let copy = alone(&place, "demo");
    copy.run(&["doctor"]).good();
    let again = copy.start(&["serve"]);
    let page = "lantern.example/articles/the-bull";
    let thread = again.json(&format!("/api/v1/thread?site=lantern.example&page={page}"));
    assert_eq!(thread["n_comments"], 2_000);
}
