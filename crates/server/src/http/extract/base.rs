//! Where the server is found, as whoever asks knows it.

use std::iter;
use std::sync::Arc;

use axum::http::{HeaderMap, header};
use rejoinder_core::publication::origin::split_base;

use super::header_text::text;
use crate::config::{Config, Loopback};

/// The server's own address as the client knows it, without a slash at the end.
///
/// Where an address is configured it is that one, which links lead to. Who sits at the machine
/// itself may have come by a loopback address all the same; that is an own origin, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base(pub(crate) Arc<str>, Option<Here>);

/// The loopback address that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Here {
    origin: Arc<str>,
    /// The server's own address there.
    address: Arc<str>,
    /// What a link in a mail may say instead of the configured address; nothing where there is one.
    in_mails: Option<Arc<str>>,
}

impl Base {
    /// The configured address, or the host that was asked for when it is this machine.
    pub(crate) fn of(config: &Config, headers: &HeaderMap) -> Option<Self> {
        let here = text(headers, &header::HOST).and_then(Loopback::parse);
        match &config.base {
            Some(base) => {
                let here = here.map(|here| Here {
                    origin: here.origin().into(),
                    address: (here.origin() + config.root()).into(),
                    in_mails: None,
                });
                Some(Self(base.as_str().into(), here))
            }
            None => here.map(|here| {
                let in_mails = Some(here.origin_in_mails().into());
                let origin: Arc<str> = here.origin().into();
                let here = Here {
                    address: Arc::clone(&origin),
                    origin: Arc::clone(&origin),
                    in_mails,
                };
                Self(origin, Some(here))
            }),
        }
    }

    /// What links in mails begin with: they are read elsewhere, by someone who may not have asked.
    pub(crate) fn in_mails(&self) -> &str {
        let here = self.1.as_ref().and_then(|here| here.in_mails.as_ref());
        here.unwrap_or(&self.0)
    }

    /// The server's own origin, which the path that it is found under is no part of.
    pub(crate) fn origin(&self) -> &str {
        split_base(&self.0).0
    }

    /// The path that the server is found under; empty where it has its host to itself.
    pub(super) fn root(&self) -> &str {
        split_base(&self.0).1
    }

    /// Whether `origin` is the server's own.
    pub(crate) fn is_origin(&self, origin: &str) -> bool {
        let here = self.1.as_ref().map(|here| &*here.origin);
        self.origin() == origin || here == Some(origin)
    }

    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        let here = self.1.as_ref().map(|here| &*here.address);
        iter::once(&*self.0).chain(here)
    }

    pub(super) fn is_secure(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The name of the cookie of a browser that has asked for a way in.
    pub(super) fn asked_cookie(&self) -> &'static str {
        let names = [
            "__Host-rejoinder-asked",
            "__Secure-rejoinder-asked",
            "rejoinder-asked",
        ];
        self.one_of(names)
    }

    /// The name of the cookie of a browser that has signed in by mail.
    pub(super) fn known_cookie(&self) -> &'static str {
        let names = [
            "__Host-rejoinder-known",
            "__Secure-rejoinder-known",
            "rejoinder-known",
        ];
        self.one_of(names)
    }

    /// The name of the cookie that holds the token.
    pub(super) fn cookie(&self) -> &'static str {
        self.one_of(["__Host-rejoinder", "__Secure-rejoinder", "rejoinder"])
    }

    /// What browsers hold a cookie to is said by how its name begins: to this host and all of it, where the
    /// server has it to itself; to an encrypted connection, where it is sent below the server's path alone.
    fn one_of(&self, [host, secure, plain]: [&'static str; 3]) -> &'static str {
        match (self.is_secure(), self.root()) {
            (true, "") => host,
            (true, _) => secure,
            (false, _) => plain,
        }
    }
}

impl From<&str> for Base {
    fn from(address: &str) -> Self {
        Self(address.into(), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_origin_is_the_servers_own() {
        let base = Base::from("https://comments.example");
        assert!(base.is_origin("https://comments.example"));
        for other in [
            "",
            "https:",
            "https:/",
            "https://comments.example/",
            "https://comments",
            "http://comments.example",
            "null",
        ] {
            assert!(!base.is_origin(other), "{other}");
        }
    }
}
