//! One setting changed: what each takes.

use serde_json::Value;
use url::Url;

use super::{HIDDEN, SettingDescription, SettingType, Settings, entries, is_hidden};
use crate::discussion::reaction;
use crate::integrations::webhook::WebhookSecret;
use crate::publication::accent::Accent;
use crate::refusal::Refusal;
use crate::{discussion::text, identity::names, publication::origin};

/// The longest text of one line, in graphemes.
pub const MAX_TEXT: usize = 2_000;

/// The longest address or key, in bytes.
const MAX_KEY: usize = 2_000;

/// The longest text in Markdown, in graphemes.
pub const MAX_MARKDOWN: usize = 10_000;

impl Settings {
    /// These settings with `key` set to what was typed: a text, a number or a word, as it is, without
    /// the spaces around it.
    pub fn with(&self, key: &str, typed: &str) -> Result<Self, Refusal> {
        let about = Self::ABOUT
            .iter()
            .find(|about| about.key == key)
            .ok_or_else(|| unknown(key))?;
        let typed = text::lines(typed.trim());
        if is_hidden(key) && typed == HIDDEN {
            return Ok(self.clone());
        }
        let value = match about.takes {
            SettingType::Number(least, most) => {
                let number = typed.parse().ok();
                let number = number.filter(|n: &i64| (least..=most).contains(n));
                number
                    .map(Value::from)
                    .ok_or_else(|| invalid(about, &typed, ""))?
            }
            SettingType::Text(_) | SettingType::Markdown | SettingType::Choice(_) => {
                let why = unfit(about, &typed);
                why.map_or(Ok(()), |why| Err(invalid(about, &typed, &why)))?;
                Value::from(typed.as_str())
            }
        };
        let mut fields = self.all_fields();
        fields.insert(key.to_owned(), value);
        serde_json::from_value(Value::Object(fields)).map_err(|_| invalid(about, &typed, ""))
    }
}

fn unknown(key: &str) -> Refusal {
    Refusal::SettingUnknown {
        key: key.to_owned(),
        known: Settings::ABOUT.map(|about| about.key).join(", "),
    }
}

/// `why` is what is added to what the setting takes.
fn invalid(about: &SettingDescription, typed: &str, why: &str) -> Refusal {
    let shown = if is_hidden(about.key) { HIDDEN } else { typed };
    Refusal::SettingInvalid {
        key: about.key.to_owned(),
        value: shown.to_owned(),
        expected: format!("it must be {}{why}", about.takes),
    }
}

/// Why a text or a word is none that the setting takes.
fn unfit(about: &SettingDescription, typed: &str) -> Option<String> {
    let is_taken = match about.takes {
        SettingType::Choice(words) => words.contains(&typed),
        SettingType::Text(_) => is_line(about.key, typed) && !is_longer(typed, MAX_TEXT),
        SettingType::Markdown => !typed.contains(is_control) && !is_longer(typed, MAX_MARKDOWN),
        SettingType::Number(..) => true,
    };
    let is_sound = match about.key {
        "external_url" => is_place(typed),
        "external_key" => is_key(typed),
        "accent" => typed.is_empty() || Accent::parse(typed).is_some(),
        "font" => typed.chars().all(is_of_font),
        _ => true,
    };
    if !is_taken || !is_sound {
        return Some(String::new());
    }
    if matches!(about.key, "reactions" | "liked_reactions") {
        return reaction::problem(typed, names::are_alike);
    }
    idle_entry(about.key, typed).map(|entry| format!(", and `{entry}` would match nothing"))
}

/// Whether `c` may stand in the names of fonts, which stand in styles as they are.
fn is_of_font(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, ' ' | ',' | '-' | '_' | '.')
}

/// Whether a text stays on its line; a list may have an entry on each.
fn is_line(key: &str, text: &str) -> bool {
    let is_list = key == "link_card_sites";
    !text.contains(|c| is_control(c) || (c == '\n' && !is_list))
}

/// A character that does something and is not written.
fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

fn is_longer(text: &str, graphemes: usize) -> bool {
    text::excess(text, graphemes).is_some()
}

/// The first entry of a list that could never match anything.
fn idle_entry<'a>(key: &str, text: &'a str) -> Option<&'a str> {
    let is_idle = match key {
        // The port of a link is not looked at.
        "link_card_sites" => {
            |entry: &str| origin::parse_host(entry).is_err() || entry.contains(':')
        }
        "protected_names" => |entry: &str| !names::are_alike(entry, entry),
        _ => return None,
    };
    entries(key, text).find(|entry| is_idle(entry))
}

/// Whether `text` can name a service: empty, `akismet` or an address of the web.
fn is_place(text: &str) -> bool {
    let is_address = |url: Url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    };
    text.is_empty()
        || text == "akismet"
        || (text.len() <= MAX_KEY && Url::parse(text).is_ok_and(is_address))
}

/// Whether `text` can be a key: empty, a secret that signs, or a word.
fn is_key(text: &str) -> bool {
    let is_word = text.len() <= MAX_KEY && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_word && (!text.starts_with("whsec_") || text.parse::<WebhookSecret>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_the_web_and_names_no_user() {
        for place in [
            "",
            "akismet",
            "https://filter.example/check",
            "http://127.0.0.1:1/",
        ] {
            assert!(is_place(place), "{place}");
        }
        let long = format!("https://filter.example/{}", "x".repeat(MAX_KEY));
        for wrong in [
            "filter",
            "ftp://filter.example",
            "https://ann:key@filter.example",
            &long,
        ] {
            assert!(!is_place(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_checked_when_it_is_set() {
        for key in ["", "abc123def456", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert!(is_key(key), "{key}");
        }
        for wrong in ["whsec_", "whsec_AAAA", "two words", "line\nline"] {
            assert!(!is_key(wrong), "{wrong}");
        }
    }
}
