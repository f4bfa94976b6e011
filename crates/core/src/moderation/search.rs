//! What a moderator types to find comments: words, and operators such as `author:ann`.

use std::fmt;
use std::str::FromStr;

use crate::discussion::comment::CommentState;
use crate::time::Time;

/// The most words and operators that count; what follows is refused.
const MAX_PARTS: usize = 12;

/// What can stand before a colon.
const OPERATORS: [&str; 6] = ["author", "page", "word", "link", "before", "state"];

/// A search, taken apart. Everything in it must hold.
///
/// `author:` part of the name or the id, `page:` part of the key or the headline, `word:` part of the
/// text, `link:` part of an address that the text links to, `before:` a day or a time, `state:` a
/// state. What has no operator is looked for in the text. Quotes hold words together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommentSearch {
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
    pub state: Option<CommentState>,
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
    /// The operator is not one.
    #[error(
        "there is no operator `{name}:`; there are {known}. For the text itself put quotes around it",
        known = OPERATORS.map(|operator| format!("{operator}:")).join(", ")
    )]
    Operator {
        /// What stood before the colon.
        name: String,
    },
    /// An operator has nothing behind it.
    #[error("`{0}:` needs something right behind it, without a space")]
    Empty(String),
    /// What can be said once was said twice.
    #[error("`{0}:` can stand in a search once")]
    Twice(String),
    /// There are too many parts.
    #[error("a search has at most {MAX_PARTS} words and operators")]
    TooLong,
}

impl FromStr for CommentSearch {
    type Err = NotASearch;

    fn from_str(typed: &str) -> Result<Self, NotASearch> {
        let mut search = Self::default();
        for (n, part) in parts(typed).into_iter().enumerate() {
            if n >= MAX_PARTS {
                return Err(NotASearch::TooLong);
            }
            let (operator, value) = part.split()?;
            let is_first = match operator {
                "author" => search.author.replace(value).is_none(),
                "page" => search.page.replace(value).is_none(),
                "link" => search.link.replace(value).is_none(),
                "before" => search.before.replace(day(&value)?).is_none(),
                "state" => {
                    let state = CommentState::from_word(&value.to_lowercase());
                    let state = state.ok_or(NotASearch::State(value))?;
                    search.state.replace(state).is_none()
                }
                _ => {
                    search.words.push(value);
                    true
                }
            };
            if !is_first {
                return Err(NotASearch::Twice(operator.to_owned()));
            }
        }
        Ok(search)
    }
}

