//! What no statement finds any more and a look into the files would.

use rusqlite::Connection;
use tracing::warn;

use super::wal;
use crate::Result;

/// Says in the file's header that it has held no leftovers since it was made, or since it was cleared.
const CLEARED: i64 = 1;

/// Whether the second file holds something that was erased.
#[derive(Default)]
pub(super) struct Leftovers {
    are_there: bool,
}

impl Leftovers {
    /// Empty the second file where a commit, this one or an earlier one, has erased something. Who
    /// reads from it is not kept from doing so: then it is done after a later commit.
    pub(super) fn after(&mut self, connection: &Connection, erases: bool) {
        self.are_there |= erases;
        if self.are_there {
            self.are_there = !is_emptied(connection);
        }
    }
}

/// Copy the second file over, and cut it. Gives whether that could be done.
fn is_emptied(connection: &Connection) -> bool {
    wal::cut(connection).unwrap_or_else(|error| {
        warn!(%error, "What was erased is still in the file beside the database");
        false
    })
}

/// Write a file anew, once, that comes from a time in which what was deleted stayed in it.
pub(super) fn clear(connection: &Connection) -> Result<()> {
    let known: i64 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
    if known == CLEARED {
        return Ok(());
    }
    let has_sites = "select exists (select 1 from site)";
    if connection.query_row(has_sites, [], |row| row.get(0))? {
        // Not in memory, where other temporary data is: the whole database would have to fit.
        let vacuumed = connection
            .execute_batch("pragma temp_store = file; vacuum; pragma temp_store = memory;");
        if let Err(error) = vacuumed {
            warn!(%error, "What was deleted long ago stays in the database file until there is room to write it anew");
            return Ok(());
        }
    }
    connection.pragma_update(None, "user_version", CLEARED)?;
    is_emptied(connection);
    Ok(())
}
