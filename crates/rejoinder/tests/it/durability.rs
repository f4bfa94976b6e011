//! What was acknowledged is there after the program was killed.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use rejoinder_core::FixedRandom;

use crate::program::{Place, Server};
use crate::writer::{Acknowledged, Writer};

const N_WRITERS: usize = 16;

#[test]
fn nothing_acknowledged_is_lost_when_the_program_is_killed_on_sqlite() {
    kill_again_and_again(&Place::new(), testing::rounds(3, 50), 1);
}

#[test]
fn nothing_acknowledged_is_lost_when_the_program_is_killed_on_postgres() {
    kill_again_and_again(&Place::on_postgres(), testing::rounds(1, 20), 2);
}

fn kill_again_and_again(place: &Place, n_rounds: usize, seed: u64) {
    place.run(&["site", "add", "news.example"]).good();
    let random = FixedRandom::seeded(seed);
    let all = Arc::new(Mutex::new(Acknowledged::default()));
    let mut writers: Vec<Writer> = (0..N_WRITERS)
        .map(|number| Writer::new(number, random.next()))
        .collect();

    for _ in 0..n_rounds {
        let n_answers = 40 + usize::try_from(random.below(400)).unwrap();
        writers = write_until_killed(place.start(&["serve"]), writers, &all, n_answers);

        let server = place.start(&["serve"]);
        for writer in &mut writers {
            writer.send(&server.base, &all).unwrap();
        }
        check(&server, &all.lock().unwrap());
        assert_eq!(server.stop().0, Some(0));
        place.run(&["doctor"]).good();
    }
}

/// Let all write at once, and kill the server when `n_answers` have come.
fn write_until_killed(
    server: Server,
    writers: Vec<Writer>,
    all: &Arc<Mutex<Acknowledged>>,
    n_answers: usize,
) -> Vec<Writer> {
    let (told, answers) = mpsc::channel();
    let start = |mut writer: Writer| {
        let (base, all, told) = (server.base.clone(), Arc::clone(all), told.clone());
        thread::spawn(move || {
            writer.write(&base, &all, &told);
            writer
        })
    };
    let threads: Vec<_> = writers.into_iter().map(start).collect();
    drop(told);
    assert_eq!(
        answers.iter().take(n_answers).count(),
        n_answers,
        "the writers gave up"
    );
    server.kill();
    drop(answers);
    threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect()
}

/// Every acknowledged comment and vote is there, and each comment once.
fn check(server: &Server, all: &Acknowledged) {
    for (id, text) in &all.comments {
        let comment = server.json(&format!("/api/v1/comments/{id}?site=news.example"));
        let comment = &comment["comment"];
        assert!(
            comment["html"].as_str().unwrap().contains(text),
            "{text} in {comment}"
        );
        for (field, value) in [("up", 1), ("down", -1)] {
            let known = all
                .votes
                .iter()
                .filter(|((voted, _), vote)| voted == id && **vote == value);
            assert_eq!(comment[field], known.count(), "{field} of {id}");
        }
    }
    let n_comments: i64 = (0..4)
        .map(|page| {
            server.json(&format!(
                "/api/v1/thread?site=news.example&page=page-{page}"
            ))
        })
        .map(|thread| thread["n_comments"].as_i64().unwrap())
        .sum();
    assert_eq!(n_comments, i64::try_from(all.comments.len()).unwrap());
}
