//! How an operation is called: with curl, and from a script.

use serde_json::{Map, Value};

use super::schema::{self, members, types};
use super::text;

/// Ends a body within a body within a body: what is wanted is the outermost.
const MAX_DEPTH: u32 = 3;

/// What one asks of an operation, with values that could be.
pub(super) struct ExampleRequest {
    /// In capitals.
    method: String,
    /// The address without its query.
    url: String,
    query: Vec<(String, String)>,
    /// The body, as JSON.
    body: Option<Value>,
    /// The media type of a file that is the body.
    file: Option<String>,
    /// Whether a program shows an API token.
    has_token: bool,
    is_stream: bool,
}

impl ExampleRequest {
    pub(super) fn of(
        spec: &Value,
        base: &str,
        (path, method): (&str, &str),
        operation: &Value,
    ) -> Self {
        let mut url = format!("{base}{path}");
        let mut query = Vec::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = text(&parameter["name"]);
            match text(&parameter["in"]) {
                "path" => url = url.replace(&format!("{{{name}}}"), word(name)),
                "query" if parameter["required"] == true => {
                    query.push((name.to_owned(), word(name).to_owned()));
                }
                _ => {}
            }
        }
        let schemas = &spec["components"]["schemas"];
        let body = schema::body(&operation["requestBody"]);
        Self {
            method: method.to_uppercase(),
            url,
            query,
            body: body.map(|name| value(schemas, &schemas[name], name, 0)),
            file: schema::file(&operation["requestBody"]).map(str::to_owned),
            has_token: schema::scope(operation).is_some(),
            is_stream: operation["responses"]["200"]["content"]
                .get("text/event-stream")
                .is_some(),
        }
    }
}

/// The command that asks, for a shell.
pub(super) fn curl(asked: &ExampleRequest) -> String {
    let mut words = vec!["curl".to_owned()];
    if asked.is_stream {
        words.push("--no-buffer".to_owned());
    }
    if !asked.query.is_empty() && asked.file.is_none() {
        words.push("--get".to_owned());
    }
    if asked.method != "GET" {
        words.push(format!("--request {}", asked.method));
    }
    let mut lines = vec![format!("{} {}", words.join(" "), asked.url)];
    if let Some(kind) = &asked.file {
        let query = asked.query.iter();
        let query: Vec<String> = query
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        lines[0] = format!("{} '{}?{}'", words.join(" "), asked.url, query.join("&"));
        lines.push(format!("--header 'Content-Type: {kind}'"));
        lines.push("--data-binary @FILE".to_owned());
        return lines.join(" \\\n  ");
    }
    if asked.has_token {
        lines.push("--header \"Authorization: Bearer $TOKEN\"".to_owned());
    }
    let query = asked.query.iter();
    lines.extend(query.map(|(name, value)| format!("--data-urlencode '{name}={value}'")));
    if let Some(body) = &asked.body {
        lines.push("--header 'Content-Type: application/json'".to_owned());
        lines.push(format!("--data '{body}'"));
    }
    lines.join(" \\\n  ")
}

/// What a page of the publication does in its place.
pub(super) fn javascript(asked: &ExampleRequest) -> String {
    let query = asked.query.iter();
    let query: Vec<String> = query
        .map(|(name, value)| format!("{name}: '{value}'"))
        .collect();
    let mut url = format!("'{}'", asked.url);
    let mut lines = Vec::new();
    if !query.is_empty() {
        lines.push(format!(
            "const query = new URLSearchParams({{ {} }});",
            query.join(", ")
        ));
        url = format!("`{}?${{query}}`", asked.url);
    }
    if asked.is_stream {
        lines.push(format!("const events = new EventSource({url});"));
        return lines.join("\n");
    }
    if asked.method == "GET" {
        lines.push(format!("const answer = await fetch({url});"));
    } else {
        lines.push(format!("const answer = await fetch({url}, {{"));
        lines.push(format!("  method: '{}',", asked.method));
        lines.push("  credentials: 'include',".to_owned());
        if let Some(kind) = &asked.file {
            lines.push(format!("  headers: {{ 'Content-Type': '{kind}' }},"));
            lines.push("  body: file,".to_owned());
        }
        if let Some(body) = &asked.body {
            lines.push("  headers: { 'Content-Type': 'application/json' },".to_owned());
            lines.push(format!("  body: JSON.stringify({body}),"));
        }
        lines.push("});".to_owned());
    }
    lines.join("\n")
}

