//! JSON as exports really are, one record at a time: an array, an object around arrays, or values
//! one after the other.

use std::io::{self, BufRead, BufReader, Read};

use serde_json::Value;

use crate::ReadError;

/// A longer record is left out: nobody writes a comment that long to be read.
const MAX_RECORD_BYTES: usize = 8 << 20;
/// Containers inside each other, around records.
const MAX_DEPTH: usize = 16;
const CHUNK_BYTES: usize = 64 * 1024;

/// A value that stands in an array, beside others, or in an object that is only a wrapper.
#[derive(Debug, PartialEq)]
pub(crate) struct Record {
    /// Where it stands: the names of the wrappers' members with points between them.
    pub(crate) path: String,
    /// Its line in the file, from 1.
    pub(crate) at_line: u64,
    /// The value, or why it could not be read.
    pub(crate) value: Result<Value, String>,
}

/// Reads the records of a file. After an error it ends.
pub(crate) struct Records<R> {
    source: BufReader<R>,
    wrappers: &'static [&'static str],
    open: Vec<Open>,
    at_byte: u64,
    at_line: u64,
    is_done: bool,
}

/// A container that the reader is inside of.
struct Open {
    path: String,
    is_object: bool,
    /// The name of the member whose value comes next.
    key: Option<String>,
}

