//! The settings in words.

use std::fmt;

use crate::publication::language::Language;

/// A setting in words: its key, what it does, and what it takes.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The setting's key in TOML, the API and the command line.
    pub key: &'static str,
    /// What it belongs to.
    pub group: Group,
    /// What it does.
    pub about: &'static str,
    /// What it takes.
    pub takes: Takes,
}

/// What a setting belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// What the site is.
    Site,
    /// What readers see.
    Reading,
    /// What writers may do.
    Writing,
    /// What waits for moderators.
    Moderation,
}

impl Group {
    /// All groups, in the order in which owners meet them.
    pub const ALL: [Self; 4] = [Self::Site, Self::Reading, Self::Writing, Self::Moderation];

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Site => "The site",
            Self::Reading => "Reading",
            Self::Writing => "Writing",
            Self::Moderation => "Moderation",
        }
    }
}

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A text, and of which kind.
    Text(&'static str),
    /// A text in Markdown.
    Markdown,
    /// A whole number from the first to the second.
    Number(i64, i64),
    /// One of these words, each with what it means.
    Choice(&'static [(&'static str, &'static str)]),
}

impl fmt::Display for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(kind) => f.write_str(kind),
            Self::Markdown => f.write_str("a text in Markdown of at most 10,000 characters"),
            Self::Number(least, most) => write!(f, "{least} to {most}"),
            Self::Choice([others @ .., (last, _)]) => {
                let others: Vec<&str> = others.iter().map(|(word, _)| *word).collect();
                write!(f, "{} or {last}", others.join(", "))
            }
            Self::Choice([]) => Ok(()),
        }
    }
}

const fn about(group: Group, key: &'static str, about: &'static str, takes: Takes) -> About {
    About {
        key,
        group,
        about,
        takes,
    }
}

const YEAR_OF_MINUTES: i64 = 525_600;

