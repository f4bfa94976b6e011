//! Everything that a store holds, as lines that can be compared.

use rejoinder_store::{Dialect, Result, Sql, Tx, params};

use crate::support::World;

/// The word for a value, in each dialect, by the column's type.
fn as_word(dialect: Dialect, column: &str, ty: &str) -> String {
    let word = match (dialect, ty) {
        (Dialect::Sqlite, "blob") => {
            format!("case when {column} is not null then lower(hex({column})) end")
        }
        (Dialect::Postgres, "bytea") => format!("encode({column}, 'hex')"),
        _ => format!("cast({column} as text)"),
    };
    format!("'{column}=' || coalesce({word}, '-')")
}

const SQLITE_COLUMNS: &str = "select t.name, c.name, lower(c.type) from sqlite_schema t
     join pragma_table_xinfo(t.name) c where t.type = 'table' and t.name not like 'sqlite!_%' escape '!' order by t.name, c.name";

const POSTGRES_COLUMNS: &str = "select table_name::text, column_name::text, data_type::text
     from information_schema.columns where table_schema = 'public' order by 1, 2";

fn statement(text: String) -> &'static Sql {
    Box::leak(Box::new(Sql::new(text.leak())))
}

/// Table, column and type.
fn columns(tx: &mut Tx<'_>) -> Result<Vec<[String; 3]>> {
    let columns = match tx.dialect() {
        Dialect::Sqlite => SQLITE_COLUMNS,
        Dialect::Postgres => POSTGRES_COLUMNS,
    };
    tx.all(statement(columns.to_owned()), params![], |row| {
        Ok([row.next()?, row.next()?, row.next()?])
    })
}

fn dump(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let dialect = tx.dialect();
    let columns = columns(tx)?;
    let mut lines = Vec::new();
    for table in columns.chunk_by(|one, next| one[0] == next[0]) {
        let words = table
            .iter()
            .map(|[_, column, ty]| as_word(dialect, column, ty));
        let words = words.collect::<Vec<_>>().join(" || ' ' || ");
        let name = &table[0][0];
        let rows = statement(format!("select '{name}: ' || {words} from {name}"));
        lines.extend(tx.all(rows, params![], |row| row.next::<String>())?);
    }
    lines.sort();
    Ok(lines)
}

impl World {
    /// Every table with every column.
    pub(crate) async fn columns(&self) -> Vec<(String, String)> {
        let found = self.store.read(columns).await.unwrap().into_iter();
        found.map(|[table, column, _]| (table, column)).collect()
    }

    /// Every column of every table, with its type.
    pub(crate) async fn columns_with_types(&self) -> Vec<[String; 3]> {
        self.store.read(columns).await.unwrap()
    }

    /// Every row of every table, one to a line, the same on both databases.
    pub(crate) async fn dump(&self) -> Vec<String> {
        self.store.read(dump).await.unwrap()
    }
}
