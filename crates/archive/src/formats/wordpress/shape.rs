//! From the fields of an export to items.

use std::collections::HashMap;

use rejoinder_core::{CommentState, Time, VoteTally};

use super::fields::{CommentFields, PageFields, UserFields};
use crate::format::Options;
use crate::links::plain;
use crate::when::time;
use crate::{Body, CommentItem, ItemKind, PageItem, Votes, Writer};

/// The page, if anything can be known as it.
pub(super) fn page(fields: &PageFields, base_url: &str) -> Option<PageItem> {
    let short = short_address(fields, base_url);
    let url = [&fields.link, &short, &fields.guid]
        .into_iter()
        .find(|url| !url.is_empty())?;
    let mut aliases: Vec<String> = Vec::new();
    for alias in [&fields.guid, &short] {
        if !alias.is_empty() && alias != url && !aliases.contains(alias) {
            aliases.push(alias.clone());
        }
    }
    let source_id = if fields.id.is_empty() {
        url
    } else {
        &fields.id
    };
    Some(PageItem {
        source_id: source_id.clone(),
        url: url.clone(),
        aliases,
        title: plain(&fields.title),
        public: fields.is_public(),
        closed: fields.is_closed(),
        published_at: page_time(fields),
    })
}

/// The address that WordPress answers to whatever the site's scheme of addresses.
fn short_address(fields: &PageFields, base_url: &str) -> String {
    if fields.id.is_empty() || base_url.is_empty() {
        return String::new();
    }
    format!("{}/?p={}", base_url.trim_end_matches('/'), fields.id)
}

pub(super) fn page_time(fields: &PageFields) -> Option<Time> {
    time(&fields.date_gmt).or_else(|| time(&fields.date))
}

/// What WordPress calls the type of a comment; an error is the reason to leave it out.
pub(super) fn kind(comment: &CommentFields, options: Options) -> Result<ItemKind, String> {
    match comment.kind.as_str() {
        "" | "comment" | "wpdiscuz_sticky" | "private" => Ok(ItemKind::Comment),
        "review" if options.reviews => Ok(ItemKind::Review),
        "review" => Err("it is a review of a product; reviews come with --reviews".to_owned()),
        kind @ ("pingback" | "trackback" | "webmention" | "like" | "repost" | "activitypub") => {
            if options.mentions {
                return Ok(ItemKind::Mention);
            }
            Err(format!("it is a {kind}; mentions come with --mentions"))
        }
        kind => Err(format!("it is a `{kind}`, which is no comment")),
    }
}

/// Shapes a comment in the light of what stood before it.
pub(super) struct Shaper<'f> {
    pub(super) page: &'f PageFields,
    pub(super) page_id: &'f str,
    pub(super) users: &'f HashMap<String, UserFields>,
    pub(super) options: Options,
    pub(super) last_posted_at: Option<Time>,
    pub(super) notes: Vec<String>,
}

impl Shaper<'_> {
    /// The comment, and a line for each thing that is not as it was.
    pub(super) fn comment(mut self, fields: &CommentFields) -> (CommentItem, Vec<String>) {
        let private = fields.kind == "private";
        let item = CommentItem {
            source_id: fields.id().unwrap_or_default().to_owned(),
            page: self.page_id.to_owned(),
            parent: fields.parent().map(str::to_owned),
            writer: self.writer(fields),
            body: Body::Html(markup::paragraphs_from_wordpress(&fields.text)),
            posted_at: self.posted_at(fields),
            edited_at: edited_at(&fields.edited_at),
            state: self.state(fields, private),
            kind: kind(fields, self.options).unwrap_or(ItemKind::Comment),
            pinned: fields.kind == "wpdiscuz_sticky",
            branch_closed: fields.closed == "1",
            private,
            votes: votes(fields),
            annotation: None,
        };
        self.note_what_is_lost(fields);
        (item, self.notes)
    }

    fn writer(&mut self, fields: &CommentFields) -> Writer {
        let user = fields.user_id().and_then(|id| self.users.get(id));
        let mut name = plain(&fields.name);
        if let (true, Some(user)) = (name.is_empty(), user) {
            name.clone_from(&user.name);
        }
        let website = markup::safe_url(&fields.website);
        if website.is_none() && !matches!(fields.website.trim(), "" | "http://" | "https://") {
            self.notes
                .push("its author's website is no web address and was left out".to_owned());
        }
        let email = fields.email.trim();
        Writer {
            name,
            email: email.contains('@').then(|| email.to_owned()),
            website,
            user_id: fields.user_id().map(str::to_owned),
        }
    }

    fn posted_at(&mut self, fields: &CommentFields) -> Time {
        if let Some(time) = time(&fields.date_gmt) {
            return time;
        }
        if let Some(time) = time(&fields.date) {
            self.notes
                .push("it has its date in local time only, which was taken as UTC".to_owned());
            return time;
        }
        let (found, whose) = match (page_time(self.page), self.last_posted_at) {
            (Some(time), _) => (time, "its page's"),
            (None, Some(time)) => (time, "that of the comment before it"),
            (None, None) => (Time::from_micros(0), "the start of 1970"),
        };
        self.notes
            .push(format!("it has no date and was given {whose}"));
        found
    }

    fn state(&mut self, fields: &CommentFields, private: bool) -> CommentState {
        let state = match fields.approved.as_str() {
            "1" | "approve" | "approved" => CommentState::Published,
            "0" | "hold" => CommentState::Held,
            "spam" => CommentState::Spam,
            "trash" | "post-trashed" => CommentState::Rejected,
            other => {
                self.notes
                    .push(format!("its state `{other}` is unknown, so it is held"));
                CommentState::Held
            }
        };
        if private && state != CommentState::Spam {
            self.notes
                .push("it was private, so it is rejected and shown to nobody".to_owned());
            return CommentState::Rejected;
        }
        if state == CommentState::Published && !self.page.is_public() {
            return CommentState::Held;
        }
        state
    }

    fn note_what_is_lost(&mut self, fields: &CommentFields) {
        if fields.n_attachments > 0 {
            self.notes
                .push("its attachments are not in the export".to_owned());
        }
        if fields.has_rating {
            self.notes.push("its rating was left out".to_owned());
        }
    }
}

