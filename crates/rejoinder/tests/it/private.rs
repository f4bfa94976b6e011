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

/// The rights of what is at `path`.
fn rights(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn open_up(path: &Path) {
    let rights = if path.is_dir() { 0o755 } else { 0o644 };
    fs::set_permissions(path, Permissions::from_mode(rights)).unwrap();
}

/// A place as a version before left it: others can look into its folders and read its key and its mails.
fn left_open() -> Place {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    for folder in ["mails", "data/mails"] {
        fs::create_dir(place.path(folder)).unwrap();
        fs::write(place.path(&format!("{folder}/a.eml")), "To: a").unwrap();
        open_up(&place.path(&format!("{folder}/a.eml")));
        open_up(&place.path(folder));
    }
    open_up(&place.path("data/rejoinder.db.key"));
    open_up(&place.path("data"));
    place
}

fn serve_with_mails(place: &Place) {
    let mails = place.path("mails");
    let config = format!(
        "[mail]\nserver = \"file://{}\"\nfrom = \"talk@news.example\"\n",
        mails.display()
    );
    let config = place.file("rejoinder.toml", &config);
    place.start(&["serve", "--config", &config]).stop();
}

#[test]
fn folders_that_an_older_version_left_open_are_closed_at_start() {
    let place = left_open();

    serve_with_mails(&place);

    for folder in ["data", "mails"] {
        assert_eq!(rights(&place.path(folder)), 0o700, "{folder}");
        assert_eq!(open_to_others(&place.path(folder)), [] as [&str; 0]);
    }
}

#[test]
fn a_folder_that_holds_something_of_the_operators_stays_as_it_is() {
    let place = left_open();
    for other in ["data/backup.db", "mails/notes.txt"] {
        fs::write(place.path(other), "of the operator").unwrap();
        open_up(&place.path(other));
    }

    serve_with_mails(&place);

    for folder in ["data", "mails"] {
        assert_eq!(rights(&place.path(folder)), 0o755, "{folder}");
    }
    for file in ["data/backup.db", "mails/notes.txt", "mails/a.eml"] {
        assert_eq!(rights(&place.path(file)), 0o644, "{file}");
    }
    for file in [
        "data/rejoinder.db",
        "data/rejoinder.db.key",
        "data/mails/a.eml",
    ] {
        assert_eq!(rights(&place.path(file)), 0o600, "{file}");
    }
}

#[test]
fn the_folder_of_a_database_that_was_named_by_its_path_stays_as_it_is() {
    let place = Place::new();
    let folder = place.path("lib");
    fs::create_dir(&folder).unwrap();
    open_up(&folder);
    let database = format!("sqlite:{}", folder.join("rejoinder.db").display());

    for _twice in 0..2 {
        let list = ["site", "list", "--database", &database];
        place.run(&list).good();
    }

    assert_eq!(rights(&folder), 0o755);
    assert_eq!(open_to_others(&folder), [] as [&str; 0]);
}

#[test]
fn what_a_link_leads_to_stays_as_it_is() {
    let place = left_open();
    let elsewhere = place.path("elsewhere");
    fs::rename(place.path("mails"), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, place.path("mails")).unwrap();

    serve_with_mails(&place);

    assert_eq!(rights(&elsewhere), 0o755);
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
