//! Which part of a publisher's page is its article.

use crate::shape::{HtmlToken, HtmlTokens, attribute};

/// Returns the element of a page that holds its article, as HTML: the first of these that there is.
///
/// 1. the first element with `itemprop="articleBody"`
/// 2. the innermost `<article>` around the thread
/// 3. the first `<article>`
/// 4. the first `<main>`
///
/// It is the rule of `web/widget/passages_article.js`, but that a page without any of them is no article:
/// no text is better than a menu's.
pub fn article_part(html: &str) -> Option<&str> {
    let start = starts(html).chosen()?;
    let part = html.get(start..)?;
    Some(part.get(..length(part)).unwrap_or(part))
}

/// Where the elements start that may hold an article.
#[derive(Default)]
struct ElementStarts {
    body: Option<usize>,
    around_thread: Option<usize>,
    article: Option<usize>,
    main: Option<usize>,
}

impl ElementStarts {
    fn chosen(&self) -> Option<usize> {
        self.body
            .or(self.around_thread)
            .or(self.article)
            .or(self.main)
    }
}

fn starts(html: &str) -> ElementStarts {
    let mut found = ElementStarts::default();
    // The articles that are open, and how many templates, whose elements are none of the page.
    let mut open: Vec<usize> = Vec::new();
    let mut n_templates = 0_usize;
    let mut tokens = HtmlTokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            HtmlToken::Start { name, .. } if name == "template" => n_templates += 1,
            HtmlToken::End { name } if name == "template" => {
                n_templates = n_templates.saturating_sub(1);
            }
            HtmlToken::Start { name, attributes } if n_templates == 0 => {
                let n_bytes = "<>".len() + name.len() + attributes.len();
                let at = html.len() - tokens.n_left() - n_bytes;
                if found.body.is_none() && is_body(attributes) {
                    found.body = Some(at);
                }
                match name.as_str() {
                    "article" => {
                        found.article.get_or_insert(at);
                        open.push(at);
                    }
                    "main" => {
                        found.main.get_or_insert(at);
                    }
                    "rejoinder-thread" if found.around_thread.is_none() => {
                        found.around_thread = open.last().copied();
                    }
                    _ => {}
                }
            }
            HtmlToken::End { name } if name == "article" && n_templates == 0 => {
                open.pop();
            }
            HtmlToken::Start { .. } | HtmlToken::End { .. } | HtmlToken::Text(_) => {}
        }
    }
    found
}

fn is_body(attributes: &str) -> bool {
    let names = attribute(attributes, "itemprop").unwrap_or_default();
    names.split_whitespace().any(|name| name == "articleBody")
}

/// How many bytes the element has with which `html` starts; all, where it never ends.
fn length(html: &str) -> usize {
    let mut tokens = HtmlTokens::new(html);
    let Some(HtmlToken::Start { name: own, .. }) = tokens.next() else {
        return html.len();
    };
    let mut n_open = 1_usize;
    while let Some(token) = tokens.next() {
        match token {
            HtmlToken::Start { name, .. } if name == own => n_open += 1,
            HtmlToken::End { name } if name == own => n_open -= 1,
            HtmlToken::Start { .. } | HtmlToken::End { .. } | HtmlToken::Text(_) => {}
        }
        if n_open == 0 {
            return html.len() - tokens.n_left();
        }
    }
    html.len()
}

#[cfg(test)]
mod tests {
    use testing::assert_linear;

    use super::article_part;

    #[test]
    fn the_article_is_found_by_what_the_page_says_of_itself() {
        let cases = [
            (
                "<main>a<article>b<p itemprop='articleBody'>c</p></article></main>",
                Some("<p itemprop='articleBody'>c</p>"),
            ),
            (
                "<div itemprop='text articleBody'>a<div>b</div>c</div>d",
                Some("<div itemprop='text articleBody'>a<div>b</div>c</div>"),
            ),
            (
                "<article>a</article><article id=x>b<rejoinder-thread></rejoinder-thread></article>",
                Some("<article id=x>b<rejoinder-thread></rejoinder-thread></article>"),
            ),
            (
                "<article>a<article>b</article>c</article>d",
                Some("<article>a<article>b</article>c</article>"),
            ),
            (
                "<header>a</header><MAIN class='x'>b</MAIN>c",
                Some("<MAIN class='x'>b</MAIN>"),
            ),
            ("<main>a", Some("<main>a")),
            (
                "<template><article>a</article></template><main>b</main>",
                Some("<main>b</main>"),
            ),
            (
                "<!-- <article>a</article> --><script>'<article>'</script><main>b</main>",
                Some("<main>b</main>"),
            ),
            ("<nav>a</nav><div>b</div>", None),
            ("a < b", None),
            ("", None),
        ];
        for (html, part) in cases {
            assert_eq!(article_part(html), part, "{html}");
        }
    }

    #[test]
    fn finding_it_is_linear() {
        assert_linear("article_part", |text| article_part(text).map(str::len));
        assert_linear("article_part of many", |text| {
            article_part(&text.replace(' ', "<article>")).map(str::len)
        });
    }
}
