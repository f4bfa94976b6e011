//! The fields of one record, whatever a system calls them, with an eye on what nobody asked for.

use std::cell::RefCell;
use std::collections::BTreeSet;

use rejoinder_core::Time;
use serde_json::{Map, Value};

use crate::when::{self, When};

/// A record's fields. What is never asked for, and is not empty, is left over.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    fields: Map<String, Value>,
    asked: RefCell<BTreeSet<String>>,
}

impl Fields {
    /// The fields of a JSON object; nothing else has any.
    pub(crate) fn of_json(value: Value) -> Option<Self> {
        match value {
            Value::Object(fields) => Some(Self {
                fields,
                asked: RefCell::default(),
            }),
            _ => None,
        }
    }

    /// Fields that are all text.
    pub(crate) fn of_texts(texts: impl IntoIterator<Item = (String, String)>) -> Self {
        let fields = texts
            .into_iter()
            .map(|(name, text)| (name, Value::String(text)));
        Self {
            fields: fields.collect(),
            asked: RefCell::default(),
        }
    }

    /// Whether there is a field of this name, empty or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    fn field(&self, name: &str) -> Option<&Value> {
        // Some databases write all names in lower case.
        self.fields
            .get(name)
            .or_else(|| self.fields.get(&name.to_ascii_lowercase()))
    }

    /// The value of the first of these fields that has one; all are asked for.
    pub(crate) fn value(&self, names: &[&str]) -> Option<&Value> {
        let mut asked = self.asked.borrow_mut();
        for name in names {
            asked.insert(name.to_ascii_lowercase());
        }
        let values = names.iter().filter_map(|name| self.field(name));
        values.into_iter().find(|value| !is_empty(value))
    }

    /// Its text, trimmed; empty where there is none.
    pub(crate) fn text(&self, names: &[&str]) -> String {
        self.value(names).map(text).unwrap_or_default()
    }

    /// Its text as it stands, with blanks around it.
    pub(crate) fn long_text(&self, names: &[&str]) -> String {
        match self.value(names) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => text(other),
            None => String::new(),
        }
    }

    /// Its text, if that is not empty.
    pub(crate) fn given(&self, names: &[&str]) -> Option<String> {
        Some(self.text(names)).filter(|text| !text.is_empty())
    }

    /// An id of another record: 0 and `root` are none.
    pub(crate) fn id(&self, names: &[&str]) -> Option<String> {
        let is_none = |id: &String| matches!(id.as_str(), "0" | "root" | "null" | "undefined");
        self.given(names).filter(|id| !is_none(id))
    }

    /// Whether it says yes.
    pub(crate) fn is(&self, names: &[&str]) -> bool {
        let text = self.text(names).to_ascii_lowercase();
        !matches!(text.as_str(), "" | "0" | "false" | "no" | "f" | "null")
    }

    /// Its whole number; 0 where there is none.
    pub(crate) fn number(&self, names: &[&str]) -> i64 {
        let text = self.text(names);
        let whole = text.split('.').next().unwrap_or_default();
        whole.parse().unwrap_or(0)
    }

    /// Its time, with whether the zone is known.
    pub(crate) fn when(&self, names: &[&str]) -> Option<When> {
        when::when(&self.text(names))
    }

    /// Its time.
    pub(crate) fn time(&self, names: &[&str]) -> Option<Time> {
        self.when(names).map(|when| when.time)
    }

    /// What a field holds that is an object itself.
    pub(crate) fn inner(&self, name: &str) -> Self {
        let inner = self.value(&[name]).cloned();
        inner.and_then(Self::of_json).unwrap_or_default()
    }

    /// What stands in an array, or in text that is one.
    pub(crate) fn list(&self, names: &[&str]) -> Vec<Value> {
        match self.value(names) {
            Some(Value::Array(list)) => list.clone(),
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// The names of the fields that nobody asked for and that hold something.
    pub(crate) fn left_over(&self) -> Vec<String> {
        let asked = self.asked.borrow();
        let held = self.fields.iter().filter(|(_, value)| !is_empty(value));
        held.map(|(name, _)| name.clone())
            .filter(|name| !asked.contains(&name.to_ascii_lowercase()))
            .collect()
    }
}

/// The text of a value; ids and dates of other databases are objects.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
        Value::Object(fields) => [
            "$oid",
            "$date",
            "$numberLong",
            "$numberInt",
            "iso",
            "objectId",
        ]
        .iter()
        .find_map(|name| fields.get(*name))
        .map(text)
        .unwrap_or_default(),
        Value::Null | Value::Array(_) => String::new(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Bool(true) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Fields {
        Fields::of_json(serde_json::from_str(json).unwrap()).unwrap()
    }

    #[test]
    fn values_are_read_as_every_database_writes_them() {
        let fields = fields(
            r#"{"_id":{"$oid":"a1"},"at":{"__type":"Date","iso":"2024-03-01T10:00:00.000Z"},
                "then":{"$date":{"$numberLong":"1700000000123"}},"top":"true","no":"0","n":"3",
                "insertedat":1700000000000,"up":"[\"x\"]","pid":"root"}"#,
        );
        assert_eq!(fields.text(&["_id"]), "a1");
        assert_eq!(
            fields.time(&["at"]).unwrap().to_string(),
            "2024-03-01T10:00:00Z"
        );
        assert_eq!(
            fields.time(&["then"]).unwrap().to_string(),
            "2023-11-14T22:13:20Z"
        );
        assert!(fields.is(&["top"]) && !fields.is(&["no"]) && !fields.is(&["none"]));
        assert_eq!(fields.number(&["n"]), 3);
        assert!(fields.time(&["insertedAt"]).is_some());
        assert_eq!(fields.list(&["up"]).len(), 1);
        assert_eq!(fields.id(&["pid"]), None);
    }

    #[test]
    fn what_nobody_asks_for_is_left_over() {
        let fields = fields(r#"{"a":1,"b":"","c":null,"d":"x","e":0,"F":"y"}"#);
        fields.text(&["a", "f"]);
        assert_eq!(fields.left_over(), ["d"]);
    }
}
