//! A site into a file.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::LazyLock;

use rejoinder_core::{Site, Time};
use serde_json::{Value as Json, json};

use super::tables::{EXPORTED, Holds, Table};
use super::{FORMAT, value};
use crate::database::error::StoreError;
use crate::database::sql::Sql;
use crate::{Result, Tx, params, sql};

/// How many rows of each table were written.
pub type Written = BTreeMap<&'static str, u64>;

/// Each table with the statement that reads its rows.
static SELECTS: LazyLock<Vec<(&'static Table, Sql)>> = LazyLock::new(|| {
    let with_statement = |table: &'static Table| (table, Sql::new(select(table).leak()));
    EXPORTED.iter().map(with_statement).collect()
});

/// Write all that an export holds of `site`, as it is at one moment.
///
/// The secret among the settings is not in it.
pub fn write(tx: &mut Tx<'_>, site: &Site, out: &mut impl Write) -> Result<Written> {
    // Whoever takes the file may be slow.
    tx.may_wait()?;
    let created_at: Option<Time> = tx.one(
        sql!("select created_at from site where id = ?1"),
        params![site.id],
        |row| row.next(),
    )?;
    line(out, &json!({ "rejoinder": FORMAT, "host": site.host }))?;
    let mut settings = site.settings.clone();
    settings.external_key = String::new().into();
    let created_at = created_at.map(Time::precise);
    let about = json!({ "origins": site.origins, "settings": settings, "created_at": created_at });
    line(out, &json!({ "site": about }))?;
    let mut written = Written::new();
    for (table, select) in SELECTS.iter() {
        let n_rows = written.entry(table.name).or_default();
        tx.each(select, params![site.id], |row| {
            let mut fields = serde_json::Map::new();
            for column in table.columns {
                let value = value::written(row, column.holds)?;
                if !value.is_null() {
                    fields.insert(column.name.to_owned(), value);
                }
            }
            *n_rows += 1;
            line(out, &json!({ table.name: fields }))
        })?;
    }
    // What was cut off, on a disk that was full or on its way, has no end.
    let n_rows: u64 = written.values().sum();
    line(out, &json!({ "end": n_rows }))?;
    out.flush().map_err(not_written)?;
    Ok(written)
}

fn line(out: &mut impl Write, value: &Json) -> Result<()> {
    serde_json::to_writer(&mut *out, value).map_err(|error| not_written(error.into()))?;
    out.write_all(b"\n").map_err(not_written)
}

fn not_written(error: io::Error) -> StoreError {
    StoreError::Internal(error.into())
}

fn select(table: &Table) -> String {
    let columns: Vec<&str> = table
        .columns
        .iter()
        .map(|column| match column.holds {
            // What is shown of HTML is made of both.
            Holds::Rendered => {
                "case when written_in = 'html' or html = '' then text end, \
                 case when written_in = 'html' or html = '' then html end"
            }
            _ => column.name,
        })
        .collect();
    let only = match table.only {
        "" => String::new(),
        only => format!(" and {only}"),
    };
    format!(
        "select {} from {} where site_id = ?1{only} order by {}",
        columns.join(", "),
        table.name,
        table.order
    )
}
