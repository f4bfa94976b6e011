//! SQLite files of other programs, read and never written.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::Result;
use crate::database::error::StoreError;

/// A file that another program keeps its data in, and may have open.
pub struct ForeignFile {
    connection: Connection,
}

/// A row: the names of its columns, with what stands in them.
pub type ForeignRow = Vec<(String, ForeignValue)>;

/// What stands in a column.
#[derive(Debug, Clone, PartialEq)]
pub enum ForeignValue {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Real(f64),
    /// A text, or bytes that are one.
    Text(String),
}

impl ForeignFile {
    /// Open the file at `path`. Nothing in it is trusted.
    pub fn open(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.execute_batch("pragma trusted_schema = off; pragma query_only = on")?;
        Ok(Self { connection })
    }

    /// Whether the file has a table of this name. A view is none.
    pub fn has_table(&self, table: &str) -> Result<bool> {
        let asked = "select count(*) from sqlite_schema where type = 'table' and name = ?1";
        let n: i64 = self
            .connection
            .query_row(asked, [table], |row| row.get(0))?;
        Ok(n > 0)
    }

    /// The names of its tables, apart from those that are SQLite's own. A view is none.
    pub fn tables(&self) -> Result<Vec<String>> {
        let asked =
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite%'
                     order by name";
        let mut statement = self.connection.prepare(asked)?;
        let mut found = statement.query([])?;
        let mut names = Vec::new();
        while let Some(row) = found.next()? {
            names.push(row.get(0)?);
        }
        Ok(names)
    }

    /// At most `limit` rows of `table` after the one that `after` names, with their numbers.
    pub fn rows(&self, table: &str, after: i64, limit: u32) -> Result<Vec<(i64, ForeignRow)>> {
        if !table
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            return Err(StoreError::Internal(
                format!("`{table}` is no table").into(),
            ));
        }
        let asked =
            format!("select rowid, * from {table} where rowid > ?1 order by rowid limit {limit}");
        let mut statement = self.connection.prepare(&asked)?;
        let names: Vec<String> = statement
            .column_names()
            .skip(1)
            .map(str::to_owned)
            .collect();
        let mut found = statement.query([after])?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let value = |(at, name): (usize, &String)| {
                let value = row.get_ref(at + 1).map_or(ForeignValue::Null, value_of);
                (name.clone(), value)
            };
            rows.push((row.get(0)?, names.iter().enumerate().map(value).collect()));
        }
        Ok(rows)
    }
}

fn value_of(value: ValueRef<'_>) -> ForeignValue {
    match value {
        ValueRef::Null => ForeignValue::Null,
        ValueRef::Integer(number) => ForeignValue::Integer(number),
        ValueRef::Real(number) => ForeignValue::Real(number),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            ForeignValue::Text(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}
