//! Every text of the interface, by language.
//!
//! A language has one catalogue, in a file for each area: `words/en.notices.json` is the group
//! `notices` of the English one. The build script makes its types, so a text is added in one place.
//! The group `widget` is for the scripts alone, which are served `words/en.json`.

#[cfg(test)]
mod over;
mod plural;
mod words;

use std::fmt;

use jiff::Timestamp;
use jiff::tz::Offset;
use rejoinder_core::discussion::sort::Sort;
use rejoinder_core::identity::author::Role;
use rejoinder_core::line::BidiIsolate;
use rejoinder_core::notices::subscription::MailPace;
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Comment, Time};

/// The types of all catalogues, from the English one.
mod texts {
    use super::{Plural, Words};

    include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));
}

pub use plural::Plural;
pub(crate) use texts::{
    AccountTexts, CorrectionsDeskTexts, CorrectionsFormTexts, CorrectionsTexts,
    CorrectionsToldTexts, DevicesTexts, FundingDeskTexts, FundingGiftsPageTexts,
    FundingReceiptMailTexts, FundingSheetTexts, NewsroomImportsTexts, NewsroomMailTexts,
    NewsroomModesTexts, NewsroomWelcomeTexts, NoticesTexts, PassagesDeskTexts, QuestionsDeskTexts,
    QuestionsTexts, RecordingsDeskTexts, RecordingsProblemsTexts, RecordingsProposalsTexts,
    RecordingsTexts, SettingsTexts,
};
pub use texts::{Catalogue, NewsroomProblemsTexts, NewsroomTexts};
pub use words::Words;

/// The catalogue of a language, which its files name by a tag.
macro_rules! catalogue {
    ($language:ident, $tag:literal) => {{
        const LANGUAGE: Language = Language::$language;
        static CATALOGUE: Catalogue = include!(concat!(env!("OUT_DIR"), "/", $tag, ".rs"));
        &CATALOGUE
    }};
}

/// The texts of the interface in `language`.
pub fn of(language: Language) -> &'static Catalogue {
    match language {
        Language::English => catalogue!(English, "en"),
        Language::German => catalogue!(German, "de"),
        Language::French => catalogue!(French, "fr"),
        Language::Spanish => catalogue!(Spanish, "es"),
        Language::Portuguese => catalogue!(Portuguese, "pt-BR"),
        Language::Russian => catalogue!(Russian, "ru"),
        Language::Arabic => catalogue!(Arabic, "ar"),
        Language::Japanese => catalogue!(Japanese, "ja"),
    }
}

/// What the setting `key` does, as owners read it in `language`.
pub fn setting(language: Language, key: &str) -> &'static str {
    let about = &of(language).settings.about;
    about.get(key).unwrap_or_default()
}

/// What readers are told in `language` where something was refused with `code`; `{word}` and `{max}`
/// stand for what the refusal names.
pub fn problem(language: Language, code: &str) -> Option<&'static str> {
    let texts = of(language);
    let own = texts.problems.get(code);
    own.or_else(|| texts.corrections.problems.get(code))
}

impl Catalogue {
    /// The name of a sort.
    pub(crate) fn sort(&self, sort: Sort) -> &str {
        match sort {
            Sort::Newest => self.sorts.newest,
            Sort::Oldest => self.sorts.oldest,
            Sort::Votes => self.sorts.votes,
            Sort::Best => self.sorts.best,
            Sort::Discussed => self.sorts.discussed,
            Sort::Agreed => self.sorts.agreed,
        }
    }

    /// How often mails come.
    pub(crate) fn pace(&self, pace: MailPace) -> &str {
        match pace {
            MailPace::AtOnce => self.follow.at_once,
            MailPace::Hourly => self.follow.hourly,
            MailPace::Daily => self.follow.daily,
        }
    }

    /// The badges beside the author of a comment: that they wrote the article, of their role, and that
    /// they gave.
    pub(crate) fn badges_of<'a>(&'a self, comment: &Comment) -> Vec<&'a str> {
        let author = &comment.author;
        let supporter = author.is_supporter.then_some(self.badges.supporter);
        let wrote = comment.is_by_article_author.then_some(self.badges.author);
        wrote
            .into_iter()
            .chain(self.badge(author.role))
            .chain(supporter)
            .collect()
    }

    /// The badge of a role, if it has one.
    pub(crate) fn badge(&self, role: Role) -> Option<&str> {
        match role {
            Role::Reader => None,
            Role::Staff => Some(self.badges.staff),
            Role::Editor => Some(self.badges.editor),
            Role::Moderator => Some(self.badges.moderator),
            Role::Owner => Some(self.badges.owner),
        }
    }

    /// `n` as people write it.
    pub(crate) fn number(&self, n: i64) -> FormattedNumber<'_> {
        FormattedNumber {
            n,
            group: self.number.group,
            stands_alone: self.number.lead == "2",
        }
    }

    /// The day of `time`, in few letters.
    pub(crate) fn date(&self, time: Time) -> FormattedDay<'_> {
        FormattedDay {
            time,
            pattern: self.time.date,
            months: self.time.months,
        }
    }

    /// The day of `time`, with its month in full.
    pub(crate) fn long_date(&self, time: Time) -> FormattedDay<'_> {
        FormattedDay {
            time,
            pattern: self.time.long_date,
            months: self.time.long_months,
        }
    }

    /// `plural` for `n`, with `n` in it.
    pub(crate) fn counted<'a>(&'a self, plural: &'a Plural, n: i64) -> String {
        fill(plural.of(n), &[("n", &self.number(n))])
    }
}

