//! Reactions: words of the publisher's that readers may say of a comment with one click.

use unicode_normalization::UnicodeNormalization as _;

use crate::discussion::text;

/// A site has no more of them.
pub const MAX: usize = 6;

/// The longest word, in graphemes.
const MAX_GRAPHEMES: usize = 24;

/// A reaction that a site offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction<'a> {
    /// As the publisher writes it.
    pub label: &'a str,
    /// What it is stored and asked for by: the same however it is written in capitals or spaced.
    pub key: String,
}

/// A reaction to one comment, counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReactionCount {
    /// The key of the reaction that is counted.
    pub key: String,
    /// By how many.
    pub n: i64,
}

/// What a site offers, in the publisher's order, by its setting: words with commas between them.
pub fn offered(setting: &str) -> impl Iterator<Item = Reaction<'_>> {
    let labels = setting.split(',').map(str::trim);
    let labels = labels.filter(|label| !label.is_empty());
    labels.map(|label| Reaction {
        label,
        key: key(label),
    })
}

/// Whether a site offers the reaction `key`.
pub fn is_offered(setting: &str, key: &str) -> bool {
    offered(setting).any(|own| own.key == key)
}

/// The keys of the reactions that a setting names.
pub fn keys(setting: &str) -> Vec<String> {
    offered(setting).map(|own| own.key).collect()
}

/// How often `key` was given.
pub fn count_of(counted: &[ReactionCount], key: &str) -> i64 {
    let found = counted.iter().find(|own| own.key == key);
    found.map_or(0, |own| own.n)
}

/// What a reaction is stored and asked for by.
pub fn key(label: &str) -> String {
    let folded: String = label.nfkc().flat_map(char::to_lowercase).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Why the setting cannot be so; of two labels that `are_alike` one is too much.
pub fn problem(setting: &str, are_alike: fn(&str, &str) -> bool) -> Option<String> {
    let offered: Vec<Reaction<'_>> = offered(setting).collect();
    if offered.len() > MAX {
        return Some(format!(", and these are {}", offered.len()));
    }
    for (at, own) in offered.iter().enumerate() {
        let label = own.label;
        if text::excess(label, MAX_GRAPHEMES).is_some() {
            return Some(format!(", and `{label}` is too long"));
        }
        let is_double =
            |other: &Reaction<'_>| other.key == own.key || are_alike(other.label, label);
        if offered[..at].iter().any(is_double) {
            return Some(format!(", and `{label}` is there twice"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reaction_is_the_same_however_it_is_written() {
        let keys = |setting| offered(setting).map(|own| own.key).collect::<Vec<_>>();
        assert_eq!(
            keys("Respect,  I learned   something ,"),
            ["respect", "i learned something"]
        );
        assert_eq!(keys("RESPECT"), keys("ｒespect"));
        assert!(is_offered("Respect, 👍", "👍"));
        assert!(!is_offered("Respect", "Respect"), "a key is folded");
        assert_eq!(keys(""), Vec::<String>::new());
    }

    const fn differ(_: &str, _: &str) -> bool {
        false
    }

    #[test]
    fn a_list_of_few_short_words_that_differ() {
        for fit in [
            "",
            "Respect",
            "Respect, I learned something",
            "👍, 👎",
            "a,b,c,d,e,f",
        ] {
            assert_eq!(problem(fit, differ), None, "{fit}");
        }
        for (wrong, why) in [
            ("a,b,c,d,e,f,g", "these are 7"),
            ("Respect, respect", "`respect` is there twice"),
            ("👍, 👍", "`👍` is there twice"),
            ("abcdefghijklmnopqrstuvwxyz", "is too long"),
        ] {
            let found = problem(wrong, differ).unwrap_or_default();
            assert!(found.contains(why), "{wrong}: {found}");
        }
    }
}
