//! Proof of work by the rules of ALTCHA: a browser looks for the number that was drawn.
//!
//! A challenge is signed and not stored. Its salt says until when it counts, and ends with `&`, so that
//! no digits can wander between the time and the number.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::chance::Random;
use crate::time::Time;

/// The numbers that are drawn are below this one: a moment's work for a browser.
pub const MAX_NUMBER: u64 = 100_000;

/// For how long a challenge counts.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// The longest solution, in bytes as it is sent.
const MAX_LENGTH: usize = 1_000;

const ALGORITHM: &str = "SHA-256";

/// What a site signs its challenges with.
#[derive(Clone, PartialEq, Eq)]
pub struct ChallengeKey(pub [u8; 32]);

/// What a browser is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Challenge {
    /// How salt and number are hashed.
    pub algorithm: &'static str,
    /// The hash of salt and number, in hexadecimal digits.
    pub challenge: String,
    /// The number is not above this one.
    pub maxnumber: u64,
    /// What stands before the number.
    pub salt: String,
    /// Shows that the challenge is ours.
    pub signature: String,
}

/// What a browser found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Solution {
    algorithm: String,
    challenge: String,
    number: u64,
    salt: String,
    signature: String,
}

impl ChallengeKey {
    /// A new challenge.
    pub fn challenge(&self, random: &dyn Random, now: Time) -> Challenge {
        let mut bytes = [0; 20];
        random.fill(&mut bytes);
        let (salt, drawn) = bytes.split_at(12);
        let drawn = drawn
            .iter()
            .fold(0, |n: u64, byte| (n << 8) | u64::from(*byte));
        let expires = now.after(LIFETIME).seconds();
        let salt = format!("{}?expires={expires}&", hex(salt));
        let challenge = hash(&salt, drawn % MAX_NUMBER);
        Challenge {
            algorithm: ALGORITHM,
            maxnumber: MAX_NUMBER,
            signature: self.sign(&challenge),
            challenge,
            salt,
        }
    }

    fn sign(&self, challenge: &str) -> String {
        hex(&self.mac(challenge).finalize().into_bytes())
    }

    fn mac(&self, challenge: &str) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length");
        mac.update(challenge.as_bytes());
        mac
    }

    /// Until when `solution` counts, if it solves a challenge of this key.
    pub fn solved(&self, solution: &Solution, now: Time) -> Option<Time> {
        let expires = expires(&solution.salt)?;
        let signature = unhex(&solution.signature)?;
        let is_signed = self
            .mac(&solution.challenge)
            .verify_slice(&signature)
            .is_ok();
        let is_solved = solution.algorithm == ALGORITHM
            && hash(&solution.salt, solution.number) == solution.challenge;
        (is_signed && is_solved && now < expires).then_some(expires)
    }
}

impl Solution {
    /// The solution that `text` says: JSON in base64, as ALTCHA sends it.
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let json = STANDARD.decode(text).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// Names the challenge that it solves, so that it counts once.
    pub fn challenge(&self) -> &str {
        &self.challenge
    }
}

fn expires(salt: &str) -> Option<Time> {
    let (_, rest) = salt.split_once("?expires=")?;
    let digits = rest.strip_suffix('&')?;
    if digits.len() > 12 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds: i64 = digits.parse().ok()?;
    Some(Time::from_micros(seconds * 1_000_000))
}

fn hash(salt: &str, number: u64) -> String {
    hex(&Sha256::digest(format!("{salt}{number}")))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::FixedRandom;
    use serde_json::{Value, json};

    const NOW: Time = Time::from_micros(1_790_000_000_000_000);
    const KEY: ChallengeKey = ChallengeKey([7; 32]);

    fn solve(challenge: &Challenge) -> Value {
        let number = (0..challenge.maxnumber)
            .find(|number| hash(&challenge.salt, *number) == challenge.challenge)
            .unwrap();
        json!({
            "algorithm": challenge.algorithm,
            "challenge": challenge.challenge,
            "number": number,
            "salt": challenge.salt,
            "signature": challenge.signature,
            "took": 120,
        })
    }

    fn solved(key: &ChallengeKey, solution: &Value, now: Time) -> bool {
        let solution = Solution::read(&STANDARD.encode(solution.to_string()));
        solution.is_some_and(|solution| key.solved(&solution, now).is_some())
    }

    #[test]
    fn a_challenge_is_what_altcha_expects() {
        let challenge = KEY.challenge(&FixedRandom::seeded(1), NOW);
        let json = serde_json::to_value(&challenge).unwrap();
        let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            ["algorithm", "challenge", "maxnumber", "salt", "signature"]
        );
        let (random, expires) = challenge.salt.split_once('?').unwrap();
        assert_eq!(
            (random.len(), expires),
            (24, "expires=1790000600&"),
            "it is hashed in one block"
        );
    }

    #[test]
    fn a_solution_counts_until_it_expires() {
        let challenge = KEY.challenge(&FixedRandom::seeded(2), NOW);
        let solution = solve(&challenge);
        assert!(solved(&KEY, &solution, NOW));
        let last = NOW.after(LIFETIME - Duration::from_secs(1));
        assert!(solved(&KEY, &solution, last));
        assert!(!solved(&KEY, &solution, NOW.after(LIFETIME)));
    }

    #[test]
    fn what_was_tampered_with_does_not_count() {
        let challenge = KEY.challenge(&FixedRandom::seeded(3), NOW);
        let solution = solve(&challenge);
        let number = solution["number"].as_u64().unwrap();
        let late = challenge.salt.replace("1790000600", "1790000601");
        let wandering = format!("{}{}", challenge.salt, number / 10);
        let changes = [
            ("number", json!(number + 1)),
            ("number", json!(-1)),
            ("salt", json!(late)),
            ("salt", json!(wandering)),
            ("algorithm", json!("SHA-1")),
            ("challenge", json!(hash(&challenge.salt, number + 1))),
            ("challenge", json!(challenge.challenge.to_uppercase())),
            ("signature", json!("0".repeat(64))),
            ("signature", json!("+f".repeat(32))),
            ("signature", json!("")),
            ("signature", json!("é".repeat(32))),
        ];
        for (key, value) in changes {
            let mut changed = solution.clone();
            changed[key] = value;
            assert!(!solved(&KEY, &changed, NOW), "{changed}");
        }
        assert!(
            !solved(&ChallengeKey([8; 32]), &solution, NOW),
            "another site's"
        );
    }

    #[test]
    fn what_is_no_solution_is_none() {
        let long = "A".repeat(10_000);
        for text in ["", "e30=", "!", "bnVsbA==", &long] {
            assert_eq!(Solution::read(text), None, "{text}");
        }
    }
}
