//! Web push: what a browser is told by way of its push service.
//!
//! A message is sealed so that only the browser can read it (RFC 8291), and sent with a signature by
//! which the push service knows who sends (RFC 8292).

use std::fmt;
use std::time::Duration;

use aws_lc_rs::agreement::{self, ECDH_P256, ParsedPublicKey, PrivateKey};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use aws_lc_rs::{aead, hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rejoinder_core::{Random, Time};
use reqwest::Method;
use url::Url;

use crate::client::{FetchLimits, Request};
use crate::exception::Feature;
use crate::gate;

/// The longest address of a browser at its push service, in bytes.
const MAX_ENDPOINT: usize = 1_024;

/// The longest message, in bytes: push services take 4096 of what it is sealed in.
pub const MAX_MESSAGE: usize = 3_993;

/// The length of a record, which one message never fills.
const RECORD: [u8; 4] = 4_096_u32.to_be_bytes();

/// For how long a signature counts; a day is the most.
const SIGNED: Duration = Duration::from_secs(12 * 60 * 60);

/// The longest answer of a push service that is read, in bytes.
const MAX_ANSWER: usize = 16 << 10;

const POINT: usize = 65;

/// What push services know the server by.
pub struct PushKey {
    pair: EcdsaKeyPair,
    public: Vec<u8>,
}

impl PushKey {
    /// Draw the private part of a new one.
    pub fn draw(random: &dyn Random) -> [u8; 32] {
        loop {
            let mut bytes = [0; 32];
            random.fill(&mut bytes);
            if PrivateKey::from_private_key(&ECDH_P256, &bytes).is_ok() {
                return bytes;
            }
        }
    }

    /// The key with this private part.
    pub fn read(private: &[u8]) -> Result<Self, SealError> {
        let key = PrivateKey::from_private_key(&ECDH_P256, private).map_err(|_| SealError::Key)?;
        let public = key.compute_public_key().map_err(|_| SealError::Key)?;
        let public = public.as_ref().to_vec();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, private, &public);
        Ok(Self {
            pair: pair.map_err(|_| SealError::Key)?,
            public,
        })
    }

    /// The public part, as browsers are told it.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.public)
    }

    /// The header that shows a push service who sends, and whom to ask about it.
    fn authorization(&self, audience: &str, contact: &str, now: Time) -> Result<String, SealError> {
        let head = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        let claims = serde_json::json!({
            "aud": audience,
            "exp": now.after(SIGNED).seconds(),
            "sub": contact,
        });
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        let signed = format!("{head}.{claims}");
        let signature = self
            .pair
            .sign(&rand::SystemRandom::new(), signed.as_bytes())
            .map_err(|_| SealError::Key)?;
        let signature = URL_SAFE_NO_PAD.encode(signature);
        Ok(format!("vapid t={signed}.{signature}, k={}", self.public()))
    }
}

impl fmt::Debug for PushKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PushKey({})", self.public())
    }
}

/// A browser that can be told something.
#[derive(Clone, PartialEq, Eq)]
pub struct PushTarget {
    /// Its address at its push service.
    pub endpoint: String,
    /// Its public key.
    pub p256dh: Vec<u8>,
    /// The secret that it shares with whoever may tell it something.
    pub auth: Vec<u8>,
}

/// What a browser named is not where it can be told something.
#[derive(Debug, thiserror::Error)]
#[error("not the address of a push service over https, with a key and a secret")]
pub struct NotATarget;

impl PushTarget {
    /// The browser with these words of its own, the keys in base64.
    pub fn read(endpoint: &str, p256dh: &str, auth: &str) -> Result<Self, NotATarget> {
        if endpoint.len() > MAX_ENDPOINT {
            return Err(NotATarget);
        }
        let url = Url::parse(endpoint).map_err(|_| NotATarget)?;
        gate::check(&url, &[]).map_err(|_| NotATarget)?;
        let is_usual = url.scheme() == "https" && url.port().is_none() && url.fragment().is_none();
        let (p256dh, auth) = (decoded(p256dh)?, decoded(auth)?);
        let point = agreement::UnparsedPublicKey::new(&ECDH_P256, &p256dh);
        let is_point = p256dh.len() == POINT && ParsedPublicKey::try_from(point).is_ok();
        if !is_usual || !is_point || auth.len() != 16 {
            return Err(NotATarget);
        }
        Ok(Self {
            endpoint: url.into(),
            p256dh,
            auth,
        })
    }
}

