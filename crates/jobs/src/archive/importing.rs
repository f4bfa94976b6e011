//! The imports that owners begin in their pages, by the engine of `rejoinder import`.
//!
//! The file lies in the store in parts, so that any node can do the next step, and goes on after a restart
//! as an import from the command line that is run again does: what came in already is known.

use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use ::archive::{Effect, ImportError, Input, Mapping, Plan, Reached, Recognised, Report};
use rejoinder_core::archive::{Import, ImportState};
use rejoinder_core::{Clock, IdSource, Random, Site, Time};
use store::archive::runs::{self, DoImport, Ended, Kept};
use store::archive::undoing::{self, Rest};
use store::jobs::Job;
use store::publication::sites;
use store::recordings::files::MAX_PART;
use store::{Result, Store, StoreError, Tx};
use tempfile::TempDir;
use tokio::runtime::Handle;

use crate::archive::copies::{Copies, copied};
use crate::worker::{Handler, JobOutcome};

/// After so many attempts an import stops that the store does not take.
const MAX_ATTEMPTS: i64 = 4;

/// How often it is written down how far an import is.
const LOOK: Duration = Duration::from_secs(1);

/// Looks into files, brings what is in them, and takes it out again; one import at a time, since reading
/// keeps a processor busy.
pub struct ImportHandler {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<IdSource>,
}

impl ImportHandler {
    /// A handler that works on `store`.
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, random: &dyn Random) -> Self {
        Self {
            store,
            clock,
            ids: Arc::new(IdSource::new(random)),
        }
    }

    /// Look into a file, or bring what is in it.
    async fn bring(&self, job: &Job, site: Site, import: Import) -> Result<JobOutcome> {
        let file = match self.copy(&import).await? {
            Ok(file) => file,
            Err(error) => return Ok(JobOutcome::Retry(error.to_string())),
        };
        let work = Work {
            store: Arc::clone(&self.store),
            ids: Arc::clone(&self.ids),
            now: self.clock.now(),
            site,
            import: import.clone(),
            folder: file,
            watch: Watch::default(),
        };
        let came = self.watched(&import, work).await?;
        match came {
            Came::NotNow(error) if job.attempts < MAX_ATTEMPTS => {
                Ok(JobOutcome::Retry(error.to_string()))
            }
            Came::NotNow(error) => self.ended(&import, stopped(&import, &*error)).await,
            Came::Stopped(problem) => self.ended(&import, stopped(&import, &*problem)).await,
            Came::Here(read) => {
                self.keep(&import, Kept::Text, read.text).await?;
                self.keep(&import, Kept::Json, read.json).await?;
                self.ended(&import, read.ended).await
            }
        }
    }

    async fn ended(&self, import: &Import, ended: Ended) -> Result<JobOutcome> {
        let (now, site, id) = (self.clock.now(), import.site, import.id);
        let write = move |tx: &mut Tx<'_>| runs::end(tx, now, site, id, &ended);
        self.store.write(write).await?;
        Ok(JobOutcome::Done)
    }

    /// Read on a thread of its own, and let the owner see how far it is.
    async fn watched(&self, import: &Import, work: Work) -> Result<Came> {
        let wanted = Wanted(work.watch.clone());
        let mut working = tokio::task::spawn_blocking(move || work.run());
        let mut looks = tokio::time::interval(LOOK);
        let mut last = (0, 0);
        loop {
            tokio::select! {
                came = &mut working => {
                    return came.map_err(|error| StoreError::Internal(error.into()));
                }
                _ = looks.tick() => {}
            }
            let reached = wanted.0.reached();
            if reached != last {
                last = reached;
                let (site, id) = (import.site, import.id);
                let write = move |tx: &mut Tx<'_>| runs::progress(tx, site, id, reached);
                self.store.write(write).await?;
            }
        }
    }

    /// The files outside the store, each under its own name, in a folder that goes when nobody needs it.
    async fn copy(&self, import: &Import) -> Result<io::Result<TempDir>> {
        let mut copies = match Copies::new(&import.files) {
            Ok(copies) => copies,
            Err(error) => return Ok(Err(error)),
        };
        let (site, id, mut at) = (import.site, import.id, 0);
        loop {
            let read = move |tx: &mut Tx<'_>| runs::part(tx, site, id, Kept::File, at);
            let Some(part) = self.store.read(read).await? else {
                return Ok(Ok(copies.folder()));
            };
            if let Err(error) = copies.write(&part) {
                return Ok(Err(error));
            }
            at += i64::try_from(part.len()).unwrap_or(i64::MAX);
        }
    }

    async fn keep(&self, import: &Import, kept: Kept, mut report: File) -> Result<()> {
        let (site, id, mut at) = (import.site, import.id, 0);
        loop {
            let mut part = Vec::new();
            let most = u64::try_from(MAX_PART).unwrap_or(u64::MAX);
            Read::by_ref(&mut report)
                .take(most)
                .read_to_end(&mut part)
                .map_err(|error| StoreError::Internal(error.into()))?;
            let n = i64::try_from(part.len()).unwrap_or(i64::MAX);
            if n == 0 {
                return Ok(());
            }
            let write = move |tx: &mut Tx<'_>| runs::keep(tx, site, id, (kept, at), &part);
            self.store.write(write).await?;
            at += n;
        }
    }

    /// Take out again what an import brought.
    async fn undo(&self, import: Import) -> Result<JobOutcome> {
        let own = import.clone();
        let pages = self.store.read(move |tx| undoing::pages(tx, &own)).await?;
        for page in pages {
            loop {
                let (now, own) = (self.clock.now(), import.clone());
                let step = move |tx: &mut Tx<'_>| undoing::undo_comments(tx, now, &own, page);
                if !self.store.write(step).await? {
                    break;
                }
            }
        }
        for rest in Rest::ALL {
            let mut after = Some(i64::MIN);
            while let Some(from) = after {
                let (now, own) = (self.clock.now(), import.clone());
                let step = move |tx: &mut Tx<'_>| undoing::undo_rest(tx, now, &own, rest, from);
                after = self.store.write(step).await?;
            }
        }
        let (now, site, id) = (self.clock.now(), import.site, import.id);
        let finish = move |tx: &mut Tx<'_>| {
            undoing::finish(tx, site, id)?;
            let n_done = runs::find(tx, site, id)?.map_or(0, |own| own.n_undone);
            let ended = Ended {
                state: ImportState::Undone,
                format: None,
                summary: import.summary.clone(),
                problem: None,
                n_done,
            };
            runs::end(tx, now, site, id, &ended)
        };
        self.store.write(finish).await?;
        Ok(JobOutcome::Done)
    }
}

