//! All of an import in one transaction, where nobody else writes meanwhile: each comment is written once, as it
//! will be seen, and all of it is there with the commit, or nothing of it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};

use rejoinder_core::PageId;
use store::archive::imports;
use store::{StoreError, Tx};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::batch::{Came, Outcome};
use super::feed::Feed;
use super::{ImportError, Reached, Report, Task, Writer, held};

/// More comments are written in parts on SQLite: until the commit they are kept twice on the disk.
pub(super) const MAX_ON_SQLITE: u64 = 4_000_000;

const COLLIDED: &str = "the connection broke, or another program that writes, such as a second import, \
                        was in the way; nothing was imported: try again when that has ended";

impl Writer<'_> {
    pub(super) async fn write_whole(
        &mut self,
        report: &mut Report,
        tell: &mut impl FnMut(Reached) -> ControlFlow<()>,
    ) -> Result<(), ImportError> {
        let (told, mut heard) = unbounded_channel();
        let (answers, answered) = sync_channel(1);
        let whole = Whole {
            task: self.task,
            feed: Arc::clone(&self.feed),
            told,
            answered,
            is_begun: AtomicBool::new(false),
        };
        let writing = self.store.write_alone(move |tx| whole.write(tx));
        let mut is_stopped = false;
        let telling = async {
            // Ends when what was written is let go of, however it went.
            while let Some(outcome) = heard.recv().await {
                self.note(&outcome, report);
                let answer = tell(self.reached(report));
                is_stopped |= answer.is_break();
                // It waits for one answer to each.
                let _ = answers.try_send(answer);
            }
        };
        match tokio::join!(writing, telling) {
            (Err(_), ()) if is_stopped => Err(ImportError::Stopped),
            (written, ()) => Ok(written?),
        }
    }
}

/// What the transaction needs.
struct Whole {
    task: Task,
    feed: Arc<Mutex<Feed>>,
    told: UnboundedSender<Outcome>,
    /// Whether it is to go on.
    answered: Receiver<ControlFlow<()>>,
    is_begun: AtomicBool,
}

impl Whole {
    fn write(&self, tx: &mut Tx<'_>) -> store::Result<()> {
        // What was read is gone with the first attempt.
        if self.is_begun.swap(true, Ordering::Relaxed) {
            return Err(StoreError::Unavailable(COLLIDED.to_owned()));
        }
        let mut feed = held(&self.feed);
        let mut came = BTreeMap::new();
        while let Some(mut outcome) = feed.pass_on(tx)? {
            imports::flush(tx)?;
            feed.done(std::mem::take(&mut outcome.before));
            outcome.came.drain(..).for_each(|more| add(&mut came, more));
            // Who hears of it may be gone, and gives no answer.
            let _ = self.told.send(outcome);
            let Ok(ControlFlow::Continue(())) = self.answered.recv() else {
                return Err(StoreError::Unavailable("the import was stopped".into()));
            };
        }
        came.into_values().try_for_each(|came| self.end(tx, came))?;
        imports::measure(tx)
    }

    /// All that came to a page is there. An import in parts that was stopped may have left something unseen.
    fn end(&self, tx: &mut Tx<'_>, came: Came) -> store::Result<()> {
        let Task { site, now, .. } = self.task;
        let Came {
            page,
            is_new,
            n_published,
        } = came;
        match n_published {
            Some(n_published) if is_new => imports::complete(tx, now, site, page, n_published),
            Some(_) => Ok(()),
            None if imports::reveal(tx, now, site, page)? || !is_new => Ok(()),
            None => imports::recount(tx, now, site, page),
        }
    }
}

/// A page to which more than one part came is not counted by any of them.
fn add(all: &mut BTreeMap<PageId, Came>, came: Came) {
    match all.entry(came.page) {
        Entry::Vacant(first) => {
            first.insert(came);
        }
        Entry::Occupied(mut before) => {
            let before = before.get_mut();
            before.is_new |= came.is_new;
            before.n_published = None;
        }
    }
}
