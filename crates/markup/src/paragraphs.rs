//! Text as HTML that says nothing but its words.

use rejoinder_core::SafeHtml;

use crate::escape::push_text;

/// `text` in paragraphs, which blank lines divide, with its other ends of lines.
///
/// It is what [`crate::render`] makes of words without any formatting, and what HTML of another system
/// mostly was of which [`crate::plain_text`] has left `text`. Whatever `text` holds is shown as it stands
/// there, and the sanitiser would give the same back. It stays as it is: the store keeps of HTML what
/// that says beyond this.
pub fn paragraphs(text: &str) -> SafeHtml {
    let mut html = String::with_capacity(text.len() + 32);
    let mut is_open = false;
    for line in text.lines() {
        let before = html.len();
        html.push_str(if is_open { "<br>" } else { "<p>" });
        let start = html.len();
        push_text(&mut html, line.trim_matches([' ', '\t']));
        if html.len() > start {
            is_open = true;
            continue;
        }
        html.truncate(before);
        if is_open {
            html.push_str("</p>");
            is_open = false;
        }
    }
    if is_open {
        html.push_str("</p>");
    }
    SafeHtml::from_sanitiser(html)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{plain_text, render, sanitise};

    #[test]
    fn words_are_shown_as_the_renderer_shows_them() {
        for text in [
            "",
            "One",
            "One\ntwo\n\nthree\n\n\n  four \n five\t",
            "\n\nOne\r\ntwo",
            "a < b & c > \"d\" 'e'; f&g",
            "A\u{a0}b \u{200f}\u{05d0}\u{202b} \u{1f469}\u{200d}\u{1f680} e\u{301}",
        ] {
            assert_eq!(paragraphs(text), render(text).html, "{text:?}");
        }
    }

    #[test]
    fn paragraphs_of_another_system_are_what_their_words_make() {
        let html = sanitise("<p>One &lt;two&gt;<br>three&nbsp;&amp;</p><p>four</p>");

        assert_eq!(paragraphs(&plain_text(&html)), html);
    }

    #[test]
    fn nothing_in_a_text_is_read_as_html() {
        for (text, html) in [
            (
                "<script>a</script>",
                "<p>&lt;script&gt;a&lt;/script&gt;</p>",
            ),
            ("&lt;b&gt;", "<p>&amp;lt;b&amp;gt;</p>"),
            ("a\n\u{1}\nb\u{0}\u{1b}", "<p>a</p><p>b</p>"),
            (" \n\t\n ", ""),
        ] {
            assert_eq!(paragraphs(text).as_str(), html, "{text:?}");
        }
    }
}
