//! `rejoinder doctor`.

use rejoinder_core::Clock as _;
use store::Tx;
use store::database::{doctor, repair};

use crate::cli::DoctorArgs;
use crate::commands::{open, runtime, store_failed};
use crate::config::Options;
use crate::failure::Failure;
use crate::output::say;
use crate::system::SystemClock;

pub(crate) fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let options = Options::for_place(&args.place)?;
    let store = open(&options)?;
    let runtime = runtime()?;
    if args.repair {
        let now = SystemClock.now();
        let mend = move |tx: &mut Tx<'_>| repair::mend(tx, now);
        let mended = runtime.block_on(store.write(mend));
        let mended = mended.map_err(store_failed("the database cannot be mended"))?;
        for mended in &mended {
            say(format_args!("{} in {} places", mended.what, mended.n_rows));
        }
        if mended.is_empty() {
            say("There was nothing to mend.");
        }
    }
    let findings = runtime.block_on(store.read(doctor::check));
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
    let left = if args.repair {
        ", and cannot be mended"
    } else {
        ""
    };
    Err(Failure::Failed(format!(
        "{} rules are broken{left}",
        findings.len()
    )))
}
