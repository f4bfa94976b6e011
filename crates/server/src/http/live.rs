//! Live threads: what happens to a page, told to everyone who has it open.
//!
//! A page that someone has open is a *room*. A commit wakes its room; the room reads the page's new
//! events from the log once, renders each once, and hands the bytes to all its streams. A stream's
//! cursor is the page's version, so one that comes back says what it has seen and gets the rest
//! from the log: nothing is lost and nothing told twice, across restarts and nodes. What is told is
//! what the log and the comment say now: a comment that was withheld or removed meanwhile is never
//! in it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use rejoinder_core::identity::address::Network;
use rejoinder_core::{PageKey, Site, SiteId};
use store::{Change, StoreError};
use tokio::sync::broadcast::{self, Receiver};
use tokio::sync::{Notify, OnceCell};

use crate::config::StreamLimits;
use crate::http::seats::{Full, Max, Seat, Seats};

/// The rooms of this process. Cheap to clone.
#[derive(Clone, Default)]
pub struct Live(Arc<Rooms>);

#[derive(Default)]
struct Rooms {
    open: Mutex<HashMap<(SiteId, String), Arc<Room>>>,
    /// The streams of each client.
    seats: Seats<Network>,
    is_closed: AtomicBool,
}

/// Someone who has come into the room of a page.
pub(crate) struct Joined {
    pub(crate) room: Arc<Room>,
    pub(crate) listening: Receiver<Frame>,
    /// Whether the room was opened for them: somebody must tell it what happens.
    pub(crate) is_new: bool,
    pub(crate) seat: Seat<Network>,
}

/// Why a reader cannot follow live now.
#[derive(Debug)]
pub(crate) enum NoSeat {
    /// The client has as many streams as it may.
    Client,
    /// The page or the process has.
    Full,
    /// The page cannot be read.
    Store(StoreError),
}

impl From<Full> for NoSeat {
    fn from(full: Full) -> Self {
        match full {
            Full::Client => Self::Client,
            Full::All => Self::Full,
        }
    }
}

impl Live {
    /// Wake the rooms of changed pages: for the store's hook.
    pub fn hear(&self, changes: &[Change]) {
        let open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.is_empty() {
            return;
        }
        for change in changes {
            if let Some(room) = open.get(&(change.site, change.key.as_str().to_owned())) {
                room.wake();
            }
        }
    }

    /// End all streams, and take no more: the process is about to stop.
    pub fn close(&self) {
        self.0.is_closed.store(true, Ordering::SeqCst);
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.drain().for_each(|(_, room)| room.close());
    }

    /// How many streams are open.
    pub(crate) fn n_streams(&self) -> usize {
        self.0.seats.n()
    }

    /// A seat in the room of a page, for a client.
    pub(crate) fn join(
        &self,
        limits: &StreamLimits,
        client: Network,
        site: Arc<Site>,
        key: PageKey,
        base: Arc<str>,
    ) -> Result<Joined, NoSeat> {
        if self.0.is_closed.load(Ordering::SeqCst) {
            return Err(NoSeat::Full);
        }
        let max = Max {
            of_client: limits.max_per_client,
            of_all: limits.max,
        };
        let seat = self.0.seats.take(client, max, || ())?;
        let (room, listening, is_new) = self.enter(site, key, base);
        Ok(Joined {
            room,
            listening,
            is_new,
            seat,
        })
    }

    /// The page's room, with someone in it, so that it stays, and whether it was opened for them.
    fn enter(
        &self,
        site: Arc<Site>,
        key: PageKey,
        base: Arc<str>,
    ) -> (Arc<Room>, Receiver<Frame>, bool) {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (site.id, key.as_str().to_owned());
        if let Some(room) = open.get(&name) {
            return (room.clone(), room.listen(), false);
        }
        let room = Arc::new(Room::new(site, key, base));
        let listening = room.listen();
        open.insert(name, room.clone());
        (room, listening, true)
    }

    /// Whether a room has been left by everyone; it is forgotten then.
    pub(crate) fn left(&self, room: &Room) -> bool {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (room.site.id, room.key.as_str().to_owned());
        let is_empty = open.get(&name).is_none_or(|room| room.is_empty());
        if is_empty {
            open.remove(&name);
        }
        is_empty
    }
}

/// What goes over the wire when nothing happens, so that proxies keep the connection.
pub(crate) const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");

/// The version of a frame that ends the stream.
pub(crate) const END: i64 = -1;

/// How many frames a slow stream may be behind before it reads the log instead.
const BACKLOG: usize = 64;

/// How often a room looks at the log unasked: another node's notice may have been missed.
const LOOK: Duration = Duration::from_secs(5);

/// One server-sent event.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The page's version after it.
    pub(crate) version: i64,
    /// `id`, `event` and `data`.
    pub(crate) bytes: Bytes,
}

/// A page that someone has open.
pub(crate) struct Room {
    pub(crate) site: Arc<Site>,
    pub(crate) key: PageKey,
    pub(crate) base: Arc<str>,
    pub(crate) frames: broadcast::Sender<Frame>,
    changed: Notify,
    /// The page's version when the room was opened.
    pub(crate) start: OnceCell<i64>,
    /// The version up to which the room has been told.
    pub(crate) told: AtomicI64,
}

impl Room {
    pub(crate) fn new(site: Arc<Site>, key: PageKey, base: Arc<str>) -> Self {
        let (frames, _) = broadcast::channel(BACKLOG);
        Self {
            site,
            key,
            base,
            frames,
            changed: Notify::new(),
            start: OnceCell::new(),
            told: AtomicI64::new(0),
        }
    }

    pub(crate) fn wake(&self) {
        self.changed.notify_one();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.n_listeners() == 0
    }

    pub(crate) fn n_listeners(&self) -> usize {
        self.frames.receiver_count()
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Frame> {
        self.frames.subscribe()
    }

    /// End all streams of the room.
    pub(crate) fn close(&self) {
        let _ = self.frames.send(Frame {
            version: END,
            bytes: HEARTBEAT,
        });
    }

    /// Wait until something changed, but not long; whether it did.
    pub(crate) async fn rest(&self) -> bool {
        tokio::time::timeout(LOOK, self.changed.notified())
            .await
            .is_ok()
    }
}
