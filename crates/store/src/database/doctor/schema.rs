//! Damage: of the file, of the schema, and rows that belong to none.

use std::collections::BTreeSet;

use super::{Finding, MAX_NAMED};
use crate::database::migrations;
use crate::{Dialect, Result, Tx, params, sql};

/// What SQLite itself finds wrong with its file: pages, and indexes against their tables. What PostgreSQL
/// keeps its rows in is its own.
pub(super) fn broken_file(tx: &mut Tx<'_>) -> Result<Option<Finding>> {
    if tx.dialect() == Dialect::Postgres {
        return Ok(None);
    }
    let said: Vec<String> = tx.all(
        sql!(@sqlite "select integrity_check from pragma_integrity_check"),
        params![],
        |row| row.next(),
    )?;
    let faults = said.into_iter().filter(|line| line != "ok").collect();
    Ok(finding("the file is whole", faults))
}

/// Tables and indexes that the migrations made and that are not there, unless an import makes them when it is
/// whole. What there is besides is not ours.
pub(super) fn missing(tx: &mut Tx<'_>) -> Result<Vec<Finding>> {
    let dialect = tx.dialect();
    let names = match dialect {
        Dialect::Sqlite => sql!(@sqlite "select name from sqlite_schema"),
        Dialect::Postgres => sql!(@postgres
            "select relname::text from pg_class
             where relnamespace = current_schema()::regnamespace"
        ),
    };
    let found: BTreeSet<String> = tx
        .all(names, params![], |row| row.next())?
        .into_iter()
        .collect();
    let mut named = Vec::new();
    for part in migrations::parts(dialect) {
        if !found.contains(&part.name) {
            named.push(part.to_string());
        }
    }
    let found = finding("every table and index is there", named);
    Ok(found.into_iter().collect())
}

/// Rows that name a row that is not there. PostgreSQL does not let any be.
pub(super) fn strays(tx: &mut Tx<'_>) -> Result<Vec<Finding>> {
    if tx.dialect() == Dialect::Postgres {
        return Ok(Vec::new());
    }
    let strays = tx.all(
        sql!(@sqlite "select \"table\", parent, rowid from pragma_foreign_key_check"),
        params![],
        |row| {
            let (table, parent): (String, String) = (row.next()?, row.next()?);
            let row = row.next::<Option<i64>>()?;
            let row = row.map_or_else(String::new, |row| format!(" {row}"));
            Ok(format!("row{row} of {table}, of {parent}"))
        },
    )?;
    let found = finding("what a row belongs to is there", strays);
    Ok(found.into_iter().collect())
}

fn finding(check: &'static str, mut named: Vec<String>) -> Option<Finding> {
    let n_wrong = i64::try_from(named.len()).unwrap_or(i64::MAX);
    named.truncate(MAX_NAMED);
    (n_wrong > 0).then_some(Finding {
        check,
        n_wrong,
        named,
    })
}
