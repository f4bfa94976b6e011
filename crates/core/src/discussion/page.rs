//! A page that carries a thread, and how it is recognised.

use std::fmt::{self, Write as _};
use std::iter;

use url::{Url, form_urlencoded};

use crate::discussion::text;
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
/// An address is reduced so that the same article is the same page: read as browsers read it (the URL
/// Standard), written the one way of RFC 3986, §6.2.2, and then without scheme, fragment, tracking
/// parameters, a slash at the end and `index.html`. `https://news.example/a/?utm_source=x` and
/// `http://news.example/%61` are both `news.example/a`. Keys are stored: whoever changes what
/// they are has to bring the stored ones along.
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
        let query = query(url.query().unwrap_or_default());
        url.set_query(Some(&query).filter(|query| !query.is_empty()).map(|x| &**x));
        let host = url.host_str().unwrap_or_default();
        let port = url
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        let path = path(url.path());
        let question = if query.is_empty() { "" } else { "?" };
        Self {
            key: format!(
                "{}{port}{path}{question}{query}",
                host.strip_suffix('.').unwrap_or(host)
            ),
            url: Some(url.into()),
        }
    }

    /// The key that the web address of a stored page has today; `None` where it is none.
    pub fn of_address(url: &str) -> Option<Self> {
        let url = Url::parse(url).ok()?;
        matches!(url.scheme(), "http" | "https").then(|| Self::of_url(url))
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

/// A path, one way to write it: RFC 3986, §6.2.2, where the URL Standard leaves a choice.
fn path(path: &str) -> String {
    let mut normal = String::with_capacity(path.len());
    for (byte, is_escaped) in octets(path) {
        let is_plain = is_unreserved(byte) || (!is_escaped && RESERVED_IN_PATH.contains(&byte));
        push(&mut normal, byte, is_plain);
    }
    let folder = normal.strip_suffix("/index.html");
    let length = folder.or(normal.strip_suffix('/')).map(str::len);
    normal.truncate(length.unwrap_or(normal.len()));
    normal
}

/// A query, one way to write it: what a form would send, in its order, and nothing of how a reader
/// came here.
fn query(query: &str) -> String {
    let mut normal = String::with_capacity(query.len());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (said(name), said(value));
        if is_tracking(&name) {
            continue;
        }
        if !normal.is_empty() {
            normal.push('&');
        }
        normal.extend(form_urlencoded::byte_serialize(&name));
        normal.push('=');
        normal.extend(form_urlencoded::byte_serialize(&value));
    }
    normal
}

/// What a name or value of a form says, as bytes: not all of them are text.
fn said(text: &str) -> Vec<u8> {
    let octets = octets(text);
    let said = octets.map(|(byte, is_escaped)| match byte {
        b'+' if !is_escaped => b' ',
        byte => byte,
    });
    said.collect()
}

/// The bytes of `text`, each with whether it is written as `%XX`.
fn octets(text: &str) -> impl Iterator<Item = (u8, bool)> {
    let mut rest = text.as_bytes();
    iter::from_fn(move || {
        let (byte, after) = match rest {
            [b'%', high, low, after @ ..] => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => ((high * 16 + low, true), after),
                _ => ((b'%', true), &rest[1..]),
            },
            [byte, after @ ..] => ((*byte, false), after),
            [] => return None,
        };
        rest = after;
        Some(byte)
    })
}

fn hex(digit: u8) -> Option<u8> {
    let digit = char::from(digit).to_digit(16)?;
    u8::try_from(digit).ok()
}

/// What may be escaped or not, and means the same.
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// What means something else in a path when it is escaped.
const RESERVED_IN_PATH: &[u8] = b"/!$&'()*+,;=:@";

fn push(to: &mut String, byte: u8, is_plain: bool) {
    if is_plain {
        to.push(char::from(byte));
    } else {
        let _ = write!(to, "%{byte:02X}");
    }
}

