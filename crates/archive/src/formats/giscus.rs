//! Comments of giscus and utterances, which are GitHub's discussions and issues: what its GraphQL API
//! gives of discussions with their comments and replies, and what its REST API gives of issues and,
//! in files of their own, of their comments.

use std::collections::HashMap;

use rejoinder_core::{CommentState, VoteTally};
use serde_json::Value;

use crate::ReadError;
use crate::fields::Fields;
use crate::format::{Format, Items, Options, Out, Start, json_items, json_records, record};
use crate::input::Input;
use crate::item::{Body, CommentItem, PageItem, Votes, Writer};

const WRAPPERS: &[&str] = &[
    "",
    "data",
    "data.repository",
    "data.repository.discussions",
    "repository",
    "repository.discussions",
];

/// Discussions or issues of GitHub.
pub(crate) struct Giscus;

impl Format for Giscus {
    fn word(&self) -> &'static str {
        "giscus"
    }

    fn name(&self) -> &'static str {
        "discussions or issues of GitHub, as giscus and utterances use them"
    }

    fn recognises(&self, start: &Start) -> bool {
        let is_one = |fields: &Fields| kind_of(fields).is_some();
        // A discussion with all its comments may be longer than what is looked at.
        let marks = ["\"discussions\"", "\"nodes\"", "\"comments\"", "\"title\""];
        start.any(&[], is_one)
            || start.any(WRAPPERS, is_one)
            || marks.iter().all(|mark| start.has(mark))
    }

    fn read(&self, files: Vec<Input>, _: Options) -> Result<Items, ReadError> {
        let is_bare = |file: &Input| {
            let first = Start::of(file).first(&[]);
            first.is_some_and(|(_, fields)| kind_of(&fields).is_some())
        };
        let wrappers = if files.iter().any(is_bare) {
            &[][..]
        } else {
            WRAPPERS
        };
        let mut issues = HashMap::new();
        for record in json_records(files.clone(), wrappers) {
            let (_, record) = record?;
            let fields = record.value.ok().and_then(Fields::of_json);
            if let Some(issue) = fields.filter(|fields| kind_of(fields) == Some(Kind::Issue)) {
                issues.insert(issue.text(&["url"]), page(&issue));
            }
        }
        Ok(json_items(files, wrappers, move |record, out| {
            let Some(fields) = Fields::of_json(record.value) else {
                return;
            };
            match kind_of(&fields) {
                Some(Kind::Discussion) => discussion(&fields, out),
                Some(Kind::Issue) => {}
                Some(Kind::OfIssue) => of_issue(&fields, &issues, out),
                None if record.path.ends_with("pageInfo") => {}
                None => out.dropped(record.at, "it is no discussion and no comment"),
            }
        }))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Discussion,
    Issue,
    OfIssue,
}

fn kind_of(fields: &Fields) -> Option<Kind> {
    if fields.has("issue_url") && fields.has("body") {
        Some(Kind::OfIssue)
    } else if fields.has("comments_url") && fields.has("title") {
        Some(Kind::Issue)
    } else if fields.inner("comments").has("nodes") && fields.has("title") {
        Some(Kind::Discussion)
    } else {
        None
    }
}

/// The page is named by the link that both programs write at the end of the first text; else by the
/// title, which is its path without the first slash, or its address.
fn page(fields: &Fields) -> PageItem {
    let (title, body) = (fields.text(&["title"]), fields.text(&["body"]));
    let link = body.rsplit("](").next().filter(|_| body.contains("](http"));
    let link = link.and_then(|rest| rest.split([')', ' ']).next());
    let bare = body
        .split_whitespace()
        .rev()
        .find(|word| word.starts_with("http"));
    let url = match link.filter(|link| link.starts_with("http")).or(bare) {
        Some(link) => link.to_owned(),
        None if title.starts_with("http") => title.clone(),
        None if title == "index" => "/".to_owned(),
        None => format!("/{}", title.trim_start_matches('/')),
    };
    PageItem {
        source_id: fields.text(&["url", "id", "number"]),
        url,
        public: true,
        closed: fields.is(&["locked"]),
        published_at: fields.time(&["createdAt", "created_at"]),
        ..PageItem::default()
    }
}

