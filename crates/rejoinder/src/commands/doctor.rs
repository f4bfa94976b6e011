//! `rejoinder doctor`.

use rejoinder_core::Clock as _;
use store::database::doctor::{self, Finding};
use store::database::repair;
use store::{Reach, Tx};

use crate::cli::DoctorArgs;
use crate::commands::{open, runtime, store_failed};
use crate::config::Options;
use crate::failure::Failure;
use crate::output::say;
use crate::system::SystemClock;

pub(crate) fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let options = Options::for_place(&args.place)?;
    let examine = || {
        let reach = Reach {
            timeouts: options.reach.timeouts.patient(),
            ..options.reach.clone()
        };
        let findings = doctor::examine(&options.database, &reach);
        let doing = format!("the database {} cannot be checked", options.database);
        findings.map_err(store_failed(&doing))
    };
    let mut findings = examine()?;
    if args.repair {
        mend(&options)?;
        findings = examine()?;
    }
    for finding in &findings {
        tell(finding);
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

fn mend(options: &Options) -> Result<(), Failure> {
    let store = open(options)?;
    let now = SystemClock.now();
    let mend = move |tx: &mut Tx<'_>| repair::mend(tx, now);
    let mended = runtime()?.block_on(store.write(mend));
    let mended = mended.map_err(store_failed("the database cannot be mended"))?;
    for mended in &mended {
        say(format_args!("{} in {} places", mended.what, mended.n_rows));
    }
    if mended.is_empty() {
        say("There was nothing to mend.");
    }
    Ok(())
}

fn tell(finding: &Finding) {
    let Finding {
        check,
        n_wrong,
        named,
    } = finding;
    say(format_args!("not so in {n_wrong} places: {check}"));
    for row in named {
        say(format_args!("  {row}"));
    }
    if i64::try_from(named.len()).is_ok_and(|n_named| n_named < *n_wrong) {
        say("  …");
    }
}
