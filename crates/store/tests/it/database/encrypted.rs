//! PostgreSQL over an encrypted link, vouched for by an authority of one's own.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use rcgen::CertifiedKey;
use rejoinder_store::{Location, Store};

/// A certificate for this machine, and its key.
fn certificate() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let CertifiedKey { cert, signing_key } = made;
    (cert.pem(), signing_key.serialize_pem())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn only_a_server_that_proves_to_be_the_one_that_is_named_is_spoken_to() {
    let server = testing::Postgres::start().unwrap();
    let url = server.fresh_database().unwrap();
    let database = url.rsplit('/').next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (certificate(), certificate());
    let port = free_port();
    server.stop().unwrap();
    server.resume_encrypted(port, &own.0, &own.1).unwrap();
    let roots = |name: &str, pem: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path
    };
    let open = |host: &str, mode: &str, roots: &Path| {
        let query = format!("sslmode={mode}&sslrootcert={}", roots.display());
        let url = format!("postgres://rejoinder@{host}:{port}/{database}?{query}");
        let opened = Store::open(&Location::Postgres(url), Arc::new(|_| {}));
        opened.map(drop).map_err(|error| error.to_string())
    };
    let (right, wrong) = (roots("right.pem", &own.0), roots("wrong.pem", &other.0));

    for mode in ["require", "verify-full"] {
        assert_eq!(open("localhost", mode, &right), Ok(()));
        let said = open("localhost", mode, &wrong).unwrap_err();
        assert!(said.contains("certificate"), "{said}");
        let said = open("127.0.0.1", mode, &right).unwrap_err();
        assert!(said.contains("not valid for name"), "{said}");
    }
    let missing = folder.path().join("missing.pem");
    let said = open("localhost", "verify-full", &missing).unwrap_err();
    assert!(said.contains("missing.pem"), "{said}");
}
