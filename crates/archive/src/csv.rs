//! Tables as text (RFC 4180), one row at a time.

use std::io::{BufRead, BufReader, Read};

use crate::ReadError;

/// A longer row is no row: a quotation mark is missing.
const MAX_ROW_BYTES: usize = 8 << 20;

/// Reads the rows of a table, whatever divides their cells. After an error it ends.
pub(crate) struct Rows<R> {
    source: BufReader<R>,
    divider: u8,
    at_line: u64,
    is_done: bool,
}

/// A row, with the line on which it begins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) at_line: u64,
    pub(crate) cells: Vec<String>,
}

impl<R: Read> Rows<R> {
    pub(crate) fn new(source: R, divider: u8) -> Self {
        Self {
            source: BufReader::new(source),
            divider,
            at_line: 1,
            is_done: false,
        }
    }

    /// The bytes of the next row that is not empty, and the line on which it begins.
    fn row(&mut self) -> Result<Option<(u64, Vec<u8>)>, ReadError> {
        loop {
            let mut bytes = Vec::new();
            let at_line = self.at_line;
            let mut is_open = false;
            while is_open || bytes.is_empty() {
                let from = bytes.len();
                let room = (MAX_ROW_BYTES - from) as u64;
                let n = self
                    .source
                    .by_ref()
                    .take(room)
                    .read_until(b'\n', &mut bytes)?;
                self.at_line += 1;
                is_open ^= has_odd_marks(&bytes[from..]);
                if bytes.len() == MAX_ROW_BYTES {
                    return Err(broken(at_line, "a row does not end"));
                }
                if n == 0 {
                    break;
                }
            }
            if bytes.is_empty() {
                return Ok(None);
            }
            if is_open {
                let element = format!("the row of line {at_line}");
                return Err(ReadError::CutOff { element });
            }
            if !bytes.trim_ascii().is_empty() {
                return Ok(Some((at_line, bytes)));
            }
        }
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let row = self.row();
        self.is_done = !matches!(row, Ok(Some(_)));
        let divider = self.divider;
        row.transpose().map(|row| {
            row.map(|(at_line, bytes)| Row {
                at_line,
                cells: cells(&String::from_utf8_lossy(&bytes), divider),
            })
        })
    }
}

fn broken(at_line: u64, reason: &str) -> ReadError {
    ReadError::Broken {
        at_byte: 0,
        reason: format!("line {at_line}: {reason}"),
    }
}

/// Whether a quotation begins or ends in a part of a row: a mark inside one is written twice.
fn has_odd_marks(part: &[u8]) -> bool {
    part.iter().filter(|byte| **byte == b'"').count() % 2 == 1
}

/// The cells of one row.
pub(crate) fn cells(row: &str, divider: u8) -> Vec<String> {
    let row = row
        .trim_start_matches('\u{feff}')
        .trim_end_matches(['\r', '\n']);
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    let mut chars = row.chars().peekable();
    while let Some(char) = chars.next() {
        let cell = cells.last_mut();
        match char {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.into_iter().for_each(|cell| cell.push('"'));
            }
            '"' => is_quoted = !is_quoted,
            char if char == char::from(divider) && !is_quoted => cells.push(String::new()),
            char => cell.into_iter().for_each(|cell| cell.push(char)),
        }
    }
    cells
}

/// What divides the cells of a header: what it holds most of.
pub(crate) fn divider(header: &str) -> u8 {
    let count = |byte: &u8| header.bytes().filter(|b| b == byte).count();
    let dividers = [b',', b';', b'\t'];
    dividers.into_iter().rev().max_by_key(count).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(table: &str, expected: &[&[&str]]) {
        let rows = Rows::new(table.as_bytes(), b',').map(|row| row.unwrap().cells);
        assert_eq!(rows.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn cells_may_hold_anything_when_they_are_quoted() {
        check(
            "\u{feff}a,b\r\n\"1,\"\"x\"\"\n2\",\r\n\n,y\n",
            &[&["a", "b"], &["1,\"x\"\n2", ""], &["", "y"]],
        );
        assert_eq!(divider("a;b;c,d"), b';');
        assert_eq!(divider("a\tb"), b'\t');
        assert_eq!(divider("a"), b',');
    }

    #[test]
    fn a_row_that_does_not_end_is_named() {
        let error = Rows::new(&b"a,b\n\"x,y\nz"[..], b',').find_map(Result::err);
        assert_eq!(
            error.unwrap().to_string(),
            "the file ends in the middle of the row of line 2"
        );
    }
}
