//! Places at home that the operator lets one feature reach.

use std::net::SocketAddr;
use std::str::FromStr;

use url::{Host, Url};

/// What asks the outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// Tells a publisher's program what happened. An owner names the address.
    Webhooks,
    /// Asks a publisher's program about a comment. An owner names the address.
    Filters,
    /// Signs readers in at a provider. An owner names the address.
    SignIn,
    /// Tells a device through its push service. A reader's browser names the address.
    Push,
    /// Looks at a linked page. Anyone names the address.
    Cards,
    /// Fetches a recording. An editor names the address.
    Recordings,
    /// Asks a payment processor. An owner names the address, or it is known.
    Payments,
    /// Fetches the text of an article at an origin of the site. An owner names the origins.
    Articles,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Webhooks,
        Self::Filters,
        Self::SignIn,
        Self::Push,
        Self::Cards,
        Self::Recordings,
        Self::Payments,
        Self::Articles,
    ];

    /// Its word, as options have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webhooks => "webhooks",
            Self::Filters => "filters",
            Self::SignIn => "sign-in",
            Self::Push => "push",
            Self::Cards => "cards",
            Self::Recordings => "recordings",
            Self::Payments => "payments",
            Self::Articles => "articles",
        }
    }

    /// Whether an owner, or an editor, names the addresses that it asks. Where strangers name them, a place at home
    /// that is open to it would be open to everyone.
    pub const fn is_owners(self) -> bool {
        matches!(
            self,
            Self::Webhooks
                | Self::Filters
                | Self::SignIn
                | Self::Recordings
                | Self::Payments
                | Self::Articles
        )
    }
}

/// A place that one feature may ask although it is not on the public internet, written
/// `webhooks=10.0.0.5:9000` or `sign-in=sso.home.arpa:443`.
///
/// It is the host as the address spells it, with its port. Another name for the same machine is
/// another place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Who may ask.
    pub feature: Feature,
    host: Host<String>,
    port: u16,
}

impl Exception {
    /// An exception for a socket by its number.
    pub fn socket(feature: Feature, socket: SocketAddr) -> Self {
        let host = match socket {
            SocketAddr::V4(v4) => Host::Ipv4(*v4.ip()),
            SocketAddr::V6(v6) => Host::Ipv6(*v6.ip()),
        };
        let port = socket.port();
        Self {
            feature,
            host,
            port,
        }
    }

    pub(crate) fn covers(&self, feature: Feature, url: &Url) -> bool {
        let host = url.host().map(|host| host.to_owned());
        self.feature == feature
            && host.as_ref() == Some(&self.host)
            && url.port_or_known_default() == Some(self.port)
    }
}

/// What was read is no exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a feature with a host and a port, such as webhooks=10.0.0.5:9000")]
pub struct NotAnException;

impl FromStr for Exception {
    type Err = NotAnException;

    fn from_str(text: &str) -> Result<Self, NotAnException> {
        let (word, place) = text.split_once('=').ok_or(NotAnException)?;
        let mut features = Feature::ALL.into_iter();
        let feature = features.find(|feature| feature.as_str() == word.trim());
        let (host, port) = place.trim().rsplit_once(':').ok_or(NotAnException)?;
        Ok(Self {
            feature: feature.ok_or(NotAnException)?,
            host: Host::parse(host).map_err(|_| NotAnException)?,
            port: port.parse().map_err(|_| NotAnException)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_is_for_one_feature_one_host_and_one_port() {
        let open: Exception = "webhooks=10.0.0.5:9000".parse().unwrap();
        let covers = |feature, url: &str| open.covers(feature, &Url::parse(url).unwrap());

        assert!(covers(Feature::Webhooks, "http://10.0.0.5:9000/hook"));
        for feature in [
            Feature::Filters,
            Feature::SignIn,
            Feature::Push,
            Feature::Cards,
        ] {
            assert!(!covers(feature, "http://10.0.0.5:9000/hook"), "{feature:?}");
        }
        for url in [
            "http://10.0.0.5:9001/hook",
            "http://10.0.0.5/hook",
            "http://10.0.0.6:9000/hook",
            "http://hook.example:9000/",
        ] {
            assert!(!covers(Feature::Webhooks, url), "{url}");
        }
    }

    #[test]
    fn names_and_both_kinds_of_numbers_are_read() {
        for (text, url) in [
            ("sign-in=sso.home.arpa:443", "https://SSO.home.arpa/"),
            ("filters=[::1]:80", "http://[::1]/"),
            ("webhooks = 127.0.0.1:1", "http://127.1:1/"),
        ] {
            let open: Exception = text.parse().unwrap();
            assert!(
                open.covers(open.feature, &Url::parse(url).unwrap()),
                "{text}"
            );
        }
        for text in [
            "",
            "10.0.0.5:9000",
            "webhooks=10.0.0.5",
            "mail=a.example:25",
            "cards=:80",
        ] {
            assert!(text.parse::<Exception>().is_err(), "{text}");
        }
    }
}
