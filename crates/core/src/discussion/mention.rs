//! Who is meant by an `@` and a name in a comment: somebody who wrote on the same page.
//!
//! A name means whoever could be taken for it, as names are held apart everywhere. Where these are
//! several, it means the one who wrote above in the same branch, and else nobody: better no link than
//! one to a stranger.

use std::collections::{BTreeSet, HashMap};

use unicode_normalization::char::is_combining_mark;

use crate::identity::names;
use crate::ids::{AuthorId, CommentId};

/// So many people one comment mentions; what more there is stays text.
pub const MAX_MENTIONED: usize = 5;

/// Signs in one text that are looked at; what stands behind further ones is not.
pub const MAX_LOOKED_AT: usize = 20;

/// So many words a name is looked for in, and so many bytes.
const MAX_WORDS: usize = 8;
const MAX_BYTES: usize = 400;

/// Somebody who can be mentioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MentionCandidate {
    /// The author that the name leads to.
    pub author: AuthorId,
    /// As they call themselves.
    pub name: String,
    /// A comment of theirs on the page, to which a mention leads.
    pub comment: CommentId,
    /// Whether they wrote above what is being written.
    pub is_in_branch: bool,
}

/// Somebody whom a comment mentions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// The author who is mentioned.
    pub author: AuthorId,
    /// The comment of theirs to which it leads.
    pub comment: CommentId,
}

/// Those who can be mentioned, by how their names look.
#[derive(Debug, Clone, Default)]
pub struct MentionCandidates {
    people: Vec<MentionCandidate>,
    by_look: HashMap<String, Vec<usize>>,
}

impl MentionCandidates {
    /// The people to choose from.
    pub fn new(people: Vec<MentionCandidate>) -> Self {
        let mut by_look: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, person) in people.iter().enumerate() {
            for look in names::looks(&person.name) {
                let alike = by_look.entry(look).or_default();
                if alike.last() != Some(&at) {
                    alike.push(at);
                }
            }
        }
        by_look.remove("");
        Self { people, by_look }
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.by_look.is_empty()
    }

    /// Who is meant by the name that `text` begins with, and how many bytes of it are the name. The
    /// longest name counts.
    pub fn find_mentioned(&self, text: &str) -> Option<(&MentionCandidate, usize)> {
        let (end, alike) = ends(text).into_iter().rev().find_map(|end| {
            let alike = self.alike(&text[..end]);
            (!alike.is_empty()).then_some((end, alike))
        })?;
        let person = self.one(&alike)?;
        // What a name ends with beside letters is a part of it, where it was typed.
        let end = match text.starts_with(&person.name) {
            true => end.max(person.name.len()),
            false => end,
        };
        Some((person, end))
    }

    fn alike(&self, name: &str) -> BTreeSet<usize> {
        let looks = names::looks(name);
        let found = looks.iter().filter_map(|look| self.by_look.get(look));
        found.flatten().copied().collect()
    }

    /// The only one, or the only one in the branch.
    fn one(&self, alike: &BTreeSet<usize>) -> Option<&MentionCandidate> {
        let only = |is_meant: fn(&MentionCandidate) -> bool| {
            let mut meant = alike
                .iter()
                .filter_map(|at| self.people.get(*at))
                .filter(|person| is_meant(person));
            let first = meant.next()?;
            meant
                .all(|other| other.author == first.author)
                .then_some(first)
        };
        only(|_| true).or_else(|| only(|person| person.is_in_branch))
    }
}

/// Whether an `@` behind `before` can begin a mention: it stands in no address and in no word.
pub fn may_follow(before: Option<char>) -> bool {
    before.is_none_or(|c| !is_of_word(c) && !matches!(c, '@' | '/' | '.' | '_' | '-'))
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Where a name that `text` begins with could end, the first place first: behind each of its words.
/// What a hyphen or a dot holds together is one word.
fn ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        if c == '\n' || c == '@' || end > MAX_BYTES || ends.len() == MAX_WORDS {
            break;
        }
        if at == 0 && !is_of_word(c) {
            break;
        }
        let next = chars.peek().map(|(_, next)| *next);
        if is_of_word(c) && next.is_none_or(|next| !is_of_word(next) && !holds(next, &text[end..]))
        {
            ends.push(end);
        }
    }
    ends
}

