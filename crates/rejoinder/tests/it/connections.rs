//! As many connections as the machine allows, and no more.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::program::{Place, Server};

fn connect(server: &Server, n: usize) -> Vec<TcpStream> {
    let streams = (0..n).map(|_| TcpStream::connect(server.address()).unwrap());
    streams.collect()
}

/// Whether a connection is answered that was opened before.
fn is_answered(mut stream: &TcpStream) -> bool {
    let asked = stream.write_all(b"GET /embed.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
    asked.is_ok() && stream.read(&mut [0; 16]).is_ok_and(|n| n > 0)
}

#[test]
fn the_program_raises_its_limit_of_open_files_and_says_so() {
    let server = Place::with_files(100, 400).start(&["serve"]);
    let idle = connect(&server, 200);

    assert_eq!(server.get("/embed.js").0, 200);

    assert!(idle.iter().all(is_answered));
    let (code, said) = server.stop();
    assert_eq!(code, Some(0));
    let limit = "At most 400 files may be open, 300 of them connections of readers";
    assert!(said.iter().any(|line| line.contains(limit)), "{said:#?}");
}

#[test]
fn more_idle_connections_than_the_machine_allows_keep_nobody_out() {
    let server = Place::with_files(200, 200).start(&["serve"]);
    let _idle = connect(&server, 400);

    assert_eq!(server.get("/embed.js").0, 200);

    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_program_that_runs_out_of_files_answers_and_ends_all_the_same() {
    let server = Place::new().start(&["serve"]);
    let pid = Pid::from_raw(i32::try_from(server.pid()).unwrap());
    let few = Some(64);
    let limit = Rlimit {
        current: few,
        maximum: few,
    };
    prlimit(pid, Resource::Nofile, limit).unwrap();
    let _idle = connect(&server, 100);

    assert_eq!(server.get("/embed.js").0, 200);

    assert_eq!(server.stop().0, Some(0));
}
