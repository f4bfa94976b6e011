//! The questions that wpDiscuz puts around passages of a page's text, and which comments answer them.
//!
//! A question stands in the text as `[wpdiscuz-feedback id="…" question="…"]passage[/wpdiscuz-feedback]`. What
//! answers it names a row of a table that no export holds, so of several questions of a page nobody can tell
//! which one that row is.

use std::collections::BTreeSet;

use markup::article_text;
use rejoinder_core::passages::question::MAX_CHARS;
use rejoinder_core::passages::{Folded, Position, Quote, Selector, rival};

use crate::links::plain;

const OPEN: &str = "[wpdiscuz-feedback";
const CLOSE: &str = "[/wpdiscuz-feedback]";

/// A question in the text of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// What the text calls it.
    pub(super) id: String,
    /// What is asked.
    pub(super) text: String,
    /// The passage; nothing where it is too long, or empty.
    pub(super) selector: Option<Selector>,
}

/// The questions in the text of a page, in their order.
pub(super) fn questions(content: &str) -> Vec<Found> {
    let mut clean = String::with_capacity(content.len());
    let mut met = Vec::new();
    let mut rest = content;
    while let Some((before, (attributes, inside, behind))) = next(rest) {
        clean.push_str(before);
        let n_before = clean.len();
        clean.push_str(inside);
        met.push((attributes, n_before, inside));
        rest = behind;
    }
    clean.push_str(rest);
    if met.is_empty() {
        return Vec::new();
    }
    let whole = article_text(&clean);
    let found = met.into_iter().map(|(attributes, n_before, inside)| {
        let before = clean.get(..n_before).unwrap_or_default();
        Found {
            id: attribute(attributes, "id"),
            text: asked(&attribute(attributes, "question")),
            selector: selector(&whole, &article_text(before), &article_text(inside)),
        }
    });
    found.collect()
}

/// What is asked, within the limits.
fn asked(text: &str) -> String {
    match plain(text).trim() {
        "" => "What do you think?".to_owned(),
        text => text.chars().take(MAX_CHARS).collect(),
    }
}

/// What stands before the next question, its attributes, its passage, and what follows.
fn next(text: &str) -> Option<(&str, (&str, &str, &str))> {
    let (before, rest) = text.split_once(OPEN)?;
    let (attributes, rest) = rest.split_once(']')?;
    let (inside, behind) = rest.split_once(CLOSE)?;
    Some((before, (attributes, inside, behind)))
}

/// The value of an attribute, whatever it is quoted with.
fn attribute(attributes: &str, name: &str) -> String {
    let start = format!(" {name}=");
    let Some((_, value)) = attributes.split_once(&start) else {
        return String::new();
    };
    let quotes = ["&quot;", "&#8221;", "&#8243;", "\"", "'", "”", "″"];
    let quoted = quotes.iter().find_map(|quote| value.strip_prefix(quote));
    let Some(inside) = quoted else {
        return value
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned();
    };
    let end = quotes.iter().filter_map(|quote| inside.find(quote)).min();
    inside[..end.unwrap_or(inside.len())].to_owned()
}

/// The passage where it stands in the whole text: as often as its words stand before it, they are passed over.
fn selector(whole: &str, before: &str, passage: &str) -> Option<Selector> {
    let passage = passage.trim();
    let n_before = before.matches(passage).count();
    let (at, _) = whole.match_indices(passage).nth(n_before)?;
    let start = whole.get(..at)?.chars().count();
    let position = Position {
        start,
        end: start + passage.chars().count(),
    };
    let mut selector = Selector {
        quote: Quote::of(whole, position).ok()?,
        // The page is more than its text.
        position: None,
        rival: None,
    };
    selector.rival = Some(rival(&Folded::new(whole), &selector, position));
    Some(selector)
}

/// Which of `questions` a comment answers that names the row `form`, where the comments of the page name the
/// rows `forms`.
pub(super) fn answered<'q>(
    questions: &'q [Found],
    form: &str,
    forms: &BTreeSet<String>,
) -> Option<&'q Found> {
    if let Some(own) = questions.iter().find(|own| own.id == form) {
        return Some(own);
    }
    match questions {
        [only] if forms.len() == 1 => Some(only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_found_with_its_passage_and_what_stands_beside_it() {
        let content = "The ferry was late.\n\nThe captain blamed [wpdiscuz-feedback id=\"k3\" \
                       question=\"Who &amp; why?\" opened=\"1\"]<em>the new</em> timetable\
                       [/wpdiscuz-feedback]. Nobody was surprised.";

        let found = questions(content);

        let [own] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!((own.id.as_str(), own.text.as_str()), ("k3", "Who & why?"));
        let quote = &own.selector.as_ref().unwrap().quote;
        assert_eq!(quote.exact, "the new timetable");
        assert_eq!(quote.prefix, "ry was late. The captain blamed ");
        assert_eq!(quote.suffix, ". Nobody was surprised.");
    }

    #[test]
    fn words_that_stand_there_twice_are_told_apart() {
        let content = "So it was. [wpdiscuz-feedback id=&#8221;a&#8221; question='1']So it was\
                       [/wpdiscuz-feedback]. [wpdiscuz-feedback id=b]So it was[/wpdiscuz-feedback].";

        let found = questions(content);

        let prefixes: Vec<_> = found
            .iter()
            .map(|own| own.selector.as_ref().unwrap().quote.prefix.as_str())
            .collect();
        assert_eq!(prefixes, ["So it was. ", "So it was. So it was. "]);
        assert_eq!(
            (&*found[0].id, &*found[1].id, &*found[0].text),
            ("a", "b", "1")
        );
    }

    #[test]
    fn of_several_questions_none_is_guessed() {
        let found = |id: &str| Found {
            id: id.to_owned(),
            text: String::new(),
            selector: None,
        };
        let forms = |forms: &[&str]| forms.iter().map(|form| (*form).to_owned()).collect();
        let both = [found("a"), found("b")];

        assert_eq!(answered(&both, "31", &forms(&["31"])), None);
        assert_eq!(answered(&both, "b", &forms(&["b"])), Some(&both[1]));
        assert_eq!(answered(&both[..1], "31", &forms(&["31"])), Some(&both[0]));
        assert_eq!(answered(&both[..1], "31", &forms(&["31", "32"])), None);
    }
}
