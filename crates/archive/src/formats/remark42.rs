//! Remark42's own backup: a line about its users and pages, then a comment a line.

use std::collections::{HashMap, HashSet};

use rejoinder_core::{CommentState, VoteTally};
use serde_json::Value;

use crate::ReadError;
use crate::fields::{Fields, text};
use crate::format::{Format, Items, Options, Out, Start, json_items, record};
use crate::input::Input;
use crate::item::{Body, CommentItem, PageItem, Votes, Writer};

/// A larger sum of votes is not searched for.
const MAX_VOTES: i64 = 10_000;

/// A Remark42 backup.
pub(crate) struct Remark42;

impl Format for Remark42 {
    fn word(&self) -> &'static str {
        "remark42"
    }

    fn name(&self) -> &'static str {
        "a Remark42 backup"
    }

    fn recognises(&self, start: &Start) -> bool {
        start.first(&[]).is_some_and(|(_, fields)| {
            let is_meta = fields.has("version") && (fields.has("users") || fields.has("posts"));
            (is_meta && !fields.has("comments")) || (fields.has("locator") && fields.has("pid"))
        })
    }

    fn read(&self, files: Vec<Input>, _: Options) -> Result<Items, ReadError> {
        let mut seen = Seen::default();
        Ok(json_items(
            files,
            &[],
            move |record, out| match Fields::of_json(record.value) {
                Some(fields) if fields.has("locator") => seen.comment(&fields, out),
                Some(fields) if fields.has("version") => seen.meta(&fields, out),
                _ => out.dropped(
                    record.at,
                    "it is neither a comment nor the line before them",
                ),
            },
        ))
    }
}

/// What the lines until here say of users and pages.
#[derive(Default)]
struct Seen {
    emails: HashMap<String, String>,
    closed: HashSet<String>,
    given: HashSet<String>,
}

impl Seen {
    /// Files that were put together have such a line in the middle, too.
    fn meta(&mut self, meta: &Fields, out: &mut Out) {
        for user in meta
            .list(&["users"])
            .into_iter()
            .filter_map(Fields::of_json)
        {
            let id = user.text(&["id"]);
            if let Some(email) = user.inner("details").given(&["email"]) {
                self.emails.insert(id.clone(), email);
            }
            if user.inner("blocked").is(&["status"]) {
                let reason = "they were blocked there, and are not here";
                out.note(format!("user {id}"), reason);
            }
            user.value(&["blocked"]);
            out.without(format!("user {id}"), user.left_over());
        }
        for page in meta
            .list(&["posts"])
            .into_iter()
            .filter_map(Fields::of_json)
        {
            let url = page.text(&["url"]);
            if !page.is(&["read_only"]) {
                continue;
            }
            if self.given.contains(&url) {
                let reason = "it was read-only there, which stands after its comments; it is open";
                out.note(format!("page {url}"), reason);
            }
            self.closed.insert(url.clone());
            self.page(&url, "", out);
        }
    }

    fn page(&mut self, url: &str, title: &str, out: &mut Out) {
        if self.given.insert(url.to_owned()) {
            out.page(PageItem {
                source_id: url.to_owned(),
                url: url.to_owned(),
                title: title.to_owned(),
                public: true,
                closed: self.closed.contains(url),
                ..PageItem::default()
            });
        }
    }

    fn comment(&mut self, fields: &Fields, out: &mut Out) {
        let (id, locator) = (fields.text(&["id"]), fields.inner("locator"));
        let url = locator.text(&["url"]);
        if id.is_empty() || url.is_empty() {
            return out.dropped(record(&id), "it has no id or no page");
        }
        self.page(&url, &fields.text(&["title"]), out);
        let user = fields.inner("user");
        let mut comment = CommentItem::new(id.as_str(), url, body(fields));
        comment.parent = fields.id(&["pid"]);
        comment.writer = self.writer(&user);
        match fields.time(&["time"]) {
            Some(at) => comment.posted_at = at,
            None => out.note(
                record(&id),
                "it has no date and was given the start of 1970",
            ),
        }
        comment.edited_at = fields.inner("edit").time(&["time"]);
        comment.pinned = fields.is(&["pin"]);
        comment.votes = votes(fields);
        if fields.is(&["delete"]) {
            comment.state = CommentState::Removed;
            comment.writer = Writer::default();
            comment.body = Body::Html(String::new());
            out.note(
                record(&id),
                "it was deleted there, so nothing of its author was taken along",
            );
        }
        out.comment(comment, fields);
        let of_user = user
            .left_over()
            .into_iter()
            .map(|name| format!("user.{name}"));
        let summary = fields
            .inner("edit")
            .given(&["summary"])
            .map(|_| "edit.summary".to_owned());
        out.without(record(&id), of_user.chain(summary));
    }

    fn writer(&self, user: &Fields) -> Writer {
        let id = user.text(&["id"]);
        // These ids are made of the name, so that two people of one name would become one.
        let is_known = !["anonymous_", "disqus_", "wordpress_"]
            .iter()
            .any(|kind| id.starts_with(kind));
        Writer {
            name: user.text(&["name"]),
            email: self.emails.get(&id).cloned(),
            website: None,
            user_id: Some(id).filter(|id| is_known && !id.is_empty()),
        }
    }
}

fn body(fields: &Fields) -> Body {
    let (typed, html) = (fields.long_text(&["orig"]), fields.long_text(&["text"]));
    if typed.trim().is_empty() {
        return Body::Html(html);
    }
    Body::Markdown(typed)
}

/// The votes as they were cast where a backup has them; else as many as make the score, and the
/// number that says how much people disagreed.
fn votes(fields: &Fields) -> Votes {
    let cast = fields.value(&["votes"]).and_then(Value::as_object);
    let score = fields.number(&["score"]);
    let controversy: f64 = fields.text(&["controversy"]).parse().unwrap_or(0.0);
    fields.value(&["voted_ips", "vote"]);
    if let Some(cast) = cast {
        let vote = |(voter, up): (&String, &Value)| (voter.clone(), text(up) == "true");
        return Votes::Cast(cast.iter().map(vote).collect());
    }
    let (least, more) = (score.min(0).saturating_neg(), score.max(0));
    let tally = |extra| VoteTally {
        up: more + extra,
        down: least + extra,
    };
    let fits = |tally: &VoteTally| (controversy_of(*tally) - controversy).abs() < 1e-6;
    let found = (0..MAX_VOTES)
        .map(tally)
        .find(fits)
        .filter(|_| controversy > 0.0);
    found.map_or(Votes::net(score), Votes::Counted)
}

fn controversy_of(tally: VoteTally) -> f64 {
    let (most, least) = (tally.up.max(tally.down), tally.up.min(tally.down));
    if least <= 0 {
        return 0.0;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "they are at most some thousands"
    )]
    let [sum, most, least] = [tally.up + tally.down, most, least].map(|n| n as f64);
    sum.powf(least / most)
}
