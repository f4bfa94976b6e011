//! What the operator decides about the server.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use rejoinder_core::Site;

use crate::publication::Publication;

/// How the server stands in its network. The default is strict.
#[derive(Debug, Clone)]
pub struct Config {
    /// The server's public address, without a slash at the end: `https://comments.example.org`.
    /// Unset, it is the `Host` that was asked for, which only loopback names may be.
    pub base: Option<String>,
    /// Who may say for whom a request is made.
    pub trusted_proxies: Vec<IpNet>,
    /// Where the trusted proxies say it.
    pub proxy_header: ProxyHeader,
    /// Whether readers are slowed down.
    pub rate_limits: RateLimits,
    /// How many connections there may be, and how long they may keep the server waiting.
    pub connections: ConnectionLimits,
    /// How many readers may follow live.
    pub streams: StreamLimits,
    /// The address that mails come from. Unset, no mail is sent, and nothing that needs one is offered.
    pub mail_from: Option<String>,
    /// The folder that mails are written into instead of being sent, where owners may read them all:
    /// those that sign others in, too. For a demo.
    pub mail_folder: Option<PathBuf>,
    /// The articles that the server itself publishes.
    pub publication: Option<Publication>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            base: None,
            trusted_proxies: Vec::new(),
            proxy_header: ProxyHeader::XForwardedFor,
            rate_limits: RateLimits::On,
            connections: ConnectionLimits::default(),
            streams: StreamLimits::default(),
            mail_from: None,
            mail_folder: None,
            publication: None,
        }
    }
}

/// The header in which trusted proxies name the client. Only one is believed, because a proxy
/// passes the other one on as the client sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyHeader {
    /// `X-Forwarded-For`, which nearly all proxies write.
    XForwardedFor,
    /// `Forwarded` of RFC 7239.
    Forwarded,
}

/// Whether readers are slowed down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimits {
    /// Each network and each token has its limits.
    On,
    /// None, for benchmarks and checks on a loopback address.
    Off,
}

/// How many connections there may be, and how long they may keep the server waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Altogether.
    pub max: usize,
    /// From one IPv4 address or one /64 of IPv6. Trusted proxies have no such limit, and nobody has
    /// one while [`RateLimits::Off`].
    pub max_per_network: usize,
    /// From the first byte of a request to the end of its head.
    pub head_timeout: Duration,
    /// From there to the end of its body.
    pub body_timeout: Duration,
    /// Between an answer and the next request.
    pub idle_timeout: Duration,
    /// While the client takes nothing of an answer.
    pub write_timeout: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            max: 30_000,
            max_per_network: 256,
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(20),
            idle_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
        }
    }
}

/// How many readers may follow live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamLimits {
    /// Altogether.
    pub max: usize,
    /// On one page.
    pub max_per_page: usize,
    /// From one client: an IPv4 address or a /64 of IPv6. Nobody has this limit while
    /// [`RateLimits::Off`].
    pub max_per_client: usize,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            max: 20_000,
            max_per_page: 10_000,
            max_per_client: 100,
        }
    }
}

impl Config {
    /// The limits with what does not hold while clients are not slowed down.
    pub(crate) fn settled(mut self) -> Self {
        if self.rate_limits == RateLimits::Off {
            self.connections.max_per_network = usize::MAX;
            self.streams.max_per_client = usize::MAX;
        }
        self
    }

    /// The articles that the server itself publishes at `site`.
    pub(crate) fn publication_of(&self, site: &Site) -> Option<&Publication> {
        let publication = self.publication.as_ref();
        publication.filter(|own| own.site == site.host)
    }

    /// Whether `peer` may say for whom it asks.
    pub(crate) fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.trusted_proxies.iter().any(|net| net.contains(&peer))
    }
}

/// Whether a `Host` names the machine that the browser runs on.
pub(crate) fn is_loopback(host: &str) -> bool {
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || name.ends_with(".localhost")
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        || host
            .parse::<SocketAddr>()
            .is_ok_and(|addr| addr.ip().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_hosts_are_known_by_name_and_number() {
        for host in [
            "localhost",
            "localhost:8080",
            "127.0.0.1:1",
            "[::1]:8080",
            "a.localhost:1",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "example.org",
            "localhost.example.org",
            "10.0.0.1:80",
            "127.0.0.1.example",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
