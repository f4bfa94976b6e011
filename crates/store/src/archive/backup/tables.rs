//! The tables that both databases have.

use rusqlite::Connection;

use crate::Result;

/// No end to a statement, nor to a wait between two: copying takes as long as it takes.
pub(super) const NO_LIMITS: &str =
    "set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0";

/// A table with the columns that are written; what the database makes up by itself is left out.
pub(super) struct Table {
    pub(super) name: String,
    columns: Vec<String>,
}

/// The tables of a schema, each behind those that it refers to. The list of migrations is none of them: it
/// follows from what made the schema.
pub(super) fn tables(schema: &Connection) -> Result<Vec<Table>> {
    let mut names = schema.prepare(
        "select name from sqlite_schema
         where type = 'table' and name not like 'sqlite\\_%' escape '\\' and name <> 'migration'
         order by rowid",
    )?;
    let mut columns = schema.prepare("select name from pragma_table_xinfo(?1) where hidden = 0")?;
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))?
        .collect::<std::result::Result<_, _>>()?;
    let mut tables = Vec::new();
    for name in names {
        let columns = columns.query_map([&name], |row| row.get(0))?;
        let columns = columns.collect::<std::result::Result<_, _>>()?;
        tables.push(Table { name, columns });
    }
    Ok(tables)
}

impl Table {
    /// Its columns, with commas between them.
    fn list(&self) -> String {
        let quoted: Vec<_> = self.columns.iter().map(|name| quoted(name)).collect();
        quoted.join(", ")
    }

    pub(super) fn n_columns(&self) -> usize {
        self.columns.len()
    }

    /// All its rows.
    pub(super) fn select(&self) -> String {
        format!("select {} from {}", self.list(), quoted(&self.name))
    }

    /// How many rows it has.
    pub(super) fn count(&self) -> String {
        format!("select count(*) from {}", quoted(&self.name))
    }

    /// One row more, in SQLite.
    pub(super) fn insert(&self) -> String {
        let values: Vec<_> = (1..=self.columns.len()).map(|n| format!("?{n}")).collect();
        let values = values.join(", ");
        let (name, list) = (quoted(&self.name), self.list());
        format!("insert into {name} ({list}) values ({values})")
    }

    /// Many rows, in PostgreSQL.
    pub(super) fn copy_in(&self) -> String {
        let (name, list) = (quoted(&self.name), self.list());
        format!("copy {name} ({list}) from stdin (format binary)")
    }

    /// No rows.
    pub(super) fn clear(&self) -> String {
        format!("delete from {}", quoted(&self.name))
    }

    /// No such table, and nothing that refers to it, in PostgreSQL.
    pub(super) fn drop(&self) -> String {
        format!("drop table if exists {} cascade", quoted(&self.name))
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
