//! Articles, which the publisher writes and therefore may say more than a comment.

use comrak::{Options, markdown_to_html};

use crate::grammar::are_cheap;

/// An article's text as HTML: CommonMark with tables, footnotes, and strikethrough.
///
/// The publisher is trusted with the words, not with markup: HTML in the text is left out, and so
/// is a link that a comment could not have.
pub fn article(text: &str) -> String {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = are_cheap(text);
    options.extension.footnotes = true;
    markdown_to_html(text, &options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_has_headings_and_runs_nothing() {
        let html = article(
            "## What was said\n\n*So* it was.<script>alert(1)</script>\n\n[x](javascript:alert(1))",
        );
        assert!(html.contains("<h2>"), "{html}");
        assert!(html.contains("<em>So</em> it was."), "{html}");
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("javascript:"), "{html}");
    }
}