/// `text` with each `{key}` replaced by its value.
pub fn fill(text: &str, values: &[(&str, &dyn fmt::Display)]) -> String {
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

/// A name inside a sentence: letters of another direction do not turn the sentence around, and neither
/// does what stands in the name for that purpose.
pub(crate) struct IsolatedName<'a>(pub(crate) &'a str);

impl fmt::Display for IsolatedName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        BidiIsolate(self.0).fmt(f)
    }
}

/// A whole number in groups of three, with a real minus sign.
pub(crate) struct FormattedNumber<'a> {
    n: i64,
    group: &'a str,
    /// Whether four digits are no group and three: in Spanish 1000 is written so, and 10.000.
    stands_alone: bool,
}

impl fmt::Display for FormattedNumber<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.n < 0 {
            f.write_str("\u{2212}")?;
        }
        let rest = self.n.unsigned_abs();
        let least = if self.stands_alone { 10_000 } else { 1_000 };
        if rest < least {
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
pub(crate) struct FormattedDay<'a> {
    time: Time,
    pattern: &'a str,
    months: &'a [&'a str],
}

impl fmt::Display for FormattedDay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stamp =
            Timestamp::from_microsecond(self.time.micros()).unwrap_or(Timestamp::UNIX_EPOCH);
        let date = Offset::UTC.to_datetime(stamp).date();
        let month = usize::try_from(date.month() - 1).unwrap_or(0);
        let month = self.months.get(month).copied().unwrap_or_default();
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

    use rejoinder_core::Settings;
    use rejoinder_core::publication::settings::{SettingGroup, SettingType};

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
    fn four_digits_stand_together_in_spanish() {
        let number = |n| of(Language::Spanish).number(n).to_string();
        assert_eq!(
            [999, 1_000, 9_999, 10_000, -1_234, 1_234_567].map(number),
            ["999", "1000", "9999", "10.000", "\u{2212}1234", "1.234.567"]
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
    fn texts_take_their_number_and_their_names() {
        let texts = of(Language::English);
        assert_eq!(texts.counted(&texts.thread.count, 1), "1 comment");
        assert_eq!(texts.counted(&texts.thread.count, 2_000), "2,000 comments");
        assert_eq!(
            fill(
                "{name} and {n}{",
                &[("name", &IsolatedName("Zoë")), ("n", &3)]
            ),
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
                let texts = serde_json::from_str(&text).unwrap();
                (tag == language.tag()).then(|| (kind.to_owned(), texts))
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
        for (kind, own) in catalogues(language) {
            texts(&kind, &own, &mut found);
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
            // A space parts the digits of large numbers in some languages.
            let is_space = way == "json.number.group";
            assert!(is_space || !text.trim().is_empty(), "{way}");
            assert!(!text.contains(['!', '"', '\'']), "{way}: {text}");
            assert!(!text.contains("Oops"), "{way}: {text}");
        }
    }

    #[test]
    fn every_setting_and_every_choice_has_its_text() {
        let texts = &of(Language::English).settings;
        let mut choices = 0;
        for about in Settings::ABOUT {
            assert!(texts.about.get(about.key).is_some(), "{}", about.key);
            let SettingType::Choice(words) = about.takes else {
                continue;
            };
            for word in words {
                let key = format!("{}.{word}", about.key);
                assert!(texts.choices.get(&key).is_some(), "{key}");
                choices += 1;
            }
        }
        assert_eq!(texts.about.0.len(), Settings::ABOUT.len());
        assert_eq!(texts.choices.0.len(), choices);
        for group in SettingGroup::ALL {
            assert!(texts.groups.get(group.as_str()).is_some(), "{group:?}");
        }
    }

    fn template_files(folder: &str) -> Vec<std::path::PathBuf> {
        let mut files = Vec::new();
        for area in fs::read_dir(folder).unwrap() {
            let area = area.unwrap().path();
            match area.is_dir() {
                true => files.extend(
                    fs::read_dir(&area)
                        .unwrap()
                        .map(|file| file.unwrap().path()),
                ),
                false => files.push(area),
            }
        }
        files
    }

    #[test]
    fn no_template_holds_a_text_of_its_own() {
        for file in template_files(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")) {
            let said = own_texts(&fs::read_to_string(&file).unwrap());
            assert!(said.is_empty(), "{}: {said:?}", file.display());
        }
    }

    #[test]
    fn every_page_and_mail_names_its_language_and_its_direction() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let mut n_documents = 0;
        for file in template_files(folder) {
            let template = fs::read_to_string(&file).unwrap();
            let Some((_, tag)) = template.split_once("<html ") else {
                continue;
            };
            let tag = tag.split_once("\n").unwrap().0;
            let names_both = tag.contains("lang=\"{{") && tag.contains("dir=\"{{");
            assert!(names_both, "{}: {tag}", file.display());
            n_documents += 1;
        }
        assert!(n_documents >= 7, "{n_documents}");
    }

    #[test]
    fn a_text_in_a_template_is_found() {
        let template = "<p class=\"x\">{% if a > b %}Hello {{ name }}{% endif %}</p>\
            <code>abc</code><img alt=\"A cat\"> &nbsp;{# Why #}";
        assert_eq!(own_texts(template), ["Hello ", "A cat"]);
    }

    /// The texts of a template that no catalogue holds: what stands between its tags and in the
    /// attributes that are read out, apart from code and from names of makers.
    fn own_texts(template: &str) -> Vec<String> {
        const NAMES: [&str; 8] = [
            "Authentik",
            "GitLab",
            "Google",
            "HOST",
            "Keycloak",
            "Microsoft",
            "https://",
            "news.example/sport/",
        ];
        let mut bare = template.to_owned();
        for (start, end) in [
            ("{#", "#}"),
            ("{%", "%}"),
            ("{{", "}}"),
            ("<code", "</code>"),
            ("<kbd", "</kbd>"),
        ] {
            while let Some(at) = bare.find(start) {
                let length = bare[at..].find(end).unwrap_or(bare.len() - at - end.len());
                bare.replace_range(at..at + length + end.len(), "\u{0}");
            }
        }
        let mut texts = Vec::new();
        let mut rest = bare.as_str();
        while let Some((text, tag)) = rest.split_once('<') {
            texts.push(text.to_owned());
            let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
            for name in ["alt=\"", "aria-label=\"", "placeholder=\"", "title=\""] {
                let value = tag
                    .split_once(name)
                    .and_then(|(_, rest)| rest.split_once('"'));
                texts.extend(value.map(|(value, _)| value.to_owned()));
            }
            rest = after;
        }
        texts.push(rest.to_owned());
        let pieces = texts.iter().flat_map(|text| text.split('\u{0}'));
        pieces
            .filter(|text| !NAMES.contains(&text.trim()))
            .map(|text| text.replace("&nbsp;", "").replace("&middot;", ""))
            .filter(|text| text.chars().any(char::is_alphabetic))
            .collect()
    }

    /// The form of a text for some numbers: what it is a form of, and which.
    fn form(way: &str) -> Option<(&str, &str)> {
        const FORMS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];
        way.rsplit_once('.')
            .filter(|(_, form)| FORMS.contains(form))
    }

    fn is_plural(english: &BTreeMap<String, String>, way: &str) -> bool {
        let has = |form| english.contains_key(&format!("{way}.{form}"));
        has("one") && has("other")
    }

    #[test]
    fn every_catalogue_says_what_the_english_one_says() {
        let english = all_texts(Language::English);
        for language in Language::ALL {
            for (way, text) in all_texts(language) {
                // "One comment", "two comments": a form for one number can do without it.
                let (said, is_number) =
                    match form(&way).filter(|(plural, _)| is_plural(&english, plural)) {
                        None => (english.get(&way), false),
                        Some((plural, form)) => (
                            english.get(&format!("{plural}.other")),
                            ["zero", "one", "two"].contains(&form),
                        ),
                    };
                let said = said.map(|said| gaps(said));
                let is_said = match &said {
                    Some(said) if is_number => gaps(&text).iter().all(|gap| said.contains(gap)),
                    Some(said) => *said == gaps(&text),
                    None => false,
                };
                assert!(is_said, "{language} {way}: {text}");
            }
        }
    }

    #[test]
    fn every_catalogue_has_every_text_and_each_of_its_forms() {
        // Languages are called by their own names.
        const NAMES: &str = "settings.json.choices.language.";
        let english = all_texts(Language::English);
        for language in Language::ALL {
            let own = all_texts(language);
            let forms: &[&str] = match language {
                Language::Japanese => &["other"],
                Language::Russian => &["one", "few", "many", "other"],
                Language::Arabic => &["zero", "one", "two", "few", "many", "other"],
                _ => &["one", "other"],
            };
            for way in english.keys().filter(|way| !way.starts_with(NAMES)) {
                match form(way).filter(|(plural, _)| is_plural(&english, plural)) {
                    None => assert!(own.contains_key(way), "{language} lacks {way}"),
                    Some((plural, _)) => {
                        for form in forms {
                            let way = format!("{plural}.{form}");
                            assert!(own.contains_key(&way), "{language} lacks {way}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_catalogue_says_in_english_what_it_lacks() {
        let english = r#"{"sorts": {"newest": "Newest", "best": "Best"}, "months": ["Jan"]}"#;
        let own = r#"{"sorts": {"best": "Beste"}, "months": ["Jän."]}"#;
        let mut texts: Value = serde_json::from_str(english).unwrap();
        over::lay_over(&mut texts, serde_json::from_str(own).unwrap());
        assert_eq!(
            texts,
            serde_json::json!({"sorts": {"newest": "Newest", "best": "Beste"}, "months": ["Jän."]})
        );
    }
}
