//! What can be seen of a text.

use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Whether a character takes no ink: it is a control, is ignored by fonts, or is a letter without a
/// shape.
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}'
        | '\u{86}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether nothing of a text can be seen: it has spaces, invisible characters and marks that lack the
/// letter which they belong to, and nothing else.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        // The Braille pattern without dots is a symbol, and is as empty as a space.
        c.is_whitespace() || is_invisible(c) || is_combining_mark(c) || c == '\u{2800}'
    })
}

/// How many bytes a text may have for each character that it may have.
///
/// A character, as people count them, has no greatest size: marks can be laid over a letter without
/// end. The largest that mean something, flags, families and kisses, have 35 bytes.
pub const MAX_BYTES_EACH: usize = 40;

/// How long a text is, in graphemes, where it has more than `max` of them, or more bytes than so many
/// can mean. Counts no further than twice as far.
pub fn excess(text: &str, max: usize) -> Option<usize> {
    // Counting takes a while; these have one for each byte.
    let is_plain = text.is_ascii() && !text.contains('\r');
    let n_graphemes = match is_plain {
        true => text.len().min(max * 2 + 1),
        false => text.graphemes(true).take(max * 2 + 1).count(),
    };
    let n_meant = text.len().div_ceil(MAX_BYTES_EACH);
    let n = n_graphemes.max(n_meant.min(max * 2 + 1));
    (n > max).then_some(n)
}

/// A text with the ends of its lines as they are kept: one line feed each.
pub fn lines(typed: &str) -> String {
    typed.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_which_nothing_can_be_seen_is_blank() {
        for text in [
            "",
            " \t\r\n",
            "\u{a0}\u{2003}\u{3000}\u{1680}",
            "\u{200b}\u{200c}\u{200d}\u{200e}\u{feff}\u{2060}",
            "\u{ad}\u{61c}\u{180e}\u{202e}\u{2066}",
            "\u{115f}\u{1160}\u{3164}\u{ffa0}",
            "\u{2800}\u{1d159}\u{34f}",
            "\u{fe0f}\u{e0041}\u{e007f}\u{e0100}",
            "\u{301}\u{20dd} \u{64b}",
            "\u{fff9}\u{fffb}\u{0}\u{9b}",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["a", ".", "0", "👍", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "é", "ー", "\u{2801}", "ـ", "한"]
        {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn a_text_is_as_long_as_people_count_and_no_larger_than_they_can_mean() {
        for letter in ["a", "漢", "😄", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩🏿‍❤️‍💋‍👩🏻", "स्त्री"]
        {
            let n = letter.graphemes(true).count();
            assert_eq!(excess(&letter.repeat(100 / n), 100), None, "{letter}");
        }
        assert_eq!(excess(&"a".repeat(101), 100), Some(101));
        assert_eq!(excess(&"a".repeat(1_000), 100), Some(201));
        assert_eq!(excess(&"\r\n".repeat(100), 100), None);
        assert_eq!(excess(&"\n".repeat(101), 100), Some(101));
        assert_eq!(excess(&"e\u{301}".repeat(100), 100), None);
        assert_eq!(
            excess(&format!("e{}", "\u{301}".repeat(2_000)), 100),
            Some(101)
        );
    }

    #[test]
    fn lines_end_in_one_way() {
        assert_eq!(lines("a\r\nb\rc\n\r\nd"), "a\nb\nc\n\nd");
    }
}
