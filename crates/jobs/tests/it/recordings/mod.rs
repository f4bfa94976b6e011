//! Recordings that are fetched: what cannot be had is told to the editor, and nothing of it is kept.

use std::io;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;

use egress::{Client, ClientPolicy};
use rejoinder_core::publication::settings::Settings;
use rejoinder_core::recordings::{Recording, RecordingState};
use rejoinder_core::{Clock as _, PageId, RecordingId};
use rejoinder_jobs::{DecoderCommand, RecordingHandler};
use store::publication::sites;
use store::recordings::attaching::{self, NewRecording, RecordingSource};
use store::recordings::{files, listing};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::{SITE, World};

const ID: RecordingId = RecordingId(5);

/// A server that answers everyone so, and where it is.
async fn web(answer: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 8_192];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(&answer).await;
        }
    });
    address
}

fn answer(status: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// Attach what is at `url`, let the worker come to its end, and give what became of it. `open` counts as
/// the public internet, and `decoder` is what decodes.
async fn became(
    world: &World,
    url: &str,
    open: &[SocketAddr],
    decoder: DecoderCommand,
) -> Recording {
    world.post(7, "A comment").await;
    let (now, url) = (world.clock.now(), url.to_owned());
    let attach = move |tx: &mut store::Tx<'_>| {
        let new = NewRecording {
            id: ID,
            page: PageId(1),
            cut_of: None,
            title: "A talk".to_owned(),
            source: RecordingSource::Address(url.clone()),
            by: None,
        };
        attaching::attach(tx, now, SITE, &new)
    };
    assert!(world.store.write(attach).await.unwrap());
    let policy = ClientPolicy {
        also_public: open.to_vec(),
        ..ClientPolicy::default()
    };
    let client = Client::new(policy).unwrap();
    let (store, clock) = (world.store.clone(), world.clock.clone());
    let handler = RecordingHandler::new(store, client, clock, decoder);
    let worker = world.worker(Arc::new(handler));
    for _ in 0..8 {
        worker.run_due().await.unwrap();
        world.clock.advance(std::time::Duration::from_secs(3_600));
    }
    let found = world.store.read(|tx| listing::find(tx, SITE, ID)).await;
    found.unwrap().unwrap()
}

/// A decoder that cannot be started.
fn none() -> DecoderCommand {
    Arc::new(|| Err(io::Error::other("there is none")))
}

async fn has_file(world: &World) -> bool {
    let part = world.store.read(|tx| files::part(tx, SITE, ID, 0)).await;
    part.unwrap().is_some()
}

#[tokio::test]
async fn what_is_not_there_or_may_not_be_reached_is_refused_as_that() {
    for status in ["404 Not Found", "503 Service Unavailable"] {
        let world = World::new().await;
        let address = web(answer(status, b"sorry")).await;
        let url = format!("http://{address}/talk.mp3");
        let recording = became(&world, &url, &[address], none()).await;
        assert_eq!(recording.state, RecordingState::Refused, "{status}");
        assert_eq!(
            recording.problem.as_deref(),
            Some("unreachable"),
            "{status}"
        );
        assert!(!has_file(&world).await);
    }
    let world = World::new().await;
    let inside = web(answer("200 OK", b"secret")).await;
    let recording = became(&world, &format!("http://{inside}/"), &[], none()).await;
    assert_eq!(recording.problem.as_deref(), Some("unreachable"));
    assert!(!has_file(&world).await);
}

#[tokio::test]
async fn a_file_that_cannot_be_decoded_is_dropped_with_the_reason() {
    for world in World::on_each().await {
        let address = web(answer("200 OK", &vec![b'x'; 3_000_000])).await;
        let url = format!("http://{address}/talk.mp3");
        // A process that ends without a word.
        let silent: DecoderCommand = Arc::new(|| Ok(Command::new("true")));

        let recording = became(&world, &url, &[address], silent).await;

        assert_eq!(recording.state, RecordingState::Refused);
        assert_eq!(recording.problem.as_deref(), Some("crashed"));
        assert_eq!((recording.n_bytes, recording.duration_ms), (0, None));
        assert!(!has_file(&world).await);
    }
}

#[tokio::test]
async fn a_file_stays_when_it_is_this_machine_that_cannot_read_it() {
    let world = World::new().await;
    let address = web(answer("200 OK", b"ID3")).await;
    let url = format!("http://{address}/talk.mp3");

    let recording = became(&world, &url, &[address], none()).await;

    assert_eq!(recording.state, RecordingState::Waiting);
    assert!(has_file(&world).await);
    assert_eq!(world.parked().await.len(), 1);
}

