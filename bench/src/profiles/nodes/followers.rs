//! Readers who follow the page live, as a browser does: whoever is cut off comes back, to the next node,
//! and says what it has heard last.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::PAGE;
use super::writers::Acknowledged;
use crate::corpus::{self, SITE};
use crate::http::{quoted, request};
use crate::{Result, clock};

/// After so long without a word, not even that the stream is there, a reader comes back.
const SILENCE: Duration = Duration::from_secs(20);

/// How long a browser waits before it comes back.
const PAUSE: Duration = Duration::from_millis(500);

/// The last comment is heard of within this time, or never.
const PATIENCE: Duration = Duration::from_secs(60);

/// What one of them missed, and heard twice.
#[derive(Debug)]
pub(super) struct Follower {
    pub(super) n_missed: usize,
    pub(super) n_repeated: usize,
}

/// All who follow.
pub(super) struct Followers(Vec<(Rc<Heard>, JoinHandle<()>)>);

/// What one of them has heard.
#[derive(Default)]
struct Heard {
    /// How often, of each comment.
    comments: RefCell<HashMap<String, usize>>,
    /// The id of the last event.
    last: RefCell<Option<String>>,
    is_there: Cell<bool>,
}

/// One at each node, when all are there.
pub(super) async fn start(addresses: &Rc<[SocketAddr]>) -> Result<Followers> {
    let mut all = Vec::new();
    for node in 0..addresses.len() {
        let heard = Rc::<Heard>::default();
        let following = follow(Rc::clone(addresses), node, Rc::clone(&heard));
        all.push((Rc::clone(&heard), tokio::task::spawn_local(following)));
        let is_there = || heard.is_there.get();
        if !reached(is_there).await {
            return Err("nobody can follow the page".to_owned());
        }
    }
    Ok(Followers(all))
}

impl Followers {
    /// What each missed of these comments, once it has had time to hear of them.
    pub(super) async fn end(self, all: &[Acknowledged]) -> Result<Vec<Follower>> {
        let mut followers = Vec::new();
        for (heard, following) in self.0 {
            let n_missed = || {
                let comments = heard.comments.borrow();
                all.iter()
                    .filter(|one| !comments.contains_key(&one.id))
                    .count()
            };
            let _ = reached(|| n_missed() == 0).await;
            following.abort();
            let n_repeated = heard.comments.borrow().values().filter(|n| **n > 1).count();
            followers.push(Follower {
                n_missed: n_missed(),
                n_repeated,
            });
        }
        Ok(followers)
    }
}

async fn reached(is_so: impl Fn() -> bool) -> bool {
    let started_at = clock::now();
    while !is_so() && started_at.elapsed() < PATIENCE {
        sleep(Duration::from_millis(20)).await;
    }
    is_so()
}

async fn follow(addresses: Rc<[SocketAddr]>, first: usize, heard: Rc<Heard>) {
    for node in first.. {
        let address = addresses[node % addresses.len()];
        // However a stream ended, the reader comes back.
        let _ = listen(address, &heard).await;
        sleep(PAUSE).await;
    }
}

async fn listen(address: SocketAddr, heard: &Heard) -> std::io::Result<()> {
    let page = quoted(&corpus::address(PAGE));
    let target = format!("/api/v1/events?site={SITE}&page={page}");
    let last = heard.last.borrow().clone();
    let mut headers = vec![("Accept", "text/event-stream")];
    headers.extend(last.as_deref().map(|last| ("Last-Event-ID", last)));
    let mut stream = timeout(SILENCE, TcpStream::connect(address)).await??;
    stream
        .write_all(&request(address, "GET", &target, &headers, ""))
        .await?;
    let (mut text, mut buffer) = (Vec::new(), vec![0; 16 << 10]);
    loop {
        let n = timeout(SILENCE, stream.read(&mut buffer)).await??;
        if n == 0 {
            return Ok(());
        }
        heard.is_there.set(true);
        text.extend_from_slice(&buffer[..n]);
        while let Some(at) = text.windows(2).position(|end| end == b"\n\n") {
            let event: Vec<u8> = text.drain(..at + 2).collect();
            heard.take(&String::from_utf8_lossy(&event));
        }
    }
}

impl Heard {
    fn take(&self, event: &str) {
        // Chunks have their length on a line of its own, which no field is called.
        let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
        if let Some(id) = field("id: ") {
            self.last.replace(Some(id.to_owned()));
        }
        let data = field("data: ").and_then(|data| serde_json::from_str::<Value>(data).ok());
        let id = data.as_ref().and_then(|data| data["id"].as_str());
        if let (Some("published"), Some(id)) = (field("event: "), id) {
            *self.comments.borrow_mut().entry(id.to_owned()).or_default() += 1;
        }
    }
}
