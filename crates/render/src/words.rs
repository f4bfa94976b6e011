//! Every word of the interface, by language.
//!
//! A catalogue is one JSON file. The groups that the server uses are read into [`Words`]; the
//! group `widget` is for the scripts alone, which are served the same file.

mod over;

use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;
use jiff::tz::Offset;
use rejoinder_core::Time;
use rejoinder_core::discussion::sort::Sort;
use rejoinder_core::identity::author::Role;
use rejoinder_core::notices::subscription::Pace;
use rejoinder_core::publication::language::Language;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use over::lay_over;

/// The words of one file of each language, read when they are first asked for.
macro_rules! catalogue {
    ($(#[$doc:meta])* $vis:vis fn $of:ident($file:literal) -> $words:ty) => {
        $(#[$doc])*
        $vis fn $of(language: rejoinder_core::publication::language::Language) -> &'static $words {
            macro_rules! own {
                ($tag:literal) => {
                    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/words/", $tag, $file))
                };
            }
            macro_rules! words {
                ($tag:literal) => {{
                    static WORDS: std::sync::LazyLock<$words> =
                        std::sync::LazyLock::new(|| $crate::words::read(own!("en"), own!($tag)));
                    &WORDS
                }};
            }
            match language {
                rejoinder_core::publication::language::Language::English => words!("en"),
                rejoinder_core::publication::language::Language::German => words!("de"),
            }
        }
    };
}
pub(crate) use catalogue;

catalogue! {
    /// The words of readers' pages.
    pub fn of(".json") -> Words
}

catalogue! {
    /// The words of feeds.
    pub(crate) fn feeds(".feeds.json") -> FeedWords
}

/// The words of the catalogue `own`, and those of `english` where it has none.
#[expect(
    clippy::expect_used,
    reason = "the catalogues are compiled in, and a test reads them"
)]
pub(crate) fn read<T: DeserializeOwned>(english: &str, own: &str) -> T {
    let json = |text| serde_json::from_str(text).expect("a catalogue is JSON");
    let mut words = json(english);
    lay_over(&mut words, json(own));
    serde_json::from_value(words).expect("the English catalogue has every word")
}

macro_rules! group {
    ($(#[$doc:meta])* $name:ident { $($word:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        pub(crate) struct $name { $(pub(crate) $word: $kind),* }
    };
}
pub(crate) use group;

/// The catalogue of one language.
#[derive(Debug, Deserialize)]
pub struct Words {
    pub(crate) number: NumberWords,
    pub(crate) time: TimeWords,
    pub(crate) thread: ThreadWords,
    sorts: SortWords,
    badges: BadgeWords,
    pub(crate) comment: CommentWords,
    pub(crate) form: FormWords,
    pub(crate) flag: FlagWords,
    pub(crate) follow: FollowWords,
    pub(crate) page: PageWords,
    pub(crate) publication: PublicationWords,
    pub(crate) sign_in: SignInWords,
    pub(crate) embedding: EmbeddingWords,
    problems: HashMap<String, String>,
}

/// What readers are told in `language` where something was refused with `code`; `{word}` and `{max}`
/// stand for what the refusal names.
pub fn problem(language: Language, code: &str) -> Option<&'static str> {
    of(language).problems.get(code).map(String::as_str)
}

