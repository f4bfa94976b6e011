//! From items to the store, some thousands to a transaction.
//!
//! What happens to a record is decided before the store is asked, from the file alone; the store
//! only adds whether it is there already. So a dry run takes the same way and says the same.
//!
//! Nothing is written before the last record has been read: until then records wait in a file of their
//! own, so that a file that breaks off leaves the database as it was. Then they are written page by page, and
//! nobody sees them; when all are there, each page is shown as a whole. An import that is stopped meanwhile
//! goes on when it is run again. Where nobody else writes, all of it is one transaction instead (`whole.rs`),
//! which takes half the time, because each comment is written once.

mod authors;
mod batch;
mod decide;
mod feed;
mod mapping;
mod packing;
mod placing;
mod reached;
mod records;
mod report;
mod said;
mod staging;
mod whole;

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rejoinder_core::{IdSource, ImportId, PageId, Site, Time};
use store::archive::imports::{self, ImportedQuestion, Origin};
use store::{Dialect, Store, StoreError, Tx};
use tokio::task::spawn_blocking;

use crate::{Item, QuestionItem, ReadError};

use batch::{Batch, Outcome};
use decide::Decider;
use feed::Feed;
pub use mapping::{Mapping, NotAMapping};
pub use reached::Reached;
use records::Record;
pub use report::{Report, Totals};
use staging::{Staged, Staging};

/// So many items, or so many bytes of text, are handed on at once from where they are read.
const MAX_ITEMS: usize = 256;
const MAX_TEXT: usize = 256 << 10;

/// So many of these are on their way.
const MAX_PORTIONS: usize = 2;

/// So many pages are shown by a transaction.
const MAX_PAGES: usize = 50;

/// What to import where.
#[derive(Debug)]
pub struct Plan<'i> {
    /// The site that the comments belong to.
    pub site: Site,
    /// The system that they come from; with its ids, it names each record for ever.
    pub format: &'static str,
    /// The import that an owner began, and can undo.
    pub import: Option<ImportId>,
    /// Pages that have moved.
    pub mappings: Vec<Mapping>,
    /// Whether anything changes.
    pub effect: Effect,
    /// Whether nobody else is at work on the database meanwhile.
    pub is_alone: bool,
    /// Names new pages.
    pub ids: &'i IdSource,
}

/// Whether an import changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It adds what is new.
    Write,
    /// It says what it would add: a dry run.
    None,
}

