//! A backup into a database of PostgreSQL, all of it or nothing.

use std::path::Path;
use std::thread;
use std::time::Duration;

use postgres::binary_copy::BinaryCopyInWriter;
use postgres::types::{ToSql, Type};
use postgres::{Client, Transaction};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::tables::{self, NO_LIMITS, Table};
use crate::Result;
use crate::database::error::StoreError;
use crate::database::migrations;
use crate::database::tls::Address;
use crate::database::tx::{Prepared, Tx};
use crate::database::value::Value;
use crate::identity::erasures;
use crate::identity::erasures::ledger::ErasureLine;

/// So often it is told how far it is, in rows.
const TELL_EVERY: u64 = 1_000;

/// How often it is looked whether another program is at the database, and how long after each time: a
/// connection that was closed is seen for a moment longer.
const TURNS: u32 = 40;
const TURN: Duration = Duration::from_millis(50);

/// Why nothing was restored.
#[derive(Debug, thiserror::Error)]
enum NotRestored {
    #[error("a server has it open: stop it first")]
    InUse,
    #[error("a database of this program is there already")]
    Occupied,
}

impl From<NotRestored> for StoreError {
    fn from(why: NotRestored) -> Self {
        Self::Unavailable(why.to_string())
    }
}

pub(super) fn put(
    from: &Path,
    address: &Address,
    may_replace: bool,
    tell: &mut impl FnMut(u64, u64),
) -> Result<()> {
    let file = super::untrusted(from)?;
    let done = migrations::done_on_sqlite(&file)?;
    let tables = tables::tables(&file)?;
    let mut client = address.connect()?;
    expect_alone(&mut client)?;
    // One of a newer program is refused: nobody here knows what tables it has.
    if migrations::done_on_postgres(&mut client)? > 0 && !may_replace {
        return Err(NotRestored::Occupied.into());
    }
    let mut tx = client.transaction()?;
    tx.batch_execute(NO_LIMITS)?;
    let newest = Connection::open_in_memory()?;
    migrations::run_sqlite(&newest)?;
    for table in tables::tables(&newest)?.iter().chain(&tables).rev() {
        tx.batch_execute(&table.drop())?;
    }
    migrations::make_postgres(&mut tx, done)?;
    fill(&file, &mut tx, &tables, tell)?;
    tx.commit()?;
    // The server knows nothing of rows that have just come.
    client.batch_execute("analyze")?;
    Ok(())
}

/// Refuse a database that another program of ours has open.
fn expect_alone(client: &mut Client) -> Result<()> {
    let others = "select count(*) from pg_stat_activity
         where datname = current_database() and application_name = 'rejoinder'
             and pid <> pg_backend_pid()";
    for _ in 0..TURNS {
        if client.query_one(others, &[])?.get::<_, i64>(0) == 0 {
            return Ok(());
        }
        thread::sleep(TURN);
    }
    Err(NotRestored::InUse.into())
}

fn fill(
    file: &Connection,
    tx: &mut Transaction<'_>,
    tables: &[Table],
    tell: &mut impl FnMut(u64, u64),
) -> Result<()> {
    let mut counts = Vec::new();
    for table in tables {
        let n_rows: i64 = file.query_row(&table.count(), [], |row| row.get(0))?;
        counts.push(u64::try_from(n_rows).unwrap_or(0));
    }
    let (mut n_done, n_total) = (0, counts.iter().sum());
    for (table, n_rows) in tables.iter().zip(counts) {
        let mut told = |n| tell(n_done + n, n_total);
        copy_in(file, tx, table, &mut told)?;
        let found: i64 = tx.query_one(&table.count(), &[])?.get(0);
        if u64::try_from(found) != Ok(n_rows) {
            let name = &table.name;
            let why = format!("of {n_rows} rows of {name} {found} arrived in the database");
            return Err(StoreError::Internal(why.into()));
        }
        n_done += n_rows;
        tell(n_done, n_total);
    }
    go_on_numbering(tx)
}

fn copy_in(
    file: &Connection,
    tx: &mut Transaction<'_>,
    table: &Table,
    tell: &mut impl FnMut(u64),
) -> Result<()> {
    // What a migration put there is in the backup, too, as it was then.
    tx.batch_execute(&table.clear())?;
    let columns = tx.prepare(&table.select())?;
    let types: Vec<Type> = columns
        .columns()
        .iter()
        .map(|column| column.type_().clone())
        .collect();
    let mut writer = BinaryCopyInWriter::new(tx.copy_in(&table.copy_in())?, &types);
    let mut select = file.prepare(&table.select())?;
    let mut rows = select.query([])?;
    let mut n_rows = 0;
    while let Some(row) = rows.next()? {
        let values = (0..types.len()).map(|at| value(row.get_ref(at)?));
        let values: Vec<Value<'_>> = values.collect::<Result<_>>()?;
        let values: Vec<&(dyn ToSql + Sync)> = values
            .iter()
            .map(|value| value as &(dyn ToSql + Sync))
            .collect();
        writer.write(&values)?;
        n_rows += 1;
        if n_rows % TELL_EVERY == 0 {
            tell(n_rows);
        }
    }
    writer.finish()?;
    Ok(())
}

fn value(stored: ValueRef<'_>) -> Result<Value<'_>> {
    Ok(match stored {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(int) => Value::Int(int),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text);
            Value::from(text.map_err(|error| StoreError::Internal(error.into()))?)
        }
        ValueRef::Blob(bytes) => Value::from(bytes),
        ValueRef::Real(_) => {
            return Err(StoreError::Internal(
                "the backup holds a broken number".into(),
            ));
        }
    })
}

/// Where the database numbers rows by itself, let it go on behind those that came.
fn go_on_numbering(tx: &mut Transaction<'_>) -> Result<()> {
    let numbered = tx.query(
        "select table_name::text, column_name::text from information_schema.columns
         where table_schema = current_schema() and is_identity = 'YES'",
        &[],
    )?;
    for row in numbered {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        tx.batch_execute(&format!(
            "select setval(pg_get_serial_sequence('\"{table}\"', '{column}'), coalesce(max(\"{column}\"), 0) + 1, false)
             from \"{table}\""
        ))?;
    }
    Ok(())
}

/// The ledger of erasures that stands in the database.
pub(super) fn ledger(address: &Address) -> Result<Vec<ErasureLine>> {
    let mut client = address.connect()?;
    let has_one = client.query_one("select to_regclass('erased') is not null", &[])?;
    if !has_one.get::<_, bool>(0) {
        return Ok(Vec::new());
    }
    let mut prepared = Prepared::default();
    erasures::ledger::all(&mut Tx::postgres(client.transaction()?, &mut prepared))
}
