//! The schema, and how it comes to be.
//!
//! Each migration runs in a transaction of its own, so an interrupted upgrade goes on where it
//! stopped. A database that a newer program has written is refused.
//!
//! A migration is one text, in SQLite's words; [`spoken`] says what differs on PostgreSQL.

use postgres::Client;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::database::error::StoreError;
use crate::{Dialect, Result};

struct Migration {
    number: i64,
    name: &'static str,
    texts: &'static [&'static str],
}

/// A migration is a file, or a folder with a file of each area.
macro_rules! migration {
    ($number:literal, $name:literal) => {
        Migration {
            number: $number,
            name: $name,
            texts: &[include_str!(concat!("../../migrations/", $name, ".sql"))],
        }
    };
    ($number:literal, $name:literal, [$($area:literal),+ $(,)?]) => {
        Migration {
            number: $number,
            name: $name,
            texts: &[$(include_str!(concat!("../../migrations/", $name, "/", $area, ".sql"))),+],
        }
    };
}

const MIGRATIONS: [Migration; 1] = [migration!(
    1,
    "0001_create_schema",
    // A table comes after those that its foreign keys name.
    [
        "publication",
        "identity",
        "discussion",
        "moderation",
        "notices",
        "passages",
        "recordings",
        "funding",
        "integrations",
        "archive",
        "database",
    ]
)];

/// The number of the newest migration.
pub const NEWEST: i64 = MIGRATIONS[MIGRATIONS.len() - 1].number;

/// Names the advisory lock that one upgrading node holds.
const LOCK: i64 = 0x7265_6a6f_696e_6465;

/// The list of migrations that were run.
pub(crate) const TABLE: &str =
    "create table if not exists migration (number bigint primary key, name text not null)";

/// How far a database is: the number of its newest migration, 0 before the first, and the name of its first.
const DONE: &str =
    "select coalesce(max(number), 0), min(case when number = 1 then name end) from migration";

/// Refuse a database that is not on the way of [`MIGRATIONS`]; else, how far it is.
fn known((newest, first): (i64, Option<String>)) -> Result<i64> {
    if first.is_some_and(|first| first != MIGRATIONS[0].name) {
        return Err(StoreError::Unreleased);
    }
    if newest > NEWEST {
        return Err(StoreError::TooNew {
            found: newest,
            known: NEWEST,
        });
    }
    Ok(newest)
}

fn pending(done: i64) -> impl Iterator<Item = &'static Migration> {
    let all = MIGRATIONS.iter();
    all.filter(move |migration| migration.number > done)
}

/// The text of a migration as a database takes it. It is written for SQLite: on PostgreSQL, bytes are
/// `bytea`, and no table is `without rowid`. A line that begins with `sqlite|` or `postgres|` is for that
/// one alone.
fn spoken(text: &str, dialect: Dialect) -> String {
    let (ours, other) = match dialect {
        Dialect::Sqlite => ("sqlite|", "postgres|"),
        Dialect::Postgres => ("postgres|", "sqlite|"),
    };
    let mut spoken = String::with_capacity(text.len());
    for line in text.lines().filter(|line| !line.starts_with(other)) {
        let line = line.strip_prefix(ours).unwrap_or(line);
        match dialect {
            Dialect::Sqlite => spoken.push_str(line),
            Dialect::Postgres => spoken.push_str(
                &line
                    .replace(" blob", " bytea")
                    .replace(") without rowid", ")"),
            ),
        }
        spoken.push('\n');
    }
    spoken
}

/// Everything that the migrations say, in `dialect`.
#[cfg(test)]
pub(crate) fn schema(dialect: Dialect) -> String {
    let texts = MIGRATIONS.iter().flat_map(|migration| migration.texts);
    texts.map(|text| spoken(text, dialect)).collect()
}

/// A table or an index that the migrations make.
pub(crate) struct Part {
    kind: &'static str,
    pub(crate) name: String,
}

impl std::fmt::Display for Part {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "the {} {}", self.kind, self.name)
    }
}

/// What all migrations make in `dialect`. They take nothing away.
pub(crate) fn parts(dialect: Dialect) -> Vec<Part> {
    const BEGINNINGS: [(&str, &str); 3] = [
        ("create table ", "table"),
        ("create index ", "index"),
        ("create unique index ", "index"),
    ];
    let mut parts = Vec::new();
    for text in MIGRATIONS.iter().flat_map(|migration| migration.texts) {
        for line in spoken(text, dialect).lines() {
            let made = BEGINNINGS
                .iter()
                .find_map(|(begins, kind)| Some((line.strip_prefix(begins)?, kind)));
            if let Some((rest, kind)) = made {
                let name = rest.split([' ', '(']).next().unwrap_or_default().to_owned();
                parts.push(Part { kind, name });
            }
        }
    }
    parts
}

