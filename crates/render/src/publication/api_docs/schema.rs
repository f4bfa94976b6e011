//! What JSON Schema says of a value, for a person.

use serde_json::Value;

use super::text;

/// What a value is: words, and the name of a body between them.
pub(super) struct ValueKind<'a> {
    pub(super) before: String,
    pub(super) name: Option<&'a str>,
    pub(super) after: String,
}

impl<'a> ValueKind<'a> {
    pub(super) fn of(schema: &'a Value) -> Self {
        if let Some(name) = name(schema) {
            return Self::named(name);
        }
        let choices = schema["oneOf"].as_array().into_iter().flatten();
        if let Some(name) = choices.filter_map(name).next() {
            return Self {
                after: " or null".to_owned(),
                ..Self::named(name)
            };
        }
        if schema["type"] == "array" {
            let item = Self::of(&schema["items"]);
            return Self {
                before: format!("array of {}", item.before),
                ..item
            };
        }
        if schema["additionalProperties"].is_object() {
            let value = Self::of(&schema["additionalProperties"]);
            return Self {
                before: format!("object of {}", value.before),
                ..value
            };
        }
        Self {
            before: types(&schema["type"]).join(" or "),
            name: None,
            after: String::new(),
        }
    }

    const fn named(name: &'a str) -> Self {
        Self {
            before: String::new(),
            name: Some(name),
            after: String::new(),
        }
    }
}

/// The members of an object, in its order.
pub(super) fn members(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = object.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.as_str(), value))
}

/// The types that a schema allows.
pub(super) fn types(kind: &Value) -> Vec<&str> {
    match kind {
        Value::Array(kinds) => kinds.iter().map(text).collect(),
        kind => kind.as_str().into_iter().collect(),
    }
}

/// The body that a schema refers to.
pub(super) fn name(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// The body of a request or an answer.
pub(super) fn body(value: &Value) -> Option<&str> {
    let (_, content) = members(&value["content"]).next()?;
    name(&content["schema"])
}

/// The media type of a body that is a file, and no JSON.
pub(super) fn file(value: &Value) -> Option<&str> {
    let (kind, _) = members(&value["content"]).next()?;
    (kind != "application/json").then_some(kind)
}

/// The scope that a program's token needs.
pub(super) fn scope(operation: &Value) -> Option<&str> {
    let mut ways = operation["security"].as_array()?.iter();
    ways.find_map(|way| way["api_token"][0].as_str())
}

pub(super) fn is_required(schema: &Value, name: &str) -> bool {
    let mut required = schema["required"].as_array().into_iter().flatten();
    required.any(|own| own == name)
}

/// What a field is said to be; one that may be null says it of what else it may be.
pub(super) fn description(field: &Value) -> &Value {
    match &field["description"] {
        Value::Null => &field["oneOf"][0]["description"],
        description => description,
    }
}

/// A field's example as JSON.
pub(super) fn example(field: &Value) -> Option<String> {
    let example = field.get("example")?;
    Some(example.to_string())
}
