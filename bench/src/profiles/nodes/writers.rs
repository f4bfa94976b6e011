//! Readers who write on one page until they are stopped, each at its own node, or at the next when that
//! does not answer: what was not acknowledged is sent again, as the same.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::PAGE;
use crate::http::Connection;
use crate::load::{cookie_of, good};
use crate::rejoinder::{PostRequest, post};
use crate::{Result, clock};

/// So many write at each node.
const N_WRITERS: usize = 4;

/// How long each pauses after an answer, and before it tries the next node.
const PAUSE: Duration = Duration::from_millis(20);

/// A writer waits no longer.
const PATIENCE: Duration = Duration::from_secs(15);

/// A comment that a node said it has.
#[derive(Debug, Clone)]
pub(super) struct Acknowledged {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) node: usize,
    pub(super) at: Instant,
}

/// Let them begin; each has written once.
pub(super) async fn start(
    addresses: &Rc<[SocketAddr]>,
    is_stopped: &Rc<Cell<bool>>,
) -> Result<Vec<JoinHandle<Result<Vec<Acknowledged>>>>> {
    let mut writing = Vec::new();
    for number in 0..addresses.len() * N_WRITERS {
        let mut writer = Writer {
            addresses: Rc::clone(addresses),
            number,
            node: number % addresses.len(),
            cookie: None,
            is_stopped: Rc::clone(is_stopped),
        };
        let first = writer.join().await?;
        writing.push(tokio::task::spawn_local(writer.write(first)));
    }
    Ok(writing)
}

struct Writer {
    addresses: Rc<[SocketAddr]>,
    number: usize,
    node: usize,
    cookie: Option<String>,
    is_stopped: Rc<Cell<bool>>,
}

impl Writer {
    /// Write once, to be known by a cookie: a comment that is sent again is known by it, too.
    async fn join(&mut self) -> Result<Acknowledged> {
        let address = self.addresses[self.node];
        let answer = Connection::new(address).send(&self.request(0)).await;
        let answer = good(answer)?;
        self.cookie = cookie_of(&answer);
        self.acknowledged(0, &answer.json())
    }

    async fn write(mut self, first: Acknowledged) -> Result<Vec<Acknowledged>> {
        let mut all = vec![first];
        let mut connection = Connection::new(self.addresses[self.node]);
        let mut number = 1;
        while !self.is_stopped.get() {
            let answer = timeout(PATIENCE, connection.send(&self.request(number))).await;
            match answer {
                Ok(Ok(answer)) if matches!(answer.status, 200..=202) => {
                    all.push(self.acknowledged(number, &answer.json())?);
                    number += 1;
                }
                // A refusal that a retry does not mend is a fault of the server.
                Ok(Ok(answer)) if answer.status < 500 => return good(Ok(answer)).map(|_| all),
                _ => {
                    self.node = (self.node + 1) % self.addresses.len();
                    connection = Connection::new(self.addresses[self.node]);
                }
            }
            sleep(PAUSE).await;
        }
        Ok(all)
    }

    fn text(&self, number: usize) -> String {
        format!("Comment {number} of writer {}", self.number)
    }

    fn request(&self, number: usize) -> Vec<u8> {
        post(
            self.addresses[self.node],
            &PostRequest {
                page: PAGE,
                parent: None,
                text: &self.text(number),
                key: &format!("nodes-{}-{number}", self.number),
                cookie: self.cookie.as_deref(),
            },
        )
    }

    fn acknowledged(&self, number: usize, answer: &serde_json::Value) -> Result<Acknowledged> {
        let id = answer["comment"]["id"].as_str();
        Ok(Acknowledged {
            id: id.ok_or("an acknowledged comment has no id")?.to_owned(),
            text: self.text(number),
            node: self.node,
            at: clock::now(),
        })
    }
}
