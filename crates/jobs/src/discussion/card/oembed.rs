//! What a page says about itself in oEmbed.
//!
//! Only names and the address of a picture are taken. The HTML that a provider would have shown is a
//! stranger's script: a video's frame is made from our own list, and from nothing that came.

use egress::Response;
use markup::{MAX_NAME, MAX_TITLE, line};
use serde_json::Value;
use url::Url;

pub(super) const ACCEPT: &str = "application/json, application/json+oembed";

/// What was said, as plain text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Oembed {
    pub(super) title: Option<String>,
    pub(super) author: Option<String>,
    pub(super) site: Option<String>,
    pub(super) picture: Option<Url>,
}

/// What `answer` says, if it is oEmbed by its media type and of a kind that is known.
pub(super) fn read(answer: &Response) -> Option<Oembed> {
    let is_json = matches!(
        answer.content_type.as_str(),
        "application/json" | "application/json+oembed"
    );
    if is_json { of(&answer.body) } else { None }
}

fn of(json: &[u8]) -> Option<Oembed> {
    let said: Value = serde_json::from_slice(json).ok()?;
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    if !matches!(text("type")?, "photo" | "video" | "link" | "rich") {
        return None;
    }
    Some(Oembed {
        title: text("title").and_then(|title| line(title, MAX_TITLE)),
        author: text("author_name").and_then(|name| line(name, MAX_NAME)),
        site: text("provider_name").and_then(|name| line(name, MAX_NAME)),
        picture: text("thumbnail_url").and_then(|url| Url::parse(url).ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_a_picture_are_taken_and_no_html() {
        let said = of(
            br#"{"type": "video", "version": "1.0", "title": "The &amp; bridge\n<b>",
            "provider_name": "The Channel", "author_name": "Ann <i>", "html": "<script>alert(1)</script>",
            "thumbnail_url": "https://img.example/a.jpg", "url": 7}"#,
        );
        let expected = Oembed {
            title: Some("The & bridge <b>".to_owned()),
            author: Some("Ann <i>".to_owned()),
            site: Some("The Channel".to_owned()),
            picture: Url::parse("https://img.example/a.jpg").ok(),
        };
        assert_eq!(said, Some(expected));
    }

    #[test]
    fn what_is_of_no_known_kind_says_nothing() {
        for json in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"type": "error", "title": "x"}"#,
            r#"{"type": ["link"], "title": "x"}"#,
            r#"{"type": "link", "title": "x""#,
            "<oembed><type>link</type></oembed>",
        ] {
            assert_eq!(of(json.as_bytes()), None, "{json}");
        }
        assert_eq!(of("[".repeat(60_000).as_bytes()), None);
    }

    #[test]
    fn what_is_of_another_shape_is_left_out() {
        let said = of(
            br#"{"type": "rich", "title": 7, "provider_name": {"a": "b"},
            "thumbnail_url": "/relative.png"}"#,
        );
        assert_eq!(said, Some(Oembed::default()));
        let long = format!(
            r#"{{"type": "link", "title": "{}"}}"#,
            "word ".repeat(10_000)
        );
        let title = of(long.as_bytes()).unwrap().title.unwrap();
        assert!(title.chars().count() <= MAX_TITLE + 1);
    }
}
