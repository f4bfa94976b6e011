//! The tables of another system's database, however they were taken out of it: an SQLite file, a dump as
//! SQL, or JSON (an object with the tables in it, a file for each, or what phpMyAdmin writes).

use serde_json::{Value, json};
use store::archive::foreign::{ForeignFile, ForeignRow, ForeignValue};
use tempfile::TempDir;

use crate::ReadError;
use crate::fields::{Fields, text};
use crate::format::{Start, json_records};
use crate::input::Input;
use crate::sql_dump::{Dump, TableRow};

/// Rows that are held at once.
const ROWS: u32 = 1_000;

/// Rows of tables.
pub(crate) type Rows = Box<dyn Iterator<Item = Result<TableRow, ReadError>> + Send>;

/// Where the rows of a database come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Sql,
    Json,
}

/// What kind of file of tables `start` begins, if any.
pub(crate) fn kind(start: &Start) -> Option<Kind> {
    if start.bytes.starts_with(b"SQLite format 3\0") {
        return Some(Kind::Sqlite);
    }
    let text = start.text();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let begins = |word: &str| {
        text.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if text.starts_with(['{', '[']) {
        return Some(Kind::Json);
    }
    let sql = [
        "--", "/*", "create ", "insert ", "set ", "begin", "start ", "pragma ", "drop ", "copy ",
    ];
    sql.iter().any(|word| begins(word)).then_some(Kind::Sql)
}

/// The rows of all files whose tables are `wanted`.
pub(crate) fn rows(files: Vec<Input>, wanted: fn(&str) -> bool) -> Rows {
    Box::new(
        files
            .into_iter()
            .flat_map(move |file| of_file(file, wanted)),
    )
}

fn of_file(file: Input, wanted: fn(&str) -> bool) -> Rows {
    let opened = match kind(&Start::of(&file)) {
        Some(Kind::Sqlite) => SqliteRows::open(&file, wanted).map(|rows| Box::new(rows) as Rows),
        Some(Kind::Json) => Ok(of_json(file, wanted)),
        Some(Kind::Sql) | None => file
            .read()
            .map(|source| Box::new(Dump::new(source, wanted)) as Rows)
            .map_err(ReadError::from),
    };
    opened.unwrap_or_else(|error| Box::new(std::iter::once(Err(error))))
}

/// The name of a file's table: what it is called, without folders and ending.
fn stem(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or(name);
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn of_json(file: Input, wanted: fn(&str) -> bool) -> Rows {
    let own = stem(&file.name).to_owned();
    Box::new(
        json_records(vec![file], &["", "data"]).flat_map(move |record| {
            let (path, value) = match record {
                Ok((name, record)) => match record.value {
                    Ok(value) => (record.path, value),
                    Err(reason) => {
                        let reason = format!("{name}, line {}: {reason}", record.at_line);
                        return vec![Err(ReadError::Broken { at_byte: 0, reason })];
                    }
                },
                Err(error) => return vec![Err(error)],
            };
            // phpMyAdmin writes a list of tables, each an object with its name and its rows.
            let (table, rows) = match value {
                Value::Object(mut own) if own.get("type").is_some_and(|kind| kind == "table") => {
                    let table = own.get("name").map(text).unwrap_or_default();
                    match own.remove("data") {
                        Some(Value::Array(rows)) => (table, rows),
                        _ => return Vec::new(),
                    }
                }
                row => {
                    let name = path.rsplit('.').next().unwrap_or_default();
                    let table = if name.is_empty() { own.as_str() } else { name };
                    (table.to_owned(), vec![row])
                }
            };
            if !wanted(&table) {
                return Vec::new();
            }
            let named = rows.into_iter().filter_map(Fields::of_json);
            let rows = named.map(|fields| {
                Ok(TableRow {
                    table: table.clone(),
                    fields,
                })
            });
            rows.collect()
        }),
    )
}

struct SqliteRows {
    file: ForeignFile,
    /// Holds the copy of a file that cannot be opened where it lies.
    _folder: TempDir,
    left: Vec<String>,
    after: i64,
    ready: std::vec::IntoIter<(i64, ForeignRow)>,
}

impl SqliteRows {
    fn open(input: &Input, wanted: fn(&str) -> bool) -> Result<Self, ReadError> {
        let folder = tempfile::tempdir()?;
        let file = ForeignFile::open(&input.on_disk(folder.path())?)?;
        let mut left = file.tables()?;
        left.retain(|table| wanted(table));
        left.reverse();
        Ok(Self {
            file,
            _folder: folder,
            left,
            after: i64::MIN,
            ready: Vec::new().into_iter(),
        })
    }

    fn step(&mut self) -> Result<Option<TableRow>, ReadError> {
        loop {
            let Some(table) = self.left.last() else {
                return Ok(None);
            };
            if let Some((number, row)) = self.ready.next() {
                self.after = number;
                return Ok(Some(TableRow {
                    table: table.clone(),
                    fields: fields(row),
                }));
            }
            self.ready = self.file.rows(table, self.after, ROWS)?.into_iter();
            if self.ready.len() == 0 {
                self.left.pop();
                self.after = i64::MIN;
            }
        }
    }
}

impl Iterator for SqliteRows {
    type Item = Result<TableRow, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

/// A row of an SQLite file, by the names of its columns.
pub(crate) fn fields(row: ForeignRow) -> Fields {
    let value = |value| match value {
        ForeignValue::Null => Value::Null,
        ForeignValue::Integer(number) => json!(number),
        ForeignValue::Real(number) => json!(number),
        ForeignValue::Text(text) => Value::String(text),
    };
    let fields = row.into_iter().map(|(name, found)| (name, value(found)));
    Fields::of_json(Value::Object(fields.collect())).unwrap_or_default()
}
