//! What a publisher can set for a site.

mod about;
mod choices;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::external::{self, HIDDEN, Hidden};
use crate::language::Language;
use crate::names;
use crate::refusal::Refusal;
use crate::site;
use crate::thread::Sort;

pub use about::{About, Group, Takes};
pub use choices::{
    BannedWords, Bubble, DeskMail, Email, External, Guests, LinkCards, Mode, ProofOfWork, Voting,
};

/// A site's rules. Every value has a default that is safe; see [`Settings::ABOUT`] for their words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The publication's name.
    pub title: String,
    /// The language of the interface.
    pub language: Language,
    /// The order that readers meet first.
    pub sort: Sort,
    /// Roots on the first page and in each further one.
    pub roots_per_page: usize,
    /// Replies shown under each comment at first.
    pub replies_shown: usize,
    /// The longest comment, in graphemes.
    pub max_graphemes: usize,
    /// The most links in a comment.
    pub max_links: usize,
    /// How long authors may edit.
    pub edit_window_minutes: u32,
    /// Which votes are taken.
    pub voting: Voting,
    /// For how long a new comment's score stays hidden.
    pub hide_scores_minutes: u32,
    /// Comments with a lower score are collapsed at first.
    pub collapse_below: i64,
    /// Whether a bubble leads to the thread from elsewhere on the page.
    pub bubble: Bubble,
    /// Whether one may write without an account.
    pub guests: Guests,
    /// Whether guests are asked for an e-mail address.
    pub email: Email,
    /// Names that only the newsroom may use, with commas between them.
    pub protected_names: String,
    /// What stands above the form, in Markdown.
    pub message: String,
    /// What is asked of writers, in Markdown.
    pub guidelines: String,
    /// When comments appear.
    pub mode: Mode,
    /// What becomes of a comment with a banned word.
    pub banned_words: BannedWords,
    /// Pages close so many days after they were first seen; 0 means never.
    pub close_after_days: u32,
    /// The same text by the same author within so many minutes waits; 0 means never.
    pub repeat_minutes: u32,
    /// Comments with more links wait.
    pub hold_over_links: usize,
    /// Comments of an author who wrote so many in the last ten minutes wait; 0 means never.
    pub hold_over_rate: u32,
    /// Comments wait that moderators would refuse with at least this probability; 0 means never.
    pub hold_learned_percent: u32,
    /// When the writer's browser is asked for a proof of work.
    pub proof_of_work: ProofOfWork,
    /// The program outside that is asked about comments: its address, or `akismet`.
    pub external_url: String,
    /// What is shared with that program.
    pub external_key: Hidden,
    /// Whether a program outside is asked about comments.
    pub external: External,
    /// The comments of an author wait until so many of them are published; 0 means never.
    pub approve_first: u32,
    /// A comment waits when so many readers have flagged it; 0 means never.
    pub hold_after_flags: u32,
    /// How often moderators are told by mail that comments wait.
    pub desk_mail: DeskMail,
    /// Which links that stand alone in a comment unfold into a card.
    pub link_cards: LinkCards,
    /// The sites whose links do, when only listed ones do.
    pub link_card_sites: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            title: String::new(),
            language: Language::English,
            sort: Sort::Newest,
            roots_per_page: 20,
            replies_shown: 3,
            max_graphemes: 10_000,
            max_links: 20,
            edit_window_minutes: 15,
            voting: Voting::UpAndDown,
            hide_scores_minutes: 0,
            collapse_below: -5,
            bubble: Bubble::Off,
            guests: Guests::Welcome,
            email: Email::Optional,
            protected_names: String::new(),
            message: String::new(),
            guidelines: String::new(),
            mode: Mode::After,
            banned_words: BannedWords::Refuse,
            close_after_days: 0,
            repeat_minutes: 6,
            hold_over_links: 3,
            hold_over_rate: 0,
            hold_learned_percent: 95,
            proof_of_work: ProofOfWork::UnderLoad,
            external_url: String::new(),
            external_key: Hidden::default(),
            external: External::Off,
            approve_first: 0,
            hold_after_flags: 5,
            desk_mail: DeskMail::Off,
            link_cards: LinkCards::On,
            link_card_sites: String::new(),
        }
    }
}