impl fmt::Debug for PushTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushTarget(…)")
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, NotATarget> {
    let text = text.trim_end_matches('=');
    URL_SAFE_NO_PAD.decode(text).map_err(|_| NotATarget)
}

/// Something to tell a browser.
#[derive(Debug, Clone)]
pub struct Push<'a> {
    /// The browser that is told.
    pub target: &'a PushTarget,
    /// What it is told, not sealed yet.
    pub message: &'a [u8],
    /// What waits for the browser under the same topic is replaced: at most 32 letters and digits.
    pub topic: String,
    /// For how long the push service keeps it for a browser that is away.
    pub lifetime: Duration,
    /// Whether it may wait until the device is awake anyway.
    pub may_wait: bool,
    /// How long the push service may take to answer.
    pub timeout: Duration,
}

/// Why something cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Our own key is none.
    #[error("the key of this installation cannot be read")]
    Key,
    /// The browser's key is none.
    #[error("the key of the browser cannot be read")]
    Target,
    /// The message is longer than [`MAX_MESSAGE`].
    #[error("the message is too long")]
    TooLong,
}

impl Push<'_> {
    /// The request that tells it. `contact` is a `mailto:` or `https:` address for the push service.
    pub fn request(
        &self,
        key: &PushKey,
        contact: &str,
        random: &dyn Random,
        now: Time,
    ) -> Result<Request, SealError> {
        let url = Url::parse(&self.target.endpoint).map_err(|_| SealError::Target)?;
        let audience = url.origin().ascii_serialization();
        let mut salt = [0; 16];
        random.fill(&mut salt);
        let body = sealed(self.target, self.message, &PushKey::draw(random), salt)?;
        let urgency = if self.may_wait { "low" } else { "normal" };
        Ok(Request {
            feature: Feature::Push,
            method: Method::POST,
            url: self.target.endpoint.clone(),
            headers: vec![
                ("authorization", key.authorization(&audience, contact, now)?),
                ("content-encoding", "aes128gcm".to_owned()),
                ("content-type", "application/octet-stream".to_owned()),
                ("topic", self.topic.clone()),
                ("ttl", self.lifetime.as_secs().to_string()),
                ("urgency", urgency.to_owned()),
            ],
            body: Some(body),
            limits: FetchLimits {
                max_bytes: MAX_ANSWER,
                timeout: self.timeout,
                max_redirects: 0,
            },
        })
    }
}

/// `message` as one record that only `target` can open, with a key that is used once.
fn sealed(
    target: &PushTarget,
    message: &[u8],
    once: &[u8],
    salt: [u8; 16],
) -> Result<Vec<u8>, SealError> {
    if message.len() > MAX_MESSAGE {
        return Err(SealError::TooLong);
    }
    let own = PrivateKey::from_private_key(&ECDH_P256, once).map_err(|_| SealError::Key)?;
    let public = own.compute_public_key().map_err(|_| SealError::Key)?;
    let theirs = agreement::UnparsedPublicKey::new(&ECDH_P256, &target.p256dh);
    let shared = agreement::agree(&own, theirs, SealError::Target, |secret| {
        Ok(keyed(&target.auth, &[secret]))
    })?;
    let purpose: [&[u8]; 4] = [b"WebPush: info\0", &target.p256dh, public.as_ref(), &[1]];
    let drawn = keyed(&salt, &[keyed(shared.as_ref(), &purpose).as_ref()]);
    let key = keyed(drawn.as_ref(), &[b"Content-Encoding: aes128gcm\0\x01"]);
    let nonce = keyed(drawn.as_ref(), &[b"Content-Encoding: nonce\0\x01"]);
    let nonce = aead::Nonce::try_assume_unique_for_key(&nonce.as_ref()[..12]);

    let key = aead::UnboundKey::new(&aead::AES_128_GCM, &key.as_ref()[..16]);
    let key = aead::LessSafeKey::new(key.map_err(|_| SealError::Key)?);
    let mut text = [message, &[2]].concat();
    key.seal_in_place_append_tag(
        nonce.map_err(|_| SealError::Key)?,
        aead::Aad::empty(),
        &mut text,
    )
    .map_err(|_| SealError::TooLong)?;
    let length = [u8::try_from(POINT).unwrap_or(u8::MAX)];
    let parts: [&[u8]; 5] = [&salt, &RECORD, &length, public.as_ref(), &text];
    Ok(parts.concat())
}

