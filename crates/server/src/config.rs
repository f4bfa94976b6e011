//! What the operator decides about the server.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use rejoinder_core::Site;
use rejoinder_core::notices::reply_address::InboundAddress;
use rejoinder_core::publication::origin::split_base;
use sha2::{Digest as _, Sha256};
use traces::Tracer;
use url::{Host, Url};

use crate::public::publication::Publication;

/// How large the file of an import may be where nobody says otherwise, in MB.
pub const DEFAULT_MAX_IMPORT_MB: u64 = 1_000;

/// How the server stands in its network. The default is strict.
#[derive(Debug, Clone)]
pub struct Config {
    /// The server's public address, without a slash at the end: `https://comments.example.org`, or with
    /// the path that it is found under, `https://example.org/comments`.
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
    /// How large the file of an import may be that an owner uploads, in MB.
    pub max_import_mb: u64,
    /// The address that mails come from. Unset, no mail is sent, and nothing that needs one is offered.
    pub mail_from: Option<String>,
    /// Where answers to mails go, and what whoever delivers them shows. Unset, mails cannot be answered.
    pub inbound: Option<InboundMail>,
    /// The folder that mails are written into instead of being sent, where owners may read them all:
    /// those that sign others in, too. For a demo.
    pub mail_folder: Option<PathBuf>,
    /// The articles that the server itself publishes.
    pub publication: Option<Publication>,
    /// Begins a span for each request. Unset, nobody wants traces.
    pub tracer: Option<Tracer>,
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
            max_import_mb: DEFAULT_MAX_IMPORT_MB,
            mail_from: None,
            inbound: None,
            mail_folder: None,
            publication: None,
            tracer: None,
        }
    }
}

/// How answers to mails come in.
#[derive(Clone)]
pub struct InboundMail {
    /// The mailbox that gets them.
    pub address: InboundAddress,
    /// The hash of what whoever delivers them shows.
    secret: [u8; 32],
}

impl InboundMail {
    /// Answers go to `address`, and are taken from whoever shows `secret`.
    pub fn new(address: InboundAddress, secret: &str) -> Self {
        Self {
            address,
            secret: Sha256::digest(secret).into(),
        }
    }

    /// Whether `shown` is the secret. What is compared are hashes, so that how long it takes tells nothing.
    pub(crate) fn is_secret(&self, shown: &str) -> bool {
        self.secret == <[u8; 32]>::from(Sha256::digest(shown))
    }
}

/// Without the secret.
impl fmt::Debug for InboundMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
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
    /// How quickly one network may ask, as its clients are named by trusted proxies. `None` while
    /// [`RateLimits::Off`].
    pub pace: Option<RequestPace>,
}

/// How quickly one network may ask: who asks more quickly is answered later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestPace {
    /// So many at once.
    pub burst: u32,
    /// Then one in so long.
    pub period: Duration,
}

impl RequestPace {
    /// So many at once, and then so many in each second; at least one.
    pub fn per_second(rate: usize) -> Self {
        let burst = u32::try_from(rate).unwrap_or(u32::MAX).max(1);
        Self {
            burst,
            period: Duration::from_secs(1) / burst,
        }
    }
}

impl Default for RequestPace {
    fn default() -> Self {
        Self::per_second(500)
    }
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
            pace: Some(RequestPace::default()),
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
            self.connections.pace = None;
            self.streams.max_per_client = usize::MAX;
        }
        self
    }

    /// The path that the server is found under; empty where it has its host to itself.
    pub(crate) fn root(&self) -> &str {
        self.base.as_deref().map_or("", |base| split_base(base).1)
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

/// Whether a host is the machine that asks for it.
pub(crate) fn is_here(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

/// Whether a host, with its port, names the machine itself.
pub fn names_this_machine(authority: &str) -> bool {
    Loopback::parse(authority).is_some()
}

/// A `Host` that names the machine that the browser runs on, read as the authority that it must be.
///
/// What is read is written again and compared with what came: `evil.example#.localhost` is another
/// host to whoever follows a link that begins with it.
pub(crate) struct Loopback(Url);

impl Loopback {
    pub(crate) fn parse(host: &str) -> Option<Self> {
        let url = Url::parse(&format!("http://{host}")).ok()?;
        let own = Self(url);
        let typed = host.to_ascii_lowercase();
        let is_same = own.authority() == typed.strip_suffix(":80").unwrap_or(&typed);
        (is_same && is_here(&own.0.host()?)).then_some(own)
    }

    /// The address that it stands for.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.authority())
    }

    /// The address for what is read elsewhere and later: no name that a stranger may have chosen.
    pub(crate) fn origin_in_mails(&self) -> String {
        let is_literal = !matches!(self.0.host(), Some(Host::Domain(name)) if name != "localhost");
        match (is_literal, self.0.port()) {
            (true, _) => self.origin(),
            (false, Some(port)) => format!("http://localhost:{port}"),
            (false, None) => "http://localhost".to_owned(),
        }
    }

    fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_hosts_are_known_by_name_and_number() {
        for (host, origin) in [
            ("localhost", "http://localhost"),
            ("LocalHost:8080", "http://localhost:8080"),
            ("localhost:80", "http://localhost"),
            ("127.0.0.1:1", "http://127.0.0.1:1"),
            ("[::1]:8080", "http://[::1]:8080"),
            ("a.localhost:1", "http://a.localhost:1"),
        ] {
            let known = Loopback::parse(host).map(|known| known.origin());
            assert_eq!(known.as_deref(), Some(origin), "{host}");
        }
    }

    #[test]
    fn what_only_looks_like_a_loopback_host_is_none() {
        for host in [
            "",
            "example.org",
            "localhost.example.org",
            "10.0.0.1:80",
            "127.0.0.1.example",
            "evil.example#.localhost",
            "evil.example/.localhost",
            "evil.example?.localhost",
            "evil.example\\.localhost",
            "evil.example:80#.localhost",
            "evil.example@localhost",
            "localhost@evil.example",
            "localhost:8080@evil.example",
            "evil.example%23.localhost",
            "evil.example .localhost",
            "localhost:8080/",
            "localhost:",
            "localhost:x",
            "localhost:99999",
            "127.1",
            "2130706433",
            "0x7f.0.0.1",
            "loc\talhost",
        ] {
            assert!(Loopback::parse(host).is_none(), "{host}");
        }
    }

    #[test]
    fn a_mail_names_this_machine_and_nothing_that_a_stranger_chose() {
        let mailed = |host| Loopback::parse(host).unwrap().origin_in_mails();
        assert_eq!(mailed("127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(mailed("[::1]:8080"), "http://[::1]:8080");
        assert_eq!(mailed("localhost:8080"), "http://localhost:8080");
        assert_eq!(mailed("evil.localhost:8080"), "http://localhost:8080");
        assert_eq!(mailed("evil.localhost"), "http://localhost");
    }
}