fn discussion(fields: &Fields, out: &mut Out) {
    let page = page(fields);
    let id = page.source_id.clone();
    let comments = nodes(fields, "comments");
    if comments.is_empty() && !page.closed {
        return;
    }
    out.page(page);
    let n_all = fields.inner("comments").number(&["totalCount"]);
    if usize::try_from(n_all).is_ok_and(|n_all| n_all > comments.len()) {
        let n_there = comments.len();
        let reason = format!("{n_there} of its {n_all} comments are in the file");
        out.note(format!("discussion {id}"), reason);
    }
    for comment in comments {
        let replies = nodes(&comment, "replies");
        let parent = comment.text(&["databaseId", "id"]);
        one(&comment, &id, None, out);
        for reply in replies {
            one(&reply, &id, Some(parent.clone()), out);
        }
    }
}

fn of_issue(fields: &Fields, issues: &HashMap<String, PageItem>, out: &mut Out) {
    let Some(page) = issues.get(&fields.text(&["issue_url"])) else {
        let id = fields.text(&["id"]);
        return out.dropped(record(&id), "its issue is not in the files");
    };
    out.page(page.clone());
    one(fields, &page.source_id, None, out);
}

fn nodes(fields: &Fields, name: &str) -> Vec<Fields> {
    let nodes = fields.inner(name).list(&["nodes"]).into_iter();
    nodes.filter_map(Fields::of_json).collect()
}

fn one(fields: &Fields, page: &str, parent: Option<String>, out: &mut Out) {
    let id = fields.text(&["databaseId", "id"]);
    let author = [fields.inner("author"), fields.inner("user")];
    let of_author = |names| author.iter().find_map(|author| author.given(names));
    let body = Body::Markdown(fields.long_text(&["body"]));
    let mut comment = CommentItem::new(id.as_str(), page, body);
    comment.parent = parent;
    comment.writer = Writer {
        name: of_author(&["login"]).unwrap_or_default(),
        email: None,
        website: of_author(&["html_url"]).or_else(|| of_author(&["url"])),
        user_id: of_author(&["login"]),
    };
    match fields.time(&["createdAt", "created_at"]) {
        Some(at) => comment.posted_at = at,
        None => out.note(
            record(&id),
            "it has no date and was given the start of 1970",
        ),
    }
    comment.edited_at = fields.time(&["lastEditedAt"]);
    comment.votes = votes(fields);
    if fields.is(&["isMinimized"]) {
        comment.state = CommentState::Held;
        out.note(record(&id), "it was minimised there, so it is held");
    }
    if fields.given(&["deletedAt"]).is_some() {
        comment.state = CommentState::Removed;
        comment.writer = Writer::default();
        comment.body = Body::Html(String::new());
        out.note(
            record(&id),
            "it was deleted there, so nothing of its author was taken along",
        );
    }
    let addresses = [
        "url",
        "html_url",
        "issue_url",
        "node_id",
        "bodyHTML",
        "replies",
        "updatedAt",
    ];
    fields.value(&addresses);
    fields.value(&["updated_at", "id"]);
    out.comment(comment, fields);
}

/// Thumbs, and the arrow of discussions.
fn votes(fields: &Fields) -> Votes {
    let reactions = fields.inner("reactions");
    let mut tally = VoteTally {
        up: fields.number(&["upvoteCount"]) + reactions.number(&["+1"]),
        down: reactions.number(&["-1"]),
    };
    for group in fields
        .list(&["reactionGroups"])
        .into_iter()
        .filter_map(Fields::of_json)
    {
        let of = |name| group.inner(name).number(&["totalCount"]);
        let n = of("users").max(of("reactors"));
        match group.value(&["content"]).and_then(Value::as_str) {
            Some("THUMBS_UP") => tally.up += n,
            Some("THUMBS_DOWN") => tally.down += n,
            _ => {}
        }
    }
    Votes::Counted(tally)
}
