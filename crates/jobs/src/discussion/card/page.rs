//! A page as it was answered.

use egress::Response;
use markup::{PageMetadata, page_metadata};

/// What a page says about itself; `None` for what is not a page.
pub(super) fn metadata(answer: &Response) -> Option<PageMetadata> {
    let is_page = matches!(
        answer.content_type.as_str(),
        "text/html" | "application/xhtml+xml"
    );
    if !is_page || !super::is_plain(answer) {
        return None;
    }
    let mut metadata = page_metadata(&text(answer));
    let says = |word: &str| {
        let values = answer.headers.get_all("x-robots-tag").iter();
        let mut wishes = values.filter_map(|value| value.to_str().ok());
        wishes.any(|wish| wish.to_ascii_lowercase().contains(word))
    };
    if says("nosnippet") || says("noarchive") {
        metadata = PageMetadata {
            title: metadata.title,
            heading: metadata.heading,
            site: metadata.site,
            is_quiet: true,
            ..PageMetadata::default()
        };
    }
    Some(metadata)
}

/// The text of a body: UTF-8, or the old Western letters where the answer says so. The last letter
/// may be cut off.
fn text(answer: &Response) -> String {
    let kind = answer.headers.get("content-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_western = ["iso-8859-1", "windows-1252", "latin1"]
        .iter()
        .any(|name| kind.to_ascii_lowercase().contains(name));
    if is_western && str::from_utf8(&answer.body).is_err() {
        return answer.body.iter().copied().map(char::from).collect();
    }
    String::from_utf8_lossy(&answer.body).into_owned()
}
