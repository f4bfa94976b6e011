//! The rows in a dump of a database: `insert into` as mysqldump, phpMyAdmin and SQLite write it, and `copy`
//! as `pg_dump` does. One row is held at a time; nothing of it is run.

mod lexer;

use std::collections::HashMap;
use std::io::Read;

use serde_json::{Map, Value};

use crate::ReadError;
use crate::fields::Fields;
use lexer::{Lexer, Token};

/// A longer statement up to its rows, or a longer row, is none that anyone wrote.
const MAX_BYTES: usize = 8 << 20;

/// A row of a table.
#[derive(Debug)]
pub(crate) struct TableRow {
    pub(crate) table: String,
    pub(crate) fields: Fields,
}

/// Reads the rows of the tables that are `wanted`. After an error it ends.
pub(crate) struct Dump<R: Read> {
    lexer: Lexer<R>,
    wanted: fn(&str) -> bool,
    /// The columns of tables, as they were created.
    columns: HashMap<String, Vec<String>>,
    now: Now,
    is_done: bool,
}

/// What is being read.
enum Now {
    Between,
    /// Behind `values`, with the table and the columns of the rows that follow.
    Rows(String, Vec<String>),
    /// Lines with tabs, up to `\.`.
    Copied(String, Vec<String>),
}

impl<R: Read> Dump<R> {
    pub(crate) fn new(source: R, wanted: fn(&str) -> bool) -> Self {
        Self {
            lexer: Lexer::new(source),
            wanted,
            columns: HashMap::new(),
            now: Now::Between,
            is_done: false,
        }
    }

    fn step(&mut self) -> Result<Option<TableRow>, ReadError> {
        loop {
            match std::mem::replace(&mut self.now, Now::Between) {
                Now::Between => {
                    if !self.statement()? {
                        return Ok(None);
                    }
                }
                Now::Copied(table, columns) => {
                    let Some(line) = self.lexer.line()? else {
                        let element = format!("the rows of {table}");
                        return Err(ReadError::CutOff { element });
                    };
                    if line == "\\." {
                        continue;
                    }
                    let is_wanted = (self.wanted)(&table);
                    let row = is_wanted.then(|| copied(&table, &columns, &line));
                    self.now = Now::Copied(table, columns);
                    if let Some(row) = row {
                        return Ok(Some(row));
                    }
                }
                Now::Rows(table, columns) => {
                    let Some(values) = self.row()? else {
                        continue;
                    };
                    let is_wanted = (self.wanted)(&table);
                    let fields = is_wanted.then(|| named(&columns, values));
                    let row = fields.map(|fields| TableRow {
                        table: table.clone(),
                        fields,
                    });
                    self.now = Now::Rows(table, columns);
                    if let Some(row) = row {
                        return Ok(Some(row));
                    }
                }
            }
        }
    }

    /// Reads up to the rows of the next statement that has some; gives whether there is another.
    fn statement(&mut self) -> Result<bool, ReadError> {
        let mut words = Vec::new();
        loop {
            let Some(token) = self.lexer.token()? else {
                return Ok(false);
            };
            match token {
                Token::End => {
                    self.created(&words);
                    if let Some((table, columns)) = copy(&words) {
                        self.lexer.line()?;
                        self.now = Now::Copied(table, columns);
                    }
                    return Ok(true);
                }
                Token::Word(word) if word.eq_ignore_ascii_case("values") && is_insert(&words) => {
                    let (table, columns) = into(&words);
                    let columns = match columns.is_empty() {
                        true => self.columns.get(&table).cloned().unwrap_or_default(),
                        false => columns,
                    };
                    self.now = Now::Rows(table, columns);
                    return Ok(true);
                }
                token => words.push(token),
            }
            if words.len() > MAX_BYTES / 64 {
                return Err(self.lexer.broken("a statement does not end"));
            }
        }
    }

    /// Keeps the columns of a table that was created.
    fn created(&mut self, words: &[Token]) {
        let starts = matches!(
            (words.first(), words.get(1)),
            (Some(first), Some(second)) if first.is("create") && second.is("table")
        );
        let Some(open) = words.iter().position(Token::is_open).filter(|_| starts) else {
            return;
        };
        let table = words[..open].iter().rev().find_map(Token::name);
        let Some(table) = table else { return };
        let mut columns = Vec::new();
        let (mut depth, mut is_first) = (0, true);
        for word in &words[open + 1..] {
            match word {
                Token::Sign(b'(') => depth += 1,
                Token::Sign(b')') => depth -= 1,
                Token::Sign(b',') if depth == 0 => is_first = true,
                word if depth == 0 && is_first => {
                    is_first = false;
                    let is_key = word.is_plain()
                        && [
                            "primary",
                            "unique",
                            "key",
                            "constraint",
                            "foreign",
                            "check",
                            "index",
                            "fulltext",
                        ]
                        .iter()
                        .any(|key| word.is(key));
                    if !is_key {
                        columns.extend(word.name());
                    }
                }
                _ => {}
            }
            if depth < 0 {
                break;
            }
        }
        self.columns.insert(table, columns);
    }

