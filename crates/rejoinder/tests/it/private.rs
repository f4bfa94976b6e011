//! Who can read what the program writes.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::program::{Place, repository};

/// Every file and folder below `folder` that others can read or write.
fn open_to_others(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        if mode & 0o077 != 0 {
            found.push(format!("{:o} {}", mode & 0o777, path.display()));
        }
        if path.is_dir() {
            found.extend(open_to_others(&path));
        }
    }
    found
}

#[test]
fn nobody_else_can_read_what_the_program_writes_whatever_the_shell_says() {
    let place = Place::open_to_all();
    let sample = repository("crates/archive/tests/sample.xml");
    let site = ["--site", "news.example"];
    let path = |name: &str| place.path(name).to_str().unwrap().to_owned();
    place.run(&["site", "add", "news.example"]).good();
    let server = place.start(&["serve"]);
    place.run(&["backup", &path("backup.db")]).good();
    for beside in ["-wal", ".key"] {
        let file = format!("data/rejoinder.db{beside}");
        assert!(place.path(&file).exists(), "{file}");
    }
    assert_eq!(open_to_others(&place.path("")), [] as [&str; 0]);
    server.stop();
    place.run(&["erasures", "write", &path("ledger")]).good();
    let report = path("report.txt");
    let import = [
        "import",
        "wordpress",
        sample.to_str().unwrap(),
        site[0],
        site[1],
    ];
    place
        .run(&[&import[..], &["--report", &report]].concat())
        .good();
    place
        .run(&["restore", &path("backup.db"), "--replace"])
        .good();
    let demo = path("demo");
    place.start(&["demo", "--data", &demo]).stop();

    assert_eq!(open_to_others(&place.path("")), [] as [&str; 0]);
}

#[test]
fn a_database_that_others_can_read_is_taken_from_them_with_a_word() {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    let file = place.path("data/rejoinder.db");
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();

    let server = place.start(&["serve"]);
    assert_eq!(open_to_others(&place.path("data")), [] as [&str; 0]);
    let said = &server.said;
    let word = said.iter().find(|line| line.contains("Others could read"));
    assert!(word.is_some(), "{said:#?}");
}

#[test]
fn a_key_is_taken_from_the_environment_and_never_repeated() {
    let place = Place::new();
    let key = "ERERERERERERERERERERERERERERERERERERERERERE=";
    let run = |key| place.run_with(&["site", "list"], &[("REJOINDER_KEY", key)]);

    run(key).good();
    assert!(!place.path("data/rejoinder.db.key").exists());
    let ended = run("c2VjcmV0");

    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("32 random bytes"), "{}", ended.err);
    assert!(!ended.err.contains("c2VjcmV0"), "{}", ended.err);
}
