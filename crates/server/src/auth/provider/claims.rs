//! What is believed of a provider's answer.

use std::time::{Duration, UNIX_EPOCH};

use egress::Client;
use openidconnect::core::{
    CoreIdTokenClaims, CoreJwsSigningAlgorithm, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AuthorizationCode, LocalizedClaim, Nonce, OAuth2TokenResponse as _,
    PkceCodeVerifier, RequestTokenError, TokenResponse as _,
};
use rejoinder_core::{Time, identity::author};

use super::{AuthorizationReturn, Metadata, OpenidClient, ProviderFailure, ask};

/// The longest subject, in bytes.
const MAX_SUBJECT: usize = 255;

/// How answers may be signed: by a key of the provider's that nobody else has.
const SIGNED_BY: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
];

/// Who somebody is, as their provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProviderIdentity {
    /// Whom it is about; means something to the provider alone.
    pub(crate) subject: String,
    /// What they can be called.
    pub(crate) name: Option<String>,
    /// An address that the provider has seen to be theirs.
    pub(crate) email: Option<String>,
}

/// What one answer says of someone.
#[derive(Debug, Default)]
pub(super) struct AnswerClaims {
    subject: String,
    /// What they are called, the best first.
    names: Vec<String>,
    email: Option<String>,
    is_email_theirs: bool,
}

macro_rules! claims {
    ($claims:expr) => {{
        let claims = $claims;
        let username = claims.preferred_username();
        let names = [
            text(claims.name()),
            text(claims.nickname()),
            username.map(|name| name.to_string()),
        ];
        AnswerClaims {
            subject: claims.subject().to_string(),
            names: names.into_iter().flatten().collect(),
            email: claims.email().map(|email| email.to_string()),
            is_email_theirs: claims.email_verified() == Some(true),
        }
    }};
}

impl From<&CoreIdTokenClaims> for AnswerClaims {
    fn from(claims: &CoreIdTokenClaims) -> Self {
        claims!(claims)
    }
}

impl From<&CoreUserInfoClaims> for AnswerClaims {
    fn from(claims: &CoreUserInfoClaims) -> Self {
        claims!(claims)
    }
}

/// In whatever language there is.
fn text<T: std::ops::Deref<Target = String>>(claim: Option<&LocalizedClaim<T>>) -> Option<String> {
    let claim = claim?;
    let said = claim.get(None).or_else(|| Some(claim.iter().next()?.1));
    said.map(|said| said.to_string())
}

/// Refuse who is sent by another provider than the one that they were sent to.
pub(super) fn issuer(metadata: &Metadata, named: Option<&str>) -> Result<(), ProviderFailure> {
    let more = metadata.additional_metadata();
    let is_due = more.authorization_response_iss_parameter_supported;
    match named {
        Some(named) if named == metadata.issuer().as_str() => Ok(()),
        None if !is_due => Ok(()),
        _ => Err(ProviderFailure::Unbelievable(
            "another provider's answer".into(),
        )),
    }
}

/// What the provider gives for a code.
pub(super) async fn exchange(
    client: &OpenidClient,
    outside: &Client,
    brought: &AuthorizationReturn<'_>,
) -> Result<CoreTokenResponse, ProviderFailure> {
    let code = AuthorizationCode::new(brought.code.clone());
    let unreachable = |why: &dyn std::error::Error| ProviderFailure::Unreachable(ask::causes(why));
    let request = client
        .exchange_code(code)
        .map_err(|why| unreachable(&why))?;
    let verifier = PkceCodeVerifier::new(brought.verifier.clone());
    let http = ask::through(outside);
    let answer = request.set_pkce_verifier(verifier).request_async(&http);
    answer.await.map_err(|why| match why {
        RequestTokenError::ServerResponse(why) => {
            ProviderFailure::Unbelievable(format!("the code was not taken: {}", why.error()))
        }
        why => unreachable(&why),
    })
}

/// What the provider has signed: for this server, for the one who was sent, and until later than now.
pub(super) fn verified(
    client: &OpenidClient,
    answer: &CoreTokenResponse,
    nonce: &Nonce,
    now: Time,
) -> Result<AnswerClaims, ProviderFailure> {
    let unbelievable = |why: &str| ProviderFailure::Unbelievable(why.to_owned());
    let token = answer.id_token();
    let token = token.ok_or_else(|| unbelievable("there is no ID token"))?;
    let since_1970 = Duration::from_micros(now.micros().unsigned_abs());
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(SIGNED_BY)
        .set_time_fn(move || (UNIX_EPOCH + since_1970).into());
    let claims = token.claims(&verifier, nonce);
    let claims = claims.map_err(|why| ProviderFailure::Unbelievable(ask::causes(&why)))?;
    let party = claims.authorized_party();
    if party.is_some_and(|party| party != client.client_id()) {
        return Err(unbelievable("the ID token was given to another client"));
    }
    let claims = AnswerClaims::from(claims);
    let is_odd = claims.subject.chars().any(char::is_control);
    if claims.subject.is_empty() || claims.subject.len() > MAX_SUBJECT || is_odd {
        return Err(unbelievable("the subject is none"));
    }
    Ok(claims)
}

/// Who it is, asking for what was not signed along.
pub(super) async fn identity(
    client: &OpenidClient,
    outside: &Client,
    answer: &CoreTokenResponse,
    signed: AnswerClaims,
) -> Result<ProviderIdentity, ProviderFailure> {
    let more = match signed.names.is_empty() || signed.email.is_none() {
        true => user_info(client, outside, answer.access_token(), &signed.subject).await?,
        false => AnswerClaims::default(),
    };
    let (email, is_theirs) = match signed.email {
        Some(email) => (Some(email), signed.is_email_theirs),
        None => (more.email, more.is_email_theirs),
    };
    let email = email.filter(|_| is_theirs);
    let names = signed.names.iter().chain(&more.names);
    Ok(ProviderIdentity {
        subject: signed.subject,
        // Some providers' users are called by their addresses, which are nobody's business.
        name: names
            .filter(|name| !name.contains('@'))
            .find_map(|name| author::name(name).ok()),
        email: email.and_then(|email| author::parse_email(&email).ok().flatten()),
    })
}

/// What the provider tells of someone who is known by now, where it tells more.
async fn user_info(
    client: &OpenidClient,
    outside: &Client,
    token: &AccessToken,
    subject: &str,
) -> Result<AnswerClaims, ProviderFailure> {
    // As a header this could not be sent.
    if !token.secret().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ProviderFailure::Unbelievable(
            "the access token is none".into(),
        ));
    }
    let subject = openidconnect::SubjectIdentifier::new(subject.to_owned());
    let Ok(request) = client.user_info(token.clone(), Some(subject)) else {
        return Ok(AnswerClaims::default());
    };
    let http = ask::through(outside);
    let claims: Result<CoreUserInfoClaims, _> = request.request_async(&http).await;
    let claims = claims.map_err(|why| ProviderFailure::Unreachable(ask::causes(&why)))?;
    Ok(AnswerClaims::from(&claims))
}