/// Why an import stopped. Importing again goes on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read on.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store cannot take it.
    #[error("the database cannot take the comments")]
    Store(#[from] StoreError),
    /// What is kept of it outside the store until it is done cannot be written, or read.
    #[error("its temporary files cannot be written or read")]
    Temporary(#[from] io::Error),
    /// A part of the program broke.
    #[error("the import broke off")]
    Broken,
    /// Who is told how far it is wants no more of it.
    #[error("the import was stopped")]
    Stopped,
}

/// Bring `items` into `store`; `tell` hears now and then how far it is, and says whether it is to go on.
pub async fn import(
    store: &Store,
    now: Time,
    plan: Plan<'_>,
    items: impl Iterator<Item = Result<Item, ReadError>>,
    report: &mut Report,
    mut tell: impl FnMut(Reached) -> ControlFlow<()>,
) -> Result<Totals, ImportError> {
    let decider = Decider::new(&plan.site, &plan.mappings, now);
    let Decided {
        records,
        n_comments,
        questions,
    } = stage(items, decider, plan.ids, report, &mut tell)?;
    let fits = store.dialect() == Dialect::Postgres || n_comments <= whole::MAX_ON_SQLITE;
    let is_whole = plan.is_alone && fits;
    let task = Task {
        site: plan.site.id,
        origin: Origin {
            format: plan.format,
            import: plan.import,
        },
        now,
        manner: match plan.effect {
            Effect::None => Manner::Dry,
            Effect::Write if is_whole => Manner::Whole,
            Effect::Write => Manner::InParts,
        },
        n_comments,
    };
    let (batches, ready) = sync_channel(1);
    let reading = spawn_blocking(move || batched(records, task.manner, &batches));
    let mut writer = Writer {
        store,
        task,
        feed: Arc::new(Mutex::new(Feed::new(task, ready))),
        asked: questions
            .iter()
            .map(|asked| (asked.page.clone(), None))
            .collect(),
        unseen: BTreeSet::new(),
    };
    match task.manner {
        Manner::Whole => writer.write_whole(report, &mut tell).await?,
        Manner::InParts | Manner::Dry => writer.write_all(report, &mut tell).await?,
    }
    reading.await.map_err(|_| ImportError::Broken)??;
    writer.reveal().await?;
    writer.ask(questions, report).await?;
    Ok(report.totals())
}

/// All that a file holds, decided.
struct Decided {
    records: Staged<Record>,
    n_comments: u64,
    questions: Vec<QuestionItem>,
}

/// Read all items, and decide on them on a thread of its own meanwhile.
fn stage(
    items: impl Iterator<Item = Result<Item, ReadError>>,
    decider: Decider<'_>,
    ids: &IdSource,
    report: &mut Report,
    tell: &mut impl FnMut(Reached) -> ControlFlow<()>,
) -> Result<Decided, ImportError> {
    thread::scope(|scope| {
        let (portions, read) = sync_channel(MAX_PORTIONS);
        let deciding = scope.spawn(move || decide_all(&read, decider, ids, report));
        let mut n_comments = 0;
        let reading = in_portions(items, |portion| {
            let is_comment = |item: &&Item| matches!(item, Item::Comment(_));
            n_comments += portion.iter().filter(is_comment).count() as u64;
            // Who decides has ended early, and will say why.
            if portions.send(portion).is_err() {
                return Ok(ControlFlow::Break(()));
            }
            match tell(Reached::Reading { n_comments }) {
                ControlFlow::Break(()) => Err(ImportError::Stopped),
                going => Ok(going),
            }
        });
        drop(portions);
        let decided = deciding.join().map_err(|_| ImportError::Broken)?;
        reading.and(decided)
    })
}

/// Hands on many items at once, and few bytes.
fn in_portions(
    items: impl Iterator<Item = Result<Item, ReadError>>,
    mut hand_on: impl FnMut(Vec<Item>) -> Result<ControlFlow<()>, ImportError>,
) -> Result<(), ImportError> {
    let (mut portion, mut n_bytes) = (Vec::with_capacity(MAX_ITEMS), 0);
    for item in items {
        let item = item?;
        if let Item::Comment(comment) = &item {
            n_bytes += comment.body.source().len();
        }
        portion.push(item);
        if portion.len() >= MAX_ITEMS || n_bytes >= MAX_TEXT {
            n_bytes = 0;
            let full = std::mem::replace(&mut portion, Vec::with_capacity(MAX_ITEMS));
            if hand_on(full)?.is_break() {
                return Ok(());
            }
        }
    }
    hand_on(portion).map(drop)
}

fn decide_all(
    read: &Receiver<Vec<Item>>,
    mut decider: Decider<'_>,
    ids: &IdSource,
    report: &mut Report,
) -> Result<Decided, ImportError> {
    let mut staging = Staging::new()?;
    for item in read.iter().flatten() {
        decider.take(item, ids, &mut staging, report)?;
    }
    let (n_comments, questions) = decider.finish(&mut staging, report)?;
    Ok(Decided {
        records: staging.finish()?,
        n_comments,
        questions,
    })
}

/// Make batches of what waits, as far as they are wanted, and ready to be written where they are to be.
fn batched(records: Staged<Record>, manner: Manner, batches: &SyncSender<Batch>) -> io::Result<()> {
    let give = |mut batch: Batch| {
        match manner {
            Manner::Dry => {}
            Manner::Whole => {
                batch.render();
                batch.count();
            }
            Manner::InParts => {
                batch.render();
                batch.hide();
            }
        }
        batches.send(batch)
    };
    let mut batch = Batch::default();
    for record in records {
        let (page, record) = record?;
        if let Some(full) = batch.push(page, record)
            && give(full).is_err()
        {
            return Ok(());
        }
    }
    let _ = give(batch);
    Ok(())
}

/// How what was read gets into the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Not at all: it is only looked for.
    Dry,
    /// In one transaction, as it will be seen.
    Whole,
    /// Some batches to a transaction, which nobody sees before all are there.
    InParts,
}

