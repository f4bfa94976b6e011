//! Text without markup, for mails, feeds and excerpts.

use std::borrow::Cow;

use rejoinder_core::SafeHtml;
use unicode_segmentation::UnicodeSegmentation;

/// What stands in plain text where a spoiler does; it tells nothing, not even the length.
const COVERED: &str = "▒▒▒▒";

/// `html` as text: a blank line between paragraphs, `- ` before items, spoilers covered.
///
/// Words of links stay and addresses go, so that a mail shows what the page shows. It relies on
/// how the sanitiser writes HTML and is no way to read HTML of anyone else.
pub fn plain_text(html: &SafeHtml) -> String {
    let mut text = PlainWriter::default();
    let mut rest = html.as_str();
    while let Some((before, after)) = rest.split_once('<') {
        text.push(before);
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        text.tag(tag);
        rest = after;
    }
    text.push(rest);
    text.out.trim_end().to_owned()
}

#[derive(Default)]
struct PlainWriter {
    out: String,
    /// How many spoilers are open around what comes next.
    n_spoilers: usize,
    n_lists: usize,
}

impl PlainWriter {
    fn push(&mut self, escaped: &str) {
        if self.n_spoilers > 0 {
            return;
        }
        let text = unescaped(escaped);
        let at_line_start = self.out.is_empty() || self.out.ends_with('\n');
        self.out.push_str(if at_line_start {
            text.trim_start_matches('\n')
        } else {
            &text
        });
    }

    fn tag(&mut self, tag: &str) {
        let name = tag.split(' ').next().unwrap_or_default();
        match name {
            "span" => {
                if self.n_spoilers == 0 {
                    self.out.push_str(COVERED);
                }
                self.n_spoilers += 1;
            }
            "/span" => self.n_spoilers = self.n_spoilers.saturating_sub(1),
            _ if self.n_spoilers > 0 => {}
            "br" => self.out.push('\n'),
            "li" => {
                self.lines(1);
                let n_outer = self.n_lists.saturating_sub(1);
                self.out.extend(std::iter::repeat_n("  ", n_outer));
                self.out.push_str("- ");
            }
            "/li" | "dt" | "dd" => self.lines(1),
            "ul" | "ol" => {
                if !self.out.ends_with("- ") {
                    self.lines(if self.n_lists > 0 { 1 } else { 2 });
                }
                self.n_lists += 1;
            }
            "/ul" | "/ol" => {
                self.n_lists = self.n_lists.saturating_sub(1);
                self.lines(if self.n_lists > 0 { 1 } else { 2 });
            }
            "p" | "div" | "dl" | "pre" if self.out.ends_with("- ") => {}
            "p" | "/p" | "div" | "/div" | "dl" | "/dl" | "pre" | "/pre" | "blockquote"
            | "/blockquote" | "hr" => self.lines(2),
            _ => {}
        }
    }

    /// Makes sure that what follows starts after `n` ends of lines.
    fn lines(&mut self, n: usize) {
        if self.out.is_empty() {
            return;
        }
        let ends = self.out.bytes().rev().take(n);
        let has = ends.take_while(|byte| *byte == b'\n').count();
        self.out.extend(std::iter::repeat_n('\n', n - has));
    }
}

/// What `escaped` stands for, as the sanitiser escapes.
pub(crate) fn unescaped(escaped: &str) -> Cow<'_, str> {
    if !escaped.contains('&') {
        return Cow::Borrowed(escaped);
    }
    let text = escaped
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&");
    Cow::Owned(text)
}

/// The start of `text` on one line, at most `max_graphemes` long with the `…` that shows a cut.
///
/// It is cut between words where that costs no more than half of it.
pub fn excerpt(text: &str, max_graphemes: usize) -> String {
    let mut out = String::new();
    let mut n = 0;
    let mut last_space = None;
    for word in text.split_whitespace() {
        let gap = usize::from(!out.is_empty());
        if gap == 1 {
            last_space = Some((out.len(), n));
            out.push(' ');
            n += 1;
        }
        for grapheme in word.graphemes(true) {
            if n == max_graphemes {
                return cut(out, n, last_space, max_graphemes);
            }
            out.push_str(grapheme);
            n += 1;
        }
    }
    out
}

fn cut(mut out: String, n: usize, space: Option<(usize, usize)>, max: usize) -> String {
    match space {
        Some((at, n_before)) if n_before * 2 >= max => out.truncate(at),
        _ if n > 0 => {
            let last = out
                .grapheme_indices(true)
                .next_back()
                .map_or(0, |(at, _)| at);
            out.truncate(last);
        }
        _ => return String::new(),
    }
    let end = out
        .trim_end_matches(|c: char| c.is_whitespace() || ",;:–—-".contains(c))
        .len();
    out.truncate(end);
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(markdown: &str, expected: &Expect) {
        expected.assert_eq(&plain_text(&render(markdown).html));
    }

    #[test]
    fn paragraphs_lines_and_lists_keep_their_shape() {
        check(
            "# Title\n\none *two*\nthree\n\n> quoted & <b>\n\n- a\n- b\n  - c\n\n1. x\n\n   y",
            &expect![[r#"
                Title

                one two
                three

                quoted & <b>

                - a
                - b
                  - c

                - x

                y"#]],
        );
    }

    #[test]
    fn spoilers_stay_covered_and_links_keep_their_words() {
        check(
            "He ||was *dead* all|| along, see [this](https://example.org)",
            &expect!["He ▒▒▒▒ along, see this"],
        );
    }

    #[test]
    fn code_keeps_its_lines() {
        check(
            "```\nfn a() {\n    b\n}\n```\nx",
            &expect![[r#"
            fn a() {
                b
            }

            x"#]],
        );
    }

    #[test]
    fn excerpts_are_cut_between_words_and_count_graphemes() {
        assert_eq!(excerpt("one  two\nthree", 20), "one two three");
        assert_eq!(excerpt("one two three", 13), "one two three");
        assert_eq!(excerpt("one two three", 12), "one two…");
        assert_eq!(excerpt("one two, three", 9), "one two…");
        assert_eq!(excerpt("abcdefghij", 5), "abcd…");
        assert_eq!(excerpt("a bcdefghij", 5), "a bc…");
        assert_eq!(excerpt("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2), "👩‍👩‍👧‍👦…");
        assert_eq!(excerpt("", 5), "");
        assert_eq!(excerpt("abc", 0), "");
        assert_eq!(excerpt("abc", 1), "…");
    }
}
