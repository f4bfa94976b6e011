//! Live threads: what happens to a page, told to everyone who has it open.
//!
//! A page that someone has open is a *room*. A commit wakes its room; the room reads the page's new
//! events from the log once, renders each once, and hands the bytes to all its streams. A stream's
//! cursor is the page's version, so one that comes back says what it has seen and gets the rest
//! from the log: nothing is lost and nothing told twice, across restarts and nodes. What is told is
//! what the log and the comment say now: a comment that was withheld or removed meanwhile is never
//! in it.

mod frame;
mod room;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use rejoinder_core::identity::address::Network;
use rejoinder_core::{PageKey, Site, SiteId};
use store::{Change, StoreError};
use tokio::sync::broadcast::Receiver;

pub(crate) use frame::Frame;
use room::{Room, Stream};

use crate::http::seats::{Full, Max, Seats};
use crate::state::App;

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

    /// A stream of what happens to a page after `version`, or from now on, for a client.
    pub(crate) async fn join(
        &self,
        app: &App,
        client: Network,
        site: Arc<Site>,
        key: PageKey,
        base: Arc<str>,
        version: Option<i64>,
    ) -> Result<Body, NoSeat> {
        let limits = &app.config.streams;
        if self.0.is_closed.load(Ordering::SeqCst) {
            return Err(NoSeat::Full);
        }
        let max = Max {
            of_client: limits.max_per_client,
            of_all: limits.max,
        };
        let seat = self.0.seats.take(client, max, || ())?;
        let (room, listening) = self.enter(app, site, key, base);
        // This one listens already.
        if room.n_listeners() > limits.max_per_page {
            return Err(NoSeat::Full);
        }
        let now = room.start(app).await.map_err(NoSeat::Store)?;
        let stream = Stream::new(app.clone(), room, listening, version.unwrap_or(now), seat);
        Ok(stream.into_body())
    }

    /// The page's room, with someone in it, so that it stays.
    fn enter(
        &self,
        app: &App,
        site: Arc<Site>,
        key: PageKey,
        base: Arc<str>,
    ) -> (Arc<Room>, Receiver<Frame>) {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (site.id, key.as_str().to_owned());
        if let Some(room) = open.get(&name) {
            return (room.clone(), room.listen());
        }
        let room = Arc::new(Room::new(site, key, base));
        let listening = room.listen();
        open.insert(name.clone(), room.clone());
        let (live, app, told) = (self.clone(), app.clone(), room.clone());
        tokio::spawn(async move { while room::tell(&told, &app).await && !live.left(&name) {} });
        (room, listening)
    }

    /// Whether a room has been left by everyone; it is forgotten then.
    fn left(&self, name: &(SiteId, String)) -> bool {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let is_empty = open.get(name).is_none_or(|room| room.is_empty());
        if is_empty {
            open.remove(name);
        }
        is_empty
    }
}

/// What goes over the wire when nothing happens, so that proxies keep the connection.
const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");
