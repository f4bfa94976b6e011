//! What an operator does to a server: start it before its database, hand it a socket, change its options.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::Stdio;

use crate::program::{Place, Server};

/// What answers on a connection.
fn ask(mut connection: impl Read + Write, host: &str, path: &str) -> String {
    let question = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    connection.write_all(question.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

fn status(server: &Server, path: &str) -> u16 {
    server.get(path).0
}

#[test]
fn a_server_that_starts_before_its_database_says_so_and_waits_for_it() {
    let database = testing::Postgres::start().unwrap();
    let place = Place::on(&database.fresh_database().unwrap());
    place.run(&["site", "add", "news.example"]).good();
    database.stop().unwrap();

    let server = place.start(&["serve"]);
    let said = server.said.last().unwrap();
    assert!(said.contains("Waiting for the database"), "{said}");
    let thread = "/api/v1/thread?site=news.example&page=https://news.example/story";
    let (early, problem) = server.get(thread);
    assert_eq!(early, 503, "{problem}");
    assert!(problem.contains("\"unavailable\""), "{problem}");

    database.resume().unwrap();
    server.wait_for("Serving comments");
    assert_eq!(status(&server, thread), 200);
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_server_that_waits_for_its_database_ends_when_it_is_told_to() {
    let place = Place::on("postgres://nobody@%2Fnot%2Fthere/nothing");
    let server = place.start(&["serve"]);
    assert_eq!(server.stop().0, Some(0));
    // A command does not wait.
    let ended = place.run(&["site", "list"]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(ended.err.contains("unavailable"), "{}", ended.err);
}

#[test]
fn what_operators_ask_is_answered_while_the_database_is_waited_for() {
    let place = Place::on("postgres://nobody@%2Fnot%2Fthere/nothing");
    let internal = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let internal = internal.to_string();
    let args = ["serve", "--listen", "127.0.0.1:0", "--internal", &internal];
    let server = place.start_until(&args, Stdio::null(), "Waiting for the database");
    let inside = |path| ask(TcpStream::connect(&internal).unwrap(), "localhost", path);

    let alive = inside("/healthz");
    assert!(alive.starts_with("HTTP/1.1 200"), "{alive}");
    let ready = inside("/readyz");
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    assert!(ready.contains("cannot be reached yet"), "{ready}");
    drop(server);
}

const BASE: [&str; 4] = ["--base", "http://comments.localhost", "--internal", "off"];

fn asked_at(socket: &Path) -> String {
    ask(
        UnixStream::connect(socket).unwrap(),
        "comments.localhost",
        "/embed.js",
    )
}

#[test]
fn a_socket_in_the_file_system_is_listened_on_and_what_was_left_there_is_taken_away() {
    let place = Place::new();
    let socket = place.path("readers");
    let listen = format!("unix:{}", socket.display());
    let args = [&["serve", "--listen", &listen][..], &BASE].concat();
    for _ in 0..2 {
        let server = place.start_until(&args, Stdio::null(), "Serving comments on unix:");
        let answer = asked_at(&socket);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        // It leaves the socket where it is.
        server.kill();
    }
    let other = Place::new();
    let _held = UnixListener::bind(other.path("held")).unwrap();
    let listen = format!("unix:{}", other.path("held").display());
    let args = [&["serve", "--listen", &listen][..], &BASE].concat();
    let ended = other.run(&args);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.err.contains("another program is listening"),
        "{}",
        ended.err
    );
    let ended = other.run(&["serve", "--listen", &listen, "--internal", "off"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("needs `base`"), "{}", ended.err);
}

/// As systemd starts a program: the third handle is the socket.
const HANDED_OVER: &str = "exec 3<&0 0</dev/null; export LISTEN_PID=$$ LISTEN_FDS=1";

#[test]
fn a_socket_or_port_that_is_handed_over_is_taken() {
    let place = Place::after(HANDED_OVER);
    let socket = place.path("readers");
    let held = UnixListener::bind(&socket).unwrap();
    let args = [&["serve"][..], &BASE].concat();
    let input = Stdio::from(OwnedFd::from(held));
    let server = place.start_until(&args, input, "Serving comments on a socket");
    let answer = asked_at(&socket);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    drop(server);

    let place = Place::after(HANDED_OVER);
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap();
    let input = Stdio::from(OwnedFd::from(held));
    let ready = format!("Serving comments on http://{address}");
    let server = place.start_until(&["serve", "--internal", "off"], input, &ready);
    let answer = ask(
        TcpStream::connect(address).unwrap(),
        "localhost",
        "/embed.js",
    );
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    drop(server);
}

#[test]
fn options_are_read_again_on_sighup_and_bad_ones_change_nothing() {
    let place = Place::new();
    let site = "[[site]]\nhost = 'news.example'\n";
    let file = place.file("rejoinder.toml", &format!("log_level = 'info'\n{site}"));
    let server = place.start(&["serve", "--config", &file]);
    let title = || {
        let shown = place.run(&["site", "show", "news.example"]).good();
        let line = shown.lines().find(|line| line.starts_with("title"));
        line.unwrap().to_owned()
    };

    place.file(
        "rejoinder.toml",
        &format!("max_import_mb = 7\n{site}title = 'The News'\n"),
    );
    server.signal("HUP");
    server.wait_for("The options were read again");
    let later = server.wait_for("taken over at the next start");
    assert!(later.contains("max_import_mb"), "{later}");
    assert!(title().contains("The News"), "{}", title());

    place.file(
        "rejoinder.toml",
        &format!("colour = 'red'\n{site}title = 'Others'\n"),
    );
    server.signal("HUP");
    let why = server.wait_for("The options were not read again");
    assert!(why.contains("`colour`"), "{why}");
    assert!(title().contains("The News"), "{}", title());

    place.file("rejoinder.toml", &format!("log_level = 'debug'\n{site}"));
    server.signal("HUP");
    server.wait_for("The options were read again");
    server.get("/embed.js");
    server.wait_for("DEBUG");
}
