//! Waline's JSON with all its tables, its comments as CSV, and what `LeanCloud` exports of Waline
//! and of Valine, from which Waline came: lists of comments, as HTML in the old rows and as Markdown in
//! the new ones.

use std::collections::HashMap;

use rejoinder_core::{CommentState, VoteTally};

use super::generic::table;
use crate::ReadError;
use crate::csv::{cells, divider};
use crate::fields::Fields;
use crate::format::{Format, Items, Options, Out, Start, items, json_items, json_records, record};
use crate::input::Input;
use crate::item::{Body, CommentItem, Votes, Writer};
use crate::links::html_or_markdown;

/// The server's API wraps the file once more.
const WRAPPERS: &[&str] = &["", "data", "data.data"];

/// A file of Waline or Valine.
pub(crate) struct Waline;

impl Format for Waline {
    fn word(&self) -> &'static str {
        "waline"
    }

    fn name(&self) -> &'static str {
        "a file of Waline, or of Valine at LeanCloud"
    }

    fn recognises(&self, start: &Start) -> bool {
        if is_table(start) {
            return true;
        }
        let is_export = start.has("\"type\":\"waline\"") || start.has("\"type\": \"waline\"");
        let is_comment = |fields: &Fields| {
            let has = |name| fields.has(name);
            has("objectId") && has("comment") && (has("nick") || has("url"))
        };
        let bare = start
            .first(&[])
            .is_some_and(|(_, fields)| is_comment(&fields));
        let wrapped = || {
            start
                .first(WRAPPERS)
                .is_some_and(|(_, fields)| is_comment(&fields))
        };
        is_export || bare || wrapped()
    }

    fn read(&self, files: Vec<Input>, _: Options) -> Result<Items, ReadError> {
        if files.first().is_some_and(|file| is_table(&Start::of(file))) {
            let comment = |fields: Fields, out: &mut Out| comment(&fields, &HashMap::new(), out);
            return Ok(items(table(files), comment));
        }
        let is_bare = files.iter().any(|file| {
            let first = Start::of(file).first(&[]);
            first.is_some_and(|(_, fields)| fields.has("objectId"))
        });
        let wrappers = if is_bare { &[][..] } else { WRAPPERS };
        let mut users = HashMap::new();
        for record in json_records(files.clone(), wrappers) {
            let (_, record) = record?;
            let fields = record.value.ok().and_then(Fields::of_json);
            if let (true, Some(user)) = (record.path.ends_with("Users"), fields) {
                users.insert(user.text(&["objectId"]), user);
            }
        }
        Ok(json_items(files, wrappers, move |record, out| {
            let list = record.path.rsplit('.').next().unwrap_or_default();
            match (list, Fields::of_json(record.value)) {
                ("Users", Some(fields)) => user(&fields, out),
                ("version" | "time" | "type" | "tables" | "errno" | "errmsg", _) => {}
                ("Counter", Some(fields)) => counter(&fields, out),
                (_, Some(fields)) => comment(&fields, &users, out),
                (_, None) => out.dropped(record.at, "it is no comment"),
            }
        }))
    }
}

fn is_table(start: &Start) -> bool {
    let text = start.text();
    let header = text.lines().next().unwrap_or_default();
    let names = cells(header, divider(header));
    let has = |name: &str| {
        names
            .iter()
            .any(|found| found.trim().eq_ignore_ascii_case(name))
    };
    has("objectId") && has("comment") && has("nick")
}

/// Views and reactions of a page.
fn counter(fields: &Fields, out: &mut Out) {
    let url = fields.text(&["url"]);
    fields.value(&[
        "objectId",
        "createdAt",
        "updatedAt",
        "title",
        "xid",
        "__version",
        "ACL",
    ]);
    out.without(format!("page {url}"), fields.left_over());
}

/// What of an account has no place here. Its password and the secret of its second factor are not even
/// named.
fn user(fields: &Fields, out: &mut Out) {
    let id = fields.text(&["objectId"]);
    fields.value(&[
        "display_name",
        "email",
        "url",
        "password",
        "2fa",
        "createdAt",
        "updatedAt",
    ]);
    out.without(format!("account {id}"), fields.left_over());
}

fn comment(fields: &Fields, users: &HashMap<String, Fields>, out: &mut Out) {
    let id = fields.text(&["objectId"]);
    let Some(url) = fields.given(&["url"]) else {
        return out.dropped(record(&id), "it has no page");
    };
    if id.is_empty() {
        return out.dropped(format!("a comment on {url}"), "it has no id");
    }
    out.page_at(&url, "");
    let parent = fields.id(&["pid"]);
    let root = fields.id(&["rid"]);
    let text = fields.long_text(&["comment"]);
    let body = without_address(&text, parent.as_deref().or(root.as_deref()));
    let mut comment = CommentItem::new(id.as_str(), url, body);
    comment.parent = parent.or(root);
    comment.writer = writer(fields, users);
    match fields
        .when(&["insertedAt"])
        .or_else(|| fields.when(&["createdAt"]))
    {
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
    // Any change writes these: nobody need have edited.
    fields.value(&["createdAt", "updatedAt", "__version", "ACL", "isNotified"]);
    comment.pinned = fields.is(&["sticky"]);
    comment.votes = Votes::Counted(VoteTally {
        up: fields.number(&["like"]),
        down: 0,
    });
    comment.state = match fields.text(&["status"]).as_str() {
        _ if fields.is(&["isSpam"]) => CommentState::Spam,
        // Rows of LeanCloud's age have none.
        "" | "approved" => CommentState::Published,
        "spam" => CommentState::Spam,
        _ => CommentState::Held,
    };
    out.comment(comment, fields);
}

/// What the form wrote in front of a reply to say whom it answers; the tree says that here.
fn without_address(text: &str, parent: Option<&str>) -> Body {
    let text = text.trim();
    let Some(parent) = parent else {
        return html_or_markdown(text);
    };
    if let Some((start, rest)) = text.split_once("</a>")
        && (start.contains("class=\"at\"") || start.contains("class='at'"))
        && start.trim_start_matches("<p>").starts_with("<a")
    {
        let p = if start.starts_with("<p>") { "<p>" } else { "" };
        let rest = rest.trim_start_matches([' ', ',', ':']);
        return Body::Html(format!("{p}{rest}"));
    }
    let link = format!("](#{parent})");
    if let Some((start, rest)) = text.split_once(&link)
        && start.starts_with("[@")
        && !start.contains('\n')
    {
        return html_or_markdown(rest.trim_start_matches([' ', ':']));
    }
    html_or_markdown(text)
}

fn writer(fields: &Fields, users: &HashMap<String, Fields>) -> Writer {
    let user_id = fields.id(&["user_id"]);
    let user = user_id.as_ref().and_then(|id| users.get(id));
    let own = |names| fields.given(names);
    let of_user = |name: &str| user.and_then(|user| user.given(&[name]));
    Writer {
        name: own(&["nick"])
            .or_else(|| of_user("display_name"))
            .unwrap_or_default(),
        email: own(&["mail"]).or_else(|| of_user("email")),
        website: own(&["link"]).or_else(|| of_user("url")),
        user_id,
    }
}