/// The longest text of one line, in bytes.
const MAX_TEXT: usize = 2_000;

/// The longest text in Markdown, in bytes.
const MAX_MARKDOWN: usize = 10_000;

impl Settings {
    /// Every setting in words, in the order in which owners meet them.
    pub const ABOUT: [About; 33] = about::ABOUT;

    /// These settings with `key` set to `value`, which is JSON or a bare word.
    pub fn with(&self, key: &str, value: &str) -> Result<Self, Refusal> {
        let about = Self::ABOUT
            .iter()
            .find(|about| about.key == key)
            .ok_or_else(|| {
                let known = Self::ABOUT.map(|about| about.key).join(", ");
                Refusal::SettingUnknown {
                    key: key.to_owned(),
                    known,
                }
            })?;
        let invalid = || Refusal::SettingInvalid {
            key: key.to_owned(),
            value: value.to_owned(),
            expected: format!("it must be {}", about.takes),
        };
        let mut fields = self.all_fields();
        let is_text = fields.get(key).is_some_and(Value::is_string);
        let parsed = match serde_json::from_str(value) {
            Ok(parsed) if !is_text || matches!(parsed, Value::String(_)) => parsed,
            _ => Value::String(value.to_owned()),
        };
        let is_in_range = match about.takes {
            Takes::Number(least, most) => {
                parsed.as_i64().is_some_and(|n| (least..=most).contains(&n))
            }
            Takes::AnyNumber => parsed.is_i64(),
            Takes::Choice(words) => words.iter().any(|(word, _)| parsed == *word),
            Takes::Text(_) | Takes::Markdown => true,
        };
        if !is_in_range {
            return Err(invalid());
        }
        let is_longer = |most: usize| parsed.as_str().is_some_and(|text| text.len() > most);
        match about.takes {
            Takes::Text(_) if is_longer(MAX_TEXT) => return Err(invalid()),
            Takes::Markdown if is_longer(MAX_MARKDOWN) => return Err(invalid()),
            _ => {}
        }
        if is_hidden(key) && parsed == HIDDEN {
            return Ok(self.clone());
        }
        if !is_sound(key, &parsed) {
            return Err(match is_hidden(key) {
                true => Refusal::SettingInvalid {
                    key: key.to_owned(),
                    value: HIDDEN.to_owned(),
                    expected: format!("it must be {}", about.takes),
                },
                false => invalid(),
            });
        }
        if let Some(entry) = idle_entry(key, parsed.as_str().unwrap_or_default()) {
            return Err(Refusal::SettingInvalid {
                key: key.to_owned(),
                value: value.to_owned(),
                expected: format!(
                    "it must be {}, and `{entry}` would match nothing",
                    about.takes
                ),
            });
        }
        fields.insert(key.to_owned(), parsed);
        serde_json::from_value(Value::Object(fields)).map_err(|_| invalid())
    }

    /// Whether a link to `url`, a web address, unfolds into a card.
    pub fn unfolds(&self, url: &str) -> bool {
        match self.link_cards {
            LinkCards::Off => false,
            LinkCards::On => true,
            LinkCards::Listed => crate::card::host(url).is_some_and(|host| self.lists(host)),
            LinkCards::Unlisted => crate::card::host(url).is_some_and(|host| !self.lists(host)),
        }
    }

