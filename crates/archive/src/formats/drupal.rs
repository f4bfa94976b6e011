//! Drupal, versions 6 and later: its tables as a dump of SQL or as JSON.
//!
//! Pages, people and texts stand in tables of their own, which are read first; texts wait on the disk.

use std::collections::HashMap;

use rejoinder_core::CommentState;

use crate::ReadError;
use crate::fields::Fields;
use crate::format::{Format, Items, Options, Out, Start, items, record};
use crate::input::Input;
use crate::item::{Body, CommentItem, PageItem, Writer};
use crate::links::plain;
use crate::spill::Spill;
use crate::tables::{self, Kind};

/// The tables that are looked at; a site may have a prefix before each name. Longer names come first.
const TABLES: [(&str, Table); 13] = [
    ("comment_field_data", Table::Comments),
    ("comment__comment_body", Table::Bodies),
    ("field_data_comment_body", Table::Bodies),
    ("users_field_data", Table::People),
    ("node_field_data", Table::Pages),
    ("node__comment", Table::Closed),
    ("path_alias", Table::Addresses),
    ("url_alias", Table::Addresses),
    ("comments", Table::Comments),
    ("comment", Table::Comments),
    ("users", Table::People),
    ("node", Table::Pages),
    ("path_alias_revision", Table::Other),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Comments,
    Bodies,
    People,
    Pages,
    Closed,
    Addresses,
    Other,
}

fn table(name: &str) -> Table {
    let is = |own: &&(&str, Table)| {
        let before = name.strip_suffix(own.0);
        before.is_some_and(|before| before.is_empty() || before.ends_with('_'))
    };
    // `field_data_comment_body` ends as other names do.
    TABLES
        .iter()
        .find(is)
        .map_or(Table::Other, |(_, kind)| *kind)
}

/// Tables of Drupal.
pub(crate) struct Drupal;

impl Format for Drupal {
    fn word(&self) -> &'static str {
        "drupal"
    }

    fn name(&self) -> &'static str {
        "tables of Drupal"
    }

    fn recognises(&self, start: &Start) -> bool {
        let has = |words: &[&str]| words.iter().all(|word| start.has(word));
        match tables::kind(start) {
            // A dump of a whole site begins with other tables than those that matter.
            Some(Kind::Sql) => [
                &["comment_field_data"][..],
                &["comment_body"],
                &["hostname", "homepage"],
                &["cache_bootstrap"],
                &["block_content"],
                &["actions", "callback", "authmap"],
            ]
            .iter()
            .any(|words| has(words)),
            Some(Kind::Json) => has(&["\"cid\"", "\"pid\"", "\"homepage\""]) || is_part(start),
            Some(Kind::Sqlite) | None => false,
        }
    }

    fn read(&self, files: Vec<Input>, _: Options) -> Result<Items, ReadError> {
        let mut known = Known::gather(&files)?;
        let rows = tables::rows(files, |name| table(name) == Table::Comments);
        Ok(items(rows, move |row, out| {
            let has = |name| row.fields.has(name);
            // Drupal 8 keeps ids and languages apart from what is said.
            if !has("cid") || !(has("entity_id") || has("nid")) {
                return;
            }
            if let Err(error) = known.comment(&row.fields, out) {
                let reason = format!("its text cannot be read again: {error}");
                out.dropped(record(&row.fields.text(&["cid"])), reason);
            }
        }))
    }
}

/// A file with one of the tables beside the comments, as JSON: known by its name and its columns.
fn is_part(start: &Start) -> bool {
    let name = start.name.rsplit('/').next().unwrap_or(&start.name);
    let name = name.split('.').next().unwrap_or(name);
    let columns: &[&str] = match table(name) {
        Table::Bodies => &["\"comment_body_value\""],
        Table::People => &["\"uid\"", "\"name\""],
        Table::Pages => &["\"nid\"", "\"title\""],
        Table::Addresses => &["\"alias\""],
        Table::Closed => &["\"comment_status\""],
        Table::Comments | Table::Other => return false,
    };
    columns.iter().all(|column| start.has(column))
}

