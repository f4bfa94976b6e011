//! The room of a page is told what happens there, and streams it to those who follow.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::{Body, Bytes};
use futures_util::stream::unfold;
use rejoinder_core::identity::address::Network;
use rejoinder_core::{PageKey, Site};
use store::discussion::happenings;
use store::{StoreError, discussion::pages};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::frame;
use crate::http::live::{END, Frame, HEARTBEAT, Joined, NoSeat, Room};
use crate::http::seats::Seat;
use crate::state::App;

/// How many events are read from the log at a time.
const AT_ONCE: i64 = 200;

/// After so many looks at which nothing happened, a heartbeat is sent.
const QUIET_LOOKS: u32 = 4;

/// The version of a frame that only says that the stream is alive.
const QUIET: i64 = 0;

/// A stream of what happens to a page after `version`, or from now on, for a client.
pub(super) async fn follow(
    app: &App,
    client: Network,
    site: Arc<Site>,
    key: PageKey,
    base: Arc<str>,
    version: Option<i64>,
) -> Result<Body, NoSeat> {
    let limits = &app.config.streams;
    let joined = app.live.join(limits, client, site, key, base)?;
    let room = Arc::clone(&joined.room);
    if joined.is_new {
        let (app, room) = (app.clone(), Arc::clone(&room));
        tokio::spawn(async move { while tell(&room, &app).await && !app.live.left(&room) {} });
    }
    // This one listens already.
    if room.n_listeners() > limits.max_per_page {
        return Err(NoSeat::Full);
    }
    let now = start(&room, app).await.map_err(NoSeat::Store)?;
    Ok(EventStream::new(app.clone(), joined, version.unwrap_or(now)).into_body())
}

/// The page's version when the room was opened. A stream reads the log after this is known, and
/// the room tells everything after it, so nothing falls between the two.
async fn start(room: &Room, app: &App) -> Result<i64, StoreError> {
    room.start
        .get_or_try_init(|| version(room, app))
        .await
        .copied()
}

async fn version(room: &Room, app: &App) -> Result<i64, StoreError> {
    let (site, key) = (room.site.id, room.key.clone());
    let page = app
        .store
        .read(move |tx| pages::find(tx, site, &key))
        .await?;
    Ok(page.map_or(0, |page| page.version))
}

/// What everyone may be told of what happened after `version`, and how far that reaches.
async fn after(room: &Room, app: &App, version: i64) -> Result<(Vec<Frame>, i64), StoreError> {
    let (site, key) = (room.site.id, room.key.clone());
    let read = app
        .store
        .read(move |tx| happenings::updates_since(tx, site, &key, version, AT_ONCE));
    let Some(happened) = read.await? else {
        return Ok((Vec::new(), version));
    };
    let (page, happenings) = (happened.page, happened.happenings);
    if happened.has_gap {
        return Ok((vec![frame::reload(&room.site, &page)], page.version));
    }
    let reached = happenings.last().map_or(version, |last| last.event.version);
    let frames = happenings.into_iter();
    let frames = frames.filter_map(|it| frame::frame(app, &room.site, &room.base, &page, it));
    Ok((frames.collect(), reached))
}

/// Tell the room what happens to its page, until nobody is in it. Returns whether to go on: somebody
/// may have come in since.
async fn tell(room: &Room, app: &App) -> bool {
    let mut told = match start(room, app).await {
        Ok(start) => start.max(room.told.load(Ordering::Relaxed)),
        Err(_) => {
            room.rest().await;
            return true;
        }
    };
    let mut n_quiet = 0;
    loop {
        match after(room, app, told).await {
            Ok((frames, reached)) if reached > told => {
                told = reached;
                room.told.store(told, Ordering::Relaxed);
                for frame in frames {
                    let _ = room.frames.send(frame);
                }
                continue;
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "A live thread cannot be read"),
        }
        if room.is_empty() {
            return true;
        }
        n_quiet = if room.rest().await { 0 } else { n_quiet + 1 };
        if n_quiet == QUIET_LOOKS {
            let _ = room.frames.send(Frame {
                version: QUIET,
                bytes: HEARTBEAT,
            });
            n_quiet = 0;
        }
    }
}

/// One reader's stream.
struct EventStream {
    app: App,
    room: Arc<Room>,
    listening: broadcast::Receiver<Frame>,
    /// The version up to which this reader has been told.
    told: i64,
    ready: VecDeque<Frame>,
    /// Whether the log must be read before the room is listened to.
    is_behind: bool,
    _seat: Seat<Network>,
}

impl EventStream {
    fn new(app: App, joined: Joined, told: i64) -> Self {
        Self {
            app,
            room: joined.room,
            listening: joined.listening,
            told,
            ready: VecDeque::new(),
            is_behind: true,
            _seat: joined.seat,
        }
    }

    /// The stream as the body of an answer. It begins with a comment, so that the browser knows at
    /// once that it is connected.
    fn into_body(self) -> Body {
        let next = |(mut stream, is_first): (Self, bool)| async move {
            let bytes = if is_first {
                HEARTBEAT
            } else {
                stream.next().await?
            };
            Some((
                Ok::<Bytes, std::convert::Infallible>(bytes),
                (stream, false),
            ))
        };
        Body::from_stream(unfold((self, true), next))
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            while let Some(frame) = self.ready.pop_front() {
                if frame.version > self.told {
                    self.told = frame.version;
                    return Some(frame.bytes);
                }
            }
            if self.is_behind {
                let (frames, reached) = after(&self.room, &self.app, self.told).await.ok()?;
                self.is_behind = reached > self.told && !frames.is_empty();
                if frames.is_empty() {
                    self.told = self.told.max(reached);
                }
                self.ready.extend(frames);
                continue;
            }
            match self.listening.recv().await {
                Ok(frame) if frame.version == QUIET => return Some(frame.bytes),
                Ok(frame) if frame.version == END => return None,
                Ok(frame) => self.ready.push_back(frame),
                Err(RecvError::Lagged(_)) => self.is_behind = true,
                Err(RecvError::Closed) => return None,
            }
        }
    }
}
