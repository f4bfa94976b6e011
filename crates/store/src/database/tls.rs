//! Where PostgreSQL is, and connections to it, encrypted by rustls when the address asks for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use postgres::config::{Host, SslMode};
use postgres::{Client, Config, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::Result;
use crate::database::error::StoreError;
use crate::database::reaching;
use crate::database::timelines::Timelines;
use crate::database::timeouts::Timeouts;

/// The parameter that names the certificates which vouch for the server.
const ROOT_CERT: &str = "sslrootcert";

/// Where a server of PostgreSQL is, and who vouches for it.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// One for each host, in the order in which they are tried.
    hosts: Vec<Config>,
    /// How long one may take to say anything.
    within: Duration,
    /// Certificates in place of the system's.
    roots: Option<PathBuf>,
    pub(super) timelines: Timelines,
}

impl Address {
    /// The address that `url` says. What libpq knows and the client does not is understood here:
    /// `sslmode=verify-full`, which is what every encrypted connection is held to, and `sslrootcert`.
    pub(crate) fn parse(url: &str, timeouts: &Timeouts) -> Result<Self> {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let mut roots = None;
        let mut kept = Vec::new();
        for item in query.split('&').filter(|item| !item.is_empty()) {
            match item.split_once('=') {
                Some((ROOT_CERT, "system")) => {}
                Some((ROOT_CERT, path)) => roots = Some(decoded(path)),
                Some(("sslmode", "verify-full")) => kept.push("sslmode=require"),
                _ => kept.push(item),
            }
        }
        let configs = hosts_of(place).map(|place| {
            let mut config: Config = format!("{place}?{}", kept.join("&")).parse()?;
            config
                .connect_timeout(timeouts.connect)
                .tcp_user_timeout(timeouts.link)
                .keepalives_idle(timeouts.probe_after())
                .keepalives_interval(Duration::from_secs(1))
                .keepalives_retries(timeouts.n_probes())
                .application_name("rejoinder");
            Ok(config)
        });
        Ok(Self {
            hosts: configs.collect::<Result<_>>()?,
            within: timeouts.connect,
            roots,
            timelines: Timelines::default(),
        })
    }

    /// The same, where what was seen of others counts, too.
    pub(super) fn sharing(&self, timelines: &Timelines) -> Self {
        let mut shared = self.clone();
        shared.timelines = timelines.clone();
        shared
    }

    /// An address of each host that is named, as if nothing had been seen.
    pub(super) fn each_host(&self) -> Vec<Self> {
        let hosts = self.hosts.iter().map(|host| Self {
            hosts: vec![host.clone()],
            within: self.within,
            roots: self.roots.clone(),
            timelines: Timelines::default(),
        });
        hosts.collect()
    }

    /// Connect: with `sslmode=disable` or on this machine in plain, everywhere else only to a server that
    /// proves to be the one that is named; and never to one that a failover left behind.
    pub(crate) fn connect(&self) -> Result<Client> {
        let (mut hosts, within) = (self.hosts.clone(), self.within);
        let timelines = self.timelines.clone();
        let admit = move |mut client| timelines.admit(&mut client).map(|()| client);
        if self.hosts.iter().all(|host| self.is_plain(host)) {
            return reaching::connect(&hosts, within, move |host| admit(host.connect(NoTls)?));
        }
        let tls = MakeRustlsConnect::new(client_config(self.roots.as_deref())?);
        for host in &mut hosts {
            host.ssl_mode(SslMode::Require);
        }
        reaching::connect(&hosts, within, move |host| {
            admit(host.connect(tls.clone())?)
        })
    }

    fn is_plain(&self, host: &Config) -> bool {
        let is_local = host.get_hosts().iter().all(|host| match host {
            Host::Unix(_) => true,
            Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
        });
        match host.get_ssl_mode() {
            SslMode::Disable => true,
            SslMode::Prefer => is_local && self.roots.is_none(),
            _ => false,
        }
    }
}

/// An address with one host for each of those that `place` names, with commas between them.
fn hosts_of(place: &str) -> impl Iterator<Item = String> {
    let start = place.find("://").map_or(0, |at| at + "://".len());
    let (scheme, rest) = place.split_at(start);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (user, hosts) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
    hosts
        .split(',')
        .map(move |host| format!("{scheme}{user}{host}{path}"))
}

fn decoded(text: &str) -> PathBuf {
    // A plus stands for itself in an address.
    let pairs = format!("p={}", text.replace('+', "%2B"));
    let mut pairs = url::form_urlencoded::parse(pairs.as_bytes());
    pairs
        .next()
        .map_or_else(PathBuf::new, |(_, path)| path.into_owned().into())
}

fn client_config(roots: Option<&Path>) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Internal(error.into()))?;
    let trusted = trusted(roots)?;
    Ok(builder
        .with_root_certificates(trusted)
        .with_no_client_auth())
}

/// The certificates that vouch for a server: those in the file that was named, or else the system's.
fn trusted(roots: Option<&Path>) -> Result<RootCertStore> {
    let mut trusted = RootCertStore::empty();
    let Some(path) = roots else {
        trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return Ok(trusted);
    };
    let unusable = |why: String| {
        let shown = path.display();
        StoreError::Internal(format!("the certificates in {shown} cannot be used: {why}").into())
    };
    let read = CertificateDer::pem_file_iter(path).map_err(|error| unusable(error.to_string()))?;
    for certificate in read {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        let added = trusted.add(certificate);
        added.map_err(|error| unusable(error.to_string()))?;
    }
    match trusted.is_empty() {
        true => Err(unusable("there are none".to_owned())),
        false => Ok(trusted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> Address {
        Address::parse(url, &Timeouts::SERVING).unwrap()
    }

    #[test]
    fn what_libpq_says_of_certificates_is_understood() {
        let address =
            parsed("postgres://u@db.example/x?sslmode=verify-full&sslrootcert=%2Fa%20b.pem");
        assert_eq!(address.hosts[0].get_ssl_mode(), SslMode::Require);
        assert_eq!(address.roots.as_deref(), Some(Path::new("/a b.pem")));

        let address = parsed("postgres://u@a:1,b:2/x?target_session_attrs=read-write");
        let named: Vec<_> = address.hosts.iter().map(Config::get_hosts).collect();
        let host = |name: &str| [Host::Tcp(name.to_owned())];
        assert_eq!(named, [host("a"), host("b")]);
        assert_eq!(address.roots, None);
        let system = parsed("postgres://u@db.example/x?sslrootcert=system");
        assert_eq!(system.roots, None);
        assert!(Address::parse("postgres://u@a/x?sslmode=maybe", &Timeouts::SERVING).is_err());
    }

    #[test]
    fn a_file_without_certificates_is_refused_by_name() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let said = trusted(Some(file.path())).unwrap_err().to_string();
        assert!(said.contains("there are none"), "{said}");
        let missing = trusted(Some(Path::new("/not/there.pem"))).unwrap_err();
        assert!(missing.to_string().contains("/not/there.pem"), "{missing}");
    }
}
