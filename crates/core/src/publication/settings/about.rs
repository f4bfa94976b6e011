//! What each setting takes. What it is called is a matter of the catalogue.

use std::fmt;

use crate::publication::language::Language;

/// A setting: its key, what it belongs to, and what it takes.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The setting's key in TOML, the API and the command line.
    pub key: &'static str,
    /// What it belongs to.
    pub group: Group,
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

    /// Its word in the catalogues.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Reading => "reading",
            Self::Writing => "writing",
            Self::Moderation => "moderation",
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
    /// One of these words.
    Choice(&'static [&'static str]),
}

impl fmt::Display for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(kind) => f.write_str(kind),
            Self::Markdown => f.write_str("a text in Markdown of at most 10,000 characters"),
            Self::Number(least, most) => write!(f, "{least} to {most}"),
            Self::Choice([others @ .., last]) => write!(f, "{} or {last}", others.join(", ")),
            Self::Choice([]) => Ok(()),
        }
    }
}

const fn about(group: Group, key: &'static str, takes: Takes) -> About {
    About { key, group, takes }
}

const YEAR_OF_MINUTES: i64 = 525_600;

pub(super) const ABOUT: [About; 49] = [
    about(Group::Site, "title", Takes::Text("a text")),
    about(Group::Site, "language", Takes::Choice(&Language::TAGS)),
    about(
        Group::Site,
        "accent",
        Takes::Text("a colour such as #8a1f11, or empty"),
    ),
    about(
        Group::Site,
        "font",
        Takes::Text("names of fonts with commas between them, such as Georgia, serif, or empty"),
    ),
    about(
        Group::Site,
        "protected_names",
        Takes::Text("names with commas between them"),
    ),
    about(Group::Site, "receipt_mails", Takes::Choice(&["off", "on"])),
    about(Group::Site, "isso_api", Takes::Choice(&["off", "on"])),
    about(
        Group::Reading,
        "sort",
        Takes::Choice(&["newest", "oldest", "votes", "best", "discussed"]),
    ),
    about(Group::Reading, "roots_per_page", Takes::Number(1, 100)),
    about(Group::Reading, "replies_shown", Takes::Number(0, 20)),
    about(
        Group::Reading,
        "voting",
        Takes::Choice(&["up_and_down", "up", "off"]),
    ),
    about(
        Group::Reading,
        "reactions",
        Takes::Text(
            "at most six words or short phrases that differ, of at most 24 characters, with commas between them",
        ),
    ),
    about(
        Group::Reading,
        "liked_reactions",
        Takes::Text("words that readers may react with, with commas between them"),
    ),
    about(
        Group::Reading,
        "hide_scores_minutes",
        Takes::Number(0, YEAR_OF_MINUTES),
    ),
    about(
        Group::Reading,
        "collapse_below",
        Takes::Number(-1_000_000, 1_000_000),
    ),
    about(Group::Reading, "agreed_sort", Takes::Choice(&["off", "on"])),
    about(Group::Reading, "bubble", Takes::Choice(&["off", "on"])),
    about(
        Group::Reading,
        "link_cards",
        Takes::Choice(&["on", "listed", "unlisted", "off"]),
    ),
    about(
        Group::Reading,
        "link_card_sites",
        Takes::Text("hosts with spaces between them"),
    ),
    about(Group::Reading, "max_recording_mb", Takes::Number(0, 500)),
    about(
        Group::Reading,
        "max_recordings_mb",
        Takes::Number(0, 10_000_000),
    ),
    about(
        Group::Writing,
        "guests",
        Takes::Choice(&["welcome", "refused"]),
    ),
    about(
        Group::Writing,
        "email",
        Takes::Choice(&["optional", "required", "unasked"]),
    ),
    about(Group::Writing, "mentions", Takes::Choice(&["on", "off"])),
    about(Group::Writing, "pictures", Takes::Choice(&["off", "on"])),
    about(
        Group::Writing,
        "reader_pages",
        Takes::Choice(&["off", "unlisted", "listed"]),
    ),
    about(
        Group::Writing,
        "website",
        Takes::Choice(&["unasked", "optional"]),
    ),
    about(
        Group::Writing,
        "passages",
        Takes::Choice(&["off", "comment", "correct", "both"]),
    ),
    about(
        Group::Writing,
        "source_checks",
        Takes::Choice(&["off", "on"]),
    ),
    about(Group::Writing, "questions", Takes::Choice(&["off", "on"])),
    about(Group::Writing, "message", Takes::Markdown),
    about(Group::Writing, "guidelines", Takes::Markdown),
    about(
        Group::Writing,
        "max_graphemes",
        Takes::Number(1, super::MAX_GRAPHEMES as i64),
    ),
    about(Group::Writing, "max_links", Takes::Number(0, 20)),
    about(
        Group::Writing,
        "edit_window_minutes",
        Takes::Number(0, YEAR_OF_MINUTES),
    ),
    about(Group::Writing, "close_after_days", Takes::Number(0, 36_500)),
    about(
        Group::Moderation,
        "mode",
        Takes::Choice(&["after", "before", "closed"]),
    ),
    about(
        Group::Moderation,
        "banned_words",
        Takes::Choice(&["refuse", "hold"]),
    ),
    about(Group::Moderation, "approve_first", Takes::Number(0, 100)),
    about(
        Group::Moderation,
        "hold_after_flags",
        Takes::Number(0, 1_000),
    ),
    about(
        Group::Moderation,
        "desk_mail",
        Takes::Choice(&["off", "hourly", "daily"]),
    ),
    about(Group::Moderation, "hold_over_links", Takes::Number(0, 20)),
    about(Group::Moderation, "hold_over_rate", Takes::Number(0, 1_000)),
    about(
        Group::Moderation,
        "hold_learned_percent",
        Takes::Number(0, 100),
    ),
    about(Group::Moderation, "repeat_minutes", Takes::Number(0, 1_440)),
    about(
        Group::Moderation,
        "proof_of_work",
        Takes::Choice(&["off", "under_load", "always"]),
    ),
    about(
        Group::Moderation,
        "external_url",
        Takes::Text("an address with https:// in front, akismet, or empty"),
    ),
    about(
        Group::Moderation,
        "external_key",
        Takes::Text("whsec_ and 16 to 64 bytes in base64, or the key of Akismet"),
    ),
    about(
        Group::Moderation,
        "external",
        Takes::Choice(&["off", "after", "before"]),
    ),
];