/// The tables that all migrations make on PostgreSQL, each after those that its foreign keys name.
pub(crate) fn tables() -> Vec<String> {
    let parts = parts(Dialect::Postgres).into_iter();
    let tables = parts.filter(|part| part.kind == "table");
    tables.map(|table| table.name).collect()
}

pub(crate) fn run_sqlite(connection: &Connection) -> Result<()> {
    run_sqlite_to(connection, NEWEST)
}

/// As [`run_sqlite`], for a schema that was the newest once.
pub(crate) fn run_sqlite_to(connection: &Connection, newest: i64) -> Result<()> {
    connection.execute_batch(TABLE)?;
    while next_on_sqlite(connection, newest)?.is_some() {
        let tx = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        // Asked again under the lock: another process may have been quicker.
        if let Some(next) = next_on_sqlite(&tx, newest)? {
            for text in next.texts {
                tx.execute_batch(&spoken(text, Dialect::Sqlite))?;
            }
            let insert = "insert into migration values (?1, ?2)";
            tx.execute(insert, (next.number, next.name))?;
        }
        tx.commit()?;
    }
    Ok(())
}

fn next_on_sqlite(connection: &Connection, newest: i64) -> Result<Option<&'static Migration>> {
    let next = pending(done_on_sqlite(connection)?).next();
    Ok(next.filter(|next| next.number <= newest))
}

/// The number of the newest migration of a database, 0 before the first; refused where it is not ours.
pub(crate) fn done_on_sqlite(connection: &Connection) -> Result<i64> {
    known(connection.query_row(DONE, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Refuse a database that is only so far, for one who must not change it.
pub(crate) fn expect_newest(done: i64) -> Result<()> {
    match done {
        NEWEST => Ok(()),
        found => Err(StoreError::TooOld {
            found,
            known: NEWEST,
        }),
    }
}

pub(crate) fn run_postgres(client: &mut Client) -> Result<()> {
    locked(client, run_locked)
}

/// Do `work` on the schema while no other node does.
pub(crate) fn locked(
    client: &mut Client,
    work: impl FnOnce(&mut Client) -> Result<()>,
) -> Result<()> {
    client.execute("select pg_advisory_lock($1)", &[&LOCK])?;
    let done = work(client);
    client.execute("select pg_advisory_unlock($1)", &[&LOCK])?;
    done
}

fn run_locked(client: &mut Client) -> Result<()> {
    client.batch_execute(TABLE)?;
    for next in pending(done_on_postgres(client)?) {
        let mut tx = client.transaction()?;
        run_on_postgres(&mut tx, next)?;
        tx.commit()?;
    }
    Ok(())
}

fn run_on_postgres(tx: &mut postgres::Transaction<'_>, next: &Migration) -> Result<()> {
    for text in next.texts {
        tx.batch_execute(&spoken(text, Dialect::Postgres))?;
    }
    let insert = "insert into migration values ($1, $2)";
    tx.execute(insert, &[&next.number, &next.name])?;
    Ok(())
}

/// As [`done_on_sqlite`].
pub(crate) fn done_on_postgres(client: &mut impl postgres::GenericClient) -> Result<i64> {
    let is_there = client.query_one("select to_regclass('migration') is not null", &[])?;
    if !is_there.get::<_, bool>(0) {
        return Ok(0);
    }
    let done = client.query_one(DONE, &[])?;
    known((done.get(0), done.get(1)))
}

/// Make the schema anew that was the newest once, in place of the one of which only the list of migrations
/// is left.
pub(crate) fn make_postgres(tx: &mut postgres::Transaction<'_>, newest: i64) -> Result<()> {
    tx.execute("select pg_advisory_xact_lock($1)", &[&LOCK])?;
    tx.batch_execute("drop table if exists migration")?;
    tx.batch_execute(TABLE)?;
    let wanted = MIGRATIONS.iter().filter(|own| own.number <= newest);
    for next in wanted {
        run_on_postgres(tx, next)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_in_the_order_of_their_numbers() {
        assert!(MIGRATIONS.is_sorted_by(|one, next| one.number < next.number));
        for Migration { number, name, .. } in &MIGRATIONS {
            assert!(name.starts_with(&format!("{number:04}_")), "{name}");
        }
    }

    #[test]
    fn a_migration_is_spoken_in_both_dialects() {
        let text = "create table t (\nsqlite|    id integer primary key,\n\
                    postgres|    id bigint generated always as identity,\n    \
                    hash blob not null,\n    photo blob\n) without rowid;\n";
        assert_eq!(
            spoken(text, Dialect::Sqlite),
            "create table t (\n    id integer primary key,\n    hash blob not null,\n    \
             photo blob\n) without rowid;\n"
        );
        assert_eq!(
            spoken(text, Dialect::Postgres),
            "create table t (\n    id bigint generated always as identity,\n    \
             hash bytea not null,\n    photo bytea\n);\n"
        );
    }
}
