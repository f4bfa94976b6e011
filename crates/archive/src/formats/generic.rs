//! Comments from anywhere else, as a table with a header (CSV) or as a JSON object a line: what
//! other programs write for this one. `docs/operators/importing.md` names the columns.

use rejoinder_core::{CommentState, VoteTally};

use crate::ReadError;
use crate::csv::{Rows, cells, divider};
use crate::fields::Fields;
use crate::format::{Format, Items, Options, Out, Start, items, json_items, record};
use crate::input::Input;
use crate::item::{Body, CommentItem, PageItem, Votes, Writer};

/// The columns without which nothing can be read: where a comment stands, and what it says.
const NEEDED: [&str; 3] = ["id", "page", "posted_at"];
const TEXTS: [&str; 2] = ["markdown", "html"];

/// Whether a text looks like a table with a header.
pub(crate) fn is_table(text: &str) -> bool {
    let header = text.lines().next().unwrap_or_default();
    cells(header, divider(header)).len() > 2
}

/// Rows with the names of `docs/operators/importing.md`, divided by commas, semicolons or tabs.
pub(crate) struct Csv;

/// The same, as a JSON object a line.
pub(crate) struct JsonLines;

impl Format for Csv {
    fn word(&self) -> &'static str {
        "csv"
    }

    fn name(&self) -> &'static str {
        "a table of comments"
    }

    fn recognises(&self, start: &Start) -> bool {
        let text = start.text();
        let header = text.lines().next().unwrap_or_default();
        let names = cells(header, divider(header));
        let has = |name: &&str| {
            names
                .iter()
                .any(|found| found.trim().eq_ignore_ascii_case(name))
        };
        NEEDED.iter().all(has) && TEXTS.iter().any(has)
    }

    fn read(&self, files: Vec<Input>, _: Options) -> Result<Items, ReadError> {
        Ok(items(table(files), |fields, out| comment(&fields, out)))
    }
}

impl Format for JsonLines {
    fn word(&self) -> &'static str {
        "jsonl"
    }

    fn name(&self) -> &'static str {
        "comments as JSON lines"
    }

    fn recognises(&self, start: &Start) -> bool {
        let first = start.first(&[]);
        first.is_some_and(|(_, fields)| {
            let has = |name: &&str| fields.has(name);
            NEEDED.iter().all(has) && TEXTS.iter().any(has)
        })
    }

    fn read(&self, files: Vec<Input>, _: Options) -> Result<Items, ReadError> {
        Ok(json_items(
            files,
            &[],
            |record, out| match Fields::of_json(record.value) {
                Some(fields) => comment(&fields, out),
                None => out.dropped(record.at, "it is no comment"),
            },
        ))
    }
}

/// The rows of tables, with the names of their first rows.
pub(super) fn table(
    files: Vec<Input>,
) -> impl Iterator<Item = Result<Fields, ReadError>> + Send + 'static {
    files.into_iter().flat_map(|file| {
        let text = Start::of(&file).text();
        let divider = divider(text.lines().next().unwrap_or_default());
        let (rows, error) = match file.read() {
            Ok(source) => (Some(Rows::new(source, divider)), None),
            Err(error) => (None, Some(Err(ReadError::from(error)))),
        };
        let mut names: Option<Vec<String>> = None;
        let named = rows
            .into_iter()
            .flatten()
            .filter_map(move |row| match (row, &names) {
                (Ok(row), None) => {
                    let trimmed = row.cells.iter().map(|name| name.trim().to_owned());
                    names = Some(trimmed.collect());
                    None
                }
                (Ok(row), Some(names)) => {
                    Some(Ok(Fields::of_texts(names.iter().cloned().zip(row.cells))))
                }
                (Err(error), _) => Some(Err(error)),
            });
        named.chain(error)
    })
}

fn comment(fields: &Fields, out: &mut Out) {
    let (id, page) = (fields.text(&["id"]), fields.text(&["page"]));
    if id.is_empty() || page.is_empty() {
        return out.dropped(record(&id), "it has no id or no page");
    }
    let Some(posted_at) = fields.when(&["posted_at"]) else {
        return out.dropped(record(&id), "its `posted_at` is no time");
    };
    if !posted_at.has_zone {
        out.note(record(&id), "its date says no zone and was taken as UTC");
    }
    out.page(PageItem {
        source_id: page.clone(),
        url: page.clone(),
        title: fields.text(&["page_title"]),
        public: true,
        closed: fields.is(&["page_closed"]),
        ..PageItem::default()
    });
    let (markdown, html) = (fields.long_text(&["markdown"]), fields.long_text(&["html"]));
    let body = if html.trim().is_empty() {
        Body::Markdown(markdown)
    } else {
        Body::Html(html)
    };
    let mut comment = CommentItem::new(id.as_str(), page, body);
    comment.parent = fields.given(&["parent"]);
    comment.posted_at = posted_at.time;
    comment.edited_at = fields.time(&["edited_at"]);
    comment.writer = Writer {
        name: fields.text(&["name"]),
        email: fields.given(&["email"]),
        website: fields.given(&["website"]),
        user_id: fields.given(&["author_id"]),
    };
    comment.pinned = fields.is(&["pinned"]);
    comment.branch_closed = fields.is(&["closed"]);
    comment.votes = Votes::Counted(VoteTally {
        up: fields.number(&["up"]),
        down: fields.number(&["down"]),
    });
    let state = fields.text(&["state"]);
    comment.state = match state.as_str() {
        "" => CommentState::Published,
        word => CommentState::from_word(word).unwrap_or_else(|| {
            out.note(
                record(&id),
                format!("its state `{word}` is unknown, so it is held"),
            );
            CommentState::Held
        }),
    };
    if comment.state == CommentState::Removed {
        comment.writer = Writer::default();
        comment.body = Body::Html(String::new());
        out.note(
            record(&id),
            "it is removed, so nothing of its author was taken along",
        );
    }
    out.comment(comment, fields);
}
