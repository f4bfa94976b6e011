//! `rejoinder distribute`.

use store::Reach;
use store::database::distribution::{self, NotDistributed};

use crate::cli::DistributeArgs;
use crate::commands::open;
use crate::config::Options;
use crate::failure::Failure;
use crate::output::say;

pub(crate) fn run(args: &DistributeArgs) -> Result<(), Failure> {
    let options = Options::for_place(&args.place)?;
    // What is distributed is the schema of today.
    drop(open(&options)?);
    let reach = Reach {
        timeouts: options.reach.timeouts.patient(),
        ..options.reach.clone()
    };
    let tell = |table: &str| say(format_args!("distributed {table}"));
    let distributed = distribution::distribute(&options.database, &reach, tell);
    let doing = format!("the database {} cannot be distributed", options.database);
    match distributed {
        Ok(()) => {
            say("Every table is where it belongs.");
            Ok(())
        }
        Err(why @ (NotDistributed::Sqlite | NotDistributed::NoCitus)) => {
            Err(Failure::misused(format!("{doing}: {why}")))
        }
        Err(NotDistributed::Store(error)) => Err(Failure::failed(&doing, &error)),
    }
}
