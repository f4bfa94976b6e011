//! What SQLite's planner cannot know of an empty database.
//!
//! Nearly every index begins with `site_id`, which tells little apart: a site has all of its rows.
//! Without statistics the planner takes any first column for one with ten rows a value, and walks
//! through a whole site where an index with one more column would lead to a few rows. So each index
//! of a table that grows gets an estimate. What a person has measured by `analyze` stays.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::Result;

/// The rows of a table that has grown.
const N_ROWS: i64 = 1_000_000;

/// How many of them are in an index that holds only some.
const N_PARTIAL: i64 = 100_000;

/// An index that holds only some rows, but nearly all.
const NEARLY_ALL: &str = "comment_published";

/// How many rows have the same first two columns of an index, the same first three, and so on.
const N_SAME: [i64; 3] = [100, 10, 5];

/// Tables that have few rows, however long a site lives.
const SMALL: [&str; 11] = [
    "site",
    "migration",
    "address_key",
    "work_key",
    "page_group",
    "group_page",
    "moderator_group",
    "webhook",
    "sign_in_key",
    "api_token",
    "site_moderation",
];

/// Estimate each index that has neither an estimate nor a measurement.
pub(crate) fn run(connection: &Connection) -> Result<()> {
    let known = "select count(*) from sqlite_schema where name = 'sqlite_stat1'";
    let n_known: i64 = connection.query_row(known, [], |row| row.get(0))?;
    if n_known == 1 && missing(connection)?.is_empty() {
        return Ok(());
    }
    let tx = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    tx.execute_batch("analyze sqlite_schema")?;
    for index in missing(&tx)? {
        let insert = "insert into sqlite_stat1 (tbl, idx, stat) values (?1, ?2, ?3)";
        tx.execute(insert, (&index.table, &index.name, index.estimate()))?;
    }
    tx.commit()?;
    connection.execute_batch("analyze sqlite_schema")?;
    Ok(())
}

struct Index {
    table: String,
    name: String,
    n_columns: i64,
    is_unique: bool,
    is_partial: bool,
}

impl Index {
    /// As `analyze` writes it: how many rows there are, and how many have the same first columns.
    fn estimate(&self) -> String {
        let n_rows = match self.is_partial && self.name != NEARLY_ALL {
            true => N_PARTIAL,
            false => N_ROWS,
        };
        let mut numbers = vec![n_rows, n_rows];
        for column in 1..self.n_columns {
            let is_whole = self.is_unique && column + 1 == self.n_columns;
            let same = usize::try_from(column - 1).unwrap_or(usize::MAX);
            let least = N_SAME[N_SAME.len() - 1];
            numbers.push(match is_whole {
                true => 1,
                false => N_SAME.get(same).copied().unwrap_or(least),
            });
        }
        let words: Vec<String> = numbers.iter().map(i64::to_string).collect();
        format!("{} noskipscan", words.join(" "))
    }
}

/// The indexes that begin with `site_id` and of which nothing is known. The key of a table without
/// row ids goes by the table's name.
fn missing(connection: &Connection) -> Result<Vec<Index>> {
    let small = SMALL.map(|table| format!("'{table}'")).join(", ");
    let mut select = connection.prepare(&format!(
        "select t.name, case when i.origin = 'pk' and t.wr = 1 then t.name else i.name end as idx,
             (select count(*) from pragma_index_info(i.name)), i.\"unique\", i.partial
         from pragma_table_list t join pragma_index_list(t.name) i
         where t.schema = 'main' and t.type = 'table' and t.name not in ({small})
           and (select c.name from pragma_index_info(i.name) c where c.seqno = 0) = 'site_id'
           and not exists (select 1 from sqlite_stat1 s where s.tbl = t.name and s.idx = case when i.origin = 'pk' and t.wr = 1 then t.name else i.name end)"
    ))?;
    let found = select.query_map([], |row| {
        Ok(Index {
            table: row.get(0)?,
            name: row.get(1)?,
            n_columns: row.get(2)?,
            is_unique: row.get(3)?,
            is_partial: row.get(4)?,
        })
    })?;
    Ok(found.collect::<std::result::Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::migrations;

    fn estimate(connection: &Connection, index: &str) -> Option<String> {
        let select = "select stat from sqlite_stat1 where idx = ?1";
        connection.query_row(select, [index], |row| row.get(0)).ok()
    }

    #[test]
    fn each_index_of_a_table_that_grows_has_an_estimate() {
        let connection = Connection::open_in_memory().unwrap();
        migrations::run_sqlite(&connection).unwrap();
        run(&connection).unwrap();
        let of = |index| estimate(&connection, index);
        assert_eq!(of("vote").unwrap(), "1000000 1000000 100 1 noskipscan");
        assert_eq!(
            of("session_of_author").unwrap(),
            "1000000 1000000 100 noskipscan"
        );
        assert_eq!(of("sqlite_autoindex_webhook_1"), None);
    }

    #[test]
    fn every_table_and_index_that_is_named_exists() {
        let connection = Connection::open_in_memory().unwrap();
        migrations::run_sqlite(&connection).unwrap();
        let exists = |kind: &str, name: &str| {
            let select =
                "select exists (select 1 from sqlite_schema where type = ?1 and name = ?2)";
            connection.query_row(select, (kind, name), |row| row.get::<_, bool>(0))
        };
        for table in SMALL {
            assert!(exists("table", table).unwrap(), "{table}");
        }
        assert!(exists("index", NEARLY_ALL).unwrap());
    }

    #[test]
    fn what_was_measured_stays_and_what_is_new_is_estimated() {
        let connection = Connection::open_in_memory().unwrap();
        migrations::run_sqlite(&connection).unwrap();
        run(&connection).unwrap();
        connection
            .execute_batch(
                "update sqlite_stat1 set stat = '7 7 1 1' where idx = 'vote_of_author';
                 create index vote_by_time on vote (site_id, cast_at);",
            )
            .unwrap();

        run(&connection).unwrap();

        assert_eq!(estimate(&connection, "vote_of_author").unwrap(), "7 7 1 1");
        assert!(estimate(&connection, "vote_by_time").is_some());
    }
}
