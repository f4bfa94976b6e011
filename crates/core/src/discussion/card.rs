//! Cards: what stands for a link that stands alone in a comment.

use crate::time::Time;

/// A card is asked for again after so long, when someone links to its page anew.
pub const FRESH: std::time::Duration = std::time::Duration::from_secs(7 * 24 * 60 * 60);

/// A page that could not be read is asked again after so long.
pub const RETRY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// What stands for a link.
///
/// Every text in it is a stranger's, and plain; nothing in it leads a browser anywhere but to
/// `url`, and only when the reader goes there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The link.
    pub url: String,
    /// The title of the page that it leads to.
    pub title: String,
    /// The name of the site that the page is on, as it says itself.
    pub site: Option<String>,
    /// Who made what is there, as its site says.
    pub author: Option<String>,
    /// What the page is about.
    pub description: Option<String>,
    /// Its picture, made small and kept here.
    pub picture: Option<Picture>,
    /// The sign of its site, made small and kept here.
    pub icon: Option<Icon>,
}

/// The sign of a site, kept here. Names it at the site that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Icon(pub i64);

/// A picture that is kept here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    /// Names it at its site.
    pub id: i64,
    /// Its width in pixels.
    pub width: i64,
    /// Its height in pixels.
    pub height: i64,
}

/// Whether a card that was last asked for at `fetched_at` is to be asked for again.
pub fn is_stale(is_good: bool, fetched_at: Time, now: Time) -> bool {
    now.since(fetched_at) >= if is_good { FRESH } else { RETRY }
}

/// The host in a web address, in lower case as the address is kept.
pub fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    match host.rsplit_once(':') {
        Some((name, port)) if is_port(port) => Some(name),
        _ => Some(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_without_its_port() {
        assert_eq!(host("https://news.example/a:1"), Some("news.example"));
        assert_eq!(host("https://news.example:8443?x"), Some("news.example"));
        assert_eq!(host("http://[2001:db8::1]:80/"), Some("[2001:db8::1]"));
        assert_eq!(host("http://[2001:db8::1]/"), Some("[2001:db8::1]"));
        assert_eq!(host("nothing"), None);
    }
}