impl Handler for ImportHandler {
    type Payload = DoImport;

    fn slots(&self) -> usize {
        1
    }

    fn is_let_go(&self) -> bool {
        true
    }

    async fn run(&self, job: &Job, DoImport { import, .. }: DoImport) -> Result<JobOutcome> {
        let site = job.site;
        let read = self.store.read(move |tx: &mut Tx<'_>| {
            let import = runs::find(tx, site, import)?;
            Ok::<_, StoreError>((sites::by_id(tx, site)?, import))
        });
        let (Some(site), Some(import)) = read.await? else {
            return Ok(JobOutcome::Done);
        };
        match import.state {
            ImportState::Looking | ImportState::Running => self.bring(job, site, import).await,
            ImportState::Undoing => self.undo(import).await,
            ImportState::Arriving
            | ImportState::Looked
            | ImportState::Refused
            | ImportState::Done
            | ImportState::Stopped
            | ImportState::Undone => Ok(JobOutcome::Done),
        }
    }
}

/// Nothing more came: what was looked into is refused, and what was coming in stops.
fn stopped(import: &Import, problem: &dyn Error) -> Ended {
    Ended {
        state: match import.state {
            ImportState::Looking => ImportState::Refused,
            _ => ImportState::Stopped,
        },
        format: None,
        summary: None,
        problem: Some(chain(problem)),
        n_done: 0,
    }
}

/// An error with its causes, in a line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(own) = cause {
        text = format!("{text}: {own}");
        cause = own.source();
    }
    text
}

/// What came of reading a file.
enum Came {
    /// All of it was read.
    Here(Whole),
    /// It cannot be read.
    Stopped(Problem),
    /// The store does not take it now.
    NotNow(Problem),
}

type Problem = Box<dyn Error + Send + Sync>;

