//! `rejoinder doctor`.

use store::database::doctor;

use crate::cli::args::Place;
use crate::commands::{open, runtime, store_failed};
use crate::config::Options;
use crate::failure::Failure;
use crate::output::say;

pub(crate) fn run(place: &Place) -> Result<(), Failure> {
    let options = Options::for_place(place)?;
    let store = open(&options)?;
    let findings = runtime()?.block_on(store.read(doctor::check));
    let findings = findings.map_err(store_failed("the database cannot be checked"))?;
    for finding in &findings {
        say(format_args!(
            "not so in {} places: {}",
            finding.n_wrong, finding.check
        ));
    }
    if findings.is_empty() {
        say("The database keeps its rules.");
        return Ok(());
    }
    Err(Failure::Failed(format!(
        "{} rules are broken",
        findings.len()
    )))
}
