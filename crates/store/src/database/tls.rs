//! Connections to PostgreSQL, encrypted by rustls when the URL asks for it.

use std::sync::Arc;

use postgres::config::SslMode;
use postgres::{Client, Config, NoTls};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::Result;
use crate::database::error::StoreError;

/// Connect as `config` says: `sslmode=disable` or a socket is plain, everything else verifies the
/// server against the system's certificates.
pub(crate) fn connect(config: &Config) -> Result<Client> {
    let is_local = config.get_hosts().iter().all(|host| match host {
        postgres::config::Host::Unix(_) => true,
        postgres::config::Host::Tcp(name) => {
            matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1")
        }
    });
    let is_plain = match config.get_ssl_mode() {
        SslMode::Disable => true,
        SslMode::Prefer => is_local,
        _ => false,
    };
    if is_plain {
        return config.connect(NoTls).map_err(unavailable);
    }
    let mut config = config.clone();
    config.ssl_mode(SslMode::Require);
    config
        .connect(MakeRustlsConnect::new(client_config()?))
        .map_err(unavailable)
}

fn client_config() -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Internal(error.into()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn unavailable(error: postgres::Error) -> StoreError {
    match StoreError::from(error) {
        StoreError::Internal(inner) => StoreError::Unavailable(inner.to_string()),
        known => known,
    }
}
