//! Web Annotations of the W3C, and what Hypothesis gives out, which has nearly their shape: comments on
//! passages of pages.

use std::collections::HashMap;

use rejoinder_core::CommentState;
use rejoinder_core::passages::{MAX_CONTEXT, Position, Quote, Selector};
use serde_json::Value;

use crate::ReadError;
use crate::fields::{Fields, text};
use crate::format::{Format, Items, Options, Out, Start, json_items, record};
use crate::input::Input;
use crate::item::{Body, CommentItem, Writer};

const WRAPPERS: &[&str] = &["", "first"];

/// Annotations in JSON.
pub(crate) struct WebAnnotation;

impl Format for WebAnnotation {
    fn word(&self) -> &'static str {
        "annotations"
    }

    fn name(&self) -> &'static str {
        "annotations of the W3C or of Hypothesis"
    }

    fn recognises(&self, start: &Start) -> bool {
        start.any(&[], is_annotation) || start.any(WRAPPERS, is_annotation)
    }

    fn read(&self, files: Vec<Input>, _: Options) -> Result<Items, ReadError> {
        let is_bare = |file: &Input| {
            let first = Start::of(file).first(&[]);
            first.is_some_and(|(_, fields)| is_annotation(&fields))
        };
        let wrappers = match files.iter().any(is_bare) {
            true => &[][..],
            false => WRAPPERS,
        };
        // The page of each that came, for what replies to it.
        let mut pages = HashMap::new();
        Ok(json_items(files, wrappers, move |record, out| {
            let Some(fields) = Fields::of_json(record.value) else {
                return;
            };
            match is_annotation(&fields) {
                true => annotation(&fields, &mut pages, out),
                false => out.dropped(record.at, "it is no annotation"),
            }
        }))
    }
}

fn is_annotation(fields: &Fields) -> bool {
    let kinds = many(fields, "type");
    let is_named = kinds.iter().any(|kind| text(kind) == "Annotation");
    fields.has("target") && (is_named || fields.has("uri"))
}

/// The values of a field: those of its list, or its only one.
fn many(fields: &Fields, name: &str) -> Vec<Value> {
    match fields.value(&[name]) {
        Some(Value::Array(list)) => list.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    }
}

/// The address that a value is, or that its object has.
fn address(value: &Value) -> String {
    match value {
        Value::Object(fields) => ["id", "source", "@id"]
            .iter()
            .find_map(|name| fields.get(*name))
            .map(address)
            .unwrap_or_default(),
        other => text(other),
    }
}

fn annotation(fields: &Fields, pages: &mut HashMap<String, String>, out: &mut Out) {
    let id = fields.text(&["id"]);
    let targets = many(fields, "target");
    let target = targets.first().cloned().unwrap_or(Value::Null);
    let parent = parent_of(fields, &target);
    let page = match &parent {
        Some(parent) => pages.get(parent).cloned(),
        None => Some(fields.given(&["uri"]).unwrap_or_else(|| source_of(&target))),
    };
    let Some(page) = page.filter(|page| !page.is_empty()) else {
        let why = match parent {
            Some(_) => "what it replies to does not come before it",
            None => "it says of no page that it is about it",
        };
        return out.dropped(record(&id), why);
    };
    let title = fields.inner("document").list(&["title"]);
    out.page_at(&page, &title.first().map(text).unwrap_or_default());
    pages.insert(id.clone(), page.clone());
    let mut comment = CommentItem::new(id.as_str(), page.as_str(), body(fields, &id, out));
    comment.writer = writer(fields);
    match fields.time(&["created"]) {
        Some(at) => comment.posted_at = at,
        None => out.note(
            record(&id),
            "it has no date and was given the start of 1970",
        ),
    }
    comment.edited_at = fields.time(&["modified"]);
    if is_private(fields) {
        comment.state = CommentState::Held;
        comment.private = true;
    }
    match parent {
        Some(parent) => comment.parent = Some(parent),
        None => comment.annotation = passage(fields, &target, &id, out),
    }
    if targets.len() > 1 {
        out.note(
            record(&id),
            "it is about several things; the first was taken",
        );
    }
    // The other ways to say what was asked for, and what only its own server needs.
    fields.value(&[
        "@context",
        "updated",
        "links",
        "via",
        "canonical",
        "uri",
        "group",
    ]);
    fields.value(&[
        "generator",
        "generated",
        "motivation",
        "user_info",
        "references",
    ]);
    out.comment(comment, fields);
}

/// What it replies to: by the list of all above it, or by its target.
fn parent_of(fields: &Fields, target: &Value) -> Option<String> {
    if let Some(last) = fields.list(&["references"]).last() {
        return Some(text(last));
    }
    let motivations = many(fields, "motivation");
    let is_reply = motivations.iter().any(|own| text(own) == "replying");
    is_reply.then(|| address(target))
}