struct Person {
    name: String,
    email: Option<String>,
}

#[derive(Default)]
struct Node {
    title: String,
    public: bool,
    closed: bool,
    created: Option<rejoinder_core::Time>,
}

struct Known {
    people: HashMap<String, Person>,
    nodes: HashMap<String, Node>,
    /// The address of `/node/1`, with the number of the row that says so.
    addresses: HashMap<String, (i64, String)>,
    closed: HashMap<String, bool>,
    bodies: Spill,
    formats: HashMap<String, String>,
}

impl Known {
    fn gather(files: &[Input]) -> Result<Self, ReadError> {
        let mut known = Self {
            people: HashMap::new(),
            nodes: HashMap::new(),
            addresses: HashMap::new(),
            closed: HashMap::new(),
            bodies: Spill::new()?,
            formats: HashMap::new(),
        };
        let wanted = |name: &str| !matches!(table(name), Table::Comments | Table::Other);
        for row in tables::rows(files.to_vec(), wanted) {
            let row = row?;
            known.take(table(&row.table), &row.fields)?;
        }
        Ok(known)
    }

    fn take(&mut self, table: Table, fields: &Fields) -> Result<(), ReadError> {
        match table {
            Table::People => {
                let person = Person {
                    name: fields.text(&["name"]),
                    email: fields.given(&["mail"]),
                };
                self.people.insert(fields.text(&["uid"]), person);
            }
            Table::Pages if is_original(fields) && fields.has("title") => {
                let node = Node {
                    title: plain(&fields.text(&["title"])),
                    public: fields.is(&["status"]),
                    closed: matches!(fields.text(&["comment"]).as_str(), "0" | "1"),
                    created: fields.time(&["created"]),
                };
                self.nodes.insert(fields.text(&["nid"]), node);
            }
            Table::Closed => {
                let is_open = fields.text(&["comment_status"]) == "2";
                self.closed.insert(fields.text(&["entity_id"]), !is_open);
            }
            Table::Addresses => {
                let path = with_slash(&fields.text(&["path", "source", "src"]));
                let alias = with_slash(&fields.text(&["alias", "dst"]));
                let number = fields.number(&["id", "pid"]);
                let is_newer = self
                    .addresses
                    .get(&path)
                    .is_none_or(|(own, _)| *own < number);
                if is_newer && alias.len() > 1 {
                    self.addresses.insert(path, (number, alias));
                }
            }
            Table::Bodies
                if fields.text(&["entity_type"]) != "node" && !fields.is(&["deleted"]) =>
            {
                let id = fields.text(&["entity_id"]);
                self.bodies
                    .keep(id.clone(), &fields.long_text(&["comment_body_value"]))?;
                let format = fields.text(&["comment_body_format"]);
                if is_plain(&format) || is_markdown(&format) {
                    self.formats.insert(id, format);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn comment(&mut self, fields: &Fields, out: &mut Out) -> std::io::Result<()> {
        if !is_original(fields) {
            return Ok(());
        }
        let id = fields.text(&["cid"]);
        let page = self.page(fields);
        let page_id = page.source_id.clone();
        let is_public = page.public;
        out.page(page);
        let body = self.body(&id, fields)?;
        let mut comment = CommentItem::new(id.as_str(), page_id, body);
        comment.parent = fields.id(&["pid"]);
        comment.writer = self.writer(fields);
        match fields.time(&["created", "timestamp"]) {
            Some(at) => comment.posted_at = at,
            None => out.note(
                record(&id),
                "it has no date and was given the start of 1970",
            ),
        }
        let changed = fields.time(&["changed"]);
        comment.edited_at = changed.filter(|at| *at > comment.posted_at);
        // Up to version 6 a comment that is published has 0 there, and since then 1.
        let is_old = fields.has("comment");
        let is_shown = fields.is(&["status"]) != is_old;
        comment.state = match is_shown && is_public {
            true => CommentState::Published,
            false => CommentState::Held,
        };
        fields.value(&[
            "thread",
            "comment_type",
            "entity_type",
            "field_name",
            "langcode",
            "language",
        ]);
        fields.value(&[
            "default_langcode",
            "uuid",
            "node_type",
            "bundle",
            "score",
            "users",
        ]);
        out.comment(comment, fields);
        Ok(())
    }

    fn page(&self, fields: &Fields) -> PageItem {
        let id = fields.text(&["entity_id", "nid"]);
        let kind = fields.given(&["entity_type"]);
        let kind = kind.unwrap_or_else(|| "node".to_owned());
        let path = format!("/{kind}/{id}");
        let node = self.nodes.get(&id).filter(|_| kind == "node");
        let closed = self.closed.get(&id).filter(|_| kind == "node");
        let alias = self.addresses.get(&path).map(|(_, alias)| alias.clone());
        let url = alias.unwrap_or_else(|| path.clone());
        PageItem {
            source_id: path.clone(),
            aliases: Some(path).filter(|path| *path != url).into_iter().collect(),
            url,
            title: node.map(|node| node.title.clone()).unwrap_or_default(),
            public: node.is_none_or(|node| node.public),
            closed: closed
                .copied()
                .or(node.map(|node| node.closed))
                .unwrap_or(false),
            published_at: node.and_then(|node| node.created),
        }
    }

    /// The text, with its subject above it where that says something of its own.
    fn body(&mut self, id: &str, fields: &Fields) -> std::io::Result<Body> {
        let inline = fields.given(&["comment"]);
        let text = match inline {
            Some(_) => Some(fields.long_text(&["comment"])),
            None => self.bodies.find(id)?,
        };
        let text = text.unwrap_or_default();
        let format = self.formats.get(id).map_or("", String::as_str);
        let subject = plain(&fields.text(&["subject"]));
        if is_markdown(format) {
            return Ok(Body::Markdown(match says_the_same(&subject, &text) {
                true => text,
                false => format!("**{subject}**\n\n{text}"),
            }));
        }
        let text = match is_plain(format) {
            true => markup::escape(&text).to_string(),
            false => text,
        };
        let html = markup::paragraphs_from_wordpress(&text);
        let body = plain(&html);
        Ok(Body::Html(match says_the_same(&subject, &body) {
            true => html,
            false => format!("<p><strong>{}</strong></p>{html}", markup::escape(&subject)),
        }))
    }

    fn writer(&self, fields: &Fields) -> Writer {
        let uid = fields.id(&["uid"]);
        let person = uid.as_ref().and_then(|uid| self.people.get(uid));
        let name = fields.given(&["name"]);
        Writer {
            name: name
                .or_else(|| person.map(|person| person.name.clone()))
                .unwrap_or_default(),
            email: fields
                .given(&["mail"])
                .or_else(|| person.and_then(|person| person.email.clone())),
            website: fields.given(&["homepage"]),
            user_id: uid,
        }
    }
}

/// Whether it is a row in the language that it was written in, and no translation.
fn is_original(fields: &Fields) -> bool {
    !fields.has("default_langcode") || fields.is(&["default_langcode"])
}

/// Whether a subject is only the start of the text, as Drupal makes one where none is given.
fn says_the_same(subject: &str, text: &str) -> bool {
    let words = |text: &str| -> String {
        let kept = text.chars().filter(|char| char.is_alphanumeric());
        kept.flat_map(char::to_lowercase).collect()
    };
    let subject = words(subject);
    matches!(subject.as_str(), "" | "nosubject") || words(text).starts_with(&subject)
}

fn is_plain(format: &str) -> bool {
    format == "plain_text"
}

fn is_markdown(format: &str) -> bool {
    format.contains("markdown")
}

fn with_slash(path: &str) -> String {
    format!("/{}", path.trim_start_matches('/'))
}