fn is_tracking(name: &[u8]) -> bool {
    name.starts_with(b"utm_") || TRACKING.iter().any(|own| own.as_bytes() == name)
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

/// The longest question that a page asks while nobody has commented, in characters.
pub const MAX_INVITATION: usize = 200;

/// What an editor typed as the question of a page, on one line; nothing when it is empty.
pub fn parse_invitation(typed: &str) -> Result<Option<String>, Refusal> {
    let words: Vec<&str> = typed.split_whitespace().collect();
    let text = words.join(" ");
    if text::excess(&text, MAX_INVITATION).is_some() {
        let max = MAX_INVITATION;
        return Err(Refusal::QuestionTooLong { max });
    }
    Ok(Some(text).filter(|text| !text::is_blank(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_stands_on_one_line_and_is_no_longer_than_one() {
        let of = |typed: &str| parse_invitation(typed);
        assert_eq!(
            of("  What did\r\n you see? "),
            Ok(Some("What did you see?".to_owned()))
        );
        assert_eq!(of(" \n\u{200b}"), Ok(None));
        let max = MAX_INVITATION;
        assert_eq!(
            of(&"\u{65}\u{301}".repeat(max)).map(|own| own.is_some()),
            Ok(true)
        );
        assert_eq!(
            of(&"x".repeat(max + 1)),
            Err(Refusal::QuestionTooLong { max })
        );
    }

    fn key(typed: &str) -> String {
        PageKey::parse(typed).unwrap().as_str().to_owned()
    }

    /// Addresses that are written otherwise and lead to the same page, and the key of all of them.
    const SAME: &[(&str, &[&str])] = &[
        (
            "news.example/a",
            &[
                "https://news.example/a",
                "http://news.example/a/",
                "HTTPS://NEWS.example:443/a#comments",
                "http://news.example:80/a",
                "https://news.example./a",
                "https://user:secret@news.example/a",
                "https://news.example/a?",
                "https://news.example/a?&&",
                "https://news.example/a/?#",
                "https://news.example/a?utm_source=mail&fbclid=1",
                "https://news.example/a?utm%5Fsource=mail",
                "https://news.example/a/index.html",
                "https://news.example/a/index.html?utm_campaign=x#top",
                "https://news.example/a/%69ndex%2ehtml",
                "https://news.example/%61",
                "https://news.example/./a",
                "https://news.example/b/../a",
                "https://news.example/b/%2e%2E/a",
                "https://news.example/%2e/a/.",
                "https:\\\\news.example\\a",
                " https://news.example/a ",
            ],
        ),
        (
            "news.example",
            &[
                "https://news.example",
                "https://news.example/",
                "https://news.example/index.html",
                "https://news.example/?utm_term=x",
                "https://news.example/a/..",
            ],
        ),
        (
            "news.example/caf%C3%A9",
            &[
                "https://news.example/café",
                "https://news.example/caf%C3%A9/",
                "https://news.example/caf%c3%a9",
                "https://news.example/%63%61%66%c3%A9",
            ],
        ),
        (
            "news.example/%E3%83%8B%E3%83%A5%E3%83%BC%E3%82%B9",
            &[
                "https://news.example/ニュース",
                "https://news.example/%e3%83%8b%e3%83%a5%e3%83%bc%e3%82%b9/",
            ],
        ),
        (
            "xn--bcher-kva.example/a",
            &[
                "https://bücher.example/a",
                "https://BÜCHER.example/a",
                "https://xn--bcher-kva.example/a",
                "https://b%C3%BCcher.example/a",
            ],
        ),
        (
            "news.example/~kim/x-y_z.1",
            &[
                "https://news.example/~kim/x-y_z.1",
                "https://news.example/%7Ekim/x%2Dy%5fz%2E1",
            ],
        ),
        (
            "news.example/a%20b",
            &["https://news.example/a b", "https://news.example/a%20b/"],
        ),
        (
            "news.example/a%7Cb%5Bc%5D",
            &[
                "https://news.example/a|b[c]",
                "https://news.example/a%7cb%5bc%5d",
            ],
        ),
        (
            "news.example/100%25",
            &["https://news.example/100%", "https://news.example/100%25"],
        ),
        (
            "news.example/%FF",
            &["https://news.example/%ff", "https://news.example/%FF/"],
        ),
        (
            "news.example/s?q=a+b&p=%C3%A9",
            &[
                "https://news.example/s?q=a+b&p=é",
                "https://news.example/s?q=a%20b&p=%c3%a9",
                "https://news.example/s?q=a b&utm_id=1&p=%C3%A9",
                "https://news.example/s/?%71=%61+b&&p=%C3%A9#x",
            ],
        ),
        (
            "news.example/s?path=%2Fa%2Fb",
            &[
                "https://news.example/s?path=/a/b",
                "https://news.example/s?path=%2fa%2Fb",
            ],
        ),
        (
            "news.example/s?p=",
            &["https://news.example/s?p", "https://news.example/s?p="],
        ),
        (
            "news.example:8443/a",
            &["https://news.example:8443/a/", "http://news.example:8443/a"],
        ),
        (
            "[2001:db8::1]:8080/a",
            &[
                "http://[2001:DB8:0:0::1]:8080/a",
                "http://[2001:db8::1]:8080/a/",
            ],
        ),
    ];

    /// Addresses that look alike and lead to two pages.
    const DIFFERENT: &[(&str, &str)] = &[
        (
            "https://news.example/re",
            "https://news.example/reindex.html",
        ),
        ("https://news.example/a", "https://news.example/a/index.htm"),
        (
            "https://news.example/a",
            "https://news.example/a/Index.html",
        ),
        ("https://news.example/a", "https://news.example/A"),
        ("https://news.example/a/b", "https://news.example/a%2Fb"),
        ("https://news.example/a/b", "https://news.example/a//b"),
        ("https://news.example/a", "https://news.example/a//"),
        ("https://news.example/a+b", "https://news.example/a%20b"),
        ("https://news.example/a+b", "https://news.example/a%2Bb"),
        ("https://news.example/a;b", "https://news.example/a%3Bb"),
        ("https://news.example/a?p=1", "https://news.example/a?p=2"),
        (
            "https://news.example/a?p=1&q=2",
            "https://news.example/a?q=2&p=1",
        ),
        ("https://news.example/a?P=1", "https://news.example/a?p=1"),
        (
            "https://news.example/a?p=1+1",
            "https://news.example/a?p=1%2B1",
        ),
        (
            "https://news.example/a?p=%FF",
            "https://news.example/a?p=%FE",
        ),
        (
            "https://news.example/a?p=%EF%BF%BD",
            "https://news.example/a?p=%FF",
        ),
        ("https://news.example/a?utm=1", "https://news.example/a"),
        ("https://news.example/a?xfbclid=1", "https://news.example/a"),
        ("https://news.example/a%3Fp=1", "https://news.example/a?p=1"),
        ("https://news.example/a%23b", "https://news.example/a"),
        (
            "https://news.example/%C3%A9",
            "https://news.example/e%CC%81",
        ),
        ("https://news.example/%2525", "https://news.example/%25"),
        ("https://news.example:8080/a", "https://news.example/a"),
        ("https://www.news.example/a", "https://news.example/a"),
    ];

    #[test]
    fn the_same_article_is_the_same_page() {
        for (expected, addresses) in SAME {
            for typed in *addresses {
                assert_eq!(key(typed), *expected, "{typed}");
            }
        }
    }

    #[test]
    fn another_article_is_another_page() {
        for (one, other) in DIFFERENT {
            assert_ne!(key(one), key(other), "{one} {other}");
        }
    }

    #[test]
    fn a_key_is_that_of_its_own_address() {
        let all = SAME.iter().flat_map(|(_, addresses)| *addresses);
        let others = DIFFERENT.iter().flat_map(|(one, other)| [one, other]);
        for typed in all.chain(others) {
            let read = PageKey::parse(typed).unwrap();
            let again = PageKey::parse(read.url().unwrap()).unwrap();
            assert_eq!(again, read, "{typed}");
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
