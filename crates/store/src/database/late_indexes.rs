//! Indexes of SQLite that are made last, when comments come to a database that had none.
//!
//! In an index by author or by id, comments that come page by page land anywhere, so that each transaction of
//! an import writes nearly all of it anew. So such indexes are dropped with the first comments, and made when all
//! are there, before any is shown: who asks until then finds few rows without them, too. What was left out by a
//! program that ended meanwhile is made by the next one that opens the database.

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};

use crate::database::error::StoreError;
use crate::database::sql::Dialect;
use crate::database::{estimates, migrations};
use crate::{Result, Tx, params, sql};

/// Of the comments, which are all unseen in the beginning.
const LATE: [&str; 2] = ["comment_of_author", "comment_withheld"];

/// With more comments than this, making one takes longer than others should wait who write.
const MAX_COMMENTS: u64 = 2_000_000;

/// Drop them where there is no comment yet and `n_comments` are about to come.
pub(crate) fn drop_before(tx: &mut Tx<'_>, n_comments: u64) -> Result<()> {
    if tx.dialect() != Dialect::Sqlite || n_comments > MAX_COMMENTS {
        return Ok(());
    }
    let first: Option<i64> = tx.one(
        sql!(@sqlite "select site_id from comment limit 1"),
        params![],
        |row| row.next(),
    )?;
    if first.is_none() {
        for name in LATE {
            tx.batch(&format!("drop index if exists {name}"))?;
        }
    }
    Ok(())
}

/// Make one that is not there; whether there was one.
pub(crate) fn make_next(tx: &Tx<'_>) -> Result<bool> {
    tx.on_sqlite().map_or(Ok(false), make)
}

/// Make all that are not there.
pub(super) fn run(connection: &Connection) -> Result<()> {
    while next(connection)?.is_some() {
        let tx = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        make(&tx)?;
        tx.commit()?;
    }
    Ok(())
}

/// Memory stays flat: what is sorted does not have to fit, and is in place of what is kept of the file.
fn make(connection: &Connection) -> Result<bool> {
    let Some(name) = next(connection)? else {
        return Ok(false);
    };
    let made = migrations::index(name, Dialect::Sqlite)
        .ok_or_else(|| StoreError::Internal(format!("no migration makes {name}").into()))?;
    let cached: i64 = connection.query_row("pragma cache_size", [], |row| row.get(0))?;
    connection.execute_batch("pragma temp_store = file; pragma cache_size = -2000;")?;
    let done = connection.execute_batch(&made);
    connection.execute_batch("pragma temp_store = memory;")?;
    connection.pragma_update(None, "cache_size", cached)?;
    done?;
    estimates::run_within(connection)?;
    Ok(true)
}

fn next(connection: &Connection) -> Result<Option<&'static str>> {
    let mut select = connection
        .prepare_cached("select 1 from sqlite_schema where type = 'index' and name = ?1")?;
    for name in LATE {
        let found: Option<i64> = select.query_row([name], |row| row.get(0)).optional()?;
        if found.is_none() {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Whether an import is under way that has left them out, or has been stopped: then its comments wait to be
/// shown.
pub(super) fn may_be_missing(tx: &mut Tx<'_>, name: &str) -> Result<bool> {
    if tx.dialect() != Dialect::Sqlite || !LATE.contains(&name) {
        return Ok(false);
    }
    let unseen: Option<i64> = tx.one(
        sql!(@sqlite
            "select c.site_id from comment c
             where c.state = 'removed' and c.reason glob 'importing*' limit 1"
        ),
        params![],
        |row| row.next(),
    )?;
    Ok(unseen.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        migrations::run_sqlite(&connection).unwrap();
        estimates::run(&connection).unwrap();
        connection
            .pragma_update(None, "foreign_keys", false)
            .unwrap();
        connection
    }

    fn estimated(connection: &Connection) -> Vec<String> {
        let mut select = connection
            .prepare(
                "select idx || ' ' || stat from sqlite_stat1 where tbl = 'comment' order by idx",
            )
            .unwrap();
        let found = select.query_map([], |row| row.get(0)).unwrap();
        found.collect::<std::result::Result<_, _>>().unwrap()
    }

    fn add_comment(connection: &Connection, reason: Option<&str>) {
        let insert =
            "insert into comment (site_id, id, page_id, root_id, depth, author_id, text, html,
                          renderer, state, reason, created_at)
                      values (1, 1, 1, 1, 0, 1, '', '', 1, 'removed', ?1, 1)";
        connection.execute(insert, [reason]).unwrap();
    }

    #[test]
    fn what_was_left_out_is_made_with_its_estimates_when_the_database_is_opened() {
        let connection = opened();
        let before = estimated(&connection);

        drop_before(&mut Tx::sqlite(&connection), 1).unwrap();
        let without = estimated(&connection);
        run(&connection).unwrap();

        assert_eq!(without.len() + LATE.len(), before.len());
        assert_eq!(next(&connection).unwrap(), None);
        assert_eq!(estimated(&connection), before);
    }

    #[test]
    fn indexes_stay_where_there_are_comments_or_too_many_come() {
        let connection = opened();
        let mut tx = Tx::sqlite(&connection);

        drop_before(&mut tx, MAX_COMMENTS + 1).unwrap();
        assert_eq!(next(&connection).unwrap(), None);

        add_comment(&connection, None);
        drop_before(&mut tx, 1).unwrap();
        assert_eq!(next(&connection).unwrap(), None);
    }

    #[test]
    fn an_index_may_be_missing_as_long_as_comments_wait_to_be_shown() {
        let connection = opened();
        let mut tx = Tx::sqlite(&connection);
        assert!(!may_be_missing(&mut tx, LATE[0]).unwrap());

        add_comment(&connection, Some("importing:imported"));

        assert!(may_be_missing(&mut tx, LATE[0]).unwrap());
        assert!(!may_be_missing(&mut tx, "comment_reply").unwrap());
    }
}