fn source_of(target: &Value) -> String {
    match target {
        Value::Object(fields) => fields
            .get("source")
            .or_else(|| fields.get("id"))
            .map(address)
            .unwrap_or_default(),
        other => text(other),
    }
}

/// Not for everybody: hidden there, or of a group.
fn is_private(fields: &Fields) -> bool {
    let readers = fields.inner("permissions").list(&["read"]);
    let is_open = |reader: &Value| text(reader) == "group:__world__";
    fields.is(&["hidden"]) || !readers.is_empty() && !readers.iter().any(is_open)
}

fn writer(fields: &Fields) -> Writer {
    let creator = many(fields, "creator").into_iter().next();
    let shown = fields.inner("user_info").given(&["display_name"]);
    let account = fields.given(&["user"]);
    let short = account.as_deref().map(|user| {
        let bare = user.strip_prefix("acct:").unwrap_or(user);
        bare.split('@').next().unwrap_or(bare).to_owned()
    });
    let (name, id) = match creator {
        Some(Value::Object(own)) => {
            let name = ["name", "nickname"].iter().find_map(|name| own.get(*name));
            (name.map(text), own.get("id").map(text))
        }
        Some(other) => (None, Some(text(&other))),
        None => (None, None),
    };
    Writer {
        name: name.or(shown).or(short).unwrap_or_default(),
        email: None,
        website: None,
        user_id: id.or(account),
    }
}

/// Its text; of several the first, with a line for each of the others.
fn body(fields: &Fields, id: &str, out: &mut Out) -> Body {
    if let Some(written) = fields.given(&["text"]) {
        return Body::Markdown(written);
    }
    if let Some(plain) = fields.given(&["bodyValue"]) {
        return Body::Html(escaped(&plain));
    }
    let mut texts = Vec::new();
    let mut lost = Vec::new();
    for body in many(fields, "body") {
        let own = Fields::of_json(body.clone()).unwrap_or_default();
        let purpose = own.text(&["purpose"]);
        match own.given(&["value"]) {
            Some(value) if purpose != "tagging" => texts.push((own.text(&["format"]), value)),
            Some(value) => lost.push(format!("the tag “{value}”")),
            None => lost.push(format!("the link to {}", address(&body))),
        }
    }
    for what in lost {
        out.note(record(id), format!("{what} was left out"));
    }
    let n_more = texts.len().saturating_sub(1);
    if n_more > 0 {
        out.note(
            record(id),
            format!("{n_more} more texts of it were left out"),
        );
    }
    match texts.into_iter().next() {
        Some((format, value)) if format == "text/html" => Body::Html(value),
        Some((format, value)) if format == "text/markdown" => Body::Markdown(value),
        Some((_, value)) => Body::Html(escaped(&value)),
        None => Body::Html(String::new()),
    }
}

/// Plain text, with its lines.
fn escaped(plain: &str) -> String {
    markup::escape(plain).replace('\n', "<br>")
}

/// The passage, as far as it is named by its words.
fn passage(fields: &Fields, target: &Value, id: &str, out: &mut Out) -> Option<Selector> {
    let own = Fields::of_json(target.clone()).unwrap_or_default();
    let selectors: Vec<Fields> = many(&own, "selector")
        .into_iter()
        .filter_map(Fields::of_json)
        .collect();
    let of_kind = |kind: &str| selectors.iter().find(|own| own.text(&["type"]) == kind);
    let Some(quote) = of_kind("TextQuoteSelector") else {
        if !selectors.is_empty() {
            let why = "its passage is not named by its words, so it is about the whole page";
            out.note(record(id), why);
        }
        return None;
    };
    let exact = quote.long_text(&["exact"]);
    let prefix = ending(&quote.long_text(&["prefix"]));
    let suffix: String = quote
        .long_text(&["suffix"])
        .chars()
        .take(MAX_CONTEXT)
        .collect();
    let quote = match Quote::new(&exact, &prefix, &suffix) {
        Ok(quote) => quote,
        Err(error) => {
            let why = format!("its passage was left out, so it is about the whole page: {error}");
            out.note(record(id), why);
            return None;
        }
    };
    // Hypothesis counts in another text, and otherwise.
    let place = of_kind("TextPositionSelector").filter(|_| !fields.has("uri"));
    let position = place.and_then(|own| {
        let at = |name| usize::try_from(own.number(&[name])).ok();
        Position::new(at("start"), at("end")).ok().flatten()
    });
    Some(Selector {
        quote,
        position,
        rival: None,
    })
}

/// The last characters of what stands before a passage.
fn ending(prefix: &str) -> String {
    let n = prefix.chars().count();
    prefix.chars().skip(n.saturating_sub(MAX_CONTEXT)).collect()
}
