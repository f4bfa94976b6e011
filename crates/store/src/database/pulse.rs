//! Whether the database answers.
//!
//! Whoever waited in vain lets it be asked, once for all of them, until it answers. Meanwhile what is held in
//! memory is served at once, and what is not is refused at once, so that not each request waits by itself.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::{Result, Store, StoreError, Tx, params, sql};

/// After so long without an answer, what is held in memory is not held back for the database any more.
const SILENT_AFTER: Duration = Duration::from_millis(150);

/// After so long, nobody waits for it at all.
const AWAY_AFTER: Duration = Duration::from_secs(2);

/// How long one that could not be asked is left alone.
const PAUSE: Duration = Duration::from_millis(250);

/// What is known of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// It answers, as far as anyone knows.
    Answers,
    /// It has not answered for a moment.
    Silent,
    /// It cannot be reached, or has not answered for long.
    Away,
}

/// Whether the database answers; cheap to clone.
#[derive(Clone)]
pub(crate) struct Pulse(Arc<Known>);

struct Known {
    /// What is known, for those who look at each request.
    now: AtomicU8,
    /// The same, for those who wait for it to change.
    state: watch::Sender<State>,
    is_asking: AtomicBool,
}

impl Pulse {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Known {
            now: AtomicU8::new(State::Answers as u8),
            state: watch::Sender::new(State::Answers),
            is_asking: AtomicBool::new(false),
        }))
    }

    /// Whether it is known that it does not answer now.
    pub(crate) fn is_silent(&self) -> bool {
        self.0.now.load(Ordering::Acquire) >= State::Silent as u8
    }

    /// Whether nobody should wait for it.
    pub(crate) fn is_away(&self) -> bool {
        self.0.now.load(Ordering::Acquire) >= State::Away as u8
    }

    /// Ends when the database does not answer: at once where that is known; else whoever waits has waited
    /// for a while, and so has a question whose answer takes no time. `store` is one for asking.
    pub(crate) async fn silence(&self, store: &Store) {
        let mut state = self.0.state.subscribe();
        loop {
            if self.is_silent() {
                return;
            }
            sleep(SILENT_AFTER).await;
            self.ask(store);
            // It answers, but what is waited for takes longer: look again, now and then.
            let silent = state.wait_for(|state| *state >= State::Silent);
            let _ = timeout(SILENT_AFTER * 2, silent).await;
        }
    }

    /// Ask the database until it answers, unless somebody does so already.
    pub(crate) fn ask(&self, store: &Store) {
        if !self.0.is_asking.swap(true, Ordering::AcqRel) {
            tokio::spawn(self.clone().asked_by(store.clone()));
        }
    }

    async fn asked_by(self, store: Store) {
        // A database that is busy has answered.
        while !matches!(self.once(&store).await, Ok(()) | Err(StoreError::Busy)) {
            self.learn(State::Away);
            sleep(PAUSE).await;
        }
        self.learn(State::Answers);
        self.0.is_asking.store(false, Ordering::Release);
    }

    /// Ask once, and wait for as long as it takes.
    async fn once(&self, store: &Store) -> Result<()> {
        let mut asked = pin!(store.read(answer));
        for (patience, then) in [(SILENT_AFTER, State::Silent), (AWAY_AFTER, State::Away)] {
            if let Ok(answered) = timeout(patience, &mut asked).await {
                return answered;
            }
            // One that was away has not come back by being silent.
            if !self.is_away() {
                self.learn(then);
            }
        }
        asked.await
    }

    fn learn(&self, now: State) {
        self.0.now.store(now as u8, Ordering::Release);
        let before = self.0.state.send_replace(now);
        match (before < State::Away, now < State::Away) {
            (true, false) => tracing::warn!(
                "The database does not answer: what is held in memory is served, the rest refused"
            ),
            (false, true) => tracing::info!("The database answers again"),
            _ => {}
        }
    }
}

/// Something that the database itself has to look up.
pub(crate) fn answer(tx: &mut Tx<'_>) -> Result<()> {
    let newest = sql!("select max(number) from migration");
    tx.one(newest, params![], |row| row.next::<Option<i64>>())?;
    Ok(())
}