/// wpDiscuz has written dates in more than one way.
fn edited_at(text: &str) -> Option<Time> {
    let seconds = text.parse::<i64>().ok().filter(|seconds| *seconds > 0);
    let time_of = |seconds: i64| Time::from_micros(seconds.saturating_mul(1_000_000));
    seconds.map(time_of).or_else(|| time(text))
}

/// Both counts where wpDiscuz kept them, else what the net count allows.
fn votes(fields: &CommentFields) -> Votes {
    let counts = &fields.separate_votes;
    if let (Some(up), Some(down)) = (count(counts, "like"), count(counts, "dislike")) {
        let (up, down) = (up.into(), down.into());
        return Votes::Counted(VoteTally { up, down });
    }
    Votes::net(fields.votes.parse().unwrap_or(0))
}

/// A number in an array as PHP writes it: `a:2:{s:4:"like";i:3;s:7:"dislike";s:1:"1";}`.
fn count(array: &str, key: &str) -> Option<u32> {
    let (_, after) = array.split_once(&format!("\"{key}\";"))?;
    let (value, _) = after.split_once(';')?;
    value.rsplit(':').next()?.trim_matches('"').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_are_none_are_none() {
        assert_eq!(
            time("2026-11-23 05:24:00").unwrap().to_string(),
            "2026-11-23T05:24:00Z"
        );
        assert_eq!(time("0000-00-00 00:00:00"), None);
        assert_eq!(time("2026-02-30 00:00:00"), None);
        assert_eq!(time(""), None);
        assert_eq!(
            edited_at("1700000000").unwrap().to_string(),
            "2023-11-14T22:13:20Z"
        );
        assert_eq!(
            edited_at("2026-11-23 05:24:00"),
            time("2026-11-23 05:24:00")
        );
        assert_eq!(edited_at("0"), None);
    }

    #[test]
    fn votes_are_read_from_what_php_wrote() {
        let votes = |separate: &str, net: &str| {
            let mut fields = CommentFields::default();
            for (key, value) in [
                ("wpdiscuz_votes_seperate", separate),
                ("wpdiscuz_votes", net),
            ] {
                fields.set("wp:meta_key", key.to_owned());
                fields.set("wp:meta_value", value.to_owned());
                fields.end_meta();
            }
            let VoteTally { up, down } = super::votes(&fields).tally();
            (up, down)
        };
        assert_eq!(
            votes("a:2:{s:4:\"like\";i:7;s:7:\"dislike\";i:2;}", "5"),
            (7, 2)
        );
        assert_eq!(
            votes(
                "a:2:{s:4:\"like\";s:1:\"7\";s:7:\"dislike\";s:1:\"2\";}",
                "5"
            ),
            (7, 2)
        );
        assert_eq!(votes("a:1:{s:4:\"like\";i:7;}", "-3"), (0, 3));
        assert_eq!(votes("", "4"), (4, 0));
        assert_eq!(votes("a:2:{s:4:\"like\";i:-7;", "x"), (0, 0));
    }
}
