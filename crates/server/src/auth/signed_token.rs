//! Tokens by which a publisher vouches for its own users: JSON Web Tokens (RFC 7519), checked by the
//! rules of RFC 8725. How a token is signed follows from the key, never from the token.

use std::collections::BTreeMap;
use std::fmt::{self, Formatter};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use rejoinder_core::{Refusal, Time, identity::author};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use store::identity::identities::IdentityClaims;
use store::identity::sign_in_keys::{KeyKind, SignInKey};

/// How far two clocks may be apart.
const LEEWAY: Duration = Duration::from_secs(60);

/// How long a token can be good for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest token, in bytes.
const MAX_BYTES: usize = 8_192;

/// The longest subject, in bytes.
const MAX_SUBJECT: usize = 200;

/// The issuer under which a publisher's own users are kept.
const PUBLISHER: &str = "publisher";

/// What begins a public Ed25519 key in DER (RFC 8410); its 32 bytes follow.
const ED25519_DER: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

#[derive(Debug, Deserialize)]
struct TokenPayload {
    sub: String,
    name: Option<String>,
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
    aud: Option<Value>,
    nbf: Option<i64>,
    iat: i64,
    exp: i64,
}

/// What a token says, and until when it can be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TokenClaims {
    pub(crate) claims: IdentityClaims,
    pub(crate) expires_at: Time,
}

/// Check a token for the site `host` against its keys.
pub(crate) fn check(
    token: &str,
    host: &str,
    keys: &[SignInKey],
    now: Time,
) -> Result<TokenClaims, Refusal> {
    let invalid = |why| Refusal::TokenInvalid { why };
    if token.len() > MAX_BYTES {
        return Err(invalid("it is longer than 8,192 bytes"));
    }
    let header = decode_header(token).map_err(|_| invalid("it is not a JSON Web Token"))?;
    check_header(token)?;
    let named = header.kid.as_deref();
    let candidates = keys.iter().filter(|key| {
        algorithm(key.kind) == header.alg && named.is_none_or(|kid| kid == key.id.to_string())
    });
    let mut why = "no key of this site has signed it";
    for key in candidates {
        match open(token, key) {
            Ok(payload) if !is_for(&payload, host) => why = "its `aud` is another site",
            Ok(payload) => return read(payload, now),
            Err(ErrorKind::InvalidSignature) => {}
            Err(ErrorKind::MissingRequiredClaim(_) | ErrorKind::Json(_)) => {
                why = "it needs `sub`, `iat` and `exp`";
            }
            Err(_) => why = "it is not a JSON Web Token",
        }
    }
    Err(invalid(why))
}

/// Refuse what a token asks for in its header and nobody here understands (RFC 7515, 4.1.11), and what
/// two readers could read in two ways.
fn check_header(token: &str) -> Result<(), Refusal> {
    let invalid = |why| Refusal::TokenInvalid { why };
    let bytes = token.split('.').next().unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(bytes);
    let bytes = bytes.map_err(|_| invalid("it is not a JSON Web Token"))?;
    let UniqueNames(names) = serde_json::from_slice(&bytes)
        .map_err(|_| invalid("its header is no JSON object that says each thing once"))?;
    if names.contains_key("crit") || names.contains_key("b64") {
        return Err(invalid("its header asks for an extension"));
    }
    // Of another kind of token, the same signature says another thing (RFC 8725, 3.11).
    match names.get("typ") {
        None => Ok(()),
        Some(Value::String(kind)) if kind.eq_ignore_ascii_case("JWT") => Ok(()),
        Some(_) => Err(invalid("its `typ` is not `JWT`")),
    }
}

/// An object in which each name stands once.
struct UniqueNames(BTreeMap<String, Value>);

impl<'de> Deserialize<'de> for UniqueNames {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct UniqueNamesVisitor;
        impl<'de> Visitor<'de> for UniqueNamesVisitor {
            type Value = UniqueNames;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<UniqueNames, A::Error> {
                let mut names = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if names.insert(name, value).is_some() {
                        return Err(A::Error::custom("a name stands twice"));
                    }
                }
                Ok(UniqueNames(names))
            }
        }
        from.deserialize_map(UniqueNamesVisitor)
    }
}

