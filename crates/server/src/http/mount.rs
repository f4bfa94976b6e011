//! The path that the server is found under, where it shares its host with others.
//!
//! It is known at the edge alone. Of what is asked it is taken off before anything looks at the address;
//! to what is answered it is added as it leaves. Between the two an address of our own begins with a slash
//! and is the same wherever the server is found. What begins with the server's whole address, such as a
//! link in a mail or in the widget, has the path from there and passes unchanged.

use axum::body::{Body, to_bytes};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Response, Uri, header};
use axum::response::IntoResponse as _;

use crate::http::error::ApiError;
use crate::http::page_cache::Rendered;

/// The attributes of pages that are addresses, those for scripts among them.
const ADDRESSES: [&str; 7] = [
    "action",
    "data-next",
    "data-upload",
    "formaction",
    "href",
    "poster",
    "src",
];

/// Elements whose text is no HTML.
const RAW: [(&str, &str); 2] = [("<script", "</script"), ("<style", "</style")];

/// An answer whose body was made for where the server is found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed;

/// What is asked of the server at `uri`; nothing where that is not below `root`.
pub(crate) fn enter(root: &str, uri: &Uri) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().strip_prefix(root)?;
    let own = match rest.bytes().next() {
        Some(b'/') => PathAndQuery::try_from(rest),
        None | Some(b'?') => PathAndQuery::try_from(["/", rest].concat()),
        Some(_) => return None,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(own.ok()?);
    Uri::from_parts(parts).ok()
}

/// `response` as it leaves a server that is found under `root`.
pub(crate) async fn leave(root: &str, mut response: Response<Body>) -> Response<Body> {
    if root.is_empty() {
        return response;
    }
    let headers = response.headers_mut();
    let place = headers.get(header::LOCATION).map(HeaderValue::as_bytes);
    if let Some(place) = place.filter(|place| is_own(place)) {
        let place = [root.as_bytes(), place].concat();
        if let Ok(place) = HeaderValue::from_bytes(&place) {
            headers.insert(header::LOCATION, place);
        }
    }
    if !is_page(headers) || response.extensions().get::<Placed>().is_some() {
        return response;
    }
    let body = std::mem::take(response.body_mut());
    match to_bytes(body, usize::MAX).await {
        Ok(bytes) => {
            response.headers_mut().remove(header::CONTENT_LENGTH);
            *response.body_mut() = Body::from(html(root, &String::from_utf8_lossy(&bytes)));
            response
        }
        Err(error) => ApiError::internal(error).into_response(),
    }
}

/// The same of what is kept to be answered many times.
pub(crate) fn place(root: &str, rendered: &mut Rendered) {
    if !root.is_empty() && is_page(&rendered.headers) {
        let page = String::from_utf8_lossy(&rendered.body);
        rendered.body = html(root, &page).into_bytes();
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"text/html"))
}

/// Whether an address begins at the root of this host.
fn is_own(address: &[u8]) -> bool {
    address.first() == Some(&b'/') && address.get(1) != Some(&b'/')
}

/// `html` with `root` in front of each address that begins at the root of this host.
///
/// Only values of attributes are touched, and only by `root`, which needs no escaping: what the sanitiser
/// and the templates made safe stays so. Comments have no such addresses at all; see `markup`'s URL gate.
fn html(root: &str, html: &str) -> String {
    let mut placed = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, from) = rest.split_at(at);
        let (tag, after) = from.split_at(tag_length(from));
        placed.push_str(text);
        place_tag(root, tag, &mut placed);
        let raw = RAW.iter().find(|(start, _)| tag.starts_with(start));
        let raw_length = raw.map_or(0, |(_, end)| after.find(end).unwrap_or(after.len()));
        placed.push_str(&after[..raw_length]);
        rest = &after[raw_length..];
    }
    placed.push_str(rest);
    placed
}

/// How long the tag is that `html` begins with; one where it begins with none that has attributes.
fn tag_length(html: &str) -> usize {
    let mut is_in_value = false;
    if !html[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 1;
    }
    for (at, byte) in html.bytes().enumerate() {
        match byte {
            b'"' => is_in_value = !is_in_value,
            b'>' if !is_in_value => return at + 1,
            _ => {}
        }
    }
    html.len()
}

fn place_tag(root: &str, tag: &str, placed: &mut String) {
    let mut rest = tag;
    while let Some(at) = rest.find("=\"") {
        let name = rest[..at].rsplit(|c: char| c.is_ascii_whitespace()).next();
        let (before, from) = rest.split_at(at + 2);
        placed.push_str(before);
        if name.is_some_and(|name| ADDRESSES.contains(&name)) && is_own(from.as_bytes()) {
            placed.push_str(root);
        }
        let (value, after) = from.split_at(from.find('"').map_or(from.len(), |end| end + 1));
        placed.push_str(value);
        rest = after;
    }
    placed.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_below_the_path_is_asked_of_the_server() {
        let asked = |address: &'static str| {
            let own = enter("/a/b", &Uri::from_static(address));
            own.map(|own| own.to_string())
        };
        for (address, own) in [
            ("/a/b", Some("/")),
            ("/a/b?x=/a/b", Some("/?x=/a/b")),
            ("/a/b/", Some("/")),
            ("/a/b/embed?site=x", Some("/embed?site=x")),
            ("/a/b/a/b/embed", Some("/a/b/embed")),
            ("http://x.example/a/b/docs", Some("http://x.example/docs")),
            ("/", None),
            ("/embed", None),
            ("/a/bc/embed", None),
            ("/A/B/embed", None),
            ("/a/./b/embed", None),
            ("*", None),
        ] {
            assert_eq!(asked(address).as_deref(), own, "{address}");
        }
    }

    #[test]
    fn addresses_that_begin_at_the_root_lead_below_the_path_and_nothing_else_changes() {
        for (given, placed) in [
            ("<a href=\"/x\">/x</a>", "<a href=\"/r/x\">/x</a>"),
            (
                "<form method=\"post\" action=\"/y\" novalidate><button formaction=\"/z\">",
                "<form method=\"post\" action=\"/r/y\" novalidate><button formaction=\"/r/z\">",
            ),
            (
                "<p data-next=\"/x\" data-x=\"/x\">",
                "<p data-next=\"/r/x\" data-x=\"/x\">",
            ),
            ("<input value=\"/x\">", "<input value=\"/x\">"),
            (
                "<a href=\"//x\"><a href=\"#x\"><a href=\"?x\">",
                "<a href=\"//x\"><a href=\"#x\"><a href=\"?x\">",
            ),
            ("<a href=\"https://x/y\">", "<a href=\"https://x/y\">"),
            (
                "<p>href=\"/x\" a < b href=\"/x\"",
                "<p>href=\"/x\" a < b href=\"/x\"",
            ),
            (
                "<p title=\" href=\">\" href=\"/x\">",
                "<p title=\" href=\">\" href=\"/x\">",
            ),
            (
                "<p title=\"a>b\"><img src=\"/x\">",
                "<p title=\"a>b\"><img src=\"/r/x\">",
            ),
            (
                "<script>'<a href=\"/x\">'</script><script src=\"/x\"></script>",
                "<script>'<a href=\"/x\">'</script><script src=\"/r/x\"></script>",
            ),
            ("<b", "<b"),
            ("", ""),
        ] {
            assert_eq!(html("/r", given), placed, "{given}");
        }
    }
}