    fn lists(&self, host: &str) -> bool {
        // With a dot at its end a name is the same place.
        let host = host.trim_end_matches('.');
        let listed = entries("link_card_sites", &self.link_card_sites);
        listed.filter_map(|own| site::host(own).ok()).any(|own| {
            let rest = host.strip_suffix(&own);
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }

    /// The settings as a map from key to value, with [`HIDDEN`] for what is not shown.
    pub fn fields(&self) -> Map<String, Value> {
        let mut fields = self.all_fields();
        for (key, value) in &mut fields {
            if is_hidden(key) && value.as_str().is_some_and(|text| !text.is_empty()) {
                *value = Value::String(HIDDEN.to_owned());
            }
        }
        fields
    }

    fn all_fields(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        }
    }
}

/// Whether the value of `key` is kept and never shown.
fn is_hidden(key: &str) -> bool {
    key == "external_key"
}

/// Whether a text is one that `key` takes, as far as its type does not say so.
fn is_sound(key: &str, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match key {
        "external_url" => external::is_place(text),
        "external_key" => external::is_key(text),
        _ => true,
    }
}

/// The entries of a setting that is a list.
fn entries<'a>(key: &str, text: &'a str) -> impl Iterator<Item = &'a str> {
    let ends: &[char] = match key {
        "link_card_sites" => &[' ', ',', ';', '\t', '\n', '\r'],
        _ => &[','],
    };
    text.split(ends)
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

