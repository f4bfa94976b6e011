//! Traces of the real program, at a real collector.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

use serde_json::Value;

use crate::program::Place;

/// What a collector got: the head of each request, and its body.
type Got = mpsc::Receiver<(String, Value)>;

/// A collector that takes everything, but says first that it is busy.
fn collector() -> (SocketAddr, Got) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, got) = mpsc::channel();
    thread::spawn(move || {
        let mut status = "503 Service Unavailable";
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            while let Some(request) = read(&mut stream) {
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\n{{}}");
                stream.get_mut().write_all(answer.as_bytes()).unwrap();
                if std::mem::replace(&mut status, "200 OK") == "200 OK" {
                    let _ = tell.send(request);
                }
            }
        }
    });
    (address, got)
}

fn read(stream: &mut BufReader<TcpStream>) -> Option<(String, Value)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    Some((head, serde_json::from_slice(&body).unwrap()))
}

#[test]
fn what_is_left_when_the_server_ends_is_sent_first() {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    let (address, got) = collector();
    let options = "traces_headers = 'authorization=Bearer%20collecting'\n\
                   traces_service = 'comments'\n";
    let options = place.file("rejoinder.toml", options);
    let traces = format!("http://{address}");
    let server = place.start(&["serve", "--config", &options, "--traces", &traces]);

    server.get("/api/v1/thread?site=news.example&page=https://news.example/story");
    let (code, _) = server.stop();

    assert_eq!(code, Some(0));
    let (head, body) = got.recv().unwrap();
    assert!(head.starts_with("POST /v1/traces HTTP/1.1"), "{head}");
    assert!(head.contains("authorization: Bearer collecting"), "{head}");
    let own = &body["resourceSpans"][0];
    let service = &own["resource"]["attributes"][0];
    assert_eq!(service["value"]["stringValue"], "comments");
    let spans = own["scopeSpans"][0]["spans"].as_array().unwrap();
    let names: Vec<&str> = spans
        .iter()
        .map(|own| own["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"GET /api/v1/thread"), "{names:?}");
}

#[test]
fn a_server_whose_collector_hangs_answers_and_ends() {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    let traces = format!("http://{}", hanging.local_addr().unwrap());
    let server = place.start(&["serve", "--traces", &traces]);

    let path = "/api/v1/thread?site=news.example&page=https://news.example/story";
    let (status, _) = server.get(path);
    let (code, said) = server.stop();

    assert_eq!((status, code), (200, Some(0)));
    let dropped = "The collector did not take the last traces in time";
    assert!(said.iter().any(|line| line.contains(dropped)), "{said:?}");
}
