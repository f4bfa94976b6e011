//! How the HTML of a comment differs from its words alone, which is far shorter than the HTML.
//!
//! A patch is read from its start along the plain form: a number keeps so many bytes of it, `-` leaves out
//! its next character or tag, and a tag, or an end of a line, is put in. What it does not reach stays. It
//! never puts in a word: whatever it is applied to, there stand between its tags the escaped words of the
//! plain form alone.

use std::fmt::Write as _;

use rejoinder_core::SafeHtml;

/// What makes `html` of `plain`; `None` where a patch cannot say it. [`patched`] gives `html` back.
pub fn patch(plain: &SafeHtml, html: &SafeHtml) -> Option<String> {
    let mut patch = String::new();
    let (mut plain, mut html) = (plain.as_str(), html.as_str());
    loop {
        let n_same = same_start(plain, html);
        (plain, html) = (&plain[n_same..], &html[n_same..]);
        if plain.is_empty() && html.is_empty() {
            return Some(patch);
        }
        if n_same > 0 {
            let _ = write!(patch, "{n_same}");
        }
        let part = next_part(html).unwrap_or_default();
        // What the plain form may have, too, is more often further on in it.
        let is_behind = matches!(part, "<p>" | "</p>" | "<br>") && !plain.starts_with('<');
        if part.starts_with(['<', '\n']) && !is_behind {
            patch.push_str(part);
            html = &html[part.len()..];
        } else {
            plain = &plain[next_part(plain)?.len()..];
            patch.push('-');
        }
    }
}

/// The HTML that `patch` makes of `plain`; `None` where it was made for another.
pub fn patched(plain: &SafeHtml, mut patch: &str) -> Option<String> {
    let mut plain = plain.as_str();
    let mut html = String::with_capacity(plain.len() + patch.len());
    while let Some(first) = patch.chars().next() {
        let part = match first {
            '0'..='9' => {
                let end = patch.find(|c: char| !c.is_ascii_digit());
                let digits = &patch[..end.unwrap_or(patch.len())];
                let same = plain.get(..digits.parse().ok()?)?;
                if ends_in_tag(same) {
                    return None;
                }
                html.push_str(same);
                plain = &plain[same.len()..];
                digits
            }
            '-' => {
                plain = &plain[next_part(plain)?.len()..];
                "-"
            }
            '<' | '\n' => {
                let put_in = next_part(patch)?;
                html.push_str(put_in);
                put_in
            }
            _ => return None,
        };
        patch = &patch[part.len()..];
    }
    html.push_str(plain);
    Some(html)
}

/// How many bytes are the same at the start of both, without the half of a character or a tag.
fn same_start(plain: &str, html: &str) -> usize {
    const STEP: usize = 16;
    let (left, right) = (plain.as_bytes(), html.as_bytes());
    let steps = left.chunks_exact(STEP).zip(right.chunks_exact(STEP));
    let mut n = STEP * steps.take_while(|(left, right)| left == right).count();
    let rest = left[n..].iter().zip(&right[n..]);
    n += rest.take_while(|(left, right)| left == right).count();
    while !html.is_char_boundary(n) {
        n -= 1;
    }
    match ends_in_tag(&html[..n]) {
        true => html[..n].rfind('<').unwrap_or_default(),
        false => n,
    }
}

/// Whether a part of the plain form ends within one of its tags, none of which is longer than `</p>`; in its
/// text, both signs are escaped.
fn ends_in_tag(part: &str) -> bool {
    let mut last = part.bytes().rev().take(3);
    last.find(|byte| matches!(byte, b'<' | b'>')) == Some(b'<')
}

/// The tag or character that `html` starts with.
fn next_part(html: &str) -> Option<&str> {
    if !html.starts_with('<') {
        let first = html.chars().next()?;
        return Some(&html[..first.len_utf8()]);
    }
    let mut in_quotes = false;
    let end = html.bytes().position(|byte| {
        in_quotes ^= byte == b'"';
        byte == b'>' && !in_quotes
    });
    Some(&html[..=end?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{paragraphs, plain_text, render, sanitise};

    #[track_caller]
    fn check(text: &str, html: &SafeHtml, expected: &str) {
        let plain = paragraphs(text);
        let patch = patch(&plain, html).unwrap();
        assert_eq!(patch, expected);
        assert_eq!(patched(&plain, &patch).as_deref(), Some(html.as_str()));
    }

    #[test]
    fn formatting_is_put_into_the_words() {
        let typed = |text, expected| check(text, &render(text).html, expected);
        typed("So *very* **good**", "6<em>-4</em>-1<strong>--4</strong>--");
        typed("> So\n> it is", "<blockquote>3-----6-----9</blockquote>");
        typed("\u{e9}*\u{e8}*", "5<em>-2</em>-");
        typed(
            "See https://a.example/ there",
            "7<a href=\"https://a.example/\" rel=\"nofollow ugc noopener noreferrer\">18</a>",
        );
    }

    #[test]
    fn what_another_system_set_off_is_put_into_what_it_said() {
        let came = |html, expected| {
            let html = sanitise(html);
            check(&plain_text(&html), &html, expected);
        };
        came("<p>So <em>very</em> good</p>", "6<em>4</em>");
        came("<p>One</p>\n<p>two</p>", "10\n");
        came("One<br><br>two", "-3<br><br>--3-");
        came("<p>One\ntwo</p>", "6\n-");
    }

    #[test]
    fn words_that_are_not_in_the_plain_form_are_in_no_patch() {
        let html = render("Hello :smile:").html;

        assert_eq!(patch(&paragraphs("Hello :smile:"), &html), None);
    }

    #[test]
    fn a_patch_for_other_words_makes_no_half_of_a_tag_or_a_character() {
        let plain = paragraphs("\u{e9}");
        for other in [
            "1<em>",
            "4<em>",
            "8<em>",
            "99",
            "-----",
            "3?",
            "3<em",
            "3\u{e9}",
            "99999999999999999999",
        ] {
            assert_eq!(patched(&plain, other), None, "{other}");
        }
        let shown = patched(&paragraphs("<b>"), "4<em>2</em>");
        assert_eq!(shown.as_deref(), Some("<p>&<em>lt</em>;b&gt;</p>"));
    }
}
