//! Long addresses in a text, shortened for the eye.

use rejoinder_core::SafeHtml;

/// Addresses of more letters are shortened.
const MAX_SHOWN: usize = 48;

/// How links begin that the sanitiser writes.
const TAG: &str = "<a href=\"";

/// `html`, where each long address that is shown as it is says so: a style cuts it off at the end of its
/// line, and its `title` has the whole of it. Nothing where there is none.
///
/// The text stays as it is, for whoever copies it, searches for it or hears it.
pub fn with_short_links(html: &SafeHtml) -> Option<SafeHtml> {
    let mut out = String::new();
    let mut rest = html.as_str();
    while let Some((before, after)) = rest.split_once(TAG) {
        out.push_str(before);
        out.push_str(TAG);
        rest = after;
        if let Some(address) = long_address(after) {
            // What may stand in one attribute may stand in another.
            out.push_str(&format!(
                "{address}\" class=\"rj-address\" title=\"{address}"
            ));
            rest = &after[address.len()..];
        }
    }
    if out.len() <= html.as_str().len() - rest.len() {
        return None;
    }
    out.push_str(rest);
    Some(SafeHtml::from_sanitiser(out))
}

/// Whether [`with_short_links`] has something to say of `html`.
pub fn has_long_links(html: &SafeHtml) -> bool {
    let mut links = html.as_str().split(TAG).skip(1);
    links.any(|link| long_address(link).is_some())
}

/// The address of a link that shows it and nothing else, where it is long; `link` follows [`TAG`].
fn long_address(link: &str) -> Option<&str> {
    let (address, after) = link.split_once('"')?;
    let (_, after) = after.split_once('>')?;
    let (shown, _) = after.split_once("</a>")?;
    let scheme = address.strip_suffix(shown)?;
    let is_long = shown.chars().nth(MAX_SHOWN).is_some();
    (is_long && matches!(scheme, "" | "http://" | "https://")).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render;

    fn short(text: &str) -> Option<String> {
        let html = render(text).html;
        let short = with_short_links(&html).map(SafeHtml::into_string);
        assert_eq!(short.is_some(), has_long_links(&html), "{text}");
        short
    }

    #[test]
    fn a_long_address_is_marked_and_stays_whole() {
        let long = format!("https://example.org/{}?a=1&b=2", "x".repeat(60));
        let html = short(&format!("See {long} and https://example.org/")).unwrap();

        let escaped = long.replace('&', "&amp;");
        let link = format!("<a href=\"{escaped}\" class=\"rj-address\" title=\"{escaped}\"");
        assert!(html.contains(&link), "{html}");
        assert!(html.contains(&format!(">{escaped}</a>")), "{html}");
        assert_eq!(html.matches("rj-address").count(), 1, "{html}");
    }

    #[test]
    fn other_links_stay_as_they_are() {
        let long = format!("https://example.org/{}", "x".repeat(60));
        for text in [
            "No link".to_owned(),
            "https://example.org/".to_owned(),
            format!("[some words that are rather long, but they are only words]({long})"),
            format!("[{long}y]({long})"),
        ] {
            assert_eq!(short(&text), None, "{text}");
        }
    }
}
