//! Twikoo's exports: its comments as its database has them, with or without an answer of its API
//! around them.

use rejoinder_core::CommentState;

use crate::ReadError;
use crate::fields::{Fields, text};
use crate::format::{Format, Items, Options, Out, Start, json_items, record};
use crate::input::Input;
use crate::item::{Body, CommentItem, PageItem, Votes, Writer};

const WRAPPERS: &[&str] = &["", "data"];

/// A Twikoo export.
pub(crate) struct Twikoo;

impl Format for Twikoo {
    fn word(&self) -> &'static str {
        "twikoo"
    }

    fn name(&self) -> &'static str {
        "a Twikoo export"
    }

    fn recognises(&self, start: &Start) -> bool {
        let is_comment = |(_, fields): (String, Fields)| {
            ["_id", "comment", "nick", "created"]
                .iter()
                .all(|name| fields.has(name))
        };
        start.first(&[]).is_some_and(is_comment) || start.first(WRAPPERS).is_some_and(is_comment)
    }

    fn read(&self, files: Vec<Input>, _: Options) -> Result<Items, ReadError> {
        let is_bare = |file: &Input| {
            let first = Start::of(file).first(&[]);
            first.is_some_and(|(_, fields)| fields.has("_id"))
        };
        let wrappers = if files.iter().any(is_bare) {
            &[][..]
        } else {
            WRAPPERS
        };
        Ok(json_items(
            files,
            wrappers,
            |record, out| match Fields::of_json(record.value) {
                Some(fields) => comment(&fields, out),
                None if record.path == "code" || record.path == "message" => {}
                None => out.dropped(record.at, "it is no comment"),
            },
        ))
    }
}

fn comment(fields: &Fields, out: &mut Out) {
    let id = fields.text(&["_id"]);
    // One page has been seen at several hosts, and its path is the same at all of them.
    let (path, address) = (fields.text(&["url"]), fields.text(&["href"]));
    let url = if path.is_empty() {
        address.clone()
    } else {
        path
    };
    if url.is_empty() || id.is_empty() {
        return out.dropped(record(&id), "it has no id or no page");
    }
    let aliases = Some(address).filter(|address| !address.is_empty() && *address != url);
    out.page(PageItem {
        source_id: url.clone(),
        url: url.clone(),
        aliases: aliases.into_iter().collect(),
        public: true,
        ..PageItem::default()
    });
    let mut comment =
        CommentItem::new(id.as_str(), url, Body::Html(fields.long_text(&["comment"])));
    comment.parent = fields.id(&["pid", "rid"]);
    comment.writer = Writer {
        name: fields.text(&["nick"]),
        email: fields.given(&["mail"]),
        website: fields.given(&["link"]),
        user_id: None,
    };
    match fields.time(&["created"]) {
        Some(at) => comment.posted_at = at,
        None => out.note(
            record(&id),
            "it has no date and was given the start of 1970",
        ),
    }
    // A vote writes `updated`, too; the rest is the database's own.
    fields.value(&["updated", "meta", "$loki", "__v", "mailMd5"]);
    comment.pinned = fields.is(&["top"]);
    let cast = |names, up| {
        let voters = fields.list(names).into_iter();
        voters
            .map(move |voter| (text(&voter), up))
            .collect::<Vec<_>>()
    };
    // `like` is what `ups` was called before there was anything against a comment.
    let votes = [
        cast(&["like"], true),
        cast(&["ups"], true),
        cast(&["downs"], false),
    ];
    comment.votes = Votes::Cast(votes.concat());
    if fields.is(&["isSpam"]) {
        comment.state = CommentState::Spam;
    }
    out.comment(comment, fields);
}
