//! `rejoinder erasures`: the ledger of what was erased, outside of the database.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use rejoinder_core::{AuthorId, Clock as _, IdSource};
use store::identity::erasing_again;
use store::identity::erasures::ledger::{self, ErasureLine};
use store::{Location, Store, Tx};

use crate::cli::{ErasuresArgs, ErasuresCommand};
use crate::commands::store_failed;
use crate::config::Options;
use crate::failure::Failure;
use crate::output::say;
use crate::private;
use crate::system::{SystemClock, SystemRandom};

pub(crate) fn run(args: &ErasuresArgs) -> Result<(), Failure> {
    let options = Options::for_place(&args.place)?;
    match &args.command {
        ErasuresCommand::Write { file } => write(&options, file),
        ErasuresCommand::Apply { file } => {
            let lines = read(file)?;
            erase_again(&options.database, &lines)?;
            say(format_args!("{}", done(lines.len())));
            Ok(())
        }
    }
}

fn write(options: &Options, file: &Path) -> Result<(), Failure> {
    let store = super::open(options)?;
    let all = super::runtime()?.block_on(store.read(ledger::all));
    let all = all.map_err(store_failed("the ledger of erasures cannot be read"))?;
    let mut text = String::new();
    for line in &all {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{line}");
    }
    private::write(file, text.as_bytes()).map_err(|error| {
        Failure::failed(&format!("{} cannot be written", file.display()), &error)
    })?;
    say(format_args!(
        "Wrote {} erasures into {}.",
        all.len(),
        file.display()
    ));
    Ok(())
}

/// The lines of a ledger in a file.
pub(super) fn read(file: &Path) -> Result<Vec<ErasureLine>, Failure> {
    let doing = format!("the ledger {} cannot be read", file.display());
    let text = fs::read_to_string(file).map_err(|error| Failure::failed(&doing, &error))?;
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| {
            line.parse()
                .map_err(|error| Failure::failed(&doing, &error))
        })
        .collect()
}

/// Erase again, in the database at `location`, what a ledger says.
pub(super) fn erase_again(location: &Location, lines: &[ErasureLine]) -> Result<(), Failure> {
    if lines.is_empty() {
        return Ok(());
    }
    let store = Store::open(location, Arc::new(|_| {}));
    let store = store.map_err(store_failed("the database cannot be opened"))?;
    let store = super::Opened(Arc::new(store));
    let erased = super::runtime()?.block_on(async {
        let ids = IdSource::new(&SystemRandom);
        for line in lines {
            let (line, now) = (*line, SystemClock.now());
            let nobody = AuthorId(ids.next(now));
            let again = move |tx: &mut Tx<'_>| erasing_again::again(tx, now, &line, nobody);
            while !store.write(again).await? {}
        }
        Ok(())
    });
    erased.map_err(store_failed("what was erased cannot be erased again"))
}

/// What was done, in a sentence.
pub(super) fn done(n_lines: usize) -> String {
    format!("Erased again what the ledger says, in {n_lines} lines.")
}