fn open(token: &str, key: &SignInKey) -> Result<TokenPayload, ErrorKind> {
    let decoding = match key.kind {
        KeyKind::Hs256 => DecodingKey::from_secret(key.key.as_bytes()),
        KeyKind::EdDsa => {
            let bytes = STANDARD.decode(&key.key);
            DecodingKey::from_ed_der(&bytes.map_err(|_| ErrorKind::InvalidKeyFormat)?)
        }
    };
    let mut rules = Validation::new(algorithm(key.kind));
    // Below, where a kind of `aud` that nobody expects is refused as well.
    rules.validate_aud = false;
    rules.set_required_spec_claims(&["sub", "exp"]);
    // Times are compared with the server's own clock, below.
    rules.validate_exp = false;
    decode::<TokenPayload>(token, &decoding, &rules)
        .map(|token| token.claims)
        .map_err(jsonwebtoken::errors::Error::into_kind)
}

/// Whether a token is for the site `host`, or does not say for which.
fn is_for(payload: &TokenPayload, host: &str) -> bool {
    let names = |value: &Value| {
        let name = value.as_str().unwrap_or_default();
        name == host || name.strip_prefix("https://") == Some(host)
    };
    match &payload.aud {
        None => true,
        Some(Value::Array(all)) => all.iter().any(names),
        Some(one) => names(one),
    }
}

const fn algorithm(kind: KeyKind) -> Algorithm {
    match kind {
        KeyKind::Hs256 => Algorithm::HS256,
        KeyKind::EdDsa => Algorithm::EdDSA,
    }
}

fn read(payload: TokenPayload, now: Time) -> Result<TokenClaims, Refusal> {
    let invalid = |why| Err(Refusal::TokenInvalid { why });
    let (Some(issued_at), Some(expires_at)) = (seconds(payload.iat), seconds(payload.exp)) else {
        return invalid("`iat` and `exp` must be seconds since 1970");
    };
    if expires_at.after(LEEWAY) <= now {
        return invalid("it has expired");
    }
    let starts_at = payload.nbf.map_or(Some(issued_at), seconds);
    if starts_at.is_none_or(|starts_at| starts_at.max(issued_at) > now.after(LEEWAY)) {
        return invalid("it does not hold yet");
    }
    if expires_at > now.after(LONGEST) {
        return invalid("it is good for more than 24 hours");
    }
    let is_odd = payload.sub.chars().any(char::is_control);
    if payload.sub.is_empty() || payload.sub.len() > MAX_SUBJECT || is_odd {
        return invalid("`sub` must have 1 to 200 bytes and no control characters");
    }
    let name = payload
        .name
        .as_deref()
        .filter(|name| !name.trim().is_empty());
    let email = payload.email.as_deref().filter(|_| payload.email_verified);
    Ok(TokenClaims {
        claims: IdentityClaims {
            issuer: PUBLISHER.to_owned(),
            subject: payload.sub,
            name: name.map(author::name).transpose()?,
            email: email.map(author::parse_email).transpose()?.flatten(),
            issued_at,
        },
        expires_at: expires_at.after(LEEWAY),
    })
}

fn seconds(since_1970: i64) -> Option<Time> {
    let micros = since_1970.checked_mul(1_000_000)?;
    (0..=i64::MAX / 2)
        .contains(&micros)
        .then(|| Time::from_micros(micros))
}

/// The 32 bytes of a public Ed25519 key, as base64: typed as PEM, as DER in base64, or by itself as
/// in the `x` of a JSON Web Key.
pub(crate) fn public_key(typed: &str) -> Option<String> {
    let lines = typed.lines().filter(|line| !line.starts_with("-----"));
    let text: String = lines.flat_map(str::split_whitespace).collect();
    let bytes = STANDARD
        .decode(&text)
        .or_else(|_| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')))
        .ok()?;
    let key = bytes.strip_prefix(&ED25519_DER).unwrap_or(&bytes);
    (key.len() == 32).then(|| STANDARD.encode(key))
}
