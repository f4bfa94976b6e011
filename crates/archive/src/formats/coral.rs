//! Coral: the three tables that it takes itself (CSV without headers: users, stories, comments), and
//! what `mongoexport` gives of the collections of one that runs.
//!
//! Users and stories are read first, whatever the order of the files.

use std::collections::HashMap;

use rejoinder_core::{CommentState, VoteTally};

use crate::ReadError;
use crate::csv::{Row, Rows, cells};
use crate::fields::Fields;
use crate::format::{Format, Items, Options, Out, Start, items, json_items, json_records, record};
use crate::input::Input;
use crate::item::{Body, CommentItem, PageItem, Votes, Writer};
use crate::when;

/// Files of Coral.
pub(crate) struct Coral;

impl Format for Coral {
    fn word(&self) -> &'static str {
        "coral"
    }

    fn name(&self) -> &'static str {
        "files of Coral"
    }

    fn recognises(&self, start: &Start) -> bool {
        if let Some((_, fields)) = start.first(&[]) {
            return fields.has("tenantID") && kind_of(&fields).is_some();
        }
        let text = start.text();
        table_of(&cells(text.lines().next().unwrap_or_default(), b',')).is_some()
    }

    fn read(&self, files: Vec<Input>, _: Options) -> Result<Items, ReadError> {
        let is_json = |file: &Input| Start::of(file).first(&[]).is_some();
        let mut known = Known::default();
        if files.iter().any(is_json) {
            for record in json_records(files.clone(), &[]) {
                let (_, record) = record?;
                if let Some(fields) = record.value.ok().and_then(Fields::of_json) {
                    known.take(&fields);
                }
            }
            return Ok(json_items(
                files,
                &[],
                move |record, out| match Fields::of_json(record.value) {
                    Some(fields) => known.comment(&fields, out),
                    None => out.dropped(record.at, "it is no record of Coral"),
                },
            ));
        }
        for row in rows(files.clone()) {
            known.take(&fields_of(row?));
        }
        let rows = rows(files);
        Ok(items(rows, move |row, out| {
            known.comment(&fields_of(row), out);
        }))
    }
}

/// The rows of all files; none of them is a header.
fn rows(files: Vec<Input>) -> impl Iterator<Item = Result<Row, ReadError>> + Send + 'static {
    files.into_iter().flat_map(|file| {
        let (rows, error) = match file.read() {
            Ok(source) => (Some(Rows::new(source, b',')), None),
            Err(error) => (None, Some(Err(ReadError::from(error)))),
        };
        rows.into_iter().flatten().chain(error)
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    User,
    Story,
    Comment,
}

/// The columns of the tables, by their places, under the names that the collections have.
fn table_of(row: &[String]) -> Option<(Kind, &'static [&'static str])> {
    let is =
        |at: usize, words: &[&str]| row.get(at).is_some_and(|cell| words.contains(&cell.trim()));
    match row.len() {
        6 if is(3, &["COMMENTER", "ADMIN", "MODERATOR", "STAFF"]) => Some((
            Kind::User,
            &["id", "email", "username", "role", "banned", "createdAt"],
        )),
        7 if is(6, &["COMMENTS", "QA", "RATINGS_AND_REVIEWS"]) => {
            let names = &[
                "id",
                "url",
                "title",
                "author",
                "publishedAt",
                "closedAt",
                "mode",
            ];
            Some((Kind::Story, names))
        }
        8 if is(6, &["APPROVED", "REJECTED", "NONE"]) => {
            let names = &[
                "id",
                "authorID",
                "storyID",
                "createdAt",
                "body",
                "parentID",
                "status",
                "rating",
            ];
            Some((Kind::Comment, names))
        }
        _ => None,
    }
}

fn fields_of(row: Row) -> Fields {
    let names = table_of(&row.cells).map_or(&[][..], |(_, names)| names);
    let names = names.iter().map(|name| (*name).to_owned());
    Fields::of_texts(names.zip(row.cells))
}