/// A kept search as it is typed today.
///
/// Searches that were kept before unknown operators were refused hold `autor:ann` as the plain word
/// `word:autor:ann`; they mean the operator, which is refused by its name.
pub fn retyped(kept: &str) -> String {
    let parts = parts(kept).into_iter().map(|part| match part.split() {
        Ok(("word", value)) if !part.is_quoted && is_like_an_operator(&value) => value,
        Ok(("", _)) | Err(_) => part.text,
        Ok((operator, value)) => format!("{operator}:{}", quoted(&value)),
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// As it could have been typed.
impl fmt::Display for CommentSearch {
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
    if value.contains(char::is_whitespace) || is_like_an_operator(value) {
        format!("\"{value}\"")
    } else {
        value.to_owned()
    }
}

/// Whether a plain word would be refused for its colon.
fn is_like_an_operator(word: &str) -> bool {
    parts(word).iter().any(|part| part.split().is_err())
}

/// Text between spaces, with quotes taken off and the operator's colon kept in mind.
#[derive(Default)]
struct SearchTerm {
    text: String,
    colon: Option<usize>,
    is_quoted: bool,
}

impl SearchTerm {
    /// The operator, empty for a word, and what stands behind it.
    ///
    /// A time, a ratio and an address are words, and so is a word that a colon ends, unless it is an
    /// operator.
    fn split(&self) -> Result<(&'static str, String), NotASearch> {
        let word = || Ok(("", self.text.clone()));
        let Some(at) = self.colon else {
            return word();
        };
        let (name, value) = (&self.text[..at], &self.text[at + 1..]);
        let known = OPERATORS
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(name));
        match known {
            Some(known) if value.is_empty() => Err(NotASearch::Empty(known.to_owned())),
            Some(known) => Ok((known, value.to_owned())),
            None if value.is_empty() || value.starts_with("//") => word(),
            None if !name.is_empty() && name.chars().all(char::is_alphabetic) => {
                Err(NotASearch::Operator {
                    name: name.to_owned(),
                })
            }
            None => word(),
        }
    }
}

fn parts(typed: &str) -> Vec<SearchTerm> {
    let mut parts = Vec::new();
    let mut part = SearchTerm::default();
    let mut is_quoted = false;
    for c in typed.chars().filter(|c| *c == '\n' || !c.is_control()) {
        match c {
            '"' => {
                is_quoted = !is_quoted;
                part.is_quoted = true;
            }
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

    fn search(typed: &str) -> CommentSearch {
        typed.parse().unwrap()
    }

    #[test]
    fn operators_and_words_are_told_apart() {
        let search = search("author:\"Ann Lee\" bridge state:held link:spam.example word:cheap");
        assert_eq!(search.author.as_deref(), Some("Ann Lee"));
        assert_eq!(search.words, ["bridge", "cheap"]);
        assert_eq!(search.state, Some(CommentState::Held));
        assert_eq!(search.link.as_deref(), Some("spam.example"));
    }

    #[test]
    fn what_is_no_operator_is_looked_for_in_the_text() {
        assert_eq!(
            search("https://a.example 3:48 \"state:held\" note: :) a-b:c word:mailto:a@b.example")
                .words,
            [
                "https://a.example",
                "3:48",
                "state:held",
                "note:",
                ":)",
                "a-b:c",
                "mailto:a@b.example"
            ]
        );
    }

    #[test]
    fn an_operator_that_would_do_nothing_is_named() {
        let refused = |typed: &str| typed.parse::<CommentSearch>().unwrap_err().to_string();
        for typed in ["autor:ann", "user:ann", "is:held", "from:2026", "статус:x"] {
            let name = typed.split(':').next().unwrap();
            let refused = refused(typed);
            assert!(
                refused.starts_with(&format!("there is no operator `{name}:`")),
                "{refused}"
            );
            assert!(
                refused.contains("author:, page:, word:, link:, before:, state:"),
                "{refused}"
            );
        }
        for operator in OPERATORS {
            let refused = refused(&format!("bridge {operator}: x"));
            assert!(
                refused.starts_with(&format!("`{operator}:` needs")),
                "{refused}"
            );
        }
        for typed in [
            "author:a author:b",
            "page:a page:a",
            "state:held state:spam",
            "before:2026-11-23 before:2026-11-24",
            "link:a link:b",
        ] {
            assert!(
                refused(typed).ends_with("can stand in a search once"),
                "{typed}"
            );
        }
        assert_eq!(
            search("Author:ann STATE:held"),
            search("author:ann state:held")
        );
    }

    #[test]
    fn before_takes_a_day_or_a_time() {
        let day = search("before:2026-11-23").before.unwrap();
        assert_eq!(day.to_string(), "2026-11-23T00:00:00Z");
        assert!(search("before:2026-11-23T12:00:00+01:00").before.unwrap() > day);
        assert_eq!(
            "before:yesterday".parse::<CommentSearch>(),
            Err(NotASearch::Day("yesterday".to_owned()))
        );
    }

    #[test]
    fn an_unknown_state_is_named() {
        let refused = "state:gone".parse::<CommentSearch>().unwrap_err();
        assert!(refused.to_string().starts_with("`gone` is not a state"));
    }

    #[test]
    fn a_search_reads_back() {
        let typed = "author:\"Ann Lee\" page:story before:2026-11-23T00:00:00Z state:spam word:x";
        assert_eq!(search(typed).to_string(), typed);
        assert_eq!(search(&search(typed).to_string()), search(typed));
    }

    #[test]
    fn a_kept_search_says_again_what_it_meant() {
        // What was kept before unknown operators were refused.
        for (kept, today) in [
            ("word:autor:ann", "autor:ann"),
            (
                "state:held word:is:spam word:x",
                "state:held is:spam word:x",
            ),
            ("word:author:", "author:"),
        ] {
            assert_eq!(retyped(kept), today);
            assert!(today.parse::<CommentSearch>().is_err(), "{today}");
        }
        for typed in [
            "\"autor:ann\"",
            "word:mailto:a@b.example",
            "author:\"Ann Lee\" \"old harbour\" bridge",
            "https://a.example 3:48 note: \"state:held\"",
        ] {
            let kept = search(typed).to_string();
            assert_eq!(search(&retyped(&kept)), search(typed), "{typed}: {kept}");
        }
    }

    #[test]
    fn a_search_is_bounded_and_may_be_empty() {
        assert_eq!(
            search(" \" \" "),
            CommentSearch {
                words: vec![" ".to_owned()],
                ..CommentSearch::default()
            }
        );
        assert_eq!(search(""), CommentSearch::default());
        assert_eq!(
            "a ".repeat(13).parse::<CommentSearch>(),
            Err(NotASearch::TooLong)
        );
    }
}
