//! Where whoever asks is, behind proxies.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};
use rejoinder_core::identity::address::Network;

use crate::config::{Config, ProxyHeader};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// The network of the client that asks by way of `peer`.
pub(crate) fn network_of(config: &Config, peer: IpAddr, headers: &HeaderMap) -> Network {
    Network::of(client(config, peer, headers))
}

/// The address of the client: the peer's, or what trusted proxies say of it, from the right until
/// one that nobody vouches for.
fn client(config: &Config, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !config.trusts(peer) {
        return peer;
    }
    let name = match config.proxy_header {
        ProxyHeader::XForwardedFor => X_FORWARDED_FOR,
        ProxyHeader::Forwarded => header::FORWARDED,
    };
    let values: Vec<&str> = headers
        .get_all(name)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .collect();
    let mut client = peer;
    for hop in values.iter().flat_map(|value| value.split(',')).rev() {
        let hop = match config.proxy_header {
            ProxyHeader::XForwardedFor => Some(hop),
            ProxyHeader::Forwarded => hop.split(';').find_map(forwarded_for),
        };
        let Some(address) = hop.and_then(address) else {
            return client;
        };
        client = address;
        if !config.trusts(address) {
            break;
        }
    }
    client
}

fn forwarded_for(pair: &str) -> Option<&str> {
    let (name, value) = pair.split_once('=')?;
    name.trim()
        .eq_ignore_ascii_case("for")
        .then(|| value.trim().trim_matches('"'))
}

fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    bare.parse()
        .ok()
        .or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client_of(header: ProxyHeader, peer: &str, lines: &[&'static str]) -> String {
        let config = Config {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            proxy_header: header,
            ..Config::default()
        };
        let name = match header {
            ProxyHeader::XForwardedFor => X_FORWARDED_FOR,
            ProxyHeader::Forwarded => header::FORWARDED,
        };
        let lines = lines
            .iter()
            .map(|line| (name.clone(), HeaderValue::from_static(line)));
        client(&config, peer.parse().unwrap(), &lines.collect()).to_string()
    }

    #[test]
    fn a_forwarded_address_is_believed_only_from_a_trusted_proxy() {
        let client =
            |peer, lines: &[&'static str]| client_of(ProxyHeader::XForwardedFor, peer, lines);
        assert_eq!(client("192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(
            client("10.0.0.1", &["6.6.6.6, 198.51.100.7, 10.1.1.1"]),
            "198.51.100.7"
        );
        assert_eq!(
            client("10.0.0.1", &["6.6.6.6", "198.51.100.7:4000"]),
            "198.51.100.7"
        );
        assert_eq!(client("10.0.0.1", &["6.6.6.6, nonsense"]), "10.0.0.1");
    }

    #[test]
    fn the_standard_header_is_read_too() {
        let client = |lines: &[&'static str]| client_of(ProxyHeader::Forwarded, "10.0.0.1", lines);
        assert_eq!(
            client(&["for=6.6.6.6, for=\"[2001:db8::7]:99\";proto=https"]),
            "2001:db8::7"
        );
        assert_eq!(client(&["for=_hidden"]), "10.0.0.1");
    }
}
