//! What the formats in JSON share: one look at a file, with the lines of its parts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::clock;
use crate::problem::TranscriptProblem;

/// The object that a file is, its values still unread, so that each knows its line and one that is
/// wrong spoils no other.
pub(crate) struct JsonFile<'a> {
    text: &'a str,
    fields: BTreeMap<String, &'a RawValue>,
}

impl<'a> JsonFile<'a> {
    /// Reads what [`repaired`] gave. A list alone is taken for the `segments` of an object.
    pub(crate) fn of(text: &'a str) -> Result<Self, TranscriptProblem> {
        let not_json =
            |error: &serde_json::Error| TranscriptProblem::NotJson { line: error.line() };
        let fields = if text.trim_start().starts_with('[') {
            let list = serde_json::from_str(text).map_err(|error| not_json(&error))?;
            BTreeMap::from([("segments".to_owned(), list)])
        } else {
            serde_json::from_str(text).map_err(|error| not_json(&error))?
        };
        Ok(Self { text, fields })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// The value of a field and its line; nothing if it is missing or cannot be read.
    pub(crate) fn get(&self, name: &str) -> Option<(usize, Value)> {
        let raw = self.fields.get(name)?;
        let line = LineCounter::of(self.text).line(raw.get());
        Some((line, serde_json::from_str(raw.get()).ok()?))
    }

    /// The items of a list and their lines, those that cannot be read as `null`; nothing if the field is
    /// no list.
    pub(crate) fn list(
        &self,
        name: &str,
    ) -> Option<impl Iterator<Item = (usize, Value)> + use<'a>> {
        let list: Vec<&RawValue> = serde_json::from_str(self.fields.get(name)?.get()).ok()?;
        let mut lines = LineCounter::of(self.text);
        Some(list.into_iter().map(move |raw| {
            let value = serde_json::from_str(raw.get()).unwrap_or_default();
            (lines.line(raw.get()), value)
        }))
    }

    /// The first item of a list that is an object.
    pub(crate) fn first(&self, name: &str) -> Option<Value> {
        let mut objects = self.list(name)?.map(|(_, value)| value);
        objects.find(Value::is_object)
    }
}

/// Counts the lines of a text up to ever later parts of it.
struct LineCounter<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> LineCounter<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
        }
    }

    /// The line in which `part` begins, which is a part of the text and stands behind those before.
    fn line(&mut self, part: &str) -> usize {
        let at = part
            .as_ptr()
            .addr()
            .saturating_sub(self.text.as_ptr().addr());
        if let Some(between) = self.text.as_bytes().get(self.at..at) {
            self.line += between.iter().filter(|byte| **byte == b'\n').count();
            self.at = at;
        }
        self.line
    }
}

/// `text` with `null` for the `NaN` and `Infinity` that Python writes and that are no JSON.
pub(crate) fn repaired(text: &str) -> Cow<'_, str> {
    const NUMBERS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];
    if !NUMBERS.iter().any(|number| text.contains(number)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '-', 'I', 'N']) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let (kept, following) = if after.starts_with('"') {
            after.split_at(string_end(after))
        } else if let Some(number) = NUMBERS.iter().find(|number| after.starts_with(**number)) {
            ("null", &after[number.len()..])
        } else {
            after.split_at(1)
        };
        out.push_str(kept);
        rest = following;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Where the string ends at whose first quote `text` begins.
fn string_end(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |at| at + 2)
}

/// What a field of times says.
pub(crate) enum TimeField {
    Ms(i64),
    Missing,
    /// It is there and is no time.
    Wrong,
}

/// Seconds as a number, as text, or as a clock, in the first of the fields that is there.
pub(crate) fn seconds(item: &Value, names: &[&str]) -> TimeField {
    let field = names.iter().find_map(|name| item.get(name));
    let ms = match field {
        None | Some(Value::Null) => return TimeField::Missing,
        Some(Value::Number(number)) => number.as_f64().and_then(clock::of_seconds),
        Some(Value::String(text)) => {
            let number = text.trim().parse().ok().and_then(clock::of_seconds);
            number.or_else(|| clock::whole(text))
        }
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => None,
    };
    ms.map_or(TimeField::Wrong, TimeField::Ms)
}

/// The text of the first of the fields that has one.
pub(crate) fn text<'a>(item: &'a Value, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| item.get(name)?.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_python_are_missing_ones() {
        let check = |text: &str, expected: &str| assert_eq!(repaired(text), expected);
        check("[NaN, -Infinity,Infinity]", "[null, null,null]");
        check(
            r#"{"NaN": "a\"NaN\\", "b": NaN}"#,
            r#"{"NaN": "a\"NaN\\", "b": null}"#,
        );
        check(r#"[-1, "NaN"]"#, r#"[-1, "NaN"]"#);
        check(r#"NaN "NaN"#, r#"null "NaN"#);
    }

    #[test]
    fn items_know_their_lines() {
        let file =
            JsonFile::of("{\"a\": 1,\n\"segments\": [\n1,\n\n{\"b\":\n2}, \"\\ud800\"]}").unwrap();
        let items: Vec<_> = file
            .list("segments")
            .unwrap()
            .map(|(line, item)| format!("{line} {item}"))
            .collect();
        assert_eq!(items, ["3 1", "5 {\"b\":2}", "6 null"]);
        assert_eq!(file.get("a").unwrap().0, 1);
        assert!(file.list("a").is_none());
    }
}
