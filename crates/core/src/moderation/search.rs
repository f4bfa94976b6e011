//! What a moderator types to find comments: words, and operators such as `author:ann`.

use std::fmt;
use std::str::FromStr;

use crate::comment::State;
use crate::time::Time;

/// The most words and operators that count; what follows is refused.
const MAX_PARTS: usize = 12;

/// A search, taken apart. Everything in it must hold.
///
/// `author:` part of the name or the id, `page:` part of the key or the headline, `word:` part of the
/// text, `link:` part of an address that the text links to, `before:` a day or a time, `state:` a
/// state. What has no operator is looked for in the text. Quotes hold words together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    /// Texts that the comment holds.
    pub words: Vec<String>,
    /// Part of the author's name, or their id.
    pub author: Option<String>,
    /// Part of the page's key or headline.
    pub page: Option<String>,
    /// Part of an address that the comment links to.
    pub link: Option<String>,
    /// Posted before.
    pub before: Option<Time>,
    /// In this state.
    pub state: Option<State>,
}

/// A part of a search that means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotASearch {
    /// `before:` takes a day or a time.
    #[error("`{0}` is not a day such as 2026-11-23")]
    Day(String),
    /// `state:` takes a state.
    #[error("`{0}` is not a state: use published, held, rejected, spam or removed")]
    State(String),
    /// There are too many parts.
    #[error("a search has at most {MAX_PARTS} words and operators")]
    TooLong,
}

impl FromStr for Search {
    type Err = NotASearch;

    fn from_str(typed: &str) -> Result<Self, NotASearch> {
        let mut search = Self::default();
        for (n, part) in parts(typed).into_iter().enumerate() {
            if n >= MAX_PARTS {
                return Err(NotASearch::TooLong);
            }
            let (operator, value) = part.split();
            match operator {
                "author" => search.author = Some(value),
                "page" => search.page = Some(value),
                "link" => search.link = Some(value),
                "before" => search.before = Some(day(&value)?),
                "state" => {
                    let state = State::from_word(&value.to_lowercase());
                    search.state = Some(state.ok_or(NotASearch::State(value))?);
                }
                _ => search.words.push(value),
            }
        }
        Ok(search)
    }
}

/// As it could have been typed.
impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operators = [
            ("author:", self.author.clone()),
            ("page:", self.page.clone()),
            ("link:", self.link.clone()),
            ("before:", self.before.map(|time| time.to_string())),
            ("state:", self.state.map(|state| state.as_str().to_owned())),
        ];
        let operators = operators
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}{}", quoted(&value?))));
        let words = self
            .words
            .iter()
            .map(|word| format!("word:{}", quoted(word)));
        let parts: Vec<String> = operators.chain(words).collect();
        f.write_str(&parts.join(" "))
    }
}

fn quoted(value: &str) -> String {
    if value.contains(char::is_whitespace) {
        format!("\"{value}\"")
    } else {
        value.to_owned()
    }
}

/// Text between spaces, with quotes taken off and the operator's colon kept in mind.
#[derive(Default)]
struct Part {
    text: String,
    colon: Option<usize>,
}

impl Part {
    fn split(&self) -> (&str, String) {
        let known = ["author", "page", "word", "link", "before", "state"];
        match self.colon {
            Some(at) if known.contains(&&self.text[..at]) && at + 1 < self.text.len() => {
                (&self.text[..at], self.text[at + 1..].to_owned())
            }
            _ => ("", self.text.clone()),
        }
    }
}

fn parts(typed: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut part = Part::default();
    let mut is_quoted = false;
    for c in typed.chars().filter(|c| *c == '\n' || !c.is_control()) {
        match c {
            '"' => is_quoted = !is_quoted,
            c if c.is_whitespace() && !is_quoted => parts.push(std::mem::take(&mut part)),
            c => {
                if c == ':' && !is_quoted && part.colon.is_none() {
                    part.colon = Some(part.text.len());
                }
                part.text.push(c);
            }
        }
    }
    parts.push(part);
    parts.retain(|part| !part.text.is_empty());
    parts
}

fn day(value: &str) -> Result<Time, NotASearch> {
    let time = value
        .parse()
        .or_else(|_| format!("{value}T00:00:00Z").parse());
    time.map_err(|_| NotASearch::Day(value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(typed: &str) -> Search {
        typed.parse().unwrap()
    }

    #[test]
    fn operators_and_words_are_told_apart() {
        let search = search("author:\"Ann Lee\" bridge state:held link:spam.example word:cheap");
        assert_eq!(search.author.as_deref(), Some("Ann Lee"));
        assert_eq!(search.words, ["bridge", "cheap"]);
        assert_eq!(search.state, Some(State::Held));
        assert_eq!(search.link.as_deref(), Some("spam.example"));
    }

    #[test]
    fn what_is_no_operator_is_looked_for_in_the_text() {
        assert_eq!(
            search("https://a.example 3:48 \"state:held\" author:").words,
            ["https://a.example", "3:48", "state:held", "author:"]
        );
    }

    #[test]
    fn before_takes_a_day_or_a_time() {
        let day = search("before:2026-11-23").before.unwrap();
        assert_eq!(day.to_string(), "2026-11-23T00:00:00Z");
        assert!(search("before:2026-11-23T12:00:00+01:00").before.unwrap() > day);
        assert_eq!(
            "before:yesterday".parse::<Search>(),
            Err(NotASearch::Day("yesterday".to_owned()))
        );
    }

    #[test]
    fn an_unknown_state_is_named() {
        let refused = "state:gone".parse::<Search>().unwrap_err();
        assert!(refused.to_string().starts_with("`gone` is not a state"));
    }

    #[test]
    fn a_search_reads_back() {
        let typed = "author:\"Ann Lee\" page:story before:2026-11-23T00:00:00Z state:spam word:x";
        assert_eq!(search(typed).to_string(), typed);
        assert_eq!(search(&search(typed).to_string()), search(typed));
    }

    #[test]
    fn a_search_is_bounded_and_may_be_empty() {
        assert_eq!(
            search(" \" \" "),
            Search {
                words: vec![" ".to_owned()],
                ..Search::default()
            }
        );
        assert_eq!(search(""), Search::default());
        assert_eq!("a ".repeat(13).parse::<Search>(), Err(NotASearch::TooLong));
    }
}
