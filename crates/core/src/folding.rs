//! Texts as they are compared with what somebody looks for.

use unicode_normalization::UnicodeNormalization as _;

use crate::discussion::text::is_invisible;

/// A text without what does not tell words apart: case, accents, widths of letters, and what takes no ink.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold(text, &mut folded);
    folded
}

/// Add a text to `out` as [`folded`] gives it.
pub(crate) fn fold(text: &str, out: &mut String) {
    if text.is_ascii() {
        let seen = text.chars().filter(|c| !is_invisible(*c));
        out.extend(seen.map(|c| c.to_ascii_lowercase()));
        return;
    }
    out.extend(plain(text.chars()).map(|c| match c {
        // The sigma that ends a word.
        'ς' => 'σ',
        // Its capital is that of i.
        'ı' => 'i',
        _ => c,
    }));
}

/// Letters as they are meant: small ones without accents, and compatibility forms and what is composed of
/// several in one way.
pub(crate) fn plain(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let seen = text.filter(|c| !is_invisible(*c));
    let small = seen.nfkc().flat_map(char::to_lowercase);
    let mut before = ' ';
    let bare = small.nfd().filter(move |c| {
        // The Russian short i is a letter of its own.
        let is_kept = !is_laid_over(*c) || (*c == '\u{306}' && before == 'и');
        before = *c;
        is_kept
    });
    bare.nfc().filter(|c| !is_invisible(*c))
}

/// Accents, points and strokes over letters, of the scripts in which they may be left out.
pub(crate) const fn is_laid_over(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'
        | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each is found by whoever types another.
    #[track_caller]
    fn same(texts: &[&str]) {
        for text in texts {
            assert_eq!(folded(text), folded(texts[0]), "{text} as {}", texts[0]);
        }
    }

    #[test]
    fn case_and_accents_tell_no_words_apart() {
        assert_eq!(folded("Ærø, RÓOF und Straße"), "ærø, roof und straße");
        assert_eq!(folded("ÜBER ﬁne Ёлка"), "uber fine елка");
        same(&["cafe", "Café", "CAFE\u{301}"]);
        same(&["ИСТАНБУЛ", "истанбул"]);
        same(&["كِتَاب", "كتاب"]);
        assert_ne!(folded("мой"), folded("мои"));
    }

    #[test]
    fn letters_that_stand_for_one_another_are_one() {
        same(&["ΌΔΟΣ", "οδος", "οδοσ", "ΟΔΌς"]);
        same(&["İstanbul", "istanbul", "ISTANBUL", "i\u{307}stanbul"]);
        same(&["ılık", "ILIK"]);
        same(&["ABC １２", "ａｂｃ 12"]);
    }

    #[test]
    fn narrow_and_wide_forms_are_one_and_voiced_kana_are_their_own() {
        same(&["バス", "ﾊﾞｽ", "ハ\u{3099}ス"]);
        same(&["フェリー", "ﾌｪﾘｰ"]);
        assert_ne!(folded("バス"), folded("ハス"));
        same(&["한국", "\u{1112}\u{1161}\u{11ab}국"]);
    }

    #[test]
    fn vowels_are_no_accents_where_they_stand_on_letters() {
        assert_ne!(folded("हिन्दी"), folded("हनद"));
        assert_ne!(folded("ที่"), folded("ท"));
    }

    #[test]
    fn what_takes_no_ink_is_nothing() {
        same(&["Schifffahrt", "Schiff\u{ad}fahrt", "Schiff\u{200b}fahrt"]);
        same(&["❤", "❤\u{fe0f}"]);
        same(&["ab", "a\u{1}b"]);
    }
}
