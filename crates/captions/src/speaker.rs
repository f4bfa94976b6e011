//! Names of speakers before what they say.

/// How long a name before a colon may be, in characters and in words.
const MAX_NAME: (usize, usize) = (40, 5);

/// Words within names that have no capital.
const SMALL_WORDS: [&str; 17] = [
    "and", "al", "bin", "da", "de", "del", "den", "der", "di", "du", "la", "le", "of", "the",
    "van", "von", "zu",
];

/// Takes `Name: ` off the start of `text`, after `>>` if there is one, as broadcasters write it.
///
/// A name is up to five words, each with a capital or of a script without them. “Answer: yes” looks
/// the same, so its first word is taken for a name.
pub(crate) fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let named = text.strip_prefix(">>").unwrap_or(text);
    let start = named.get(..MAX_NAME.0 * 4).unwrap_or(named);
    let at = start.find([':', '：', '\n'])?;
    let (name, after) = named.split_at(at);
    let said = after.strip_prefix('：').or_else(|| {
        let said = after.strip_prefix(':')?;
        said.starts_with(char::is_whitespace).then_some(said)
    })?;
    let (name, said) = (name.trim(), said.trim());
    (is_name(name) && !said.is_empty()).then_some((name, said))
}

/// Whether `text` could be somebody's name.
fn is_name(text: &str) -> bool {
    let text = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    text.starts_with(char::is_alphabetic)
        && text.chars().count() <= MAX_NAME.0
        && text.split_whitespace().count() <= MAX_NAME.1
        && text.split_whitespace().all(is_word_of_name)
}

fn is_word_of_name(word: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || "'’-–_&/".contains(c) || is_mark(c);
    let letters = match word.strip_suffix('.') {
        Some(short) if short.chars().count() <= 4 => short,
        _ => word,
    };
    let starts_well = word.starts_with(|c: char| !c.is_lowercase());
    (starts_well || SMALL_WORDS.contains(&word)) && letters.chars().all(is_letter)
}

/// Signs that stand over or under letters in scripts that need them.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace() && !c.is_control() && !"…。、，！？«»“”„".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_before_a_colon_are_taken_off() {
        let check = |text: &str, name: &str, said: &str| {
            assert_eq!(split(text), Some((name, said)), "{text}");
        };
        check("Ann: hello", "Ann", "hello");
        check("KIM LEE:\nhello\nyou", "KIM LEE", "hello\nyou");
        check(">> ANN: so", "ANN", "so");
        check("Speaker 1: a: b", "Speaker 1", "a: b");
        check("Dr. J. van der Berg: a", "Dr. J. van der Berg", "a");
        check("[Ann]: a", "[Ann]", "a");
        check("王芳：你好", "王芳", "你好");
        check("राम: नमस्ते", "राम", "नमस्ते");
        check("Jean-Luc O’Neill: a", "Jean-Luc O’Neill", "a");
    }

    #[test]
    fn sentences_with_a_colon_stay_whole() {
        for text in [
            "",
            ":",
            "Ann:",
            "Ann: ",
            "at 3:48",
            "It is 3: no",
            "the question is: why",
            "Yes, Ann: no",
            "https://a.b: c",
            "Surely. It: a",
            "Really? Ann: b",
            "One Two Three Four Five Six: a",
            "A name that Goes On And On And On Without End Or Rest: a",
            "one\nAnn: two",
            "3: a",
            ">> : a",
        ] {
            assert_eq!(split(text), None, "{text}");
        }
    }
}