#[tokio::test]
async fn what_is_fetched_has_the_room_that_the_owner_sets() {
    for (max_recording_mb, max_recordings_mb, said) in [(1, 9, "too_large"), (9, 1, "no_room")] {
        for world in World::on_each().await {
            let settings = Settings {
                max_recording_mb,
                max_recordings_mb,
                ..Settings::default()
            };
            let set = move |tx: &mut store::Tx<'_>| sites::save_settings(tx, SITE, &settings);
            world.store.write(set).await.unwrap();
            let address = web(answer("200 OK", &vec![b'x'; 1_000_001])).await;
            let url = format!("http://{address}/talk.mp3");

            let recording = became(&world, &url, &[address], none()).await;

            assert_eq!(recording.problem.as_deref(), Some(said));
            assert!(!has_file(&world).await);
        }
    }
}

/// A cut of `ID`, whose file is at `url`.
const CUT: RecordingId = RecordingId(6);

#[tokio::test]
async fn a_cut_waits_for_its_recording_and_is_told_when_there_is_nothing_to_compare_it_with() {
    for world in World::on_each().await {
        world.post(7, "A comment").await;
        let now = world.clock.now();
        let address = web(answer("200 OK", b"ID3")).await;
        let attach = move |tx: &mut store::Tx<'_>| {
            let whole = NewRecording {
                id: ID,
                page: PageId(1),
                cut_of: None,
                title: "A talk".to_owned(),
                source: RecordingSource::Upload { n_bytes: 4 },
                by: None,
            };
            let cut = NewRecording {
                id: CUT,
                cut_of: Some(ID),
                source: RecordingSource::Address(format!("http://{address}/cut.mp3")),
                ..whole.clone()
            };
            attaching::attach(tx, now, SITE, &whole)?;
            attaching::attach(tx, now, SITE, &cut)
        };
        assert!(world.store.write(attach).await.unwrap());
        let client = Client::new(ClientPolicy::default()).unwrap();
        let (store, clock) = (world.store.clone(), world.clock.clone());
        let silent: DecoderCommand = Arc::new(|| Ok(Command::new("true")));
        let worker = world.worker(Arc::new(RecordingHandler::new(
            store, client, clock, silent,
        )));
        let cut = async || {
            let found = world.store.read(|tx| listing::find(tx, SITE, CUT)).await;
            found.unwrap().unwrap()
        };

        for _ in 0..20 {
            worker.run_due().await.unwrap();
            world.clock.advance(std::time::Duration::from_secs(3_600));
        }
        assert_eq!(cut().await.state, RecordingState::Waiting);

        let arrive = move |tx: &mut store::Tx<'_>| files::add(tx, now, SITE, ID, 0, b"RIFF");
        world.store.write(arrive).await.unwrap();
        for _ in 0..8 {
            worker.run_due().await.unwrap();
            world.clock.advance(std::time::Duration::from_secs(3_600));
        }
        // The recording cannot be read.
        let cut = cut().await;
        assert_eq!(
            (cut.state, cut.problem.as_deref()),
            (RecordingState::Refused, Some("no_whole"))
        );
    }
}

#[tokio::test]
async fn a_decoding_tells_how_far_it_is_and_is_let_go_when_the_worker_stops() {
    let world = World::new().await;
    let address = web(answer("200 OK", b"ID3")).await;
    world.post(7, "A comment").await;
    let (now, url) = (world.clock.now(), format!("http://{address}/talk.mp3"));
    let attach = move |tx: &mut store::Tx<'_>| {
        let new = NewRecording {
            id: ID,
            page: PageId(1),
            cut_of: None,
            title: "A talk".to_owned(),
            source: RecordingSource::Address(url.clone()),
            by: None,
        };
        attaching::attach(tx, now, SITE, &new)
    };
    assert!(world.store.write(attach).await.unwrap());
    let policy = ClientPolicy {
        also_public: vec![address],
        ..ClientPolicy::default()
    };
    // It says how far it is, and goes on for ever.
    let slow: DecoderCommand = Arc::new(move || {
        let mut command = Command::new("sh");
        let progress = r#"printf '\017\0\0\0\0\0\0\0{"progress":40}'"#;
        command.args(["-c", &format!("{progress}; exec sleep 600")]);
        Ok(command)
    });
    let (store, clock) = (world.store.clone(), world.clock.clone());
    let handler = RecordingHandler::new(store, Client::new(policy).unwrap(), clock, slow);
    let worker = world.worker(Arc::new(handler));
    let (stop, told) = tokio::sync::watch::channel(false);
    let working = tokio::spawn(worker.run(told));
    let progress = async || {
        let found = world.store.read(|tx| listing::find(tx, SITE, ID)).await;
        found.unwrap().unwrap().progress
    };
    while progress().await != Some(40) {}

    stop.send(true).unwrap();

    let ended = tokio::time::timeout(std::time::Duration::from_secs(30), working).await;
    ended.expect("it is let go").unwrap();
    let found = world.store.read(|tx| listing::find(tx, SITE, ID)).await;
    assert_eq!(found.unwrap().unwrap().state, RecordingState::Waiting);
    assert!(world.parked().await.is_empty());
}
