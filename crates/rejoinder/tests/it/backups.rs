//! Backups, and going back to them.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use serde_json::{Value, json};

use crate::program::{Place, Server};
use crate::writer::{Acknowledged, Writer};

#[test]
fn a_backup_taken_while_readers_write_holds_all_that_was_acknowledged_before() {
    expect_all_acknowledged(&Place::new(), &Place::new());
}

#[test]
fn so_does_one_of_postgres() {
    expect_all_acknowledged(&Place::on_postgres(), &Place::on_postgres());
}

fn expect_all_acknowledged(place: &Place, other: &Place) {
    place.run(&["site", "add", "news.example"]).good();
    let server = place.start(&["serve"]);
    let all = Arc::new(Mutex::new(Acknowledged::default()));
    let (told, answers) = mpsc::channel();
    let writing: Vec<_> = (0..4)
        .map(|number| {
            let (base, all, told) = (server.base.clone(), Arc::clone(&all), told.clone());
            thread::spawn(move || Writer::new(number, 7).write(&base, &all, &told))
        })
        .collect();
    assert_eq!(answers.iter().take(100).count(), 100);

    let before = all.lock().unwrap().comments.clone();
    let file = place.path("backup.db");
    let said = place.run(&["backup", file.to_str().unwrap()]).good();
    assert!(said.contains("and checked it"), "{said}");
    server.kill();
    for writer in writing {
        writer.join().unwrap();
    }

    other.run(&["restore", file.to_str().unwrap()]).good();
    other.run(&["doctor"]).good();
    let restored = other.start(&["serve"]);
    for (id, text) in before {
        let comment = restored.json(&format!("/api/v1/comments/{id}?site=news.example"));
        assert!(comment["comment"]["html"].as_str().unwrap().contains(&text));
    }
}

#[test]
fn a_restore_keeps_what_stood_there_and_waits_for_the_server_to_stop() {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    let file = place.path("backup.db");
    let file = file.to_str().unwrap();
    place.run(&["backup", file]).good();
    place.run(&["site", "add", "later.example"]).good();

    let server = place.start(&["serve"]);
    let refused = place.run(&["restore", file]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("stop it first"), "{}", refused.err);
    server.stop();

    let refused = place.run(&["restore", file]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("--replace"), "{}", refused.err);
    assert!(
        place
            .run(&["site", "list"])
            .good()
            .contains("later.example")
    );

    place.run(&["restore", file, "--replace"]).good();
    assert_eq!(
        place.run(&["site", "list"]).good(),
        "news.example\thttps://news.example\n"
    );
    assert!(place.path("data/rejoinder.db.before-restore").exists());
}

#[test]
fn a_backup_never_replaces_a_file_and_a_restore_takes_only_a_backup() {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    let file = place.file("precious.txt", "precious");

    let ended = place.run(&["backup", &file]);
    assert!(ended.err.contains("is there already"), "{}", ended.err);
    let ended = place.run(&["restore", &file]);
    assert_eq!(ended.code, Some(1), "{}", ended.out);

    assert_eq!(std::fs::read_to_string(file).unwrap(), "precious");
    place.run(&["site", "show", "news.example"]).good();
    let left = std::fs::read_dir(place.path("data")).unwrap();
    let names = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.into_iter().all(|name| !name.contains("partial")));
}

#[test]
fn a_backup_of_either_database_goes_back_into_either() {
    let sites = "news.example\thttps://news.example\n";
    for from in [Place::new(), Place::on_postgres()] {
        from.run(&["site", "add", "news.example"]).good();
        let server = from.start(&["serve"]);
        let (id, _) = post(&server, "Zanzibar sings");
        server.stop();
        let file = from.path("backup.db");
        let file = file.to_str().unwrap();
        from.run(&["backup", file]).good();

        for to in [Place::new(), Place::on_postgres()] {
            to.run(&["restore", file]).good();

            to.run(&["doctor"]).good();
            assert_eq!(to.run(&["site", "list"]).good(), sites);
            let server = to.start(&["serve"]);
            let comment = server.json(&format!("/api/v1/comments/{id}?site=news.example"));
            assert!(
                comment["comment"]["html"]
                    .as_str()
                    .unwrap()
                    .contains("Zanzibar")
            );
            // What is numbered by the database goes on behind what came.
            post(&server, "Zanzibar sings again");
            server.stop();
            to.run(&["site", "add", "more.example"]).good();
            let again = to.path("again.db");
            to.run(&["backup", again.to_str().unwrap()]).good();
        }
    }
}

