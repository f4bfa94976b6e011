//! Backups, and going back to them.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use crate::program::Place;
use crate::writer::{Acknowledged, Writer};

#[test]
fn a_backup_taken_while_readers_write_holds_all_that_was_acknowledged_before() {
    let (place, other) = (Place::new(), Place::new());
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

    place.run(&["restore", file]).good();
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
fn a_backup_of_postgres_names_the_tool_for_it() {
    let place = Place::new();
    let ended = place.run(&["backup", "x.db", "--database", "postgres://localhost/news"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("pg_dump"), "{}", ended.err);
}