/// The first entry of a list that could never match anything.
fn idle_entry<'a>(key: &str, text: &'a str) -> Option<&'a str> {
    let is_idle = match key {
        // The port of a link is not looked at.
        "link_card_sites" => |entry: &str| site::host(entry).is_err() || entry.contains(':'),
        "protected_names" => |entry: &str| !names::are_alike(entry, entry),
        _ => return None,
    };
    entries(key, text).find(|entry| is_idle(entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_explained() {
        let mut fields: Vec<String> = Settings::default().fields().keys().cloned().collect();
        let mut explained = Settings::ABOUT.map(|about| about.key.to_owned()).to_vec();
        fields.sort();
        explained.sort();
        assert_eq!(fields, explained);
    }

    #[test]
    fn a_setting_takes_numbers_and_bare_words() {
        let settings = Settings::default();
        assert_eq!(settings.with("sort", "best").unwrap().sort, Sort::Best);
        assert_eq!(settings.with("title", "12").unwrap().title, "12");
        assert_eq!(
            settings.with("replies_shown", "5").unwrap().replies_shown,
            5
        );
    }

    #[test]
    fn links_unfold_as_the_publisher_says() {
        let unfolds = |cards: &str, sites: &str, url: &str| {
            let settings = Settings::default().with("link_cards", cards).unwrap();
            settings
                .with("link_card_sites", sites)
                .unwrap()
                .unfolds(url)
        };
        assert!(Settings::default().unfolds("https://any.example/"));
        assert!(!unfolds("off", "any.example", "https://any.example/"));
        assert!(unfolds(
            "listed",
            "a.example, Any.example",
            "https://any.example/x"
        ));
        assert!(unfolds(
            "listed",
            "any.example",
            "https://www.any.example:8443/x"
        ));
        assert!(!unfolds("listed", "any.example", "https://many.example/x"));
        for url in [
            "https://any.example/x",
            "https://www.any.example:8443/x",
            "https://any.example./x",
            "nothing",
        ] {
            assert!(!unfolds("unlisted", "Any.example", url), "{url}");
        }
        assert!(unfolds("unlisted", "any.example", "https://many.example/x"));
        assert!(unfolds("unlisted", "", "https://any.example/"));
        assert!(!unfolds(
            "listed",
            "any.example",
            "https://any.example.evil.example/"
        ));
        assert!(!unfolds("listed", "", "https://any.example/"));
    }

    #[test]
    fn a_refused_setting_names_the_key_and_what_it_accepts() {
        let refused = |key, value| {
            Settings::default()
                .with(key, value)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refused("voting", "sideways"),
            "`voting` cannot be `sideways`: it must be up_and_down, up or off"
        );
        assert_eq!(
            refused("roots_per_page", "0"),
            "`roots_per_page` cannot be `0`: it must be 1 to 100"
        );
        assert!(
            refused("colour", "red").starts_with("there is no setting `colour`; there are: title")
        );
    }

    /// For each setting some values that it does not take: below, above, of another type.
    fn unfit(about: &About) -> Vec<String> {
        let text = |long: usize| vec!["x".repeat(long), format!("\"{}\"", "é".repeat(long))];
        let mut unfit = match about.takes {
            Takes::Text(_) => text(MAX_TEXT + 1),
            Takes::Markdown => text(MAX_MARKDOWN + 1),
            Takes::Number(least, most) => vec![(least - 1).to_string(), (most + 1).to_string()],
            Takes::AnyNumber => Vec::new(),
            Takes::Choice(words) => words.iter().map(|(word, _)| format!("{word}s")).collect(),
        };
        if !matches!(about.takes, Takes::Text(_) | Takes::Markdown) {
            let others = [
                "",
                "true",
                "null",
                "[]",
                "{}",
                "1.5",
                "\"1\"",
                "1 2",
                "0x10",
                "١",
                "1e400",
                "-9223372036854775809",
                "9223372036854775808",
                "18446744073709551615",
                "99999999999999999999999",
                "many",
            ];
            unfit.extend(others.map(str::to_owned));
        }
        unfit
    }

    #[test]
    fn every_setting_refuses_what_it_does_not_take_and_says_what_it_takes() {
        for about in Settings::ABOUT {
            for value in unfit(&about) {
                let refused = Settings::default().with(about.key, &value);
                let refused = refused
                    .expect_err(&format!("{} = {value}", about.key))
                    .to_string();
                let expected = format!("it must be {}", about.takes);
                assert!(refused.ends_with(&expected), "{refused}");
            }
        }
    }

    #[test]
    fn every_setting_takes_what_it_offers() {
        for about in Settings::ABOUT {
            let fit: Vec<String> = match about.takes {
                Takes::Number(least, most) => vec![least.to_string(), most.to_string()],
                Takes::AnyNumber => vec![i64::from(i32::MIN).to_string(), "0".to_owned()],
                Takes::Choice(words) => words.iter().map(|(word, _)| (*word).to_owned()).collect(),
                Takes::Text(_) | Takes::Markdown => vec![String::new()],
            };
            for value in fit {
                let set = Settings::default().with(about.key, &value).unwrap();
                let now = &set.fields()[about.key];
                let shown = now.as_str().map_or_else(|| now.to_string(), str::to_owned);
                assert_eq!(shown, value, "{}", about.key);
            }
        }
    }

    #[test]
    fn an_entry_that_would_match_nothing_is_named() {
        for (key, value, idle) in [
            (
                "link_card_sites",
                "a.example https://b.example",
                "https://b.example",
            ),
            ("link_card_sites", "a.example,*.b.example", "*.b.example"),
            ("link_card_sites", "a.example/x", "a.example/x"),
            ("link_card_sites", "a.example:8443", "a.example:8443"),
            ("protected_names", "Mayor Quill, !!!", "!!!"),
            ("protected_names", "…", "…"),
            ("protected_names", "🙂", "🙂"),
        ] {
            let refused = Settings::default()
                .with(key, value)
                .unwrap_err()
                .to_string();
            let end = format!("and `{idle}` would match nothing");
            assert!(refused.ends_with(&end), "{refused}");
        }
        let settings = Settings::default().with("link_cards", "listed").unwrap();
        let settings = settings.with("link_card_sites", "Bücher.example").unwrap();
        assert!(settings.unfolds("https://xn--bcher-kva.example/x"));
        assert!(
            settings
                .with("protected_names", "Mayor Quill,, 李雷,")
                .is_ok()
        );
    }

    #[test]
    fn a_key_is_kept_and_not_shown() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let settings = Settings::default().with("external_key", secret).unwrap();
        assert_eq!(settings.external_key.reveal(), secret);
        assert_eq!(settings.fields()["external_key"], HIDDEN);
        assert!(!format!("{settings:?}").contains("MfKQ"));
        let shown = Value::from(HIDDEN).to_string();
        let again = settings.with("external_key", &shown).unwrap();
        let other = again.with("title", "News").unwrap();
        assert_eq!(other.external_key.reveal(), secret);
        let refused = settings.with("external_key", "whsec_short").unwrap_err();
        assert!(!refused.to_string().contains("short"), "{refused}");
        let none = settings.with("external_key", "").unwrap();
        assert_eq!(none.fields()["external_key"], "");
    }
}