/// A file that was read, with its report in both forms.
struct Whole {
    ended: Ended,
    text: File,
    json: File,
}

/// What the thread that reads needs.
struct Work {
    store: Arc<Store>,
    ids: Arc<IdSource>,
    now: Time,
    site: Site,
    import: Import,
    /// What holds its files.
    folder: TempDir,
    watch: Watch,
}

impl Work {
    fn run(self) -> Came {
        match self.read() {
            Ok(whole) => Came::Here(whole),
            Err(problem) => match problem.downcast_ref::<ImportError>() {
                Some(ImportError::Store(_) | ImportError::Broken) => Came::NotNow(problem),
                _ => Came::Stopped(problem),
            },
        }
    }

    fn read(self) -> std::result::Result<Whole, Problem> {
        let mut inputs = Vec::new();
        for path in copied(self.folder.path(), &self.import.files) {
            inputs.extend(Input::open(&path)?);
        }
        let Recognised {
            format,
            files,
            others,
        } = archive::recognise(inputs)?;
        let mut report = Report::new()?;
        report.remark(format!("Read as {}.", format.name()));
        for name in others {
            let reason = format!("it is not {}", format.name());
            report.dropped(&format!("file {name}"), &reason)?;
        }
        let options = &self.import.options;
        let typed = options.mappings.lines().map(str::trim);
        let mappings = typed.filter(|line| !line.is_empty()).map(Mapping::parse);
        let (effect, state) = match self.import.state {
            ImportState::Running => (Effect::Write, ImportState::Done),
            _ => (Effect::None, ImportState::Looked),
        };
        let plan = Plan {
            site: self.site,
            format: format.word(),
            import: Some(self.import.id),
            mappings: mappings.collect::<std::result::Result<_, _>>()?,
            effect,
            is_alone: false,
            ids: &self.ids,
        };
        let along = archive::Options {
            mentions: options.mentions,
            reviews: options.reviews,
        };
        let items = format.read(files.clone(), along)?;
        let n_bytes = files.iter().map(Input::n_bytes).sum();
        let watch = &self.watch;
        let tell = |reached: Reached| {
            let n_read = files.iter().map(Input::n_read).sum();
            watch.tell(reached.n_bytes(n_read, n_bytes), reached.n_comments());
            match watch.is_over() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        let importing = archive::import(&self.store, self.now, plan, items, &mut report, tell);
        let totals = Handle::current().block_on(importing)?;
        let mut summary = Vec::new();
        report.write_summary(&mut summary)?;
        let ended = Ended {
            state,
            format: Some(format.word()),
            summary: Some(String::from_utf8_lossy(&summary).into_owned()),
            problem: None,
            n_done: i64::try_from(totals.added + totals.known).unwrap_or(i64::MAX),
        };
        Ok(Whole {
            ended,
            text: written(|file| report.write_text(file))?,
            json: written(|file| report.write_json(file))?,
        })
    }
}

/// A file that goes when nobody needs it, with what `write` writes, at its start.
fn written(write: impl FnOnce(&mut io::BufWriter<File>) -> io::Result<()>) -> io::Result<File> {
    let mut file = io::BufWriter::new(tempfile::tempfile()?);
    write(&mut file)?;
    let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// What those who wait for it and the thread that reads tell each other.
#[derive(Clone, Default)]
struct Watch(Arc<Told>);

#[derive(Default)]
struct Told {
    n_read: AtomicU64,
    n_done: AtomicU64,
    is_over: AtomicBool,
}

impl Watch {
    fn tell(&self, n_read: u64, n_done: u64) {
        self.0.n_read.store(n_read, Ordering::Relaxed);
        self.0.n_done.store(n_done, Ordering::Relaxed);
    }

    fn reached(&self) -> (i64, i64) {
        let number = |told: &AtomicU64| i64::try_from(told.load(Ordering::Relaxed));
        let number = |told| number(told).unwrap_or(i64::MAX);
        (number(&self.0.n_read), number(&self.0.n_done))
    }

    fn is_over(&self) -> bool {
        self.0.is_over.load(Ordering::Relaxed)
    }
}

/// Ends the reading once nobody waits for it: when the worker lets the job go, the thread that reads would
/// hold up the end of the program.
struct Wanted(Watch);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.0.is_over.store(true, Ordering::Relaxed);
    }
}