/// What a record is, by the names that only its kind has.
fn kind_of(fields: &Fields) -> Option<Kind> {
    if fields.has("storyID") && fields.has("authorID") {
        Some(Kind::Comment)
    } else if fields.has("username") {
        Some(Kind::User)
    } else if fields.has("url") {
        Some(Kind::Story)
    } else {
        None
    }
}

#[derive(Default)]
struct Known {
    writers: HashMap<String, Writer>,
    pages: HashMap<String, PageItem>,
}

impl Known {
    fn take(&mut self, fields: &Fields) {
        let id = fields.text(&["id"]);
        match kind_of(fields) {
            Some(Kind::User) => {
                let writer = Writer {
                    name: fields.text(&["username"]),
                    email: fields.given(&["email"]),
                    website: None,
                    user_id: Some(id.clone()),
                };
                self.writers.insert(id, writer);
            }
            Some(Kind::Story) => {
                let metadata = fields.inner("metadata");
                let title = fields
                    .given(&["title"])
                    .or_else(|| metadata.given(&["title"]));
                let published = fields.time(&["publishedAt"]);
                let page = PageItem {
                    source_id: id.clone(),
                    url: fields.text(&["url"]),
                    title: title.unwrap_or_default(),
                    public: true,
                    closed: fields.time(&["closedAt"]).is_some(),
                    published_at: published.or_else(|| metadata.time(&["publishedAt"])),
                    ..PageItem::default()
                };
                self.pages.insert(id, page);
            }
            Some(Kind::Comment) | None => {}
        }
    }

    fn comment(&self, fields: &Fields, out: &mut Out) {
        let id = fields.text(&["id"]);
        match kind_of(fields) {
            Some(Kind::Comment) => {}
            Some(Kind::User) if fields.is(&["banned"]) => {
                return out.note(
                    format!("user {id}"),
                    "they were banned there, and are not here",
                );
            }
            Some(Kind::User | Kind::Story) => return,
            None => return out.dropped(record(&id), "it is no record of Coral"),
        }
        let Some(page) = self.pages.get(&fields.text(&["storyID"])) else {
            return out.dropped(record(&id), "its story is not in the files");
        };
        out.page(page.clone());
        let revisions = fields.list(&["revisions"]);
        let n_revisions = revisions.len();
        let latest = revisions
            .into_iter()
            .last()
            .and_then(Fields::of_json)
            .unwrap_or_default();
        let body = fields
            .given(&["body"])
            .unwrap_or_else(|| latest.long_text(&["body"]));
        let page = page.source_id.as_str();
        let mut comment = CommentItem::new(id.as_str(), page, Body::Html(body));
        comment.parent = fields.id(&["parentID"]);
        match self.writers.get(&fields.text(&["authorID"])) {
            Some(writer) => comment.writer = writer.clone(),
            None => out.note(record(&id), "its author is not in the files"),
        }
        match when::time(&fields.text(&["createdAt"])) {
            Some(at) => comment.posted_at = at,
            None => out.note(
                record(&id),
                "it has no date and was given the start of 1970",
            ),
        }
        if n_revisions > 1 {
            comment.edited_at = latest.time(&["createdAt"]);
            out.note(record(&id), "only its latest revision came in");
        }
        comment.votes = Votes::Counted(VoteTally {
            up: fields.inner("actionCounts").number(&["REACTION"]),
            down: 0,
        });
        comment.state = match fields.text(&["status"]).as_str() {
            "NONE" | "APPROVED" => CommentState::Published,
            "REJECTED" => CommentState::Rejected,
            _ => CommentState::Held,
        };
        if fields.given(&["deletedAt"]).is_some() {
            comment.state = CommentState::Removed;
            comment.writer = Writer::default();
            comment.body = Body::Html(String::new());
            let reason = "it was deleted there, so nothing of its author was taken along";
            out.note(record(&id), reason);
        }
        // The tree is in every comment, from both its ends.
        let tree = [
            "_id",
            "tenantID",
            "siteID",
            "ancestorIDs",
            "ancestorCount",
            "childIDs",
            "childCount",
        ];
        fields.value(&tree);
        fields.value(&["parentRevisionID", "updatedAt", "section"]);
        out.comment(comment, fields);
    }
}