impl<R: Read> Records<R> {
    /// Reads `source`; objects at the paths `wrappers` are looked into (`""` is one that is no
    /// member of any), and all others are records.
    pub(crate) fn new(source: R, wrappers: &'static [&'static str]) -> Self {
        Self {
            source: BufReader::with_capacity(CHUNK_BYTES, source),
            wrappers,
            open: Vec::new(),
            at_byte: 0,
            at_line: 1,
            is_done: false,
        }
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.source.fill_buf()?.first().copied())
    }

    fn advance(&mut self, byte: u8) {
        self.source.consume(1);
        self.at_byte += 1;
        self.at_line += u64::from(byte == b'\n');
    }

    fn step(&mut self) -> Result<Option<Record>, ReadError> {
        loop {
            let Some(byte) = self.peek()? else {
                return match self.open.pop() {
                    Some(open) => Err(self.cut_off(&open)),
                    None => Ok(None),
                };
            };
            let is_in_object = self.open.last().is_some_and(|open| open.is_object);
            let has_key = self.open.last().is_some_and(|open| open.key.is_some());
            match byte {
                b']' | b'}' if !self.open.is_empty() => {
                    self.advance(byte);
                    self.open.pop();
                    self.value_is_over();
                }
                b'[' | b'{' if has_key || !is_in_object => {
                    if let Some(record) = self.container(byte)? {
                        return Ok(Some(record));
                    }
                }
                b'"' if is_in_object && !has_key => self.key()?,
                b'"' | b'-' | b'0'..=b'9' | b'a'..=b'z' if has_key || !self.open.is_empty() => {
                    return self.record().map(Some);
                }
                b'#' if self.open.is_empty() => self.skip_line()?,
                byte if self.open.is_empty() || is_between(byte) => self.advance(byte),
                byte => {
                    return Err(self.broken(&format!("{:?} was not expected", char::from(byte))));
                }
            }
        }
    }

    /// Goes into an array or a wrapper; anything else is a record.
    fn container(&mut self, byte: u8) -> Result<Option<Record>, ReadError> {
        let is_in_array = self.open.last().is_some_and(|open| !open.is_object);
        let path = self.path();
        let is_object = byte == b'{';
        let is_record = is_in_array || (is_object && !self.wrappers.contains(&path.as_str()));
        if is_record {
            return self.record().map(Some);
        }
        if self.open.len() == MAX_DEPTH {
            return Err(self.broken("there are too many objects inside each other"));
        }
        self.advance(byte);
        self.open.push(Open {
            path,
            is_object,
            key: None,
        });
        Ok(None)
    }

    /// Where the next value stands.
    fn path(&self) -> String {
        match self.open.last() {
            None => String::new(),
            Some(Open { path, key, .. }) => match key {
                Some(key) if path.is_empty() => key.clone(),
                Some(key) => format!("{path}.{key}"),
                None => path.clone(),
            },
        }
    }

    fn value_is_over(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.key = None;
        }
    }

    fn key(&mut self) -> Result<(), ReadError> {
        let (bytes, _) = self.bytes()?;
        let key = serde_json::from_slice(&bytes).map_err(|_| self.broken("a name is broken"))?;
        while let Some(byte) = self.peek()? {
            let is_colon = byte == b':';
            if !is_colon && !byte.is_ascii_whitespace() {
                return Err(self.broken("a `:` was expected"));
            }
            self.advance(byte);
            if is_colon {
                break;
            }
        }
        if let Some(open) = self.open.last_mut() {
            open.key = Some(key);
        }
        Ok(())
    }

    fn record(&mut self) -> Result<Record, ReadError> {
        let (path, at_line) = (self.path(), self.at_line);
        let (bytes, n_bytes) = self.bytes()?;
        self.value_is_over();
        let value = if n_bytes > MAX_RECORD_BYTES {
            Err(format!(
                "it has {n_bytes} bytes; at most {MAX_RECORD_BYTES} are read"
            ))
        } else {
            let text = String::from_utf8_lossy(&bytes);
            serde_json::from_str(&text).map_err(|error| format!("it is no JSON: {error}"))
        };
        Ok(Record {
            path,
            at_line,
            value,
        })
    }

    /// The bytes of the value that comes next, as far as they are kept, and how many there are.
    fn bytes(&mut self) -> Result<(Vec<u8>, usize), ReadError> {
        let mut ends = End::default();
        let (mut bytes, mut n_bytes) = (Vec::new(), 0);
        loop {
            let chunk = self.source.fill_buf()?;
            if chunk.is_empty() {
                if ends.is_complete_at_end(n_bytes) {
                    return Ok((bytes, n_bytes));
                }
                let open = Open {
                    path: self.path(),
                    is_object: true,
                    key: None,
                };
                return Err(self.cut_off(&open));
            }
            let end = chunk.iter().position(|byte| ends.is_at(*byte));
            let n = end.unwrap_or(chunk.len());
            let room = (MAX_RECORD_BYTES + 1).saturating_sub(bytes.len());
            bytes.extend_from_slice(&chunk[..n.min(room)]);
            let n_lines = chunk[..n].iter().filter(|byte| **byte == b'\n').count();
            self.at_line += n_lines as u64;
            self.at_byte += n as u64;
            self.source.consume(n);
            n_bytes += n;
            if end.is_some() {
                return Ok((bytes, n_bytes));
            }
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        while let Some(byte) = self.peek()? {
            self.advance(byte);
            if byte == b'\n' {
                break;
            }
        }
        Ok(())
    }

    fn cut_off(&self, open: &Open) -> ReadError {
        let place = if open.path.is_empty() {
            "JSON"
        } else {
            &open.path
        };
        ReadError::CutOff {
            element: format!("{place}, line {}", self.at_line),
        }
    }

    fn broken(&self, reason: &str) -> ReadError {
        ReadError::Broken {
            at_byte: self.at_byte,
            reason: format!("line {}: {reason}", self.at_line),
        }
    }
}

impl<R: Read> Iterator for Records<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let step = self.step();
        self.is_done = !matches!(step, Ok(Some(_)));
        step.transpose()
    }
}

const fn is_between(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b','
}

/// Finds the end of one value.
#[derive(Default)]
struct End {
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
    has_begun: bool,
    is_over: bool,
}

