//! `rejoinder export`, and `rejoinder import` of what it wrote.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

use archive::{Input, Leaving, Left};
use rejoinder_core::{Clock as _, Site};
use store::archive::export::{self, NotTaken, Taken, Written};
use store::{Store, StoreError};

use crate::cli::{ExportArgs, ExportFormat, ImportArgs};
use crate::commands::backup::{move_to, refuse_existing, with};
use crate::commands::{find_site, open, runtime, store_failed};
use crate::config::Options;
use crate::failure::Failure;
use crate::output::{note, say};
use crate::progress::Progress;
use crate::system::SystemClock;

/// Write a site into a file that is there only when it is whole, or to standard output.
pub(crate) fn run(args: &ExportArgs) -> Result<(), Failure> {
    let form = match args.format {
        ExportFormat::Rejoinder => None,
        ExportFormat::Wxr => Some(Leaving::Wxr),
        ExportFormat::Disqus => Some(Leaving::Disqus),
    };
    if form.is_none() && args.report.is_some() {
        return Err(Failure::misused(
            "an export of Rejoinder leaves nothing to report: --report is for --format wxr and disqus",
        ));
    }
    let options = Options::for_place(&args.place)?;
    let store = open(&options)?;
    runtime()?.block_on(async {
        let site = find_site(&store, &args.site).await?;
        let Some(to) = &args.output else {
            let written = write(&store, site, form, || Ok(io::stdout().lock())).await?;
            note(written.summary());
            return written.report(args.report.as_deref());
        };
        refuse_existing(to)?;
        let partial = with(to, ".partial");
        let path = partial.clone();
        let written = write(&store, site, form, move || File::create(&path)).await;
        if written.is_err() {
            let _ = fs::remove_file(&partial);
        }
        let written = written?;
        move_to(&partial, to)?;
        say(format_args!(
            "{} It is in {}.",
            written.summary(),
            to.display()
        ));
        written.report(args.report.as_deref())
    })
}

/// What was written.
enum Done {
    /// Everything, by table.
    Whole(String, Written),
    /// What another system takes.
    Elsewhere(String, Left),
}

impl Done {
    fn summary(&self) -> String {
        match self {
            Self::Whole(host, written) => {
                let n_rows: u64 = written.values().sum();
                let n_comments = written.get("comment").unwrap_or(&0);
                format!("Exported {host}: {n_comments} comments, {n_rows} rows in all.")
            }
            Self::Elsewhere(host, left) => format!(
                "Exported {host}: {} comments on {} pages.",
                left.n_comments, left.n_pages
            ),
        }
    }

    /// Say what the file cannot.
    fn report(&self, path: Option<&Path>) -> Result<(), Failure> {
        let Self::Elsewhere(_, left) = self else {
            return Ok(());
        };
        let mut text = Vec::new();
        let written = left.write(&mut text);
        let Some(path) = path else {
            note(String::from_utf8_lossy(&text).trim_end());
            return Ok(());
        };
        let written = written.and_then(|()| fs::write(path, text));
        let doing = format!("the report {} cannot be written", path.display());
        written.map_err(|error| Failure::failed(&doing, &error))
    }
}

async fn write<W: Write>(
    store: &Store,
    site: Site,
    form: Option<Leaving>,
    open: impl Fn() -> io::Result<W> + Send + Sync + 'static,
) -> Result<Done, Failure> {
    let written = store.read(move |tx| {
        let file = open().map_err(|error| StoreError::Internal(error.into()))?;
        let mut file = BufWriter::new(file);
        let host = site.host.clone();
        match form {
            None => export::write(tx, &site, &mut file).map(|written| Done::Whole(host, written)),
            Some(form) => {
                archive::leave(tx, &site, form, &mut file).map(|left| Done::Elsewhere(host, left))
            }
        }
    });
    written
        .await
        .map_err(store_failed("the site cannot be exported"))
}

/// The export among the files of an import, where the word before it or its start says that it is one.
pub(super) fn among(args: &ImportArgs) -> Result<Option<Input>, Failure> {
    let (named, path) = match &args.files[..] {
        [path] => (false, path),
        [word, path] if word.as_os_str() == export::WORD => (true, path),
        _ => return Ok(None),
    };
    let opened = Input::open(path)
        .map_err(|error| Failure::failed(&format!("{} cannot be read", path.display()), &error))?;
    let [file] = &opened[..] else {
        return Ok(None);
    };
    let is_one = named || export::recognises(&file.start());
    Ok(is_one.then(|| file.clone()))
}

/// Read an export into a new site, or say what would come of it.
pub(super) fn take(options: &Options, file: Input, args: &ImportArgs) -> Result<(), Failure> {
    if args.mentions || args.reviews || !args.map.is_empty() {
        return Err(Failure::misused(
            "an export of Rejoinder comes as it is: --mentions, --reviews and --map are for files of \
             other systems",
        ));
    }
    say("Read as an export of Rejoinder.");
    let doing = format!("{} cannot be imported", file.name);
    let store = open(options)?;
    let (host, taken) = runtime()?.block_on(async {
        let site = find_site(&store, &args.site).await?;
        let host = site.host.clone();
        match read(&store, site, file, args.dry_run).await {
            Ok(taken) => Ok((host, taken)),
            Err(error) => tried(error)
                .map(|taken| (host, taken))
                .map_err(|error| Failure::failed(&doing, &*error)),
        }
    })?;
    match args.dry_run {
        true => say("A dry run: nothing was changed. This would have come:"),
        false => say(format_args!("Imported into {host}.")),
    }
    report(&taken, args.report.as_deref())
}

async fn read(store: &Store, site: Site, file: Input, dry_run: bool) -> store::Result<Taken> {
    let now = SystemClock.now();
    let read = store.write(move |tx| {
        let failed = |error: io::Error| StoreError::Internal(error.into());
        let mut bytes = BufReader::new(file.read().map_err(failed)?);
        let mut progress = Progress::new();
        let tell = |n_rows| progress.at_rows(file.n_read(), file.n_bytes(), n_rows);
        let taken = export::read(tx, now, &site, &mut bytes, tell);
        progress.finish();
        match taken {
            Ok(taken) if dry_run => Err(NotTaken::OnlyTried(taken).into()),
            taken => taken,
        }
    });
    read.await
}

/// What a dry run would have brought, or why nothing came.
fn tried(error: StoreError) -> Result<Taken, Box<dyn Error>> {
    let cause = match error {
        StoreError::Internal(cause) => cause.downcast::<NotTaken>(),
        other => return Err(other.into()),
    };
    match cause.map(|why| *why) {
        Ok(NotTaken::OnlyTried(taken)) => Ok(taken),
        Ok(why) => Err(why.into()),
        Err(other) => Err(other),
    }
}

fn report(taken: &Taken, path: Option<&Path>) -> Result<(), Failure> {
    let rows = taken.iter().filter(|(_, n_rows)| **n_rows > 0);
    let lines: Vec<String> = rows
        .map(|(table, n_rows)| format!("{n_rows:>9} {table}"))
        .collect();
    say(lines.join("\n"));
    let Some(path) = path else {
        return Ok(());
    };
    let written = fs::write(path, format!("{}\n", lines.join("\n")));
    let doing = format!("the report {} cannot be written", path.display());
    written.map_err(|error| Failure::failed(&doing, &error))
}
