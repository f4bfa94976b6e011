//! Long texts in parts.

use unicode_segmentation::UnicodeSegmentation;

/// Parts of `text` of at most `max_chars` characters: up to the end of a sentence where one ends in
/// the second half, else up to a space, else between two letters.
pub(crate) fn parts(text: &str, max_chars: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while let Some((max, _)) = rest.char_indices().nth(max_chars) {
        let (part, after) = rest.split_at(cut(&rest[..max], rest[max..].chars().next()));
        parts.push(part.trim_end());
        rest = after.trim_start();
    }
    parts.push(rest);
    parts.retain(|part| !part.is_empty());
    parts
}

/// Where to end a part in `window`, of which `next` follows.
fn cut(window: &str, next: Option<char>) -> usize {
    let following = window.chars().skip(1).chain(next);
    let ends = || window.char_indices().zip(following.clone());
    let after = |((at, c), _): ((usize, char), char)| at + c.len_utf8();
    let sentence = ends().filter(|((_, c), next)| ends_sentence(*c, *next));
    let sentence = sentence.map(after).last();
    let space = || {
        ends()
            .filter(|(_, next)| next.is_whitespace())
            .map(after)
            .last()
    };
    let letters = || window.grapheme_indices(true).next_back().map(|(at, _)| at);
    sentence
        .filter(|at| at * 2 >= window.len())
        .or_else(space)
        .or_else(|| letters().filter(|at| *at > 0))
        .unwrap_or(window.len())
}

/// Whether a sentence ends with `c` if `next` follows.
fn ends_sentence(c: char, next: char) -> bool {
    matches!(c, '。' | '！' | '？' | '।')
        || (matches!(c, '.' | '!' | '?' | '…' | '؟') && next.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_split_where_one_would() {
        let check = |text: &str, max, expected: &[&str]| assert_eq!(parts(text, max), expected);
        check("", 5, &[]);
        check("short", 5, &["short"]);
        check("One two. Three four.", 12, &["One two.", "Three four."]);
        check("One. Two three four", 12, &["One. Two", "three four"]);
        check("one two three", 7, &["one two", "three"]);
        check("abcdefgh", 5, &["abcd", "efgh"]);
        check("春が来た。夏が来た。", 6, &["春が来た。", "夏が来た。"]);
        check(
            "e\u{301}e\u{301}e\u{301}",
            4,
            &["e\u{301}", "e\u{301}e\u{301}"],
        );
    }
}
