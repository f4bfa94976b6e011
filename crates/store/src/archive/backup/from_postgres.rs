//! A database of PostgreSQL into a file of SQLite, as it is at one moment.

use std::path::Path;

use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::Type;
use postgres::{IsolationLevel, Transaction};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::tables::{NO_LIMITS, Table, tables};
use crate::Result;
use crate::database::error::StoreError;
use crate::database::migrations;
use crate::database::tls::Address;

/// So often it is told how far it is, in rows.
const TELL_EVERY: u64 = 1_000;

pub(super) fn copy(address: &Address, to: &Path, tell: &mut impl FnMut(u64, u64)) -> Result<()> {
    let mut client = address.connect()?;
    let building = client.build_transaction();
    let mut moment = building
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()?;
    moment.batch_execute(NO_LIMITS)?;
    let done = migrations::done_on_postgres(&mut moment)?;
    if done == 0 {
        let why = "there is no database of this program".to_owned();
        return Err(StoreError::Unavailable(why));
    }
    let copy = Connection::open(to)?;
    // Rows come in any order, and a reply before what it replies to; the end is what counts.
    copy.execute_batch("pragma foreign_keys = off")?;
    migrations::run_sqlite_to(&copy, done)?;
    let tables = tables(&copy)?;
    let filling = copy.unchecked_transaction()?;
    let indexes = without_indexes(&filling)?;
    let mut counts = Vec::new();
    for table in &tables {
        counts.push(n_rows(&mut moment, table)?);
    }
    let (mut n_done, n_total) = (0, counts.iter().sum());
    for (table, n_rows) in tables.iter().zip(counts) {
        let mut told = |n| tell(n_done + n, n_total);
        fill(&filling, &mut moment, table, &mut told)?;
        let found: i64 = filling.query_row(&table.count(), [], |row| row.get(0))?;
        if u64::try_from(found) != Ok(n_rows) {
            let name = &table.name;
            let why = format!("of {n_rows} rows of {name} {found} arrived in the copy");
            return Err(StoreError::Internal(why.into()));
        }
        n_done += n_rows;
        tell(n_done, n_total);
    }
    for index in indexes {
        filling.execute_batch(&index)?;
    }
    expect_whole(&filling)?;
    filling.commit()?;
    super::leave_out_sides(&copy)
}

/// Drop the indexes, which are made quicker when the rows are there; what makes each again, word for word.
fn without_indexes(copy: &Connection) -> Result<Vec<String>> {
    let mut select = copy
        .prepare("select name, sql from sqlite_schema where type = 'index' and sql is not null")?;
    let found = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found: Vec<(String, String)> = found.collect::<std::result::Result<_, _>>()?;
    for (name, _) in &found {
        copy.execute_batch(&format!("drop index \"{name}\""))?;
    }
    Ok(found.into_iter().map(|(_, sql)| sql).collect())
}

fn n_rows(moment: &mut Transaction<'_>, table: &Table) -> Result<u64> {
    let n_rows: i64 = moment.query_one(&table.count(), &[])?.get(0);
    Ok(u64::try_from(n_rows).unwrap_or(0))
}

fn fill(
    copy: &Connection,
    moment: &mut Transaction<'_>,
    table: &Table,
    tell: &mut impl FnMut(u64),
) -> Result<()> {
    // What a migration put there is in the database, too, as it is now.
    copy.execute_batch(&table.clear())?;
    let mut insert = copy.prepare(&table.insert())?;
    let mut rows = moment.query_raw(&table.select(), [] as [&str; 0])?;
    let mut n_rows = 0;
    while let Some(row) = rows.next()? {
        let values = (0..table.n_columns()).map(|at| value(&row, at));
        let values: Vec<Value> = values.collect::<Result<_>>()?;
        insert.execute(params_from_iter(values))?;
        n_rows += 1;
        if n_rows % TELL_EVERY == 0 {
            tell(n_rows);
        }
    }
    Ok(())
}

fn value(row: &postgres::Row, at: usize) -> Result<Value> {
    let column = &row.columns()[at];
    Ok(match *column.type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(at)?.into(),
        Type::TEXT => row.try_get::<_, Option<String>>(at)?.into(),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at)?.into(),
        ref other => {
            let why = format!("the column {} is of the type {other}", column.name());
            return Err(StoreError::Internal(why.into()));
        }
    })
}

/// Refuse a copy in which a row refers to one that is not there.
fn expect_whole(copy: &Connection) -> Result<()> {
    let mut check = copy.prepare("select \"table\", parent from pragma_foreign_key_check")?;
    let mut found = check.query([])?;
    let Some(row) = found.next()? else {
        return Ok(());
    };
    let (table, parent): (String, String) = (row.get(0)?, row.get(1)?);
    let why = format!("a row of {table} refers to one of {parent} that is not there");
    Err(StoreError::Internal(why.into()))
}
