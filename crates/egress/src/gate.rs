//! Whether an address may be asked for, before and after its name is resolved.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;

use url::{Host, Url};

use crate::addresses::is_public;

/// Endings of names that never belong to the public internet.
const LOCAL_NAMES: [&str; 8] = [
    "localhost",
    "local",
    "internal",
    "localdomain",
    "onion",
    "i2p",
    "home.arpa",
    "intranet",
];

/// Why an address may not be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForbiddenTarget {
    /// It is not an address at all.
    #[error("not an address")]
    Unreadable,
    /// Only http and https are spoken.
    #[error("neither http nor https")]
    Scheme,
    /// A name or a password stands in the address.
    #[error("a user name or password in the address")]
    Credentials,
    /// Only the usual ports are asked.
    #[error("port {0} is not the usual one")]
    Port(u16),
    /// The host is a bare number in some spelling.
    #[error("the host is a numeric address")]
    Literal,
    /// The host is a name for a place nearby.
    #[error("the host is a local name")]
    LocalName,
    /// The name resolves to a place that is not the public internet.
    #[error("the host is not on the public internet")]
    Private,
    /// A redirect led from https to http.
    #[error("a redirect from https to http")]
    Downgrade,
}

/// Resolves names. A parameter, so that tests can rebind them.
pub trait Lookup: Send + Sync + 'static {
    /// All addresses of `host`, with `port`.
    fn lookup(
        &self,
        host: String,
        port: u16,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;
}

/// The system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(
        &self,
        host: String,
        port: u16,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}

/// Look at what holds of every address that is asked, wherever it leads.
pub(crate) fn check_form(url: &Url) -> Result<(), ForbiddenTarget> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(ForbiddenTarget::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ForbiddenTarget::Credentials);
    }
    Ok(())
}

/// Look at whether `url` may be on the public internet, as far as that is possible without resolving
/// its host. The sockets of `also` count as public.
pub(crate) fn check(url: &Url, also: &[SocketAddr]) -> Result<(), ForbiddenTarget> {
    check_form(url)?;
    let port = url.port_or_known_default().unwrap_or(0);
    let literal = match url.host().ok_or(ForbiddenTarget::Unreadable)? {
        Host::Ipv4(v4) => Some(SocketAddr::from((v4, port))),
        Host::Ipv6(v6) => Some(SocketAddr::from((v6, port))),
        Host::Domain(name) => {
            check_name(name)?;
            None
        }
    };
    if let Some(socket) = literal {
        return also
            .contains(&socket)
            .then_some(())
            .ok_or(ForbiddenTarget::Literal);
    }
    if !matches!(port, 80 | 443) && !also.iter().any(|socket| socket.port() == port) {
        return Err(ForbiddenTarget::Port(port));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), ForbiddenTarget> {
    let name = name.trim_end_matches('.');
    if name.len() > 253 || name.is_empty() {
        return Err(ForbiddenTarget::Unreadable);
    }
    let is_local = |ending: &&str| {
        name.strip_suffix(*ending)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if !name.contains('.') || LOCAL_NAMES.iter().any(is_local) {
        return Err(ForbiddenTarget::LocalName);
    }
    Ok(())
}

/// Look at what a name resolved to: one forbidden address forbids the name.
pub(crate) fn vet(found: &[SocketAddr], also: &[SocketAddr]) -> Result<(), ForbiddenTarget> {
    let is_open = |socket: &SocketAddr| {
        also.contains(socket) || (is_public(socket.ip()) && matches!(socket.port(), 80 | 443))
    };
    if found.is_empty() || !found.iter().all(is_open) {
        return Err(ForbiddenTarget::Private);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> Option<ForbiddenTarget> {
        match Url::parse(url) {
            Ok(url) => check(&url, &[]).err(),
            Err(_) => Some(ForbiddenTarget::Unreadable),
        }
    }

    #[test]
    fn a_numeric_host_is_refused_in_every_spelling() {
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://①②⑦.⓪.⓪.①/",
            "http://8.8.8.8/",
            "http://127.0.0.1./",
        ] {
            assert_eq!(refused(url), Some(ForbiddenTarget::Literal), "{url}");
        }
        assert_eq!(
            refused("http://[fe80::1%25eth0]/"),
            Some(ForbiddenTarget::Unreadable)
        );
    }

    #[test]
    fn local_names_are_refused() {
        for url in [
            "http://localhost/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://nas.local/",
            "http://db.internal/",
            "http://x.onion/",
            "http://x.i2p/",
            "http://r.home.arpa/",
            "http://intranet/",
        ] {
            assert_eq!(refused(url), Some(ForbiddenTarget::LocalName), "{url}");
        }
        assert_eq!(refused("http://notlocal.example/"), None);
    }

    #[test]
    fn schemes_ports_and_credentials_are_held_to_the_usual() {
        assert_eq!(
            refused("ftp://news.example/"),
            Some(ForbiddenTarget::Scheme)
        );
        assert_eq!(refused("file:///etc/passwd"), Some(ForbiddenTarget::Scheme));
        assert_eq!(
            refused("gopher://news.example/"),
            Some(ForbiddenTarget::Scheme)
        );
        assert_eq!(
            refused("http://a@news.example/"),
            Some(ForbiddenTarget::Credentials)
        );
        assert_eq!(
            refused("http://:b@news.example/"),
            Some(ForbiddenTarget::Credentials)
        );
        assert_eq!(
            refused("http://news.example:22/"),
            Some(ForbiddenTarget::Port(22))
        );
        assert_eq!(refused("https://news.example:443/"), None);
        assert_eq!(refused("http://news.example:443/"), None);
    }

    #[test]
    fn one_private_address_among_many_forbids_the_name() {
        let sockets = |ips: &[&str]| -> Vec<SocketAddr> {
            ips.iter()
                .map(|ip| SocketAddr::new(ip.parse().unwrap(), 443))
                .collect()
        };
        assert_eq!(vet(&sockets(&["1.1.1.1", "2606:4700::1111"]), &[]), Ok(()));
        assert_eq!(
            vet(&sockets(&["1.1.1.1", "10.0.0.1"]), &[]),
            Err(ForbiddenTarget::Private)
        );
        assert_eq!(vet(&[], &[]), Err(ForbiddenTarget::Private));
    }

    #[test]
    fn a_socket_that_counts_as_public_opens_no_other() {
        let open: SocketAddr = "127.0.0.1:9000".parse().unwrap();
        let allowed = |url: &str| check(&Url::parse(url).unwrap(), &[open]).is_ok();
        assert!(allowed("http://127.0.0.1:9000/hook"));
        assert!(!allowed("http://127.0.0.1:9001/hook"));
        assert!(!allowed("http://127.0.0.1/hook"));
        assert_eq!(vet(&[open], &[open]), Ok(()));
        assert_eq!(
            vet(&["10.0.0.1:9000".parse().unwrap()], &[open]),
            Err(ForbiddenTarget::Private)
        );
    }
}
