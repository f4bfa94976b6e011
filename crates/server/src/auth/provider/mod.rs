//! The other side of signing in by OpenID Connect: what a provider is asked, and what is believed of
//! its answers.
//!
//! Everything goes through the one door out, follows no redirect, and is held to its size and time.
//! What is believed was signed by the provider for this server, now, for the browser that was sent.

mod ask;
mod claims;

use std::sync::Arc;
use std::time::Duration;

use egress::Client;
use moka::sync::Cache;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    ProviderMetadata, RedirectUrl, Scope,
};
use rejoinder_core::{Clock, Random, Time};
use serde::{Deserialize, Serialize};
use store::identity::openid::OpenidProvider;
use url::Url;

pub(crate) use claims::ProviderIdentity;

/// So long is a provider taken to be as it was.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// Keys that nobody knows are looked for no sooner again.
const STALE: Duration = Duration::from_secs(60);

/// The most providers that are remembered.
const MAX_KNOWN: u64 = 500;

/// Why a provider signs nobody in. The cause is for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderFailure {
    /// It does not answer, or not as a provider does.
    #[error("the provider does not answer as one: {0}")]
    Unreachable(String),
    /// What it says cannot be believed.
    #[error("the provider's answer is not believed: {0}")]
    Unbelievable(String),
}

/// What a provider tells of itself beside what the standard core knows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct ExtraMetadata {
    /// Whether it names itself to whoever comes back (RFC 9207).
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for ExtraMetadata {}

type Metadata = ProviderMetadata<
    ExtraMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type OpenidClient = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A provider as it described itself.
struct KnownProvider {
    metadata: Metadata,
    read_at: Time,
}

/// The providers that were asked, by what they call themselves.
pub(crate) struct OpenidProviders {
    outside: Client,
    clock: Arc<dyn Clock>,
    known: Cache<String, Arc<KnownProvider>>,
}

/// What only the one who is sent and this server know.
#[derive(Debug)]
pub(crate) struct AuthorizationSecrets {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
}

/// What someone brings back.
#[derive(Debug)]
pub(crate) struct AuthorizationReturn<'a> {
    pub(crate) code: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
    /// Who says that it sends them, where it says so.
    pub(crate) issuer: Option<&'a str>,
    /// Where they came back to.
    pub(crate) redirect: &'a str,
}

impl OpenidProviders {
    pub(crate) fn new(outside: Client, clock: Arc<dyn Clock>) -> Self {
        Self {
            outside,
            clock,
            known: Cache::new(MAX_KNOWN),
        }
    }

    /// What the provider at `typed` calls itself: with a slash at the end or without.
    pub(crate) async fn find(&self, typed: &str) -> Result<String, ProviderFailure> {
        let other = match typed.strip_suffix('/') {
            Some(bare) => bare.to_owned(),
            None => format!("{typed}/"),
        };
        match self.ask(typed).await {
            Ok(_) => Ok(typed.to_owned()),
            Err(failure) => self.ask(&other).await.map(|_| other).or(Err(failure)),
        }
    }

    /// Where a browser is sent that is to come back to `redirect`.
    pub(crate) async fn way(
        &self,
        provider: &OpenidProvider,
        redirect: &str,
        secrets: &AuthorizationSecrets,
    ) -> Result<Url, ProviderFailure> {
        let known = self.known(&provider.issuer).await?;
        let client = client_of(&known.metadata, provider, redirect)?;
        let verifier = PkceCodeVerifier::new(secrets.verifier.clone());
        let (state, nonce) = (secrets.state.clone(), secrets.nonce.clone());
        let (url, _, _) = client
            .authorize_url(
                openidconnect::core::CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scopes(["profile", "email"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        ask::check(&url)?;
        Ok(url)
    }

    /// Exchange the code that someone brings, and say who they are.
    pub(crate) async fn exchange(
        &self,
        provider: &OpenidProvider,
        brought: AuthorizationReturn<'_>,
        now: Time,
    ) -> Result<ProviderIdentity, ProviderFailure> {
        let known = self.known(&provider.issuer).await?;
        claims::issuer(&known.metadata, brought.issuer)?;
        let client = client_of(&known.metadata, provider, brought.redirect)?;
        let answer = claims::exchange(&client, &self.outside, &brought).await?;
        let nonce = Nonce::new(brought.nonce);
        match claims::verified(&client, &answer, &nonce, now) {
            // Its keys may be new ones.
            Err(_) if self.clock.steady().since(known.read_at) >= STALE => {}
            claimed => return claims::identity(&client, &self.outside, &answer, claimed?).await,
        }
        let known = self.ask(&provider.issuer).await?;
        let client = client_of(&known.metadata, provider, brought.redirect)?;
        let claimed = claims::verified(&client, &answer, &nonce, now)?;
        claims::identity(&client, &self.outside, &answer, claimed).await
    }

    /// A provider as it was within the last hour.
    async fn known(&self, issuer: &str) -> Result<Arc<KnownProvider>, ProviderFailure> {
        match self.known.get(issuer) {
            Some(known) if self.clock.steady().since(known.read_at) < FRESH => Ok(known),
            _ => self.ask(issuer).await,
        }
    }

    /// A provider as it is now.
    async fn ask(&self, issuer: &str) -> Result<Arc<KnownProvider>, ProviderFailure> {
        let unreachable = |why: String| ProviderFailure::Unreachable(why);
        let url = IssuerUrl::new(issuer.to_owned()).map_err(|why| unreachable(why.to_string()))?;
        let http = ask::through(&self.outside);
        let metadata = Metadata::discover_async(url, &http).await;
        let metadata = metadata.map_err(|why| unreachable(ask::causes(&why)))?;
        let known = Arc::new(KnownProvider {
            metadata,
            read_at: self.clock.steady(),
        });
        self.known.insert(issuer.to_owned(), Arc::clone(&known));
        Ok(known)
    }
}

impl AuthorizationSecrets {
    pub(crate) fn new(state: String, random: &dyn Random) -> Self {
        let secret = || rejoinder_core::Token::new(random).reveal();
        Self {
            state,
            nonce: secret(),
            verifier: secret(),
        }
    }
}

fn client_of(
    metadata: &Metadata,
    provider: &OpenidProvider,
    redirect: &str,
) -> Result<OpenidClient, ProviderFailure> {
    let redirect = RedirectUrl::new(redirect.to_owned());
    let redirect = redirect.map_err(|why| ProviderFailure::Unreachable(why.to_string()))?;
    let secret = match provider.client_secret.as_str() {
        "" => None,
        secret => Some(ClientSecret::new(secret.to_owned())),
    };
    let id = ClientId::new(provider.client_id.clone());
    let client = OpenidClient::from_provider_metadata(metadata.clone(), id, secret);
    Ok(client
        .set_auth_type(auth_type(metadata))
        .set_redirect_uri(redirect))
}

/// How the provider wants to be told the secret.
fn auth_type(metadata: &Metadata) -> AuthType {
    let methods = metadata.token_endpoint_auth_methods_supported();
    let takes = |method| methods.is_none_or(|methods| methods.contains(&method));
    match takes(CoreClientAuthMethod::ClientSecretBasic) {
        true => AuthType::BasicAuth,
        false => AuthType::RequestBody,
    }
}
