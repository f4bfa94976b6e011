//! As whom a program acts: as itself, where it decides; for someone else, where it writes.
//!
//! Who writes through a program has no browser. A hash that follows from the program and from whom it
//! writes for stands in the place of a browser's token, and so everything that holds for a browser holds
//! for them: what is theirs, how fast they are, and what bans them. No cookie can have that hash: it is
//! that of a text longer than any secret.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::{HeaderMap, HeaderName};
use rejoinder_core::identity::address::Network;
use rejoinder_core::{AuthorId, SiteId, TokenHash};
use sha2::{Digest, Sha256};
use store::identity::identities::{self, IdentitySignIn};
use store::identity::sessions::NewSession;
use store::integrations::api_tokens::Program;
use store::{Tx, identity::sign_in_keys};

use crate::auth::signed_token;
use crate::http::error::ApiError;
use crate::http::extract::text;
use crate::state::App;

/// Carries a token by which the publisher vouches for the user that a program acts for.
pub(crate) const USER: HeaderName = HeaderName::from_static("rejoinder-user");

/// As whom a program acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProgramActor {
    /// As itself, with what moderators may do.
    Itself,
    /// For someone; nobody yet where the request is yet to name them.
    For(Option<TokenHash>),
}

impl ProgramActor {
    /// What stands in the place of a browser's token.
    pub(crate) const fn token(self) -> Option<TokenHash> {
        match self {
            Self::Itself | Self::For(None) => None,
            Self::For(Some(token)) => Some(token),
        }
    }

    /// For whoever answers a mail of `site` as `author`: they have no browser, either.
    pub(crate) fn by_mail(site: SiteId, author: AuthorId) -> Self {
        let mut hash = Sha256::new_with_prefix(b"who answers a mail without a browser");
        hash.update(site.0.to_be_bytes());
        hash.update(author.0.to_be_bytes());
        Self::For(Some(TokenHash(hash.finalize().into())))
    }

    /// For whoever `program` calls `name`.
    pub(crate) fn named(program: &Program, name: &str) -> Self {
        Self::For(Some(hash(program, "name", name)))
    }

    /// For the user whom the request's [`USER`] names, where it names one. Their account is made when
    /// they come first. The token is no secret that a browser has shown, and works as long as it says.
    pub(crate) async fn of_user(
        app: &App,
        program: &Program,
        headers: &HeaderMap,
    ) -> Result<Self, ApiError> {
        let Some(signed) = text(headers, &USER) else {
            return Ok(Self::For(None));
        };
        let (now, site) = (app.now(), app.sites.by_id(program.site).await?);
        let id = program.site;
        let keys = app.store.read(move |tx| sign_in_keys::list(tx, id)).await?;
        let vouched = signed_token::check(signed, &site.host, &keys, now);
        let vouched = vouched.map_err(|refusal| ApiError::from(refusal).field(USER.as_str()))?;
        let token = hash(program, "user", &vouched.claims.subject);
        let arriving = IdentitySignIn {
            site: (*site).clone(),
            claims: vouched.claims,
            spent: None,
            author: AuthorId(app.ids.next(now)),
            session: NewSession {
                token,
                replaces: Some(token),
                label: Some(program.author.name.clone()),
            },
        };
        let enter = move |tx: &mut Tx<'_>| identities::sign_in(tx, now, &arriving);
        app.store.write(enter).await?;
        Ok(Self::For(Some(token)))
    }

    /// Whoever writes through a program is in a network of their own: the program's says nothing of them.
    pub(crate) fn network(self, of_program: Network) -> Network {
        let Some(token) = self.token() else {
            return of_program;
        };
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&token.0[..8]);
        // Addresses that begin so are nobody's on the internet.
        bytes[0] = 0xfd;
        Network::of(IpAddr::V6(Ipv6Addr::from(bytes)))
    }
}

fn hash(program: &Program, kind: &str, who: &str) -> TokenHash {
    let mut hash = Sha256::new_with_prefix(b"whom a program of the publisher acts for");
    hash.update(program.site.0.to_be_bytes());
    hash.update(program.author.id.0.to_be_bytes());
    hash.update(kind);
    hash.update(who);
    TokenHash(hash.finalize().into())
}