/// The HMAC of `parts`, which is both steps of HKDF for what fits into one hash.
fn keyed(key: &[u8], parts: &[&[u8]]) -> hmac::Tag {
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    parts.iter().for_each(|part| mac.update(part));
    mac.sign()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
    use rejoinder_core::FixedRandom;

    use super::*;

    const P256DH: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
    const ENDPOINT: &str = "https://push.example/of/a-browser";

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    fn target() -> PushTarget {
        PushTarget::read(ENDPOINT, P256DH, AUTH).unwrap()
    }

    #[test]
    fn the_example_of_rfc_8291_comes_out() {
        let once = bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let message = b"When I grow up, I want to be a watermelon";

        let sealed = sealed(&target(), message, &once, salt).unwrap();

        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIg\
                        Dll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVB\
                        St2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(sealed), expected);
    }

    #[test]
    fn the_signature_is_for_the_push_service_alone_and_for_half_a_day() {
        let key = PushKey::read(&PushKey::draw(&FixedRandom::seeded(1))).unwrap();
        let now = Time::from_micros(1_790_000_000_000_000);
        let push = Push {
            target: &target(),
            message: b"Hello",
            topic: "0a".to_owned(),
            lifetime: Duration::from_secs(60),
            may_wait: true,
            timeout: Duration::from_secs(1),
        };
        let contact = "mailto:talk@news.example";
        let request = push
            .request(&key, contact, &FixedRandom::seeded(2), now)
            .unwrap();

        let header = |name: &str| {
            let found = request.headers.iter().find(|(own, _)| *own == name);
            found.unwrap().1.as_str()
        };
        assert_eq!(
            (header("ttl"), header("urgency"), header("topic")),
            ("60", "low", "0a")
        );
        let rest = header("authorization").strip_prefix("vapid t=").unwrap();
        let (token, public) = rest.split_once(", k=").unwrap();
        assert_eq!(public, key.public());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let claims = bytes(signed.split_once('.').unwrap().1);
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        let expected = serde_json::json!({
            "aud": "https://push.example",
            "exp": 1_790_043_200,
            "sub": contact,
        });
        assert_eq!(claims, expected);
        let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes(public)).unwrap();
        public
            .verify_sig(signed.as_bytes(), &bytes(signature))
            .unwrap();
    }

    #[test]
    fn only_what_a_browser_gives_is_a_target() {
        assert_eq!(target().endpoint, ENDPOINT);
        let long = format!("https://push.example/{}", "a".repeat(1_024));
        let wrong = [
            "",
            "push.example",
            "http://push.example/a",
            "https://127.0.0.1/a",
            "https://2130706433/a",
            "https://[::1]/a",
            "https://localhost/a",
            "https://db.internal/a",
            "https://ann@push.example/a",
            "https://push.example:8443/a",
            "https://push.example/a#b",
            "ftp://push.example/a",
            "javascript:alert(1)",
            &long,
        ];
        for endpoint in wrong {
            assert!(
                PushTarget::read(endpoint, P256DH, AUTH).is_err(),
                "{endpoint}"
            );
        }
        let off_the_curve = P256DH.replace("BCVx", "BCVy");
        let short = &P256DH[..80];
        for p256dh in ["", "!", short, &off_the_curve, AUTH] {
            assert!(
                PushTarget::read(ENDPOINT, p256dh, AUTH).is_err(),
                "{p256dh}"
            );
        }
        for auth in ["", "!", "BTBZMqHH6r4Tts7J", P256DH] {
            assert!(PushTarget::read(ENDPOINT, P256DH, auth).is_err(), "{auth}");
        }
    }

    #[test]
    fn a_message_fits_or_is_refused() {
        let once = PushKey::draw(&FixedRandom::seeded(3));
        let long = vec![b'a'; MAX_MESSAGE];
        assert_eq!(
            sealed(&target(), &long, &once, [7; 16]).unwrap().len(),
            4_096
        );
        let longer = vec![b'a'; MAX_MESSAGE + 1];
        let refused = sealed(&target(), &longer, &once, [7; 16]);
        assert_eq!(refused, Err(SealError::TooLong));
    }
}
