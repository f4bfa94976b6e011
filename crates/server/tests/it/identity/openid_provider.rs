//! A small provider of OpenID Connect with real keys, which can also be a dishonest one.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

/// What the provider knows the server by.
pub(crate) const CLIENT: &str = "rejoinder";

/// What proves that to it.
pub(crate) const SECRET: &str = "a secret, with: odd & signs";

/// How an ID token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signed {
    Right,
    /// By a key that is not published.
    Wrong,
    /// By what both sides know, as HS256.
    Shared,
    /// Not at all, as `none`.
    Not,
    /// There is no token.
    Missing,
}

/// How the provider behaves.
pub(crate) struct Manners {
    pub(crate) signed: Signed,
    /// What the ID token claims beside or instead of the usual; null takes a claim away.
    pub(crate) claims: Value,
    /// What its userinfo says; without it there is none.
    pub(crate) userinfo: Option<Value>,
    pub(crate) access_token: &'static str,
    /// Whether it names itself to whoever comes back.
    pub(crate) names_itself: bool,
    /// What it calls itself, when that is something else.
    pub(crate) issuer: Option<String>,
    /// Whether its description has moved to another address.
    pub(crate) has_moved: bool,
    /// The seconds since 1970 by its clock.
    pub(crate) now: i64,
    key: Key,
    granted: HashMap<String, Granted>,
}

/// What a code stands for.
struct Granted {
    nonce: String,
    challenge: String,
    redirect: String,
}

struct Key {
    id: &'static str,
    signs: EncodingKey,
    point: Vec<u8>,
}

impl Key {
    fn new(id: &'static str) -> Self {
        let rules = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(rules, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(rules, document.as_ref()).unwrap();
        Self {
            id,
            signs: EncodingKey::from_ec_der(document.as_ref()),
            point: pair.public_key().as_ref().to_vec(),
        }
    }
}

/// The provider, running.
#[derive(Clone)]
pub(crate) struct TestProvider {
    pub(crate) address: SocketAddr,
    manners: Arc<Mutex<Manners>>,
}

impl TestProvider {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let provider = Self {
            address: listener.local_addr().unwrap(),
            manners: Arc::new(Mutex::new(Manners {
                signed: Signed::Right,
                claims: json!({}),
                userinfo: None,
                access_token: "access",
                names_itself: false,
                issuer: None,
                has_moved: false,
                now: 0,
                key: Key::new("first"),
                granted: HashMap::new(),
            })),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(userinfo))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn behave(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut self.manners.lock().unwrap());
    }

    /// Sign with another key from now on.
    pub(crate) fn change_key(&self) {
        self.behave(|manners| manners.key = Key::new("second"));
    }

    /// Let the one who was sent to `url` sign in; where they are sent back to, on the server.
    pub(crate) fn allow(&self, url: &str) -> String {
        let url = Url::parse(url).unwrap();
        let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(query["client_id"], CLIENT);
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["code_challenge_method"], "S256");
        assert_eq!(query["scope"], "openid profile email");
        let granted = Granted {
            nonce: query["nonce"].clone(),
            challenge: query["code_challenge"].clone(),
            redirect: query["redirect_uri"].clone(),
        };
        let mut back = Url::parse(&query["redirect_uri"]).unwrap();
        let mut manners = self.manners.lock().unwrap();
        let code = format!("code {}", manners.granted.len());
        back.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &query["state"]);
        if manners.names_itself {
            back.query_pairs_mut().append_pair("iss", &self.issuer());
        }
        manners.granted.insert(code, granted);
        back[url::Position::BeforePath..].to_owned()
    }
}

async fn describe(State(provider): State<TestProvider>) -> Response {
    let manners = provider.manners.lock().unwrap();
    let own = provider.issuer();
    if manners.has_moved {
        return Redirect::temporary(&format!("{own}/elsewhere")).into_response();
    }
    let mut description = json!({
        "issuer": manners.issuer.as_ref().unwrap_or(&own),
        "authorization_endpoint": format!("{own}/authorize?tenant=one"),
        "token_endpoint": format!("{own}/token"),
        "jwks_uri": format!("{own}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        "authorization_response_iss_parameter_supported": manners.names_itself,
    });
    if manners.userinfo.is_some() {
        description["userinfo_endpoint"] = json!(format!("{own}/me"));
    }
    Json(description).into_response()
}

async fn keys(State(provider): State<TestProvider>) -> Json<Value> {
    let manners = provider.manners.lock().unwrap();
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let point = &manners.key.point;
    Json(json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": manners.key.id,
        "x": part(&point[1..33]), "y": part(&point[33..]),
    }] }))
}

/// What a code is worth to the one who may have it.
async fn token(State(provider): State<TestProvider>, headers: HeaderMap, body: String) -> Response {
    let fields: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect();
    let mut manners = provider.manners.lock().unwrap();
    let encoded: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let basic = STANDARD.encode(format!("{CLIENT}:{encoded}"));
    let is_client = headers[header::AUTHORIZATION] == format!("Basic {basic}");
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&fields["code_verifier"]));
    let granted = manners.granted.remove(&fields["code"]).filter(|granted| {
        is_client && granted.challenge == challenge && granted.redirect == fields["redirect_uri"]
    });
    let Some(granted) = granted else {
        let error = Json(json!({ "error": "invalid_grant" }));
        return (StatusCode::BAD_REQUEST, error).into_response();
    };
    let mut answer = json!({ "access_token": manners.access_token, "token_type": "Bearer" });
    if manners.signed != Signed::Missing {
        answer["id_token"] = json!(id_token(&provider.issuer(), &manners, &granted.nonce));
    }
    Json(answer).into_response()
}

fn id_token(issuer: &str, manners: &Manners, nonce: &str) -> String {
    let mut claims = json!({
        "iss": issuer, "aud": CLIENT, "sub": "248289761001", "nonce": nonce,
        "iat": manners.now, "exp": manners.now + 300, "name": "Ann Lee",
    });
    for (claim, value) in manners.claims.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(claim)),
            value => claims[claim] = value.clone(),
        }
    }
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some(manners.key.id.to_owned());
    let by = |header: &Header, key: &EncodingKey| encode(header, &claims, key).unwrap();
    match manners.signed {
        Signed::Right | Signed::Missing => by(&header, &manners.key.signs),
        Signed::Wrong => by(&header, &Key::new("other").signs),
        Signed::Shared => by(
            &Header::new(Algorithm::HS256),
            &EncodingKey::from_secret(SECRET.as_bytes()),
        ),
        Signed::Not => {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims))
        }
    }
}

async fn userinfo(State(provider): State<TestProvider>, headers: HeaderMap) -> Response {
    assert_eq!(headers[header::AUTHORIZATION], "Bearer access");
    let manners = provider.manners.lock().unwrap();
    Json(manners.userinfo.clone()).into_response()
}
