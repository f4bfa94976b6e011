//! Artalk's Artrans: a list of comments whose values are all texts.

use rejoinder_core::{CommentState, VoteTally};

use crate::ReadError;
use crate::fields::Fields;
use crate::format::{Format, Items, Options, Out, Start, json_items, record};
use crate::input::Input;
use crate::item::{CommentItem, PageItem, Votes, Writer};
use crate::links::html_or_markdown;

/// What Artalk's own importers write where there is no address.
const NO_EMAIL: &str = "anonymous@example.org";

/// An Artrans file.
pub(crate) struct Artalk;

impl Format for Artalk {
    fn word(&self) -> &'static str {
        "artalk"
    }

    fn name(&self) -> &'static str {
        "an Artrans file of Artalk"
    }

    fn recognises(&self, start: &Start) -> bool {
        let first = start.first(&[]);
        first.is_some_and(|(_, fields)| fields.has("page_key") && fields.has("content"))
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

fn comment(fields: &Fields, out: &mut Out) {
    let id = fields.text(&["id"]);
    let Some(key) = fields.given(&["page_key"]) else {
        return out.dropped(record(&id), "it has no page");
    };
    if id.is_empty() {
        return out.dropped(format!("a comment on {key}"), "it has no id");
    }
    out.page(PageItem {
        source_id: key.clone(),
        url: key.clone(),
        title: fields.text(&["page_title"]),
        public: true,
        closed: fields.is(&["page_admin_only"]),
        ..PageItem::default()
    });
    let body = html_or_markdown(&fields.long_text(&["content"]));
    let mut comment = CommentItem::new(id.as_str(), key, body);
    comment.parent = fields.id(&["rid"]);
    comment.writer = Writer {
        name: fields.text(&["nick"]),
        email: fields.given(&["email"]).filter(|email| email != NO_EMAIL),
        website: fields.given(&["link"]),
        user_id: None,
    };
    match fields.when(&["created_at", "date"]) {
        Some(when) => {
            comment.posted_at = when.time;
            if !when.has_zone {
                out.note(record(&id), "its date says no zone and was taken as UTC");
            }
        }
        None => out.note(
            record(&id),
            "it has no date and was given the start of 1970",
        ),
    }
    // Artalk writes this time whenever anything changes, a vote, too: nobody need have edited.
    fields.value(&["updated_at"]);
    comment.pinned = fields.is(&["is_pinned"]);
    comment.votes = Votes::Counted(VoteTally {
        up: fields.number(&["vote_up"]),
        down: fields.number(&["vote_down"]),
    });
    if fields.is(&["is_pending"]) {
        comment.state = CommentState::Held;
    }
    if fields.is(&["is_collapsed"]) {
        out.note(record(&id), "it was collapsed there, and is open here");
    }
    // A password may stand here; it is not even named.
    fields.value(&["site_name", "site_urls", "password"]);
    out.comment(comment, fields);
}
