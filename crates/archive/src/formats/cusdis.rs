//! Cusdis: its database as an SQLite file, a dump or JSON of its tables, or what its API gives of a
//! project's comments, where each has its page inside.

use std::collections::HashMap;

use rejoinder_core::CommentState;

use crate::ReadError;
use crate::fields::Fields;
use crate::format::{Format, Items, Options, Out, Start, items, record};
use crate::input::Input;
use crate::item::{Body, CommentItem, PageItem, Writer};
use crate::tables::{self, Kind};

/// What its table of pages is called; Prisma writes names as its models are called, or as they are mapped.
const PAGES: &[&str] = &["pages", "page"];

/// A database of Cusdis.
pub(crate) struct Cusdis;

impl Format for Cusdis {
    fn word(&self) -> &'static str {
        "cusdis"
    }

    fn name(&self) -> &'static str {
        "a Cusdis database"
    }

    fn recognises(&self, start: &Start) -> bool {
        // No other has a column of this name.
        tables::kind(start).is_some_and(|kind| match kind {
            Kind::Sqlite | Kind::Sql => start.has("by_nickname"),
            Kind::Json => start.has("\"by_nickname\""),
        })
    }

    fn read(&self, files: Vec<Input>, _: Options) -> Result<Items, ReadError> {
        let mut pages = HashMap::new();
        for row in tables::rows(files.clone(), is_pages) {
            let row = row?;
            pages.insert(row.fields.text(&["id"]), page(&row.fields));
        }
        // A list of comments as JSON may be called anything.
        let comments = tables::rows(files, |table| !is_pages(table));
        Ok(items(comments, move |row, out| {
            if row.fields.has("by_nickname") {
                comment(&row.fields, &pages, out);
            }
        }))
    }
}

fn is_pages(table: &str) -> bool {
    PAGES.iter().any(|name| table.eq_ignore_ascii_case(name))
}

fn page(fields: &Fields) -> PageItem {
    let (id, url, slug) = (
        fields.text(&["id"]),
        fields.text(&["url"]),
        fields.text(&["slug"]),
    );
    let address = match url.as_str() {
        "" => slug.clone(),
        _ => url,
    };
    let aliases = Some(slug).filter(|slug| !slug.is_empty() && *slug != address);
    PageItem {
        source_id: match id.as_str() {
            "" => address.clone(),
            _ => id,
        },
        url: address,
        aliases: aliases.into_iter().collect(),
        title: fields.text(&["title"]),
        public: true,
        published_at: fields.time(&["created_at", "createdAt"]),
        ..PageItem::default()
    }
}

fn comment(fields: &Fields, pages: &HashMap<String, PageItem>, out: &mut Out) {
    let id = fields.text(&["id"]);
    let page_id = fields.text(&["pageId", "page_id"]);
    let inner = fields.inner("page");
    let page = match inner.has("slug") || inner.has("url") {
        true => Some(page(&inner)),
        false => pages.get(&page_id).cloned(),
    };
    let Some(page) = page.filter(|page| !page.url.is_empty()) else {
        return out.dropped(
            record(&id),
            "its page is not in the file, or has no address",
        );
    };
    let page_id = page.source_id.clone();
    out.page(page);
    let text = fields.long_text(&["content"]);
    let mut comment = CommentItem::new(id.as_str(), page_id, Body::Markdown(text));
    comment.parent = fields.id(&["parentId", "parent_id"]);
    comment.writer = Writer {
        name: fields.text(&["by_nickname"]),
        email: fields.given(&["by_email"]),
        website: None,
        user_id: fields.given(&["moderatorId", "moderator_id"]),
    };
    match fields.time(&["created_at", "createdAt"]) {
        Some(at) => comment.posted_at = at,
        None => out.note(
            record(&id),
            "it has no date and was given the start of 1970",
        ),
    }
    if !fields.is(&["approved"]) {
        comment.state = CommentState::Held;
    }
    if fields.given(&["deletedAt", "deleted_at"]).is_some() {
        comment.state = CommentState::Removed;
        comment.writer = Writer::default();
        comment.body = Body::Html(String::new());
        let reason = "it was deleted there, so nothing of its author was taken along";
        out.note(record(&id), reason);
    }
    // The tree from its other end, and what the API makes of its fields.
    fields.value(&["updated_at", "updatedAt", "ancestorId", "replies"]);
    fields.value(&["parsedContent", "parsedCreatedAt", "moderator", "projectId"]);
    out.comment(comment, fields);
}
