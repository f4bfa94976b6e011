//! `rejoinder import`.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use archive::{Effect, Mapping, Plan, Report, Totals, wordpress};
use rejoinder_core::{Clock as _, IdSource, Site};
use store::Store;

use crate::cli::{Format, ImportArgs};
use crate::commands::{find_site, open, runtime};
use crate::config::Options;
use crate::failure::Failure;
use crate::output::say;
use crate::progress::Progress;
use crate::system::{SystemClock, SystemRandom};

pub(super) fn run(args: &ImportArgs) -> Result<(), Failure> {
    let options = Options::for_place(&args.place)?;
    let mappings = args.map.iter().map(|typed| Mapping::parse(typed));
    let mappings: Vec<Mapping> = mappings
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::misused(error.to_string()))?;
    let source = Source::open(&args.file)?;
    let store = open(&options)?;
    runtime()?.block_on(async {
        let site = find_site(&store, &args.site).await?;
        import(&store, site, mappings, source, args).await
    })
}

async fn import(
    store: &Store,
    site: Site,
    mappings: Vec<Mapping>,
    source: Source,
    args: &ImportArgs,
) -> Result<(), Failure> {
    let lines: Box<dyn Write + Send> = match &args.report {
        Some(path) => Box::new(BufWriter::new(create(path)?)),
        None => Box::new(io::sink()),
    };
    let mut report = Report::new(lines);
    let effect = if args.dry_run {
        Effect::None
    } else {
        Effect::Write
    };
    let host = site.host.clone();
    let ids = &IdSource::new(&SystemRandom);
    let plan = Plan {
        site,
        format: format_word(args.format),
        mappings,
        effect,
        ids,
    };
    let (n_bytes, n_read) = (source.n_bytes, Arc::clone(&source.n_read));
    let mut progress = Progress::new();
    let tell = |totals: Totals| {
        let n_comments = totals.added + totals.known;
        progress.at_comments(n_read.load(Ordering::Relaxed), n_bytes, n_comments);
    };
    let doing = format!("{} cannot be imported", args.file.display());
    let failed = |error: &dyn std::error::Error| Failure::failed(&doing, error);
    let along = wordpress::Options {
        mentions: args.mentions,
        reviews: args.reviews,
    };
    let items = match args.format {
        Format::WordPress => wordpress::read(source, along),
    };
    let items = items.map_err(|error| failed(&error))?;
    let done = archive::import(store, SystemClock.now(), plan, items, &mut report, tell).await;
    progress.finish();
    let totals = done.map_err(|error| failed(&error))?;
    match args.dry_run {
        true => say("A dry run: nothing was changed. This would have happened:"),
        false => say(format_args!(
            "Imported {} into {host}.",
            args.file.display()
        )),
    }
    summarise(&totals, args.report.as_deref());
    Ok(())
}

fn summarise(totals: &Totals, report: Option<&Path>) {
    let Totals {
        pages,
        added,
        held,
        hidden,
        known,
        dropped,
        changed,
        ..
    } = totals;
    say(format_args!(
        "{added} comments came in on {pages} pages; {held} of them wait for a moderator and \
         {hidden} are not shown, being spam or removed. {known} were here already."
    ));
    let listed = match report {
        Some(path) => format!("{} lists them", path.display()),
        None => "--report FILE lists them".to_owned(),
    };
    say(format_args!(
        "{dropped} records were left out and {changed} came in changed; {listed}."
    ));
    if totals.elsewhere > 0 {
        say(format_args!(
            "{} pages have addresses that are not on the site. If they have moved, import again \
             with --map FROM=TO; if they are served there, add the origin with `rejoinder site set`.",
            totals.elsewhere
        ));
    }
}

const fn format_word(format: Format) -> &'static str {
    match format {
        Format::WordPress => "wordpress",
    }
}

fn create(path: &Path) -> Result<File, Failure> {
    let doing = format!("the report {} cannot be written", path.display());
    File::create(path).map_err(|error| Failure::failed(&doing, &error))
}

/// A file that counts what was read of it.
struct Source {
    file: File,
    n_bytes: u64,
    n_read: Arc<AtomicU64>,
}

impl Source {
    fn open(path: &Path) -> Result<Self, Failure> {
        let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (n_bytes, file) = opened.map_err(|error| {
            Failure::failed(&format!("{} cannot be read", path.display()), &error)
        })?;
        Ok(Self {
            file,
            n_bytes,
            n_read: Arc::default(),
        })
    }
}

impl Read for Source {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(out)?;
        self.n_read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
