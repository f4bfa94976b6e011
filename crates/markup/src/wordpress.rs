//! The way WordPress shows the text of a comment, which it stores as half HTML, half lines.

use crate::url_gate::safe_link;

/// Makes paragraphs of blank lines, `<br>` of other ends of lines, and links of bare addresses,
/// as WordPress does when it shows a comment. The result is not safe: [`crate::sanitise`] it.
pub fn paragraphs_from_wordpress(html: &str) -> String {
    let html = html.replace("\r\n", "\n").replace('\r', "\n");
    let mut maker = ParagraphBuilder {
        out: String::with_capacity(html.len() * 2),
        ..ParagraphBuilder::default()
    };
    let mut rest = html.as_str();
    while let Some(start) = rest.find('<') {
        let Some(len) = rest[start..].find('>') else {
            break;
        };
        maker.text(&rest[..start]);
        maker.tag(&rest[start..=start + len]);
        rest = &rest[start + len + 1..];
    }
    maker.text(rest);
    maker.flush();
    maker.out
}

#[derive(Default)]
struct ParagraphBuilder {
    out: String,
    /// Inline content since the last block, with its newlines.
    line: String,
    n_in_pre: usize,
    /// Blocks whose lines are not paragraphs: items, cells, paragraphs themselves.
    n_in_text_block: usize,
    n_in_link: usize,
}

impl ParagraphBuilder {
    fn text(&mut self, text: &str) {
        let text = text.replace('<', "&lt;");
        if self.n_in_link > 0 || self.n_in_pre > 0 {
            self.line.push_str(&text);
        } else {
            push_linked(&mut self.line, &text);
        }
    }

    fn tag(&mut self, tag: &str) {
        let is_end = tag.starts_with("</");
        let name: String = tag
            .trim_start_matches(['<', '/'])
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        if name == "a" {
            count(&mut self.n_in_link, is_end);
        }
        if !is_block(&name) {
            self.line.push_str(tag);
            return;
        }
        self.flush();
        self.out.push_str(tag);
        if name == "pre" {
            count(&mut self.n_in_pre, is_end);
        } else if is_text_block(&name) {
            count(&mut self.n_in_text_block, is_end);
        }
    }

    /// Writes what has gathered since the last block.
    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        if self.n_in_pre > 0 {
            self.out.push_str(&line);
            return;
        }
        for paragraph in paragraphs(&line) {
            let paragraph = paragraph.replace('\n', "<br>");
            let paragraph = paragraph
                .replace("<br><br>", "<br>")
                .replace("<br /><br>", "<br>");
            if self.n_in_text_block > 0 {
                self.out.push_str(&paragraph);
            } else {
                self.out.push_str("<p>");
                self.out.push_str(&paragraph);
                self.out.push_str("</p>");
            }
        }
    }
}

fn count(n: &mut usize, is_end: bool) {
    *n = if is_end { n.saturating_sub(1) } else { *n + 1 };
}

fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in text.lines().map(str::trim) {
        let is_new = paragraphs.last().is_some_and(|last| !last.is_empty());
        match (line.is_empty(), paragraphs.last_mut()) {
            (true, _) if is_new => paragraphs.push(String::new()),
            (false, Some(last)) => {
                if is_new {
                    last.push('\n');
                }
                last.push_str(line);
            }
            _ => {}
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

fn is_block(name: &str) -> bool {
    is_text_block(name)
        || matches!(
            name,
            "pre"
                | "ul"
                | "ol"
                | "dl"
                | "blockquote"
                | "div"
                | "table"
                | "thead"
                | "tbody"
                | "tr"
                | "hr"
                | "section"
                | "article"
                | "figure"
        )
}

fn is_text_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "li" | "dt" | "dd" | "td" | "th" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
    )
}

/// Adds text in which bare web addresses have become links.
fn push_linked(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(start) = rest.find("http") {
        let address = &rest[start..];
        let end = address
            .find(|c: char| c.is_whitespace() || c.is_control() || "<>\"'".contains(c))
            .unwrap_or(address.len());
        let address = without_trailing_marks(&address[..end]);
        out.push_str(&rest[..start]);
        if safe_link(address).is_some() {
            out.push_str(&format!("<a href=\"{address}\">{address}</a>"));
        } else {
            out.push_str(address);
        }
        rest = &rest[start + address.len()..];
    }
    out.push_str(rest);
}

/// A full stop ends the sentence, not the address; so does a bracket that it did not open.
fn without_trailing_marks(address: &str) -> &str {
    let n_opening = address.matches('(').count();
    let mut n_closing = address.matches(')').count();
    address.trim_end_matches(|c: char| match c {
        ')' if n_closing > n_opening => {
            n_closing -= 1;
            true
        }
        c => ".,;:!?".contains(c),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sanitise;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        let safe = sanitise(&paragraphs_from_wordpress(html));
        let rel = " rel=\"nofollow ugc noopener noreferrer\"";
        assert_eq!(safe.as_str().replace(rel, ""), expected, "{html:?}");
    }

    #[test]
    fn blank_lines_make_paragraphs_and_lines_make_breaks() {
        check(
            "one\ntwo\r\n\r\nthree\n\n\n\nfour",
            "<p>one<br>two</p><p>three</p><p>four</p>",
        );
        check("  \n\n a <em>b\nc</em> \n", "<p>a <em>b<br>c</em></p>");
        check("a<br />\nb", "<p>a<br>b</p>");
        check("", "");
    }

    #[test]
    fn blocks_stand_outside_of_paragraphs() {
        check(
            "before\n<ul>\n<li>one</li>\n<li>two\nlines</li>\n</ul>\nafter",
            "<p>before</p><ul><li>one</li><li>two<br>lines</li></ul><p>after</p>",
        );
        check(
            "<blockquote>a\n\nb</blockquote>c",
            "<blockquote><p>a</p><p>b</p></blockquote><p>c</p>",
        );
        check("<p>a\nb</p>\n<p>c</p>", "<p>a<br>b</p><p>c</p>");
        check(
            "x\n<pre>a\n\n  b\n</pre>\ny",
            "<p>x</p><pre>a\n\n  b\n</pre><p>y</p>",
        );
    }

    #[test]
    fn bare_addresses_become_links() {
        check(
            "see https://example.org/a?b=1&amp;c=2.",
            "<p>see <a href=\"https://example.org/a?b=1&amp;c=2\">https://example.org/a?b=1&amp;c=2</a>.</p>",
        );
        check(
            "(http://example.org/x_(y))",
            "<p>(<a href=\"http://example.org/x_(y)\">http://example.org/x_(y)</a>)</p>",
        );
        check(
            "<a href='https://example.org'>https://example.org</a> httpd http://",
            "<p><a href=\"https://example.org/\">https://example.org</a> httpd http://</p>",
        );
    }

    #[test]
    fn a_tag_that_never_ends_is_text() {
        check("a < b and <b", "<p>a &lt; b and &lt;b</p>");
    }
}
