//! What somebody typed, within a line that somebody else reads.
//!
//! Letters have a direction, and some characters are there for nothing but to change it: a name with one
//! of them turns around whatever stands behind it.

use std::fmt;

/// Begins and ends text that is kept apart from the direction of what is around it.
const APART: [char; 2] = ['\u{2068}', '\u{2069}'];

/// Whether `c` is only there to change a direction.
pub const fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text that turns nothing around, neither by its letters nor by what stands among them.
pub struct BidiIsolate<'a>(pub &'a str);

impl fmt::Display for BidiIsolate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_ascii() {
            return f.write_str(self.0);
        }
        let [begin, end] = APART;
        write!(f, "{begin}{}{end}", self.0.replace(is_bidi_control, ""))
    }
}

/// Returns `text` up to so many characters. What was kept [`BidiIsolate`] in it stays so.
pub fn cut(text: &str, max: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(max) else {
        return text.to_owned();
    };
    let start = text[..end].trim_end();
    let [begun, ended] = APART.map(|c| start.matches(c).count());
    let close = if begun > ended { "\u{2069}" } else { "" };
    format!("{start}…{close}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_apart_cannot_come_out() {
        assert_eq!(BidiIsolate("Ann").to_string(), "Ann");
        assert_eq!(BidiIsolate("Änn").to_string(), "\u{2068}Änn\u{2069}");
        let typed = "Ä\u{2069}\u{202e}moc";
        assert_eq!(BidiIsolate(typed).to_string(), "\u{2068}Ämoc\u{2069}");
    }

    #[test]
    fn a_line_is_cut_between_characters_and_closed() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer", 5), "longe…");
        assert_eq!(
            cut("so \u{2068}ÄÖÜ\u{2069} said", 6),
            "so \u{2068}ÄÖ…\u{2069}"
        );
        assert_eq!(cut("\u{2068}Ä\u{2069} said so", 5), "\u{2068}Ä\u{2069} s…");
    }
}
