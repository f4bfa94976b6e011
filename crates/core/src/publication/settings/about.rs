//! What each setting takes. What it is called is a matter of the catalogue.

use std::fmt;

use crate::publication::language::Language;

/// A setting: its key, what it belongs to, and what it takes.
#[derive(Debug, Clone, Copy)]
pub struct SettingDescription {
    /// The setting's key in TOML, the API and the command line.
    pub key: &'static str,
    /// What it belongs to.
    pub group: SettingGroup,
    /// What it takes.
    pub takes: SettingType,
}

/// What a setting belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingGroup {
    /// What the site is.
    Site,
    /// What readers see.
    Reading,
    /// What writers may do.
    Writing,
    /// What waits for moderators.
    Moderation,
}

impl SettingGroup {
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
pub enum SettingType {
    /// A text, and of which kind.
    Text(&'static str),
    /// A text in Markdown.
    Markdown,
    /// A whole number from the first to the second.
    Number(i64, i64),
    /// One of these words.
    Choice(&'static [&'static str]),
}

impl fmt::Display for SettingType {
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

const fn about(group: SettingGroup, key: &'static str, takes: SettingType) -> SettingDescription {
    SettingDescription { key, group, takes }
}

const YEAR_OF_MINUTES: i64 = 525_600;

pub(super) const ABOUT: [SettingDescription; 50] = [
    about(SettingGroup::Site, "title", SettingType::Text("a text")),
    about(
        SettingGroup::Site,
        "language",
        SettingType::Choice(&Language::TAGS),
    ),
    about(
        SettingGroup::Site,
        "accent",
        SettingType::Text("a colour such as #8a1f11, or empty"),
    ),
    about(
        SettingGroup::Site,
        "font",
        SettingType::Text(
            "names of fonts with commas between them, such as Georgia, serif, or empty",
        ),
    ),
    about(
        SettingGroup::Site,
        "protected_names",
        SettingType::Text("names with commas between them"),
    ),
    about(
        SettingGroup::Site,
        "receipt_mails",
        SettingType::Choice(&["off", "on"]),
    ),
    about(
        SettingGroup::Site,
        "isso_api",
        SettingType::Choice(&["off", "on"]),
    ),
    about(
        SettingGroup::Reading,
        "sort",
        SettingType::Choice(&["newest", "oldest", "votes", "best", "discussed"]),
    ),
    about(
        SettingGroup::Reading,
        "roots_per_page",
        SettingType::Number(1, 100),
    ),
    about(
        SettingGroup::Reading,
        "replies_shown",
        SettingType::Number(0, 20),
    ),
    about(
        SettingGroup::Reading,
        "voting",
        SettingType::Choice(&["up_and_down", "up", "off"]),
    ),
    about(
        SettingGroup::Reading,
        "reactions",
        SettingType::Text(
            "at most six words or short phrases that differ, of at most 24 characters, with commas between them",
        ),
    ),
    about(
        SettingGroup::Reading,
        "liked_reactions",
        SettingType::Text("words that readers may react with, with commas between them"),
    ),
    about(
        SettingGroup::Reading,
        "hide_scores_minutes",
        SettingType::Number(0, YEAR_OF_MINUTES),
    ),
    about(
        SettingGroup::Reading,
        "collapse_below",
        SettingType::Number(-1_000_000, 1_000_000),
    ),
    about(
        SettingGroup::Reading,
        "agreed_sort",
        SettingType::Choice(&["off", "on"]),
    ),
    about(
        SettingGroup::Reading,
        "bubble",
        SettingType::Choice(&["off", "on"]),
    ),
    about(
        SettingGroup::Reading,
        "link_cards",
        SettingType::Choice(&["on", "listed", "unlisted", "off"]),
    ),
    about(
        SettingGroup::Reading,
        "link_card_sites",
        SettingType::Text("hosts with spaces between them"),
    ),
    about(
        SettingGroup::Reading,
        "max_recording_mb",
        SettingType::Number(0, 500),
    ),
    about(
        SettingGroup::Reading,
        "max_recordings_mb",
        SettingType::Number(0, 10_000_000),
    ),
    about(
        SettingGroup::Writing,
        "guests",
        SettingType::Choice(&["welcome", "refused"]),
    ),
    about(
        SettingGroup::Writing,
        "email",
        SettingType::Choice(&["optional", "required", "unasked"]),
    ),
    about(
        SettingGroup::Writing,
        "mentions",
        SettingType::Choice(&["on", "off"]),
    ),
    about(
        SettingGroup::Writing,
        "pictures",
        SettingType::Choice(&["off", "on"]),
    ),
    about(
        SettingGroup::Writing,
        "images",
        SettingType::Choice(&["off", "hold", "on"]),
    ),
    about(
        SettingGroup::Writing,
        "reader_pages",
        SettingType::Choice(&["off", "unlisted", "listed"]),
    ),
    about(
        SettingGroup::Writing,
        "website",
        SettingType::Choice(&["unasked", "optional"]),
    ),
    about(
        SettingGroup::Writing,
        "passages",
        SettingType::Choice(&["off", "comment", "correct", "both"]),
    ),
    about(
        SettingGroup::Writing,
        "source_checks",
        SettingType::Choice(&["off", "on"]),
    ),
    about(
        SettingGroup::Writing,
        "questions",
        SettingType::Choice(&["off", "on"]),
    ),
    about(SettingGroup::Writing, "message", SettingType::Markdown),
    about(SettingGroup::Writing, "guidelines", SettingType::Markdown),
    about(
        SettingGroup::Writing,
        "max_graphemes",
        SettingType::Number(1, super::MAX_GRAPHEMES as i64),
    ),
    about(
        SettingGroup::Writing,
        "max_links",
        SettingType::Number(0, 20),
    ),
    about(
        SettingGroup::Writing,
        "edit_window_minutes",
        SettingType::Number(0, YEAR_OF_MINUTES),
    ),
    about(
        SettingGroup::Writing,
        "close_after_days",
        SettingType::Number(0, 36_500),
    ),
    about(
        SettingGroup::Moderation,
        "mode",
        SettingType::Choice(&["after", "before", "closed"]),
    ),
    about(
        SettingGroup::Moderation,
        "banned_words",
        SettingType::Choice(&["refuse", "hold"]),
    ),
    about(
        SettingGroup::Moderation,
        "approve_first",
        SettingType::Number(0, 100),
    ),
    about(
        SettingGroup::Moderation,
        "hold_after_flags",
        SettingType::Number(0, 1_000),
    ),
    about(
        SettingGroup::Moderation,
        "desk_mail",
        SettingType::Choice(&["off", "hourly", "daily"]),
    ),
    about(
        SettingGroup::Moderation,
        "hold_over_links",
        SettingType::Number(0, 20),
    ),
    about(
        SettingGroup::Moderation,
        "hold_over_rate",
        SettingType::Number(0, 1_000),
    ),
    about(
        SettingGroup::Moderation,
        "hold_learned_percent",
        SettingType::Number(0, 100),
    ),
    about(
        SettingGroup::Moderation,
        "repeat_minutes",
        SettingType::Number(0, 1_440),
    ),
    about(
        SettingGroup::Moderation,
        "proof_of_work",
        SettingType::Choice(&["off", "under_load", "always"]),
    ),
    about(
        SettingGroup::Moderation,
        "external_url",
        SettingType::Text("an address with https:// in front, akismet, or empty"),
    ),
    about(
        SettingGroup::Moderation,
        "external_key",
        SettingType::Text("whsec_ and 16 to 64 bytes in base64, or the key of Akismet"),
    ),
    about(
        SettingGroup::Moderation,
        "external",
        SettingType::Choice(&["off", "after", "before"]),
    ),
];