/// Whether `sign`, with which `rest` begins, holds the words around it together.
fn holds(sign: char, rest: &str) -> bool {
    let next = rest.chars().nth(1);
    matches!(sign, '-' | '_' | '.' | '@') && next.is_some_and(is_of_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(names: &[(&str, bool)]) -> MentionCandidates {
        let people = names
            .iter()
            .zip(1..)
            .map(|((name, is_in_branch), n)| MentionCandidate {
                author: AuthorId(n),
                name: (*name).to_owned(),
                comment: CommentId(10 + n),
                is_in_branch: *is_in_branch,
            });
        MentionCandidates::new(people.collect())
    }

    /// Who is meant, and the name as it stands in the text.
    #[track_caller]
    fn check(names: &[(&str, bool)], text: &str, expected: Option<(i64, &str)>) {
        let people = people(names);
        let meant = people.find_mentioned(text);
        let meant = meant.map(|(person, end)| (person.author.0, &text[..end]));
        assert_eq!(meant, expected, "{text}");
    }

    #[test]
    fn the_longest_name_is_meant() {
        let all = [("Ann", false), ("Ann Lee", false), ("Bob", false)];
        check(&all, "Ann Lee, really?", Some((2, "Ann Lee")));
        check(&all, "Ann leaves", Some((1, "Ann")));
        check(&all, "Ann", Some((1, "Ann")));
        check(&all, "Bob’s dog", Some((3, "Bob")));
        check(&all, "Bob\nand Ann", Some((3, "Bob")));
        check(&all, "Bobby", None);
        check(&all, "Cid and Bob", None);
        check(&all, "", None);
        check(&all, " Bob", None);
    }

    #[test]
    fn a_part_of_a_word_is_no_name() {
        let all = [("Ann", false)];
        for text in [
            "Ann-Marie",
            "Ann_2",
            "Ann.example",
            "Ann@news.example",
            "Annn",
        ] {
            check(&all, text, None);
        }
        for text in [
            "Ann.",
            "Ann - no",
            "Ann, Ann-Marie",
            "(Ann)".trim_matches('('),
        ] {
            check(&all, text, Some((1, "Ann")));
        }
    }

    #[test]
    fn a_name_is_known_however_it_is_typed() {
        check(&[("Ann Lee", false)], "ann  LEE!", Some((1, "ann  LEE")));
        check(&[("Ánn", false)], "Ann", Some((1, "Ann")));
        check(&[("O’Brien", false)], "O'Brien", Some((1, "O'Brien")));
        check(
            &[("Ann (Leeds)", false)],
            "Ann (Leeds) is",
            Some((1, "Ann (Leeds)")),
        );
        check(&[("李雷", false)], "李雷 你好", Some((1, "李雷")));
        check(&[("أحمد", false)], "أحمد، نعم", Some((1, "أحمد")));
        check(&[("…", false)], "…", None);
    }

    #[test]
    fn who_could_be_two_is_the_one_in_the_branch_or_nobody() {
        check(&[("Ann", false), ("Аnn", false)], "Ann", None);
        check(&[("Ann", false), ("Аnn", true)], "Ann", Some((2, "Ann")));
        check(&[("Ann", true), ("ann", true)], "Ann", None);
        // The longer name is nobody's alone; nobody else is meant by a part of it.
        check(
            &[("Ann Lee", false), ("ann lee", false), ("Ann", false)],
            "Ann Lee",
            None,
        );
    }

    #[test]
    fn a_sign_in_a_word_or_an_address_mentions_nobody() {
        for before in ['a', '9', 'é', '.', '@', '/', '_'] {
            assert!(!may_follow(Some(before)), "{before}");
        }
        for before in [' ', '\n', '(', '“', ',', '—'] {
            assert!(may_follow(Some(before)), "{before}");
        }
        assert!(may_follow(None));
    }

    #[test]
    fn a_name_is_looked_for_in_a_few_words_alone() {
        let long = "a ".repeat(100_000);
        assert_eq!(ends(&long).len(), MAX_WORDS);
        let wide = "é".repeat(100_000);
        assert!(ends(&wide).is_empty());
    }
}
