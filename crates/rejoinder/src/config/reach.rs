//! How the database is reached, and for how long it is waited for.

use std::time::Duration;

use store::{Location, Reach, Timeouts};

use super::layers::Layers;
use super::room::within;
use crate::failure::Failure;

/// What is accepted for a number of connections to the database.
pub(super) const ACCEPTS: &str = "a number from 1 to 1000";

/// What is accepted for how long a page is shown unconfirmed.
pub(super) const ACCEPTS_STALE: &str = "a number of seconds from 1 to 604800, which is a week";

/// What the operator said; of what was not said, the defaults of a server.
pub(super) fn read(layers: &Layers, database: &Location) -> Result<Reach, Failure> {
    let number = |key| layers.read(key, |text| within(text, 1_000));
    let seconds = |key, default: Duration| {
        let read = layers.read(key, |text| within(text, 3_600));
        read.map(|given| given.map_or(default, |n| Duration::from_secs(n as u64)))
    };
    let serving = Timeouts::SERVING;
    let usual = Reach::default();
    let operation = seconds("timeouts.operation_s", Duration::from_secs(10))?;
    let link = seconds("timeouts.link_s", serving.link)?;
    let reach = Reach {
        timeouts: Timeouts {
            connect: seconds("timeouts.connect_s", serving.connect)?,
            link,
            lock: seconds("timeouts.lock_s", serving.lock.min(link / 2))?,
            // What nobody waits for any more goes on in vain.
            statement: Some(seconds("timeouts.statement_s", operation)?),
            operation: Some(operation),
        },
        n_readers: number("postgres.readers")?.unwrap_or(usual.n_readers),
        n_writers: number("postgres.writers")?.unwrap_or(usual.n_writers),
        direct: address(layers, "postgres.direct")?,
        replica: address(layers, "postgres.replica")?,
    };
    if reach.timeouts.lock >= reach.timeouts.link {
        return Err(Failure::misused(
            "`timeouts.lock_s` must be less than `timeouts.link_s`: what waits for the lock of a node that is \
             cut off would each hold it in turn",
        ));
    }
    let named = [
        ("postgres.direct", &reach.direct),
        ("postgres.replica", &reach.replica),
    ];
    for (key, address) in named {
        if address.is_some() && matches!(database, Location::Sqlite(_)) {
            return Err(Failure::misused(format!(
                "`{key}` is for PostgreSQL, and `database` names a file of SQLite"
            )));
        }
    }
    Ok(reach)
}

/// Another address of PostgreSQL: itself, where `database` is a pool, or a standby.
fn address(layers: &Layers, key: &'static str) -> Result<Option<String>, Failure> {
    layers.read(key, |text| match text.parse() {
        Ok(Location::Postgres(url)) => Some(url),
        Ok(Location::Sqlite(_)) | Err(_) => None,
    })
}

/// For how long a page is shown that the database could not confirm.
pub(super) fn max_stale(layers: &Layers) -> Result<Duration, Failure> {
    let given = layers.read("max_stale_s", |text| within(text, 604_800))?;
    Ok(Duration::from_secs(given.map_or(3_600, |n| n as u64)))
}