    /// The values of the next row; `None` where the statement ends.
    fn row(&mut self) -> Result<Option<Vec<Value>>, ReadError> {
        loop {
            match self.lexer.token()? {
                None | Some(Token::End) => return Ok(None),
                Some(Token::Sign(b'(')) => break,
                Some(Token::Sign(b',')) => {}
                // `on duplicate key update …` and the like.
                Some(_) => {
                    while !matches!(self.lexer.token()?, None | Some(Token::End)) {}
                    return Ok(None);
                }
            }
        }
        let (mut values, mut depth, mut value) = (Vec::new(), 0, Value::Null);
        let mut n_bytes = 0;
        loop {
            let Some(token) = self.lexer.token()? else {
                let element = "a row".to_owned();
                return Err(ReadError::CutOff { element });
            };
            match token {
                Token::Sign(b'(') => depth += 1,
                Token::Sign(b')') if depth == 0 => {
                    values.push(value);
                    return Ok(Some(values));
                }
                Token::Sign(b')') => depth -= 1,
                Token::Sign(b',') if depth == 0 => values.push(std::mem::take(&mut value)),
                Token::Text(text) => {
                    n_bytes += text.len();
                    value = Value::String(text);
                }
                Token::Word(word) if word.eq_ignore_ascii_case("null") => value = Value::Null,
                // `_binary 'x'` and casts stand beside their texts.
                Token::Word(word) if value.is_null() && !word.starts_with('_') => {
                    n_bytes += word.len();
                    value = Value::String(word);
                }
                _ => {}
            }
            if n_bytes > MAX_BYTES {
                return Err(self.lexer.broken("a row does not end"));
            }
        }
    }
}

impl<R: Read> Iterator for Dump<R> {
    type Item = Result<TableRow, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let step = self.step();
        self.is_done = !matches!(step, Ok(Some(_)));
        step.transpose()
    }
}

fn is_insert(words: &[Token]) -> bool {
    words
        .first()
        .is_some_and(|word| word.is("insert") || word.is("replace"))
}

/// The table of `insert into table (columns)`, and the columns.
fn into(words: &[Token]) -> (String, Vec<String>) {
    let open = words.iter().position(Token::is_open);
    let end = open.unwrap_or(words.len());
    let table = words[..end].iter().rev().find_map(Token::name);
    let columns = words[end..].iter().filter_map(Token::name).collect();
    (table.unwrap_or_default(), columns)
}

/// The table and columns of `copy table (columns) from stdin`.
fn copy(words: &[Token]) -> Option<(String, Vec<String>)> {
    let is_copy = words.first().is_some_and(|word| word.is("copy"))
        && words.last().is_some_and(|word| word.is("stdin"));
    let open = words.iter().position(Token::is_open).filter(|_| is_copy)?;
    let close = words
        .iter()
        .position(|word| matches!(word, Token::Sign(b')')))?;
    let table = words[..open].iter().rev().find_map(Token::name)?;
    Some((
        table,
        words[open..close].iter().filter_map(Token::name).collect(),
    ))
}

fn copied(table: &str, columns: &[String], line: &str) -> TableRow {
    let values = line.split('\t').map(|value| match value {
        "\\N" => Value::Null,
        value => Value::String(unescaped(value)),
    });
    TableRow {
        table: table.to_owned(),
        fields: named(columns, values.collect()),
    }
}

fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => text.push(match chars.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(other) => other,
                None => '\\',
            }),
            char => text.push(char),
        }
    }
    text
}

fn named(columns: &[String], values: Vec<Value>) -> Fields {
    let members: Map<String, Value> = columns.iter().cloned().zip(values).collect();
    Fields::of_json(Value::Object(members)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(dump: &str, expected: &[&str]) {
        let rows = Dump::new(dump.as_bytes(), |table| table == "t").map(|row| match row {
            Ok(row) => ["a", "b"].map(|name| row.fields.text(&[name])).join("|"),
            Err(error) => format!("! {error}"),
        });
        assert_eq!(rows.collect::<Vec<_>>(), expected, "{dump}");
    }

    #[test]
    fn rows_are_read_as_each_program_writes_them() {
        check(
            "-- a dump; of t\n/*!40000 ALTER TABLE `t` DISABLE KEYS */;\nCREATE TABLE `t` (\n  `a` int(10) \
             NOT NULL DEFAULT '0' COMMENT 'x, y',\n  `b` text,\n  PRIMARY KEY (`a`)\n) ENGINE=InnoDB;\n\
             INSERT INTO `t` VALUES (1,'it\\'s\\n(x), \"y\"'),(2,NULL),(-3,'a''b;');\n\
             INSERT INTO `other` VALUES (4,'x');\nINSERT INTO t (b, a) VALUES ('five', 5);",
            &["1|it's\n(x), \"y\"", "2|", "-3|a'b;", "5|five"],
        );
        check(
            "COPY public.t (a, b) FROM stdin;\n1\tone\\ttwo\\\\\n2\t\\N\n\\.\n\nSELECT 1;\n\
             INSERT INTO public.t (a, b) VALUES (3, _binary 'x') ON CONFLICT DO NOTHING;",
            &["1|one\ttwo\\", "2|", "3|x"],
        );
        check("INSERT INTO \"t\" (\"a\",\"b\") VALUES(1,'x');", &["1|x"]);
    }

    #[test]
    fn a_dump_that_is_cut_off_says_so() {
        check(
            "INSERT INTO t (a, b) VALUES (1,'x'),(2,'y",
            &["1|x", "! the file ends in the middle of a text of line 1"],
        );
        check(
            "COPY t (a, b) FROM stdin;\n1\tx\n",
            &["1|x", "! the file ends in the middle of the rows of t"],
        );
    }
}