/// What is the same for every batch.
#[derive(Debug, Clone, Copy)]
struct Task {
    site: rejoinder_core::SiteId,
    origin: Origin<'static>,
    now: Time,
    manner: Manner,
    /// So many come, as far as they are not here already.
    n_comments: u64,
}

/// Has the store take what is ready.
struct Writer<'s> {
    store: &'s Store,
    task: Task,
    feed: Arc<Mutex<Feed>>,
    /// What the pages are called here of which questions are asked.
    asked: HashMap<String, Option<PageId>>,
    /// The pages that are to be shown.
    unseen: BTreeSet<PageId>,
}

impl Writer<'_> {
    async fn write_all(
        &mut self,
        report: &mut Report,
        tell: &mut impl FnMut(Reached) -> ControlFlow<()>,
    ) -> Result<(), ImportError> {
        while self.write(report).await? {
            if tell(self.reached(report)).is_break() {
                return Err(ImportError::Stopped);
            }
        }
        match self.task.manner {
            Manner::Dry => Ok(()),
            Manner::Whole | Manner::InParts => Ok(self.store.write(imports::measure).await?),
        }
    }

    fn reached(&self, report: &Report) -> Reached {
        let totals = report.totals();
        Reached::Writing {
            n_done: totals.added + totals.known,
            n_comments: self.task.n_comments,
        }
    }

    /// One transaction; whether there was anything for it.
    async fn write(&mut self, report: &mut Report) -> Result<bool, StoreError> {
        let feed = Arc::clone(&self.feed);
        let pass_on = move |tx: &mut Tx<'_>| held(&feed).pass_on(tx);
        let passed = match self.task.manner {
            Manner::Dry => self.store.read(pass_on).await?,
            Manner::Whole | Manner::InParts => self.store.write(pass_on).await?,
        };
        let Some(mut outcome) = passed else {
            return Ok(false);
        };
        held(&self.feed).done(std::mem::take(&mut outcome.before));
        self.unseen
            .extend(outcome.came.iter().map(|came| came.page));
        self.note(&outcome, report);
        Ok(true)
    }

    fn note(&mut self, outcome: &Outcome, report: &mut Report) {
        for (named, id) in &outcome.pages {
            if let Some(asked) = self.asked.get_mut(named) {
                *asked = Some(*id);
            }
        }
        let totals = report.totals_mut();
        totals.added += outcome.added;
        totals.known += outcome.known;
        totals.held += outcome.held;
        totals.hidden += outcome.hidden;
    }

    /// Shows what came in, a few pages at a time, so that others get to write in between.
    async fn reveal(&self) -> Result<(), StoreError> {
        let Task { site, now, .. } = self.task;
        let pages: Vec<PageId> = self.unseen.iter().copied().collect();
        for pages in pages.chunks(MAX_PAGES) {
            let pages = pages.to_vec();
            let reveal = move |tx: &mut Tx<'_>| {
                let mut pages = pages.iter();
                pages.try_for_each(|page| imports::reveal(tx, now, site, *page).map(drop))
            };
            self.store.write(reveal).await?;
        }
        Ok(())
    }

    /// Asks the questions of passages, now that the comments that answer them are there.
    async fn ask(
        &self,
        questions: Vec<QuestionItem>,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let Task {
            site, origin, now, ..
        } = self.task;
        let (mut n_questions, mut n_answers) = (0_usize, 0_usize);
        for item in questions {
            n_questions += 1;
            n_answers += item.answers.len();
            // In a dry run no page is called anything.
            let Some(page) = self.asked.get(&item.page).copied().flatten() else {
                continue;
            };
            let question = ImportedQuestion {
                page,
                source_id: item.source_id,
                text: item.text,
                selector: item.selector,
                asked_at: item.asked_at.unwrap_or(now),
                answers: item.answers,
            };
            let add =
                move |tx: &mut Tx<'_>| imports::upsert_question(tx, now, site, origin, &question);
            self.store.write(add).await?;
        }
        if n_questions > 0 {
            report.remark(format!(
                "questions of passages: {n_questions}, answered by comments: {n_answers}"
            ));
        }
        Ok(())
    }
}

fn held(feed: &Mutex<Feed>) -> MutexGuard<'_, Feed> {
    feed.lock().unwrap_or_else(PoisonError::into_inner)
}
