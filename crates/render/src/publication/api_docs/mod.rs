//! The API's description as a page to read, from OpenAPI.
//!
//! The description is written in English, and so is what stands around it.

mod examples;
mod schema;

use askama::Template;
use rejoinder_core::publication::language::Language;
use serde_json::Value;

use crate::look::PageLook;
use crate::page::rendered;
use examples::{curl, javascript};
use schema::{ValueKind, members};

/// The page of `spec`, an OpenAPI 3.1 document, with examples for the server at `base`.
pub fn api_docs(spec: &Value, base: &str, assets: &str) -> String {
    let schemas = &spec["components"]["schemas"];
    let bodies = members(schemas).map(|(name, schema)| BodyDoc {
        name,
        about: prose(&schema["description"]),
        fields: fields(schema),
    });
    rendered(&DocsPage {
        language: Language::English,
        direction: Language::English.direction(),
        assets: PageLook::plain(assets),
        title: &format!("{}: API", text(&spec["info"]["title"])),
        labels: &LABELS,
        about: prose(&spec["info"]["description"]),
        groups: groups(spec, base),
        bodies: bodies.collect(),
    })
}

/// What stands around the descriptions.
struct Labels {
    contents: &'static str,
    contract: &'static str,
    bodies: &'static str,
    parameters: &'static str,
    body: &'static str,
    answers: &'static str,
    token: &'static str,
    required: &'static str,
    example: &'static str,
    curl: &'static str,
    javascript: &'static str,
}

const LABELS: Labels = Labels {
    contents: "Contents",
    contract: "OpenAPI 3.1",
    bodies: "Bodies",
    parameters: "Parameters",
    body: "Body",
    answers: "Answers",
    token: "Token scope",
    required: "required",
    example: "Example",
    curl: "curl",
    javascript: "JavaScript",
};

#[derive(Template)]
#[template(path = "publication/api_docs.html")]
struct DocsPage<'a> {
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    labels: &'static Labels,
    about: Prose<'a>,
    groups: Vec<TagGroup<'a>>,
    bodies: Vec<BodyDoc<'a>>,
}

/// The operations of a tag.
struct TagGroup<'a> {
    name: &'a str,
    about: Prose<'a>,
    operations: Vec<OperationDoc<'a>>,
}

struct OperationDoc<'a> {
    /// What the page's address calls it.
    id: String,
    method: String,
    path: &'a str,
    about: Prose<'a>,
    /// The scope that an API token needs, where one is taken.
    scope: Option<&'a str>,
    parameters: Vec<FieldDoc<'a>>,
    body: Option<&'a str>,
    answers: Vec<ResponseDoc<'a>>,
    curl: String,
    javascript: String,
}

/// A parameter of an operation, or a field of a body.
struct FieldDoc<'a> {
    name: &'a str,
    kind: ValueKind<'a>,
    is_required: bool,
    about: Prose<'a>,
    example: Option<String>,
}

struct ResponseDoc<'a> {
    status: &'a str,
    about: Prose<'a>,
    body: Option<&'a str>,
}

struct BodyDoc<'a> {
    name: &'a str,
    about: Prose<'a>,
    fields: Vec<FieldDoc<'a>>,
}

/// Text in which what stands between backticks is code.
struct Prose<'a>(Vec<ProsePiece<'a>>);

struct ProsePiece<'a> {
    text: &'a str,
    is_code: bool,
}

impl Prose<'_> {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn prose(description: &Value) -> Prose<'_> {
    let pieces = text(description).split('`').enumerate();
    let pieces = pieces.map(|(i, text)| ProsePiece {
        text,
        is_code: i % 2 == 1,
    });
    Prose(pieces.filter(|piece| !piece.text.is_empty()).collect())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn groups<'a>(spec: &'a Value, base: &str) -> Vec<TagGroup<'a>> {
    let tags = spec["tags"].as_array().into_iter().flatten();
    tags.map(|tag| TagGroup {
        name: text(&tag["name"]),
        about: prose(&tag["description"]),
        operations: operations(spec, base, &tag["name"]),
    })
    .collect()
}

fn operations<'a>(spec: &'a Value, base: &str, tag: &Value) -> Vec<OperationDoc<'a>> {
    let all = members(&spec["paths"]).flat_map(|(path, methods)| {
        members(methods).map(move |(method, operation)| (path, method, operation))
    });
    let tagged = all.filter(|(_, _, operation)| &operation["tags"][0] == tag);
    tagged
        .map(|(path, method, operation)| {
            let asked = examples::ExampleRequest::of(spec, base, (path, method), operation);
            OperationDoc {
                id: format!("{method}{}", path.replace(['/', '{', '}'], "-")),
                method: method.to_uppercase(),
                path,
                about: prose(&operation["summary"]),
                scope: schema::scope(operation),
                parameters: parameters(operation),
                body: schema::body(&operation["requestBody"]),
                answers: answers(operation),
                curl: curl(&asked),
                javascript: javascript(&asked),
            }
        })
        .collect()
}

fn parameters(operation: &Value) -> Vec<FieldDoc<'_>> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters
        .map(|parameter| FieldDoc {
            name: text(&parameter["name"]),
            kind: ValueKind::of(&parameter["schema"]),
            is_required: parameter["required"] == true,
            about: prose(&parameter["description"]),
            example: None,
        })
        .collect()
}

fn answers(operation: &Value) -> Vec<ResponseDoc<'_>> {
    members(&operation["responses"])
        .map(|(status, answer)| ResponseDoc {
            status,
            about: prose(&answer["description"]),
            body: schema::body(answer),
        })
        .collect()
}

fn fields(schema: &Value) -> Vec<FieldDoc<'_>> {
    members(&schema["properties"])
        .map(|(name, field)| FieldDoc {
            name,
            kind: ValueKind::of(field),
            is_required: schema::is_required(schema, name),
            about: prose(schema::description(field)),
            example: schema::example(field),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(operation: &Value) -> String {
        let spec = json!({
            "info": {"title": "Talk", "description": "Pages have a `site` & a key."},
            "tags": [{"name": "reading", "description": "To read"}],
            "paths": {"/api/v1/things/{id}": {"get": operation}},
            "components": {"schemas": {"Thing": {
                "description": "A thing.",
                "required": ["id"],
                "properties": {
                    "id": {"type": "string", "example": "one", "description": "Names it."},
                    "others": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                },
            }}},
        });
        api_docs(&spec, "https://talk.example", "1")
    }

    #[test]
    fn an_operation_is_told_with_its_parameters_answers_and_examples() {
        let html = page(&json!({
            "tags": ["reading"],
            "summary": "Read a <thing>.",
            "parameters": [{"in": "path", "name": "id", "required": true, "schema": {"type": "string"}}],
            "responses": {"200": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Thing"}}}}},
        }));
        assert!(
            html.contains("<code>GET /api/v1/things/{id}</code>"),
            "{html}"
        );
        assert!(html.contains("Read a &#60;thing&#62;."), "{html}");
        assert!(html.contains("href=\"#Thing\""), "{html}");
        assert!(
            html.contains("curl https://talk.example/api/v1/things/"),
            "{html}"
        );
        assert!(
            html.contains("Pages have a <code>site</code> &#38; a key."),
            "{html}"
        );
    }

    #[test]
    fn what_is_not_tagged_so_stands_in_no_group() {
        let html = page(&json!({"tags": ["writing"], "responses": {}}));
        assert!(!html.contains("/api/v1/things"), "{html}");
    }
}
