//! A page that someone has open, and the streams of those who have.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream::unfold;
use rejoinder_core::identity::address::Network;
use rejoinder_core::{PageKey, Site};
use store::discussion::happenings;
use store::{StoreError, discussion::pages};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, OnceCell, broadcast};

use super::{Frame, HEARTBEAT, frame};
use crate::http::seats::Seat;
use crate::state::App;

/// How many frames a slow stream may be behind before it reads the log instead.
const BACKLOG: usize = 64;

/// How many events are read from the log at a time.
const AT_ONCE: i64 = 200;

/// How often a room looks at the log unasked: another node's notice may have been missed.
const LOOK: Duration = Duration::from_secs(5);

/// After so many looks at which nothing happened, a heartbeat is sent.
const QUIET_LOOKS: u32 = 4;

/// The version of a frame that only says that the stream is alive.
const QUIET: i64 = 0;

/// The version of a frame that ends the stream.
const END: i64 = -1;

/// A page that someone has open.
pub(super) struct Room {
    site: Arc<Site>,
    key: PageKey,
    base: Arc<str>,
    frames: broadcast::Sender<Frame>,
    changed: Notify,
    start: OnceCell<i64>,
    /// The version up to which the room has been told.
    told: AtomicI64,
}

impl Room {
    pub(super) fn new(site: Arc<Site>, key: PageKey, base: Arc<str>) -> Self {
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

    pub(super) fn wake(&self) {
        self.changed.notify_one();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.n_listeners() == 0
    }

    pub(super) fn n_listeners(&self) -> usize {
        self.frames.receiver_count()
    }

    pub(super) fn listen(&self) -> broadcast::Receiver<Frame> {
        self.frames.subscribe()
    }

    /// End all streams of the room.
    pub(super) fn close(&self) {
        let _ = self.frames.send(Frame {
            version: END,
            bytes: HEARTBEAT,
        });
    }

    /// The page's version when the room was opened. A stream reads the log after this is known, and
    /// the room tells everything after it, so nothing falls between the two.
    pub(super) async fn start(&self, app: &App) -> Result<i64, StoreError> {
        self.start
            .get_or_try_init(|| self.version(app))
            .await
            .copied()
    }

    /// Wait until something changed, but not long; whether it did.
    async fn rest(&self) -> bool {
        tokio::time::timeout(LOOK, self.changed.notified())
            .await
            .is_ok()
    }

    async fn version(&self, app: &App) -> Result<i64, StoreError> {
        let (site, key) = (self.site.id, self.key.clone());
        let page = app
            .store
            .read(move |tx| pages::find(tx, site, &key))
            .await?;
        Ok(page.map_or(0, |page| page.version))
    }

    /// What everyone may be told of what happened after `version`, and how far that reaches.
    async fn after(&self, app: &App, version: i64) -> Result<(Vec<Frame>, i64), StoreError> {
        let (site, key) = (self.site.id, self.key.clone());
        let read = app
            .store
            .read(move |tx| happenings::happenings(tx, site, &key, version, AT_ONCE));
        let Some((page, happenings)) = read.await? else {
            return Ok((Vec::new(), version));
        };
        let reached = happenings.last().map_or(version, |last| last.event.version);
        let frames = happenings.into_iter();
        let frames = frames.filter_map(|it| frame::frame(app, &self.site, &self.base, &page, it));
        Ok((frames.collect(), reached))
    }
}

/// Tell the room what happens to its page, until nobody is in it. Gives whether to go on: somebody
/// may have come in since.
pub(super) async fn tell(room: &Room, app: &App) -> bool {
    let mut told = match room.start(app).await {
        Ok(start) => start.max(room.told.load(Ordering::Relaxed)),
        Err(_) => {
            room.rest().await;
            return true;
        }
    };
    let mut n_quiet = 0;
    loop {
        match room.after(app, told).await {
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
pub(super) struct Stream {
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

impl Stream {
    pub(super) fn new(
        app: App,
        room: Arc<Room>,
        listening: broadcast::Receiver<Frame>,
        told: i64,
        seat: Seat<Network>,
    ) -> Self {
        Self {
            app,
            room,
            listening,
            told,
            ready: VecDeque::new(),
            is_behind: true,
            _seat: seat,
        }
    }

    /// The stream as the body of an answer. It begins with a comment, so that the browser knows at
    /// once that it is connected.
    pub(super) fn into_body(self) -> Body {
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
                let (frames, reached) = self.room.after(&self.app, self.told).await.ok()?;
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
