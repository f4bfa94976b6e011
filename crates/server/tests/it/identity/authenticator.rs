//! A device with passkeys and the browser around it, as the server sees them.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::BASE;

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// A device with one passkey, made for whoever asked for it.
pub(crate) struct Authenticator {
    keys: EcdsaKeyPair,
    credential: Vec<u8>,
    owner: Vec<u8>,
    /// The origin that the browser names.
    pub(crate) origin: String,
    /// The host that the device signs for.
    pub(crate) host: String,
    /// How often it has signed; it does not count where this stays 0.
    pub(crate) count: u32,
    /// Whether it checks its owner.
    pub(crate) verifies: bool,
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn bytes(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}

impl Authenticator {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            keys: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            credential: Sha256::digest(name).to_vec(),
            owner: Vec::new(),
            origin: BASE.to_owned(),
            host: "comments.example".to_owned(),
            count: 1,
            verifies: true,
        }
    }

    /// The answer to a question of `POST /account/{site}/passkeys/begin`.
    pub(crate) fn make(&mut self, question: &Value) -> Value {
        let wanted = &question["publicKey"];
        self.owner = bytes(&wanted["user"]["id"]);
        let mut data = self.data(ATTESTED);
        data.extend([0; 16]);
        let length = u16::try_from(self.credential.len()).unwrap();
        data.extend(length.to_be_bytes());
        data.extend(&self.credential);
        data.extend(self.public_key());
        let mut attestation = vec![0xa3];
        attestation.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x59");
        attestation.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        attestation.extend(data);
        let client = self.client("webauthn.create", &wanted["challenge"]);
        self.answer(&json!({
            "attestationObject": text(&attestation),
            "clientDataJSON": text(&client),
        }))
    }

    /// The answer to a question of `POST /auth/passkey`.
    pub(crate) fn sign(&mut self, question: &Value) -> Value {
        if self.count > 0 {
            self.count += 1;
        }
        let data = self.data(0);
        let client = self.client("webauthn.get", &question["publicKey"]["challenge"]);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client));
        let signature = self.keys.sign(&SystemRandom::new(), &signed).unwrap();
        self.answer(&json!({
            "authenticatorData": text(&data),
            "clientDataJSON": text(&client),
            "signature": text(signature.as_ref()),
            "userHandle": text(&self.owner),
        }))
    }

    fn answer(&self, response: &Value) -> Value {
        let id = text(&self.credential);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response })
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut data = Sha256::digest(&self.host).to_vec();
        data.push(PRESENT | verified | more);
        data.extend(self.count.to_be_bytes());
        data
    }

    fn client(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        let client = json!({
            "type": kind,
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": false,
        });
        client.to_string().into_bytes()
    }

    /// In the form of COSE: an elliptic curve key of P-256 for ES256.
    fn public_key(&self) -> Vec<u8> {
        let point = self.keys.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        let start = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20";
        [start, x, b"\x22\x58\x20", y].concat()
    }
}