group!(FeedWords {
    title: String,
    site: String,
    page: String,
    branch: String,
    removed_branch: String,
    replies: String,
    replies_to_someone: String,
    comment: String,
    reply: String,
    reply_to_removed: String,
});
group!(NumberWords { group: String });
group!(TimeWords {
    date: String,
    months: Vec<String>,
    long_date: String,
    long_months: Vec<String>,
});
group!(ThreadWords {
    title: String,
    count: Plural,
    empty: String,
    empty_filter: String,
    closed: String,
    closed_empty: String,
    site_closed: String,
    sort: String,
    sort_apply: String,
    only_staff: String,
    showing_staff: String,
    only_featured: String,
    showing_featured: String,
    view_all: String,
    guidelines: String,
    branch: String,
    earlier: String,
    lost: String,
    more: String,
    more_replies: Plural,
    replies: Plural,
    r#continue: Plural,
});
group!(SortWords {
    newest: String,
    oldest: String,
    votes: String,
    best: String,
    discussed: String
});
group!(BadgeWords {
    staff: String,
    editor: String,
    moderator: String,
    owner: String
});
group!(CommentWords {
    by: String,
    nameless: String,
    edited: String,
    in_reply_to: String,
    an_earlier_comment: String,
    removed: String,
    pinned: String,
    featured: String,
    closed: String,
    branch: Plural,
    removed_branch: Plural,
    low: String,
    up: String,
    down: String,
    reply: String,
    link: String,
    edit: String,
    delete: String,
    edit_or_delete: String,
    flag: String,
    play: String,
    only_link: String,
    hide_cards: String,
    show_cards: String,
});
group!(FormWords {
    invitation: String,
    reply_to: String,
    text: String,
    reply_text: String,
    write: String,
    preview: String,
    formatting: String,
    bold: String,
    italic: String,
    strike: String,
    quote: String,
    list: String,
    numbers: String,
    code: String,
    url: String,
    spoiler: String,
    name: String,
    email: String,
    email_why: String,
    website: String,
    optional: String,
    r#as: String,
    rename: String,
    post: String,
    post_reply: String,
    post_for_review: String,
    review: String,
    cancel: String,
    save: String,
    sign_in: String,
    has_account: String,
    enter: String,
    sign_out: String,
    account: String,
    kept: String,
});
group!(FollowWords {
    bell: String,
    title: String,
    what: String,
    nothing: String,
    page: String,
    replies: String,
    branch: String,
    email: String,
    pace: String,
    at_once: String,
    hourly: String,
    daily: String,
    go: String,
    subscribed: String,
    unconfirmed: String,
});
group!(PageWords {
    comments_on: String,
    comments: String,
    back: String,
    arrived: String,
    held: String,
    utc: String,
    edit: String,
    delete: String,
    delete_sure: String,
    delete_now: String,
    go_back: String,
    not_done: String,
    not_there: String,
});
group!(FlagWords {
    title: String,
    why: String,
    note: String,
    send: String,
    thanks: String,
    mute: String,
    reasons: HashMap<String, String>,
});
group!(SignInWords {
    title: String,
    r#as: String,
    name: String,
    go: String,
    done_as: String,
    desk: String,
});
group!(EmbeddingWords {
    text: String,
    retry: String,
    origin_missing: String,
    site_unknown: String,
    origin_refused: String,
    page_elsewhere: String,
});
group!(PublicationWords {
    by: String,
    picture: String,
    skip: String,
    discuss: String,
});

/// A text in the form that its number asks for.
#[derive(Debug, Deserialize)]
pub(crate) struct Plural {
    one: String,
    other: String,
}

impl Plural {
    pub(crate) fn of(&self, n: i64) -> &str {
        if n == 1 { &self.one } else { &self.other }
    }
}

impl Words {
    /// The name of a sort.
    pub(crate) fn sort(&self, sort: Sort) -> &str {
        match sort {
            Sort::Newest => &self.sorts.newest,
            Sort::Oldest => &self.sorts.oldest,
            Sort::Votes => &self.sorts.votes,
            Sort::Best => &self.sorts.best,
            Sort::Discussed => &self.sorts.discussed,
        }
    }

    /// How often mails come.
    pub(crate) fn pace(&self, pace: Pace) -> &str {
        match pace {
            Pace::AtOnce => &self.follow.at_once,
            Pace::Hourly => &self.follow.hourly,
            Pace::Daily => &self.follow.daily,
        }
    }

    /// The badge of a role, if it has one.
    pub(crate) fn badge(&self, role: Role) -> Option<&str> {
        match role {
            Role::Reader => None,
            Role::Staff => Some(&self.badges.staff),
            Role::Editor => Some(&self.badges.editor),
            Role::Moderator => Some(&self.badges.moderator),
            Role::Owner => Some(&self.badges.owner),
        }
    }

    /// `n` as people write it.
    pub(crate) fn number(&self, n: i64) -> Number<'_> {
        Number {
            n,
            group: &self.number.group,
        }
    }

    /// The day of `time`, in few letters.
    pub(crate) fn date(&self, time: Time) -> Day<'_> {
        Day {
            time,
            pattern: &self.time.date,
            months: &self.time.months,
        }
    }

    /// The day of `time`, with its month in full.
    pub(crate) fn long_date(&self, time: Time) -> Day<'_> {
        Day {
            time,
            pattern: &self.time.long_date,
            months: &self.time.long_months,
        }
    }

    /// `plural` for `n`, with `n` in it.
    pub(crate) fn counted<'a>(&'a self, plural: &'a Plural, n: i64) -> String {
        fill(plural.of(n), &[("n", &self.number(n))])
    }
}

/// `text` with each `{key}` replaced by its value.
pub(crate) fn fill(text: &str, values: &[(&str, &dyn fmt::Display)]) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    // Writing to a string cannot fail.
    let _ = fill_into(&mut out, text, values);
    out
}

fn fill_into(
    out: &mut impl fmt::Write,
    text: &str,
    values: &[(&str, &dyn fmt::Display)],
) -> fmt::Result {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.write_str(before)?;
        let (key, after) = after.split_once('}').unwrap_or((after, ""));
        if let Some((_, value)) = values.iter().find(|(name, _)| *name == key) {
            write!(out, "{value}")?;
        }
        rest = after;
    }
    out.write_str(rest)
}

/// A name inside a sentence: letters of another direction do not turn the sentence around.
pub(crate) struct Name<'a>(pub(crate) &'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_ascii() {
            return f.write_str(self.0);
        }
        write!(f, "\u{2068}{}\u{2069}", self.0)
    }
}

