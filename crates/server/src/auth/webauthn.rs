//! What passkeys are made for, and the two halves of every ceremony with one: the browser is asked,
//! and what it answers is taken once.
//!
//! A passkey belongs to the server's own host name, because signing in always happens there. One
//! account of one site is meant by it: both stand in the handle that its authenticator gives back.

use axum::http::StatusCode;
use rejoinder_core::{Author, AuthorId, Site, SiteId, Token, TokenHash};
use serde::Serialize;
use serde_json::Value;
use store::identity::passkeys::{self, CEREMONY_LIFETIME, Ceremony};
use webauthn_rs::prelude::{Passkey, Url, Uuid};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use crate::config::names_this_machine;
use crate::http::error::ApiError;
use crate::http::extract::{Base, Visitor};
use crate::state::{App, hash_of};

/// Why passkeys cannot work at the address that a browser knows the server by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PasskeysUnavailable {
    /// Browsers use them over an encrypted connection only, or on this machine.
    NotSecure,
    /// They are made for a name, and this is a number.
    NoName,
}

/// What checks the passkeys of the server at `base`.
pub(crate) fn checker(base: &Base) -> Result<Webauthn, PasskeysUnavailable> {
    let url = Url::parse(&base.0).map_err(|_| PasskeysUnavailable::NoName)?;
    let host = url.domain().ok_or(PasskeysUnavailable::NoName)?;
    if url.scheme() != "https" && !names_this_machine(host) {
        return Err(PasskeysUnavailable::NotSecure);
    }
    let origin =
        Url::parse(&url.origin().ascii_serialization()).map_err(|_| PasskeysUnavailable::NoName)?;
    WebauthnBuilder::new(host, &origin)
        .and_then(|builder| builder.timeout(CEREMONY_LIFETIME).build())
        .map_err(|_| PasskeysUnavailable::NoName)
}

/// Like [`checker`], where nothing is offered that cannot work.
pub(crate) fn checker_at(base: &Base) -> Result<Webauthn, ApiError> {
    checker(base).map_err(|_| {
        let detail = "Passkeys cannot be used at this address.";
        ApiError::new(StatusCode::CONFLICT, "passkeys_unfit", detail)
    })
}

/// What an authenticator gives back to tell whose passkey it is.
pub(crate) fn handle(site: SiteId, account: AuthorId) -> Uuid {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&site.0.to_be_bytes());
    bytes[8..].copy_from_slice(&account.0.to_be_bytes());
    Uuid::from_bytes(bytes)
}

/// What a browser is asked, as its own function takes it.
#[derive(Debug, Serialize)]
pub(crate) struct CeremonyBody {
    /// Comes back with the answer.
    ceremony: String,
    #[serde(rename = "publicKey")]
    public_key: Value,
}

/// A question that waits for the answer of this browser, known by the secret `asked`.
pub(crate) async fn ask(
    app: &App,
    site: &Site,
    asked: &Token,
    account: Option<&Author>,
    state: &impl Serialize,
    mut question: Value,
) -> Result<CeremonyBody, ApiError> {
    let now = app.now();
    let token = Token::new(&*app.random);
    let ceremony = Ceremony {
        site: site.id,
        token: hash_of(&token),
        browser: hash_of(asked),
        account: account.map(|account| account.id),
        state: serde_json::to_string(state).map_err(ApiError::internal)?,
    };
    let begin = move |tx: &mut store::Tx<'_>| passkeys::begin(tx, now, &ceremony);
    app.store.write(begin).await?;
    Ok(CeremonyBody {
        ceremony: token.reveal(),
        public_key: question["publicKey"].take(),
    })
}

/// The secret of this browser, or one for it to keep.
pub(crate) fn secret(app: &App, visitor: &Visitor) -> Token {
    let known = visitor.asked().cloned();
    known.unwrap_or_else(|| Token::new(&*app.random))
}

/// What the answer to a question is checked against; there is no second answer.
pub(crate) async fn answered(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    ceremony: &str,
    account: Option<&Author>,
) -> Result<String, ApiError> {
    let token: Token = ceremony.parse().map_err(|_| over())?;
    let browser: TokenHash = visitor.asked().map(hash_of).ok_or_else(over)?;
    let (now, site, token) = (app.now(), site.id, hash_of(&token));
    let account = account.map(|account| account.id);
    let take =
        move |tx: &mut store::Tx<'_>| passkeys::take(tx, now, site, &token, &browser, account);
    app.store.write(take).await?.ok_or_else(over)
}

/// A state or a key that this server has written.
pub(crate) fn kept<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, ApiError> {
    serde_json::from_str(text).map_err(ApiError::internal)
}

/// What a browser sent, in a form that can be checked.
pub(crate) fn answer<T: serde::de::DeserializeOwned>(credential: Value) -> Result<T, ApiError> {
    serde_json::from_value(credential).map_err(|_| refused())
}

/// How often a passkey says that it has signed, which its JSON holds and nothing else tells.
pub(crate) fn sign_count(passkey: &Passkey) -> Result<(String, i64), ApiError> {
    let value = serde_json::to_value(passkey).map_err(ApiError::internal)?;
    let count = value["cred"]["counter"].as_i64();
    let count = count.ok_or_else(|| ApiError::internal("a passkey has no counter"))?;
    Ok((value.to_string(), count))
}

fn over() -> ApiError {
    let detail = "This took too long, or was done already. Please try again.";
    ApiError::new(StatusCode::GONE, "passkey_over", detail)
}

/// What a passkey says is not right. Why is nobody's business.
pub(crate) fn refused() -> ApiError {
    let detail = "This passkey was not accepted. Please use another, or sign in another way.";
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "passkey_refused", detail).field("credential")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(base: &str) -> Option<PasskeysUnavailable> {
        checker(&Base::from(base)).err()
    }

    #[test]
    fn passkeys_need_a_name_and_a_secure_connection() {
        for fit in [
            "https://comments.example",
            "https://comments.example:8443",
            "https://comments.example/under",
            "http://localhost:8080",
            "http://comments.gazette.localhost:8080",
        ] {
            assert_eq!(check(fit), None, "{fit}");
        }
        for (unfit, why) in [
            ("http://comments.example", PasskeysUnavailable::NotSecure),
            ("http://127.0.0.1:8080", PasskeysUnavailable::NoName),
            ("https://[::1]", PasskeysUnavailable::NoName),
            ("https://192.0.2.1", PasskeysUnavailable::NoName),
            ("", PasskeysUnavailable::NoName),
        ] {
            assert_eq!(check(unfit), Some(why), "{unfit}");
        }
    }

    #[test]
    fn a_handle_names_one_account_of_one_site() {
        let handles = [(1, 2), (2, 1), (1, 1)].map(|(s, a)| handle(SiteId(s), AuthorId(a)));
        assert!(handles[0] != handles[1] && handles[1] != handles[2]);
    }
}
