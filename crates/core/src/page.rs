//! A page that carries a thread, and how it is recognised.

use std::fmt;

use url::Url;

use crate::ids::{PageId, SiteId};
use crate::refusal::Refusal;
use crate::time::Time;

/// The longest key, in bytes.
pub const MAX_KEY: usize = 1_000;

/// Query parameters that say where a reader came from, not what they read.
const TRACKING: [&str; 14] = [
    "fbclid", "gclid", "gbraid", "wbraid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid",
    "yclid", "twclid", "_ga", "_gl", "ref_src",
];

/// What a page is known by at its site: a key that the publisher chose, or its address.
///
/// An address is reduced so that the same article is the same page: no scheme, no fragment, no
/// tracking parameters, no trailing slash, no `index.html`. `https://news.example/a/?utm_source=x`
/// and `http://news.example/a` are both `news.example/a`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageKey {
    key: String,
    url: Option<String>,
}

impl PageKey {
    /// Read what a client calls the page.
    pub fn parse(typed: &str) -> Result<Self, Refusal> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(Refusal::PageMissing);
        }
        if typed.len() > MAX_KEY {
            return Err(Refusal::PageTooLong {
                bytes: typed.len(),
                max: MAX_KEY,
            });
        }
        if typed.chars().any(char::is_control) {
            return Err(Refusal::PageInvalid);
        }
        match Url::parse(typed) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Self::of_url(url)),
            Ok(url) if matches!(url.scheme(), "javascript" | "data" | "file" | "blob") => {
                Err(Refusal::PageInvalid)
            }
            _ => Ok(Self {
                key: typed.to_owned(),
                url: None,
            }),
        }
    }

    fn of_url(mut url: Url) -> Self {
        url.set_fragment(None);
        let _ = url.set_username("");
        let _ = url.set_password(None);
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .into_owned()
            .filter(|(name, _)| !is_tracking(name))
            .collect();
        url.set_query(None);
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
        let path = url
            .path()
            .trim_end_matches("index.html")
            .trim_end_matches('/')
            .to_owned();
        let host = url.host_str().unwrap_or_default();
        let port = url
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        let query = url
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        Self {
            key: format!("{host}{port}{path}{query}"),
            url: Some(url.into()),
        }
    }

    /// A key as the store keeps it.
    pub fn stored(key: String, url: Option<String>) -> Self {
        Self { key, url }
    }

    /// The key, unique at its site.
    pub fn as_str(&self) -> &str {
        &self.key
    }

    /// Where the page is, when it was named by its address.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// What clients name the page by, so that it is found again: its address where that leads to it,
    /// else its key.
    pub fn name(&self) -> &str {
        let leads_here = |url: &&str| Self::parse(url).is_ok_and(|own| own.key == self.key);
        self.url().filter(leads_here).unwrap_or(&self.key)
    }

    /// The host in the page's address, with its port when it is not the usual one.
    pub fn host(&self) -> Option<&str> {
        self.url.as_ref()?;
        self.key.split(['/', '?']).next()
    }
}

impl fmt::Display for PageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)
    }
}

fn is_tracking(name: &str) -> bool {
    name.starts_with("utm_") || TRACKING.contains(&name)
}

/// A page that has, or once had, a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Names it.
    pub id: PageId,
    /// The site it belongs to.
    pub site: SiteId,
    /// What it is known by.
    pub key: PageKey,
    /// Its headline, as far as known.
    pub title: Option<String>,
    /// Counts its changes, from 0; each change appends one event with the new version.
    pub version: i64,
    /// How many comments are published on it.
    pub n_comments: i64,
    /// When it was closed to new comments.
    pub closed_at: Option<Time>,
    /// When it was first seen.
    pub created_at: Time,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(typed: &str) -> String {
        PageKey::parse(typed).unwrap().as_str().to_owned()
    }

    #[test]
    fn the_same_article_is_the_same_page() {
        for typed in [
            "https://news.example/a",
            "http://news.example/a/",
            "https://NEWS.example:443/a#comments",
            "https://news.example/a?utm_source=mail&fbclid=1",
            "https://news.example/a/index.html",
        ] {
            assert_eq!(key(typed), "news.example/a", "{typed}");
        }
    }

    #[test]
    fn a_query_that_names_the_article_is_kept() {
        assert_eq!(
            key("https://news.example/?p=12&utm_medium=x"),
            "news.example?p=12"
        );
        assert_eq!(key("https://news.example/"), "news.example");
    }

    #[test]
    fn a_publishers_key_stays_as_it_is() {
        assert_eq!(key(" story-12 "), "story-12");
        assert_eq!(key("/blog/x/"), "/blog/x/");
        assert_eq!(PageKey::parse("story-12").unwrap().host(), None);
    }

    #[test]
    fn a_page_is_found_again_by_its_name() {
        let name = |key: &str, url: &str| {
            let key = PageKey::stored(key.to_owned(), Some(url.to_owned()));
            key.name().to_owned()
        };
        let (story, moved) = ("https://news.example/a", "http://127.0.0.1:8080/a");
        assert_eq!(name("news.example/a", story), story);
        assert_eq!(name("news.example/a", moved), "news.example/a");
        assert_eq!(name("story-12", story), "story-12");
        assert_eq!(
            PageKey::stored("story-12".to_owned(), None).name(),
            "story-12"
        );
    }

    #[test]
    fn the_host_of_an_address_is_known() {
        let host = |typed| PageKey::parse(typed).unwrap().host().map(str::to_owned);
        assert_eq!(
            host("http://localhost:4000/a"),
            Some("localhost:4000".to_owned())
        );
        assert_eq!(
            host("https://news.example?p=1"),
            Some("news.example".to_owned())
        );
    }

    #[test]
    fn what_cannot_be_a_page_is_refused() {
        assert!(matches!(PageKey::parse(" "), Err(Refusal::PageMissing)));
        assert!(matches!(
            PageKey::parse("javascript:alert(1)"),
            Err(Refusal::PageInvalid)
        ));
        assert!(matches!(
            PageKey::parse("a\u{0}b"),
            Err(Refusal::PageInvalid)
        ));
        assert!(matches!(
            PageKey::parse(&"a".repeat(1_001)),
            Err(Refusal::PageTooLong { .. })
        ));
    }
}
