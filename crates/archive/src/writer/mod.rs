//! From items to the store, some thousands to a transaction.
//!
//! What happens to a record is decided before the store is asked, from the file alone; the store
//! only adds whether it is there already. So a dry run takes the same way and says the same.
//!
//! What is written is shown to nobody until the last record has been read and written: a file that
//! breaks off, or a program that is killed, leaves every thread as it was, and running the import
//! again goes on.

mod batch;
mod decide;
mod mapping;
mod placing;
mod report;

use std::collections::BTreeSet;
use std::future::ready;
use std::sync::Arc;

use rejoinder_core::{IdSource, ImportId, PageId, Site, Time};
use store::archive::imports::{self, ImportedQuestion, Origin};
use store::{Store, StoreError, Tx};
use tokio::task::{JoinHandle, spawn, spawn_blocking};

use crate::{Item, QuestionItem, ReadError};

use batch::{Batch, Before, Outcome};
use decide::Decider;
pub use mapping::{Mapping, NotAMapping};
pub use report::{Report, Totals};

/// So many pages are shown in one transaction.
const MAX_PAGES: usize = 100;

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

/// Why an import stopped. Nothing of it is shown; importing again goes on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read on.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store cannot take it.
    #[error("the database cannot take the comments")]
    Store(#[from] StoreError),
    /// The report cannot be written.
    #[error("the report cannot be written")]
    Report(#[from] std::io::Error),
    /// A part of the program broke.
    #[error("the import broke off")]
    Broken(#[from] tokio::task::JoinError),
}

/// Bring `items` into `store`; `tell` hears now and then how far it is.
pub async fn import(
    store: &Store,
    now: Time,
    plan: Plan<'_>,
    items: impl Iterator<Item = Result<Item, ReadError>>,
    report: &mut Report,
    mut tell: impl FnMut(Totals),
) -> Result<Totals, ImportError> {
    let Plan {
        site,
        format,
        import,
        mappings,
        effect,
        ids,
    } = plan;
    let mut decider = Decider::new(&site, &mappings, now);
    let mut sender = Sender {
        store,
        task: Task {
            site: site.id,
            origin: Origin { format, import },
            now,
            effect,
        },
        rendering: None,
        before: Arc::default(),
        under_way: None,
    };
    let mut batch = Batch::default();
    // There are few of them, and nobody sees one before all that it belongs to is there.
    let mut questions = Vec::new();
    for item in items {
        decider.take(item?, ids, &mut batch, report)?;
        questions.append(&mut batch.questions);
        if batch.is_full() {
            sender.send(std::mem::take(&mut batch), report).await?;
            tell(report.totals());
        }
    }
    decider.finish(&mut batch, report)?;
    sender.send(batch, report).await?;
    sender.finish(report).await?;
    sender.reveal().await?;
    sender.ask(questions, report).await?;
    Ok(report.totals())
}

/// What is the same for every batch.
#[derive(Debug, Clone, Copy)]
struct Task {
    site: rejoinder_core::SiteId,
    origin: Origin<'static>,
    now: Time,
    effect: Effect,
}

/// Hands batches to the store, one at a time, while the next is rendered and the one behind it is read.
struct Sender<'s> {
    store: &'s Store,
    task: Task,
    rendering: Option<JoinHandle<Batch>>,
    before: Arc<Before>,
    under_way: Option<JoinHandle<store::Result<Outcome>>>,
}

impl Sender<'_> {
    async fn send(&mut self, batch: Batch, report: &mut Report) -> Result<(), ImportError> {
        self.write_rendered(report).await?;
        self.rendering = Some(match self.task.effect {
            Effect::None => spawn(ready(batch)),
            Effect::Write => spawn_blocking(move || {
                let mut batch = batch;
                batch.render();
                batch
            }),
        });
        Ok(())
    }

    /// Begins to write what is rendered, once what came before it is written.
    async fn write_rendered(&mut self, report: &mut Report) -> Result<(), ImportError> {
        let Some(rendering) = self.rendering.take() else {
            return Ok(());
        };
        let batch = rendering.await?;
        self.wait(report).await?;
        let (store, task, before) = (self.store.clone(), self.task, Arc::clone(&self.before));
        self.under_way = Some(spawn(async move {
            match task.effect {
                Effect::None => store.read(move |tx| batch.look(tx, task)).await,
                Effect::Write => store.write(move |tx| batch.write(tx, task, &before)).await,
            }
        }));
        Ok(())
    }

    /// Writes all that was sent.
    async fn finish(&mut self, report: &mut Report) -> Result<(), ImportError> {
        self.write_rendered(report).await?;
        self.wait(report).await
    }

    /// Shows what came in, a few pages at a time, so that others get to write in between.
    async fn reveal(&self) -> Result<(), ImportError> {
        let Task {
            site, now, effect, ..
        } = self.task;
        if effect == Effect::None {
            return Ok(());
        }
        let pages: BTreeSet<PageId> = self.before.pages.values().copied().collect();
        let pages: Vec<PageId> = pages.into_iter().collect();
        for pages in pages.chunks(MAX_PAGES) {
            let pages = pages.to_vec();
            let reveal = move |tx: &mut Tx<'_>| {
                pages
                    .iter()
                    .try_for_each(|page| imports::reveal(tx, now, site, *page))
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
    ) -> Result<(), ImportError> {
        let Task {
            site,
            origin,
            now,
            effect,
        } = self.task;
        let (mut n_questions, mut n_answers) = (0_usize, 0_usize);
        for item in questions {
            n_questions += 1;
            n_answers += item.answers.len();
            let Some(page) = self.before.pages.get(&item.page).copied() else {
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
            if effect == Effect::Write {
                let add = move |tx: &mut Tx<'_>| {
                    imports::upsert_question(tx, now, site, origin, &question)
                };
                self.store.write(add).await?;
            }
        }
        if n_questions > 0 {
            report.remark(format!(
                "questions of passages: {n_questions}, answered by comments: {n_answers}"
            ));
        }
        Ok(())
    }

    async fn wait(&mut self, report: &mut Report) -> Result<(), ImportError> {
        let Some(under_way) = self.under_way.take() else {
            return Ok(());
        };
        let outcome = under_way.await??;
        Arc::make_mut(&mut self.before).extend(outcome.before);
        let totals = report.totals_mut();
        totals.added += outcome.added;
        totals.known += outcome.known;
        totals.held += outcome.held;
        totals.hidden += outcome.hidden;
        Ok(())
    }
}
