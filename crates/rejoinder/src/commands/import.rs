//! `rejoinder import`.

use std::fs::File;
use std::io::{self, BufWriter};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use archive::{Effect, Format, Input, Mapping, Plan, Reached, Recognised, Report, Totals};
use rejoinder_core::{Clock as _, IdSource, Site};
use store::database::nodes;
use store::{Dialect, Store};

use crate::cli::ImportArgs;
use crate::commands::{alone::Alone, export, find_site, open, runtime, store_failed};
use crate::config::Options;
use crate::failure::Failure;
use crate::output::say;
use crate::progress::Progress;
use crate::system::{SystemClock, SystemRandom};

pub(crate) fn run(args: &ImportArgs) -> Result<(), Failure> {
    let options = Options::for_place(&args.place)?;
    let mappings = args.map.iter().map(|typed| Mapping::parse(typed));
    let mappings: Vec<Mapping> = mappings
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::misused(error.to_string()))?;
    if let Some(file) = export::among(args)? {
        return export::take(&options, file, args);
    }
    let files = files(args)?;
    let alone = match args.dry_run {
        true => None,
        false => Alone::try_begin(&options.database),
    };
    let store = open(&options)?;
    runtime()?.block_on(async {
        let site = find_site(&store, &args.site).await?;
        let is_alone = match store.dialect() {
            Dialect::Sqlite => alone.is_some(),
            Dialect::Postgres => !is_served(&store).await?,
        };
        import(&store, site, mappings, files, args, is_alone).await
    })
}

/// Whether a node is at work on the database.
async fn is_served(store: &Store) -> Result<bool, Failure> {
    let now = SystemClock.now();
    let found = store.read(move |tx| nodes::is_any(tx, now)).await;
    found.map_err(store_failed("the nodes cannot be counted"))
}

/// What is to be read, and what it is: the word in front of the files says it, or they do.
fn files(args: &ImportArgs) -> Result<Recognised, Failure> {
    let (first, others) = args
        .files
        .split_first()
        .map_or((None, &[][..]), |(first, others)| {
            (first.to_str().and_then(archive::by_word), others)
        });
    let format = first.filter(|_| !others.is_empty());
    let paths = if format.is_some() {
        others
    } else {
        &args.files[..]
    };
    let mut inputs = Vec::new();
    for path in paths {
        let opened = Input::open(path).map_err(|error| {
            Failure::failed(&format!("{} cannot be read", path.display()), &error)
        })?;
        inputs.extend(opened);
    }
    if let Some(format) = format {
        return Ok(Recognised {
            format,
            files: inputs,
            others: Vec::new(),
        });
    }
    archive::recognise(inputs).map_err(|error| Failure::failed(&doing(args), &error))
}

fn doing(args: &ImportArgs) -> String {
    let paths: Vec<_> = args
        .files
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    format!("{} cannot be imported", paths.join(" "))
}

async fn import(
    store: &Store,
    site: Site,
    mappings: Vec<Mapping>,
    recognised: Recognised,
    args: &ImportArgs,
    is_alone: bool,
) -> Result<(), Failure> {
    let Recognised {
        format,
        files,
        others,
    } = recognised;
    let doing = doing(args);
    let failed = |error: &dyn std::error::Error| Failure::failed(&doing, error);
    let mut report = Report::new().map_err(|error| failed(&error))?;
    report.remark(format!("Read as {}.", format.name()));
    for name in others {
        let reason = format!("it is not {}", format.name());
        report
            .dropped(&format!("file {name}"), &reason)
            .map_err(|error| failed(&error))?;
    }
    let host = site.host.clone();
    let plan = Plan {
        site,
        format: format.word(),
        import: None,
        mappings,
        effect: if args.dry_run {
            Effect::None
        } else {
            Effect::Write
        },
        is_alone,
        ids: &IdSource::new(&SystemRandom),
    };
    let done = read(store, plan, format, files, args, &mut report).await;
    write(&mut report, args.report.as_deref())?;
    done.map_err(|error| failed(&*error))?;
    match args.dry_run {
        true => say("A dry run: nothing was changed. This would have happened:"),
        false => say(format_args!("Imported into {host}.")),
    }
    summarise(&report, args.report.as_deref());
    Ok(())
}

async fn read(
    store: &Store,
    plan: Plan<'_>,
    format: &dyn Format,
    files: Vec<Input>,
    args: &ImportArgs,
    report: &mut Report,
) -> Result<Totals, Box<dyn std::error::Error>> {
    let along = archive::Options {
        mentions: args.mentions,
        reviews: args.reviews,
    };
    let items = format.read(files.clone(), along)?;
    let n_bytes = files.iter().map(Input::n_bytes).sum();
    let mut progress = Progress::new();
    let tell = |reached: Reached| {
        let n_read = files.iter().map(Input::n_read).sum();
        let n_done = reached.n_bytes(n_read, n_bytes);
        progress.at_comments(n_done, n_bytes, reached);
        ControlFlow::Continue(())
    };
    let done = archive::import(store, SystemClock.now(), plan, items, report, tell).await;
    progress.finish();
    Ok(done?)
}

fn summarise(report: &Report, written: Option<&Path>) {
    let mut summary = Vec::new();
    let _ = report.write_summary(&mut summary);
    say(String::from_utf8_lossy(&summary).trim_end());
    match written {
        Some(path) => say(format_args!("{} names every record.", path.display())),
        None => say("--report FILE names every record."),
    }
    if report.totals().elsewhere > 0 {
        say(
            "Pages with addresses that are not on the site are not seen there. If they have moved, \
             import again with --map FROM=TO; if they are served there, add the origin with \
             `rejoinder site set`.",
        );
    }
}

/// The report as text at `path`, and as JSON beside it.
fn write(report: &mut Report, path: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = path else {
        return Ok(());
    };
    let json = beside(path);
    let written = create(path)
        .and_then(|mut file| report.write_text(&mut file))
        .and_then(|()| create(&json))
        .and_then(|mut file| report.write_json(&mut file));
    let doing = format!("the report {} cannot be written", path.display());
    written.map_err(|error| Failure::failed(&doing, &error))
}

fn beside(path: &Path) -> PathBuf {
    let json = path.with_extension("json");
    if json == path {
        path.with_extension("json.json")
    } else {
        json
    }
}

fn create(path: &Path) -> io::Result<BufWriter<File>> {
    File::create(path).map(BufWriter::new)
}