/// A body with all that it must hold, or where nothing must be there, with the first that it may hold.
fn value(schemas: &Value, schema: &Value, name: &str, depth: u32) -> Value {
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(name) = schema::name(schema) {
        return value(schemas, &schemas[name], name, depth);
    }
    if let Some(first) = schema["oneOf"].get(0) {
        return value(schemas, first, name, depth);
    }
    match types(&schema["type"]).first().copied() {
        Some("array") => Value::Array(vec![value(schemas, &schema["items"], name, depth)]),
        Some("boolean") => Value::Bool(true),
        Some("integer" | "number") => Value::from(1),
        Some("object") if depth < MAX_DEPTH => object(schemas, schema, depth + 1),
        Some("string") => Value::from(word(name)),
        _ => Value::Object(Map::new()),
    }
}

fn object(schemas: &Value, schema: &Value, depth: u32) -> Value {
    let fields = || members(&schema["properties"]);
    let has_required = fields().any(|(name, _)| schema::is_required(schema, name));
    let n_fields = if has_required { usize::MAX } else { 1 };
    let fields = fields().filter(|(name, _)| !has_required || schema::is_required(schema, name));
    let fields = fields.take(n_fields);
    let fields = fields.map(|(name, field)| (name.to_owned(), value(schemas, field, name, depth)));
    Value::Object(fields.collect())
}

/// A value that a text of this name could have.
fn word(name: &str) -> &'static str {
    match name {
        "id" | "comment" | "parent" | "recording" => "01jd3x8k2v7qa",
        "site" => "paper.example",
        "page" | "url" => "https://paper.example/story",
        "queue" => "held",
        "q" => "bridge",
        "email" => "ann@paper.example",
        "name" => "Ann",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(method: &str, operation: &Value) -> ExampleRequest {
        let spec = json!({"components": {"schemas": {
            "Post": {"type": "object", "required": ["site", "tags"], "properties": {
                "name": {"type": ["string", "null"]},
                "site": {"type": "string"},
                "tags": {"type": "array", "items": {"$ref": "#/components/schemas/Tag"}},
            }},
            "Tag": {"type": "object", "properties": {"of": {"$ref": "#/components/schemas/Tag"}}},
        }}});
        ExampleRequest::of(
            &spec,
            "https://talk.example",
            ("/things", method),
            operation,
        )
    }

    fn posting() -> Value {
        json!({
            "security": [{}, {"api_token": ["things:write"]}],
            "requestBody": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Post"}}}},
            "responses": {},
        })
    }

    #[test]
    fn what_is_read_is_asked_with_what_it_needs() {
        let asked = asked(
            "get",
            &json!({"parameters": [
                {"in": "query", "name": "page", "required": true},
                {"in": "query", "name": "sort", "required": false},
            ], "responses": {}}),
        );
        assert_eq!(
            curl(&asked),
            "curl --get https://talk.example/things \\\n  --data-urlencode 'page=https://paper.example/story'"
        );
        assert_eq!(
            javascript(&asked),
            "const query = new URLSearchParams({ page: 'https://paper.example/story' });\n\
             const answer = await fetch(`https://talk.example/things?${query}`);"
        );
    }

    #[test]
    fn what_is_written_is_asked_with_the_token_and_all_that_the_body_must_hold() {
        let told = curl(&asked("post", &posting()));
        assert!(
            told.starts_with("curl --request POST https://talk.example/things"),
            "{told}"
        );
        assert!(told.contains("\"Authorization: Bearer $TOKEN\""), "{told}");
        assert!(told.contains("\"site\":\"paper.example\""), "{told}");
        assert!(!told.contains("\"name\""), "{told}");
    }

    #[test]
    fn a_file_is_sent_as_it_is() {
        let asked = asked(
            "post",
            &json!({
                "parameters": [{"in": "query", "name": "site", "required": true}],
                "requestBody": {"content": {"image/jpeg": {"schema": {"type": "string"}}}},
                "responses": {},
            }),
        );
        assert_eq!(
            curl(&asked),
            "curl --request POST 'https://talk.example/things?site=paper.example' \\\n  \
             --header 'Content-Type: image/jpeg' \\\n  --data-binary @FILE"
        );
        let script = javascript(&asked);
        assert!(script.contains("  body: file,"), "{script}");
    }

    #[test]
    fn a_body_that_holds_its_own_kind_comes_to_an_end() {
        let told = javascript(&asked("post", &posting()));
        assert!(told.contains("{\"of\":{\"of\":{}}}"), "{told}");
    }

    #[test]
    fn a_stream_is_followed() {
        let asked = asked(
            "get",
            &json!({"responses": {"200": {"content": {"text/event-stream": {}}}}}),
        );
        assert_eq!(curl(&asked), "curl --no-buffer https://talk.example/things");
        assert_eq!(
            javascript(&asked),
            "const events = new EventSource('https://talk.example/things');"
        );
    }
}