#[test]
fn a_restore_into_postgres_keeps_what_stood_there_and_waits_for_the_server_to_stop() {
    let place = Place::on_postgres();
    place.run(&["site", "add", "news.example"]).good();
    let file = place.path("backup.db");
    let file = file.to_str().unwrap();
    place.run(&["backup", file]).good();
    place.run(&["site", "add", "later.example"]).good();

    let server = place.start(&["serve"]);
    let refused = place.run(&["restore", file, "--replace"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("stop it first"), "{}", refused.err);
    server.stop();
    std::fs::remove_file(place.path("backup.db.before-restore")).unwrap();
    let refused = place.run(&["restore", file]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("--replace"), "{}", refused.err);
    let sites = place.run(&["site", "list"]).good();
    assert!(sites.contains("later.example"));

    place.run(&["restore", file, "--replace"]).good();

    let sites = place.run(&["site", "list"]).good();
    assert_eq!(sites, "news.example\thttps://news.example\n");
    let kept = place.path("backup.db.before-restore");
    let other = Place::new();
    other.run(&["restore", kept.to_str().unwrap()]).good();
    assert!(
        other
            .run(&["site", "list"])
            .good()
            .contains("later.example")
    );
    let again = place.run(&["restore", file, "--replace"]);
    assert!(again.err.contains("is there already"), "{}", again.err);
}

/// Post a comment as a new guest; gives its id, and the cookie.
fn post(server: &Server, text: &str) -> (String, String) {
    let body = json!({
        "site": "news.example", "page": "https://news.example/story", "text": text,
        "name": "Zanzibar", "email": "zanzibar@reader.example"
    });
    let answer = ureq::post(format!("{}/api/v1/comments", server.base))
        .header("origin", "https://news.example")
        .send_json(&body);
    let mut answer = answer.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let posted: Value = answer.body_mut().read_json().unwrap();
    (posted["comment"]["id"].as_str().unwrap().to_owned(), cookie)
}

fn delete(server: &Server, (id, cookie): &(String, String)) {
    let url = format!("{}/api/v1/comments/{id}?site=news.example", server.base);
    let answer = ureq::delete(url)
        .header("origin", "https://news.example")
        .header("cookie", cookie)
        .call();
    assert!(answer.unwrap().status().is_success());
}

/// The files in the data directory whose names begin with `start` and whose bytes hold the canary.
fn with_canary(place: &Place, start: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(place.path("data")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let bytes = std::fs::read(entry.path()).unwrap().to_ascii_lowercase();
        let has_it = bytes.windows(8).any(|it| it == b"zanzibar");
        if has_it && name.starts_with(start) {
            found.push(name);
        }
    }
    found
}

#[test]
fn what_was_erased_since_the_backup_is_not_in_what_is_restored() {
    for is_lost in [false, true] {
        let place = Place::new();
        place.run(&["site", "add", "news.example"]).good();
        let server = place.start(&["serve"]);
        let erased = post(&server, "Zanzibar sings");
        let file = place.path("backup.db");
        let file = file.to_str().unwrap();
        place.run(&["backup", file]).good();
        assert_ne!(with_canary(&place, "").len(), 0);

        delete(&server, &erased);
        assert_eq!(with_canary(&place, ""), [] as [&str; 0]);
        let ledger = place.path("erasures");
        let ledger = ledger.to_str().unwrap();
        place.run(&["erasures", "write", ledger]).good();
        server.stop();

        let database = place.path("data/rejoinder.db");
        let said = if is_lost {
            std::fs::remove_file(database).unwrap();
            place.run(&["restore", file, "--erasures", ledger]).good()
        } else {
            place.run(&["restore", file, "--replace"]).good()
        };

        assert!(said.contains("Erased again"), "{said}");
        assert_eq!(with_canary(&place, ""), [] as [&str; 0]);
        let server = place.start(&["serve"]);
        let (_, thread) =
            server.get("/api/v1/thread?site=news.example&page=https://news.example/story");
        assert!(!thread.to_lowercase().contains("zanzibar"), "{thread}");
    }
}

#[test]
fn what_was_erased_since_the_backup_is_not_in_what_is_restored_into_postgres() {
    for is_lost in [false, true] {
        let (place, other) = (Place::on_postgres(), Place::on_postgres());
        place.run(&["site", "add", "news.example"]).good();
        let server = place.start(&["serve"]);
        let erased = post(&server, "Zanzibar sings");
        let file = place.path("backup.db");
        let file = file.to_str().unwrap();
        place.run(&["backup", file]).good();
        delete(&server, &erased);
        server.stop();
        let ledger = place.path("erasures");
        let ledger = ledger.to_str().unwrap();
        place.run(&["erasures", "write", ledger]).good();

        let (to, said) = if is_lost {
            let said = other.run(&["restore", file, "--erasures", ledger]);
            (&other, said.good())
        } else {
            let said = place.run(&["restore", file, "--replace"]);
            (&place, said.good())
        };

        assert!(said.contains("Erased again"), "{said}");
        assert!(!place.path("backup.db.partial").exists());
        let server = to.start(&["serve"]);
        let (_, thread) =
            server.get("/api/v1/thread?site=news.example&page=https://news.example/story");
        assert!(!thread.to_lowercase().contains("zanzibar"), "{thread}");
    }
}

#[test]
fn a_ledger_is_applied_to_a_database_that_its_own_tools_restored() {
    let place = Place::on_postgres();
    place.run(&["site", "add", "news.example"]).good();
    let server = place.start(&["serve"]);
    let kept = post(&server, "Zanzibar sings");
    server.stop();
    let site = place.run(&["erasures", "write", place.path("none").to_str().unwrap()]);
    assert!(site.good().contains("Wrote 0 erasures"));

    let server = place.start(&["serve"]);
    delete(&server, &kept);
    server.stop();
    let ledger = place.path("ledger");
    let ledger = ledger.to_str().unwrap();
    place.run(&["erasures", "write", ledger]).good();
    let said = place.run(&["erasures", "apply", ledger]).good();

    assert!(said.contains("Erased again"), "{said}");
    let wrong = place.file("wrong", "not a ledger");
    let ended = place.run(&["erasures", "apply", &wrong]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("`not a ledger`"), "{}", ended.err);
}

#[test]
fn what_is_no_backup_is_refused_before_anything_is_touched() {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    let folder = place.path("folder");
    std::fs::create_dir(&folder).unwrap();
    let link = place.path("link");
    std::os::unix::fs::symlink(&folder, &link).unwrap();
    let empty = place.path("empty");
    std::fs::write(&empty, "").unwrap();

    for file in [&folder, &link, &empty, &place.path("missing")] {
        let ended = place.run(&["restore", file.to_str().unwrap(), "--replace"]);
        assert_eq!(ended.code, Some(1), "{}", ended.out);
    }

    place.run(&["site", "show", "news.example"]).good();
    assert!(!place.path("data/rejoinder.db.before-restore").exists());
}
