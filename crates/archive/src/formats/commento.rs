//! Exports of Commento (and Commento++), and of Comentario, which followed it.
//!
//! Who wrote the comments and, since Comentario 3, the pages they stand on are lists of their own,
//! after the comments or before them; they are read first.

use std::collections::{HashMap, HashSet};

use rejoinder_core::CommentState;

use crate::ReadError;
use crate::fields::Fields;
use crate::format::{Format, Items, Options, Out, Start, json_items, json_records, record};
use crate::input::Input;
use crate::item::{Body, CommentItem, PageItem, Votes, Writer};

const WRAPPERS: &[&str] = &[""];

/// An export of Commento or Comentario.
pub(crate) struct Commento;

impl Format for Commento {
    fn word(&self) -> &'static str {
        "commento"
    }

    fn name(&self) -> &'static str {
        "an export of Commento or Comentario"
    }

    fn recognises(&self, start: &Start) -> bool {
        let is_comment = |fields: &Fields| fields.has("commentHex") || fields.has("userCreated");
        let first = start.first(WRAPPERS);
        first.is_some_and(|(path, fields)| match path.as_str() {
            "comments" => is_comment(&fields),
            "commenters" => fields.has("commenterHex") || fields.has("isCommenter"),
            "pages" => fields.has("domainId") || fields.has("isReadonly"),
            _ => false,
        })
    }

    fn read(&self, files: Vec<Input>, _: Options) -> Result<Items, ReadError> {
        let mut lists = Lists::default();
        for record in json_records(files.clone(), WRAPPERS) {
            let (_, record) = record?;
            if let Some(fields) = record.value.ok().and_then(Fields::of_json) {
                lists.take(&record.path, &fields);
            }
        }
        let mut named = HashSet::new();
        Ok(json_items(files, WRAPPERS, move |record, out| {
            match (record.path.as_str(), Fields::of_json(record.value)) {
                ("comments", Some(fields)) if fields.has("commentHex") => {
                    lists.until_2(&fields, out);
                }
                ("comments", Some(fields)) => lists.since_3(&fields, out),
                ("comments", None) => out.dropped(record.at, "it is no comment"),
                (list @ ("commenters" | "pages"), Some(fields)) => {
                    let id = fields.text(&["commenterHex", "id"]);
                    let of = if list == "pages" {
                        page(&fields).url
                    } else {
                        writer(&id, &fields).name
                    };
                    // The file may have a row for each comment.
                    if named.insert((list == "pages", id)) {
                        out.without(
                            format!("{} {of}", list.trim_end_matches('s')),
                            fields.left_over(),
                        );
                    }
                }
                _ => {}
            }
        }))
    }
}

#[derive(Default)]
struct Lists {
    writers: HashMap<String, Writer>,
    pages: HashMap<String, PageItem>,
}

impl Lists {
    fn take(&mut self, list: &str, fields: &Fields) {
        match list {
            "commenters" => {
                let id = fields.text(&["commenterHex", "id"]);
                // The file has a row for each comment.
                self.writers
                    .entry(id.clone())
                    .or_insert_with(|| writer(&id, fields));
            }
            "pages" => {
                let page = page(fields);
                self.pages.insert(page.source_id.clone(), page);
            }
            _ => {}
        }
    }

    /// A comment of Commento, or of Comentario until version 2.
    fn until_2(&self, fields: &Fields, out: &mut Out) {
        let id = fields.text(&["commentHex"]);
        let Some(url) = fields.given(&["url", "path"]) else {
            return out.dropped(record(&id), "it has no page");
        };
        fields.value(&["domain", "host", "direction"]);
        out.page_at(&url, "");
        let mut comment = CommentItem::new(id.as_str(), url, text(fields));
        comment.parent = fields.id(&["parentHex"]);
        comment.writer = self.writer(&fields.text(&["commenterHex"]), "");
        comment.votes = Votes::net(fields.number(&["score"]));
        comment.posted_at = fields.time(&["creationDate"]).unwrap_or(comment.posted_at);
        comment.state = match fields.text(&["state"]).as_str() {
            "approved" => CommentState::Published,
            _ => CommentState::Held,
        };
        if fields.is(&["deleted"]) || fields.text(&["markdown"]) == "[deleted]" {
            remove(&mut comment, out);
        }
        out.comment(comment, fields);
    }

    /// A comment of Comentario, since version 3.
    fn since_3(&self, fields: &Fields, out: &mut Out) {
        let id = fields.text(&["id"]);
        let Some(page) = self.pages.get(&fields.text(&["pageId"])) else {
            return out.dropped(record(&id), "its page is not in the file");
        };
        out.page(page.clone());
        let mut comment = CommentItem::new(id.as_str(), page.source_id.as_str(), text(fields));
        comment.parent = fields.id(&["parentId"]);
        comment.writer = self.writer(
            &fields.text(&["userCreated"]),
            &fields.text(&["authorName"]),
        );
        comment.votes = Votes::net(fields.number(&["score"]));
        comment.posted_at = fields.time(&["createdTime"]).unwrap_or(comment.posted_at);
        comment.edited_at = fields.time(&["editedTime"]);
        comment.pinned = fields.is(&["isSticky"]);
        comment.state = match (fields.is(&["isPending"]), fields.is(&["isApproved"])) {
            (true, _) => CommentState::Held,
            (false, true) => CommentState::Published,
            (false, false) => CommentState::Rejected,
        };
        if fields.is(&["isDeleted"]) {
            remove(&mut comment, out);
        }
        out.comment(comment, fields);
    }

    /// Nobody in particular where the file names nobody.
    fn writer(&self, id: &str, typed: &str) -> Writer {
        match self.writers.get(id) {
            Some(writer) if typed.is_empty() => writer.clone(),
            _ => Writer {
                name: typed.to_owned(),
                ..Writer::default()
            },
        }
    }
}

fn remove(comment: &mut CommentItem, out: &mut Out) {
    comment.state = CommentState::Removed;
    comment.writer = Writer::default();
    comment.body = Body::Html(String::new());
    let reason = "it was deleted there, so nothing of its author was taken along";
    out.note(record(&comment.source_id), reason);
}

fn text(fields: &Fields) -> Body {
    let (markdown, html) = (fields.long_text(&["markdown"]), fields.long_text(&["html"]));
    if markdown.trim().is_empty() {
        return Body::Html(html);
    }
    Body::Markdown(markdown)
}

fn page(fields: &Fields) -> PageItem {
    PageItem {
        source_id: fields.text(&["id"]),
        url: fields.text(&["path"]),
        title: fields.text(&["title"]),
        public: true,
        closed: fields.is(&["isReadonly"]),
        published_at: fields.time(&["createdTime"]),
        ..PageItem::default()
    }
}

fn writer(id: &str, fields: &Fields) -> Writer {
    let word = |names| fields.given(names).filter(|text| text != "undefined");
    Writer {
        name: word(&["name"]).unwrap_or_default(),
        email: word(&["email"]),
        website: word(&["link", "websiteUrl"]),
        user_id: Some(id.to_owned()),
    }
}
