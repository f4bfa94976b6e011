//! Links of foreign systems, led back to where they go.

use std::borrow::Cow;

use crate::item::Body;

/// The text of a piece of HTML, on one line.
pub(crate) fn plain(html: &str) -> String {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    if !html.contains(['<', '&']) {
        return squeezed(html);
    }
    squeezed(&markup::plain_text(&markup::sanitise(html)))
}

/// HTML of Disqus, whose links lead where they say: `https://disq.us/url?url=…%3Ahash` is a detour.
pub(crate) fn out_of_disqus(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("disq.us/url?url=") {
        let (before, after) = rest.split_at(at);
        let after = &after["disq.us/url?url=".len()..];
        let before = before
            .trim_end_matches("http://")
            .trim_end_matches("https://");
        out.push_str(before);
        let end = after
            .find(['&', '"', '\'', ' ', '<'])
            .unwrap_or(after.len());
        let address = decoded(&after[..end]);
        let address = address
            .rsplit_once(':')
            .map_or(&*address, |(address, _)| address);
        out.push_str(
            &address
                .replace('&', "&amp;")
                .replace('"', "%22")
                .replace('<', "%3C"),
        );
        let tail = &after[end..];
        let past = if tail.starts_with('&') {
            tail.find(['"', '\'', ' ', '<'])
        } else {
            Some(0)
        };
        rest = &tail[past.unwrap_or(tail.len())..];
    }
    out.push_str(rest);
    out
}

/// A text of a system that kept HTML and Markdown side by side: only HTML ends its elements.
pub(crate) fn html_or_markdown(text: &str) -> Body {
    let ends = [
        "</p>",
        "<br>",
        "<br/>",
        "<br />",
        "</a>",
        "</blockquote>",
        "</div>",
        "</li>",
    ];
    let is_html = ends.iter().any(|end| text.contains(end));
    let text = text.to_owned();
    if is_html {
        Body::Html(text)
    } else {
        Body::Markdown(text)
    }
}

/// Text that was escaped for HTML once, as it was before.
pub(crate) fn unescaped(text: &str) -> String {
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
    ];
    let text = entities
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    text.replace("&amp;", "&")
}

/// `%3A` and the like, read.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_disqus_lead_where_they_say() {
        let html = "<a href=\"https://disq.us/url?url=https%3A%2F%2Fada.example%2Fx%3Fa%3D1%26b\
                    %3D2%3AhAsh&amp;cuid=1\" rel=\"nofollow\">x</a> <b>y</b>";
        assert_eq!(
            out_of_disqus(html),
            "<a href=\"https://ada.example/x?a=1&amp;b=2\" rel=\"nofollow\">x</a> <b>y</b>"
        );
        assert_eq!(out_of_disqus("<p>x</p>"), "<p>x</p>");
        assert_eq!(out_of_disqus("disq.us/url?url="), "");
    }
}