pub(super) const ABOUT: [About; 33] = [
    about(
        Group::Site,
        "title",
        "The publication's name.",
        Takes::Text("a text"),
    ),
    about(
        Group::Site,
        "language",
        "The language of the interface.",
        Takes::Choice(&Language::CHOICES),
    ),
    about(
        Group::Site,
        "protected_names",
        "Names that only the newsroom may use, beside its own; look-alikes are refused, too.",
        Takes::Text("names with commas between them"),
    ),
    about(
        Group::Reading,
        "sort",
        "The order that readers meet first.",
        Takes::Choice(&[
            ("newest", "Newest"),
            ("oldest", "Oldest"),
            ("votes", "Most voted"),
            ("best", "Best"),
            ("discussed", "Most discussed"),
        ]),
    ),
    about(
        Group::Reading,
        "roots_per_page",
        "Comments on the first page and in each further one.",
        Takes::Number(1, 100),
    ),
    about(
        Group::Reading,
        "replies_shown",
        "Replies shown under each comment at first.",
        Takes::Number(0, 20),
    ),
    about(
        Group::Reading,
        "voting",
        "Which votes are taken.",
        Takes::Choice(&[
            ("up_and_down", "For and against"),
            ("up", "Only for"),
            ("off", "None"),
        ]),
    ),
    about(
        Group::Reading,
        "hide_scores_minutes",
        "For how many minutes a new comment's score stays hidden.",
        Takes::Number(0, YEAR_OF_MINUTES),
    ),
    about(
        Group::Reading,
        "collapse_below",
        "Comments with a lower score are collapsed at first.",
        Takes::Number(-1_000_000, 1_000_000),
    ),
    about(
        Group::Reading,
        "bubble",
        "Whether a small button leads to the comments while readers are elsewhere on the page.",
        Takes::Choice(&[("off", "No"), ("on", "Yes, until a reader dismisses it")]),
    ),
    about(
        Group::Reading,
        "link_cards",
        "Whether a link alone on its line unfolds into a card.",
        Takes::Choice(&[
            ("on", "Yes"),
            ("listed", "Only a link to one of the sites below"),
            ("unlisted", "Yes, but no link to one of the sites below"),
            ("off", "No"),
        ]),
    ),
    about(
        Group::Reading,
        "link_card_sites",
        "The sites that are meant by “the sites below”, with their subdomains.",
        Takes::Text("hosts with spaces between them"),
    ),
    about(
        Group::Writing,
        "guests",
        "Whether one may write without an account.",
        Takes::Choice(&[("welcome", "Yes"), ("refused", "No")]),
    ),
    about(
        Group::Writing,
        "email",
        "Whether guests are asked for an e-mail address.",
        Takes::Choice(&[
            ("optional", "Yes, and it may stay empty"),
            ("required", "Yes, and it is needed"),
            ("unasked", "No"),
        ]),
    ),
    about(
        Group::Writing,
        "message",
        "What stands above the form, in Markdown.",
        Takes::Markdown,
    ),
    about(
        Group::Writing,
        "guidelines",
        "What is asked of writers, in Markdown; it opens on a click.",
        Takes::Markdown,
    ),
    about(
        Group::Writing,
        "max_graphemes",
        "The longest comment, in characters as people count them.",
        Takes::Number(1, super::MAX_GRAPHEMES as i64),
    ),
    about(
        Group::Writing,
        "max_links",
        "The most links in a comment.",
        Takes::Number(0, 20),
    ),
    about(
        Group::Writing,
        "edit_window_minutes",
        "How many minutes authors may edit.",
        Takes::Number(0, YEAR_OF_MINUTES),
    ),
    about(
        Group::Writing,
        "close_after_days",
        "Pages close so many days after they were first seen; 0 means never.",
        Takes::Number(0, 36_500),
    ),
    about(
        Group::Moderation,
        "mode",
        "When comments appear.",
        Takes::Choice(&[
            ("after", "At once"),
            ("before", "When a moderator has approved them"),
            ("closed", "Never: no new comments are taken"),
        ]),
    ),
    about(
        Group::Moderation,
        "banned_words",
        "What becomes of a comment with a banned word.",
        Takes::Choice(&[
            (
                "refuse",
                "It is not taken: its writer is told which word, and can change it",
            ),
            ("hold", "It waits for a moderator"),
        ]),
    ),
    about(
        Group::Moderation,
        "approve_first",
        "The comments of an author wait until so many of them are published; 0 means never.",
        Takes::Number(0, 100),
    ),
    about(
        Group::Moderation,
        "hold_after_flags",
        "A comment waits when so many readers have flagged it; 0 means never.",
        Takes::Number(0, 1_000),
    ),
    about(
        Group::Moderation,
        "desk_mail",
        "How often moderators are told by mail that comments wait.",
        Takes::Choice(&[
            ("off", "Never"),
            ("hourly", "At most once an hour"),
            ("daily", "At most once a day"),
        ]),
    ),
    about(
        Group::Moderation,
        "hold_over_links",
        "Comments with more links than this wait for a moderator.",
        Takes::Number(0, 20),
    ),
    about(
        Group::Moderation,
        "hold_over_rate",
        "Comments of an author who wrote so many in the last ten minutes wait; 0 means never.",
        Takes::Number(0, 1_000),
    ),
    about(
        Group::Moderation,
        "hold_learned_percent",
        "Comments wait that moderators would refuse with at least this probability; 0 means never.",
        Takes::Number(0, 100),
    ),
    about(
        Group::Moderation,
        "repeat_minutes",
        "The same text by the same author within so many minutes waits; 0 means never.",
        Takes::Number(0, 1_440),
    ),
    about(
        Group::Moderation,
        "proof_of_work",
        "When the writer's browser has to do a short calculation, which costs who sends many comments.",
        Takes::Choice(&[
            ("off", "Never"),
            ("under_load", "When more is being written than usual"),
            ("always", "For every comment"),
        ]),
    ),
    about(
        Group::Moderation,
        "external_url",
        "The program outside that is asked about comments.",
        Takes::Text("an address with https:// in front, akismet, or empty"),
    ),
    about(
        Group::Moderation,
        "external_key",
        "What is shared with that program; it is not shown again.",
        Takes::Text("whsec_ and 16 to 64 bytes in base64, or the key of Akismet"),
    ),
    about(
        Group::Moderation,
        "external",
        "Whether that program is asked about comments.",
        Takes::Choice(&[
            ("off", "No"),
            (
                "after",
                "Yes; they appear at once and are withdrawn when it says so",
            ),
            ("before", "Yes; they wait for its answer"),
        ]),
    ),
];