/// A whole number in groups of three, with a real minus sign.
pub(crate) struct Number<'a> {
    n: i64,
    group: &'a str,
}

impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.n < 0 {
            f.write_str("\u{2212}")?;
        }
        let rest = self.n.unsigned_abs();
        if rest < 1_000 {
            return write!(f, "{rest}");
        }
        let digits = rest.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str(self.group)?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// A day in UTC. Browsers show it in the reader's own zone, where they can.
pub(crate) struct Day<'a> {
    time: Time,
    pattern: &'a str,
    months: &'a [String],
}

impl fmt::Display for Day<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stamp =
            Timestamp::from_microsecond(self.time.micros()).unwrap_or(Timestamp::UNIX_EPOCH);
        let date = Offset::UTC.to_datetime(stamp).date();
        let month = usize::try_from(date.month() - 1).unwrap_or(0);
        let month = self.months.get(month).map_or("", String::as_str);
        let values: [(&str, &dyn fmt::Display); 3] = [
            ("day", &date.day()),
            ("month", &month),
            ("year", &date.year()),
        ];
        fill_into(f, self.pattern, &values)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use serde_json::Value;

    use rejoinder_core::publication::language::Language;

    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let number = |n| of(Language::English).number(n).to_string();
        assert_eq!(
            [0, 12, 999, 1_000, 2_000_000, -45, -1_234].map(number),
            [
                "0",
                "12",
                "999",
                "1,000",
                "2,000,000",
                "\u{2212}45",
                "\u{2212}1,234"
            ]
        );
    }

    #[test]
    fn a_day_is_written_out() {
        let time: Time = "2026-09-05T23:59:59Z".parse().unwrap();
        assert_eq!(of(Language::English).date(time).to_string(), "5 Sep 2026");
        assert_eq!(
            of(Language::English).long_date(time).to_string(),
            "5 September 2026"
        );
    }

    #[test]
    fn words_take_their_number_and_their_names() {
        let words = of(Language::English);
        assert_eq!(words.counted(&words.thread.count, 1), "1 comment");
        assert_eq!(words.counted(&words.thread.count, 2_000), "2,000 comments");
        assert_eq!(
            fill("{name} and {n}{", &[("name", &Name("Zoë")), ("n", &3)]),
            "\u{2068}Zoë\u{2069} and 3"
        );
    }

    /// The catalogues of a language, each by the part of its name behind the language's tag.
    fn catalogues(language: Language) -> BTreeMap<String, Value> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/words");
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
        files
            .filter_map(|file| {
                let name = file.file_name().into_string().unwrap();
                let (tag, kind) = name.split_once('.')?;
                let text = fs::read_to_string(file.path()).unwrap();
                let words = serde_json::from_str(&text).unwrap();
                (tag == language.tag()).then(|| (kind.to_owned(), words))
            })
            .collect()
    }

    /// Each text of a catalogue, by the way to it.
    fn texts(way: &str, value: &Value, found: &mut BTreeMap<String, String>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    texts(&format!("{way}.{key}"), value, found);
                }
            }
            Value::Array(values) => {
                for (at, value) in values.iter().enumerate() {
                    texts(&format!("{way}.{at}"), value, found);
                }
            }
            Value::String(text) => {
                found.insert(way.to_owned(), text.clone());
            }
            _ => panic!("{value} at {way} is not a text"),
        }
    }

    fn all_texts(language: Language) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for (kind, words) in catalogues(language) {
            texts(&kind, &words, &mut found);
        }
        found
    }

    /// What is filled in, in any order.
    fn gaps(text: &str) -> Vec<&str> {
        let mut gaps: Vec<&str> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(gap, _)| gap)
            .collect();
        gaps.sort_unstable();
        gaps
    }

    #[test]
    fn every_word_says_something_politely() {
        for (way, text) in Language::ALL.into_iter().flat_map(all_texts) {
            assert!(!text.trim().is_empty(), "{way}");
            assert!(!text.contains(['!', '"', '\'']), "{way}: {text}");
            assert!(!text.contains("Oops"), "{way}: {text}");
        }
    }

    #[test]
    fn every_catalogue_says_what_the_english_one_says() {
        let english = all_texts(Language::English);
        for language in Language::ALL {
            for (way, text) in all_texts(language) {
                let said = english.get(&way).map(|said| gaps(said));
                assert_eq!(said, Some(gaps(&text)), "{language} {way}");
            }
        }
    }

    #[test]
    fn a_catalogue_says_in_english_what_it_lacks() {
        let english = r#"{"sorts": {"newest": "Newest", "best": "Best"}, "months": ["Jan"]}"#;
        let own = r#"{"sorts": {"best": "Beste"}, "months": ["Jän."]}"#;
        let words: Value = read(english, own);
        assert_eq!(
            words,
            serde_json::json!({"sorts": {"newest": "Newest", "best": "Beste"}, "months": ["Jän."]})
        );
    }
}