impl End {
    /// Whether the value ended before `byte`.
    fn is_at(&mut self, byte: u8) -> bool {
        if self.is_over {
            return true;
        }
        if self.is_in_string {
            self.in_string(byte);
            return false;
        }
        match byte {
            b'"' => self.is_in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth > 0 => {
                self.depth -= 1;
                self.is_over = self.depth == 0;
            }
            b'}' | b']' | b',' if self.depth == 0 => return true,
            byte if self.depth == 0 && self.has_begun && byte.is_ascii_whitespace() => return true,
            _ => {}
        }
        self.has_begun = true;
        false
    }

    fn in_string(&mut self, byte: u8) {
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' => self.is_escaped = true,
            b'"' => {
                self.is_in_string = false;
                self.is_over = self.depth == 0;
            }
            _ => {}
        }
    }

    const fn is_complete_at_end(&self, n_bytes: usize) -> bool {
        n_bytes > 0 && (self.is_over || (self.depth == 0 && !self.is_in_string))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, wrappers: &'static [&'static str], expected: &[&str]) {
        let seen = Records::new(json.as_bytes(), wrappers).map(|record| match record {
            Ok(record) => match record.value {
                Ok(value) => format!("{}:{} {value}", record.path, record.at_line),
                Err(reason) => format!("{}:{} ! {reason}", record.path, record.at_line),
            },
            Err(error) => format!("! {error}"),
        });
        assert_eq!(seen.collect::<Vec<_>>(), expected, "{json}");
    }

    #[test]
    fn records_stand_in_an_array_in_a_wrapper_or_beside_each_other() {
        check(
            r#"[{"a":1}, {"a":"]}"}]"#,
            &[],
            &[r#":1 {"a":1}"#, r#":1 {"a":"]}"}"#],
        );
        check(
            "{\"a\":1}\n{\"a\":2}\n",
            &[],
            &[r#":1 {"a":1}"#, r#":2 {"a":2}"#],
        );
        check(
            r#"{"v":1,"data":{"x":[{"a":"\""}],"y":[]},"z":{"b":[]}}"#,
            &["", "data"],
            &["v:1 1", r#"data.x:1 {"a":"\""}"#, r#"z:1 {"b":[]}"#],
        );
        check(r#"[[1,2],"x"]"#, &[], &[":1 [1,2]", r#":1 "x""#]);
    }

    #[test]
    fn what_stands_before_the_first_record_is_passed_over() {
        check(
            "\u{feff}#filetype:JSON-streaming {\"type\":\"Class\"}\n{\"a\":1}",
            &[],
            &[r#":2 {"a":1}"#],
        );
        check("`[{\"a\":1}]`", &[], &[r#":1 {"a":1}"#]);
    }

    #[test]
    fn a_file_that_is_cut_off_is_no_whole_file() {
        check(
            r#"[{"a":1},{"a":"#,
            &[],
            &[
                r#":1 {"a":1}"#,
                "! the file ends in the middle of JSON, line 1",
            ],
        );
        check(
            r#"{"c":[{"a":1}"#,
            &[""],
            &[
                r#"c:1 {"a":1}"#,
                "! the file ends in the middle of c, line 1",
            ],
        );
    }

    #[test]
    fn a_broken_record_does_not_stop_the_others() {
        check(
            "[{\"a\":tru},\n{\"a\":2}]",
            &[],
            &[
                ":1 ! it is no JSON: expected ident at line 1 column 9",
                r#":2 {"a":2}"#,
            ],
        );
        let long = format!(
            "[{{\"a\":\"{}\"}},{{\"a\":1}}]",
            "x".repeat(MAX_RECORD_BYTES)
        );
        check(
            &long,
            &[],
            &[
                ":1 ! it has 8388616 bytes; at most 8388608 are read",
                r#":1 {"a":1}"#,
            ],
        );
    }

    #[test]
    fn depth_needs_no_stack() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let records: Vec<_> = Records::new(deep.as_bytes(), &[]).collect();
        assert!(records[0].as_ref().unwrap().value.is_err());
    }
}
