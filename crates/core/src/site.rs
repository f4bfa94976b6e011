//! A publisher's property.

use url::Url;

use crate::ids::SiteId;
use crate::refusal::Refusal;
use crate::settings::Settings;

/// One publisher's property, with its settings and the origins that may embed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Names the site in every key.
    pub id: SiteId,
    /// The host that clients name it by: `news.example` or `localhost:4000`.
    pub host: String,
    /// The origins whose pages may embed the site, exactly: `https://news.example`.
    pub origins: Vec<String>,
    /// Its rules.
    pub settings: Settings,
    /// Whether someone else signs its readers in.
    pub has_providers: bool,
}

impl Site {
    /// Whether a page of `origin` may embed this site and act on it.
    pub fn allows(&self, origin: &str) -> bool {
        self.origins.iter().any(|own| own == origin)
    }

    /// Whether `host` (with its port, when it is not the usual one) serves pages of this site.
    pub fn serves(&self, host: &str) -> bool {
        self.host == host
            || self
                .origins
                .iter()
                .any(|own| own.split_once("://").is_some_and(|(_, h)| h == host))
    }
}

/// A host in the form it is stored in: lower case, with a port only when one was given.
pub fn host(typed: &str) -> Result<String, Refusal> {
    let typed = typed.trim().trim_end_matches('/');
    let invalid = || Refusal::HostInvalid {
        host: typed.to_owned(),
    };
    if typed.is_empty() || typed.len() > 253 || typed.contains(['/', '@', '?', '#', ' ', '\\']) {
        return Err(invalid());
    }
    let url = Url::parse(&format!("http://{typed}")).map_err(|_| invalid())?;
    let host = url
        .host_str()
        .filter(|host| !host.is_empty())
        .ok_or_else(invalid)?;
    Ok(url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// An origin in the form browsers send it: scheme, host and unusual port, nothing else.
pub fn origin(typed: &str) -> Result<String, Refusal> {
    let invalid = || Refusal::OriginInvalid {
        origin: typed.to_owned(),
    };
    let url = Url::parse(typed.trim()).map_err(|_| invalid())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !bare || !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() {
        return Err(invalid());
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_lower_case_and_bare() {
        assert_eq!(host("News.Example").unwrap(), "news.example");
        assert_eq!(host("localhost:4000").unwrap(), "localhost:4000");
        for bad in ["", "https://news.example", "a b", "a/b", "u@h"] {
            assert!(host(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        assert_eq!(
            origin("https://News.Example:443/").unwrap(),
            "https://news.example"
        );
        assert_eq!(
            origin("http://localhost:4000").unwrap(),
            "http://localhost:4000"
        );
        for bad in [
            "news.example",
            "null",
            "*",
            "file:///x",
            "https://news.example/path",
        ] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }
}
