//! Addresses that answer a mail: whom it told, of which comment, and until when it can be answered.
//!
//! All of it stands before the `@` and is signed, so nothing has to be kept. Mail systems fold case and
//! take 64 bytes there at most, so it is written in 52 letters of base 32 behind the operator's own part
//! and a `+`, which providers leave out when they look for the mailbox.

use std::str::FromStr;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::identity::author::parse_email;
use crate::ids::{CommentId, LETTERS, SiteId};
use crate::time::Time;

/// For how long a mail can be answered.
pub const LIFETIME: Duration = Duration::from_secs(30 * SECONDS_OF_A_DAY.unsigned_abs());

const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;

/// How many bytes a token has: the end of the site's id, subscription, comment, day, signature.
const LENGTH: usize = 4 + 8 + 8 + 2 + SIGNATURE;

/// How many of them are the signature.
const SIGNATURE: usize = 10;

/// How many letters a token is written with.
const N_LETTERS: usize = (LENGTH * 8).div_ceil(5);

/// The most that mail systems take before the `@`, in bytes.
const MAX_LOCAL: usize = 64;

/// The longest part of an operator's own that leaves room for a token behind a `+`, in bytes.
pub const MAX_OWN: usize = MAX_LOCAL - N_LETTERS - 1;

/// The mail that is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnsweredMail {
    /// At which site.
    pub site: SiteId,
    /// The subscription that it was sent for.
    pub subscription: i64,
    /// The comment that it told of.
    pub comment: CommentId,
    /// The last day on which it can be answered, counted from 1970.
    day: u16,
}

impl AnsweredMail {
    /// A mail of `now` that tells of `comment`.
    pub fn new(now: Time, site: SiteId, subscription: i64, comment: CommentId) -> Self {
        Self {
            site,
            subscription,
            comment,
            day: day_of(now.after(LIFETIME)),
        }
    }

    /// Whether it cannot be answered any more.
    pub fn is_over(&self, now: Time) -> bool {
        day_of(now) > self.day
    }

    fn signed(&self, key: &ReplyKey) -> Hmac<Sha256> {
        let mut mac = keyed(&key.0);
        mac.update(&self.site.0.to_be_bytes());
        mac.update(&self.subscription.to_be_bytes());
        mac.update(&self.comment.0.to_be_bytes());
        mac.update(&self.day.to_be_bytes());
        mac
    }
}

fn day_of(time: Time) -> u16 {
    let days = time.seconds().div_euclid(SECONDS_OF_A_DAY);
    u16::try_from(days.max(0)).unwrap_or(u16::MAX)
}

/// What the addresses of a site are signed with.
pub struct ReplyKey([u8; 32]);

impl ReplyKey {
    /// The one that follows from the key by which the site signs what it gives to strangers. Nothing else
    /// that is signed by that key can be taken for an address.
    pub fn of(key: &[u8; 32]) -> Self {
        let mut mac = keyed(key);
        mac.update(b"addresses that answer mails");
        Self(mac.finalize().into_bytes().into())
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    Hmac::<Sha256>::new_from_slice(key).expect("a key of any length")
}

/// What stands behind the `+` of an address. It is as good as a signature, so no log line has it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReplyToken([u8; LENGTH]);

impl ReplyToken {
    /// The token of an address that answers `mail`.
    pub fn new(key: &ReplyKey, mail: &AnsweredMail) -> Self {
        let signature = mail.signed(key).finalize().into_bytes();
        let mut bytes = [0; LENGTH];
        bytes[..4].copy_from_slice(&end_of(mail.site));
        bytes[4..12].copy_from_slice(&mail.subscription.to_be_bytes());
        bytes[12..20].copy_from_slice(&mail.comment.0.to_be_bytes());
        bytes[20..22].copy_from_slice(&mail.day.to_be_bytes());
        bytes[22..].copy_from_slice(&signature[..SIGNATURE]);
        Self(bytes)
    }

    /// The mail that it answers, where it is `site`'s, which signs with `key`.
    pub fn proven(&self, site: SiteId, key: &ReplyKey) -> Option<AnsweredMail> {
        let mail = AnsweredMail {
            site,
            subscription: i64::from_be_bytes(self.0[4..12].try_into().ok()?),
            comment: CommentId(i64::from_be_bytes(self.0[12..20].try_into().ok()?)),
            day: u16::from_be_bytes(self.0[20..22].try_into().ok()?),
        };
        let is_signed = mail.signed(key).verify_truncated_left(&self.0[22..]);
        is_signed.is_ok().then_some(mail)
    }

    /// Whether it can be one of `site`, as far as that is seen without a key.
    pub fn may_be_of(&self, site: SiteId) -> bool {
        self.0[..4] == end_of(site)
    }

    /// Tells it from every other. Nobody can make the token of it.
    pub fn fingerprint(&self) -> u64 {
        use sha2::Digest as _;
        let hash = Sha256::digest(self.0);
        hash.iter()
            .take(8)
            .fold(0, |print, byte| (print << 8) | u64::from(*byte))
    }

    fn letters(&self) -> String {
        let bit = |n: usize| {
            self.0
                .get(n / 8)
                .map_or(0, |byte| (byte >> (7 - n % 8)) & 1)
        };
        let letter = |n: usize| (0..5).fold(0, |value, k| (value << 1) | bit(n * 5 + k));
        let letters = (0..N_LETTERS).map(|n| char::from(LETTERS[usize::from(letter(n))]));
        letters.collect()
    }

    /// The token that `text` begins with, whatever its case, and what stands behind it.
    fn read(text: &str) -> Option<(Self, &str)> {
        let (letters, rest) = text.split_at_checked(N_LETTERS)?;
        let mut bytes = [0; LENGTH];
        for (n, letter) in letters.bytes().enumerate() {
            let own = letter.to_ascii_lowercase();
            let value = LETTERS.iter().position(|known| *known == own)?;
            for k in (0..5).filter(|k| (value >> (4 - k)) & 1 == 1) {
                let at = n * 5 + k;
                *bytes.get_mut(at / 8)? |= 1 << (7 - at % 8);
            }
        }
        Some((Self(bytes), rest))
    }
}

fn end_of(site: SiteId) -> [u8; 4] {
    let [.., a, b, c, d] = site.0.to_be_bytes();
    [a, b, c, d]
}

/// The operator's address, whose mailbox gets the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundAddress {
    own: String,
    domain: String,
}

/// A text that is no address for answers.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an address for answers has at most {MAX_OWN} letters, digits, dots or dashes before its @"
)]
pub struct NotInbound;

impl FromStr for InboundAddress {
    type Err = NotInbound;

    fn from_str(text: &str) -> Result<Self, NotInbound> {
        let address = parse_email(text).ok().flatten().ok_or(NotInbound)?;
        let (own, domain) = address.rsplit_once('@').ok_or(NotInbound)?;
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        if own.len() > MAX_OWN || !own.bytes().all(is_plain) {
            return Err(NotInbound);
        }
        Ok(Self {
            own: own.to_ascii_lowercase(),
            domain: domain.to_ascii_lowercase(),
        })
    }
}

impl InboundAddress {
    /// The address with `token` in it.
    pub fn with(&self, token: &ReplyToken) -> String {
        format!("{}+{}@{}", self.own, token.letters(), self.domain)
    }

    /// The first token that stands in such an address in `text`, a header with names, addresses and
    /// comments in whatever order.
    pub fn token_in(&self, text: &str) -> Option<ReplyToken> {
        let text = text.to_ascii_lowercase();
        let begins = |at: &usize| {
            let before = text[..*at].bytes().next_back();
            !before.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        };
        let start = format!("{}+", self.own);
        let found = text.match_indices(&start).filter(|(at, _)| begins(at));
        found.into_iter().find_map(|(at, _)| {
            let (token, rest) = ReplyToken::read(&text[at + start.len()..])?;
            let rest = rest.strip_prefix('@')?.strip_prefix(&self.domain)?;
            let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_'));
            let goes_on = rest
                .strip_prefix('.')
                .is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
            (ends && !goes_on).then_some(token)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: SiteId = SiteId(0x0012_3456_789a_bcde);

    fn key() -> ReplyKey {
        ReplyKey::of(&[7; 32])
    }

    fn now() -> Time {
        "2026-11-23T05:00:00Z".parse().unwrap()
    }

    fn mail() -> AnsweredMail {
        AnsweredMail::new(now(), SITE, 0x7fff_1234_5678_9abc, CommentId(42))
    }

    fn inbound() -> InboundAddress {
        "Reply@Talk.example".parse().unwrap()
    }

    #[test]
    fn an_address_says_what_it_answers_in_whatever_case_it_comes_back() {
        let address = inbound().with(&ReplyToken::new(&key(), &mail()));
        let (local, domain) = address.rsplit_once('@').unwrap();
        assert_eq!((local.len(), domain), (58, "talk.example"));
        for text in [
            address.clone(),
            address.to_uppercase(),
            format!("\"Reply+x@talk.example\" <{address}>, other@example.org"),
            format!("other@example.org,\r\n {address}."),
        ] {
            let token = inbound().token_in(&text).unwrap();
            assert!(token.may_be_of(SITE));
            assert_eq!(token.proven(SITE, &key()), Some(mail()), "{text}");
        }
    }

    #[test]
    fn an_address_of_somebody_else_is_none_of_ours() {
        let letters = ReplyToken::new(&key(), &mail()).letters();
        for text in [
            String::new(),
            "reply@talk.example".to_owned(),
            "reply+@talk.example".to_owned(),
            format!("reply+{letters}@talk.example.evil.example"),
            format!("reply+{letters}@evil.example"),
            format!("noreply+{letters}@talk.example"),
            format!("reply+{}@talk.example", &letters[1..]),
            format!("reply+{letters}0@talk.example"),
            format!("reply+{}u@talk.example", &letters[1..]),
            format!("reply+é{}@talk.example", &letters[2..]),
        ] {
            assert!(inbound().token_in(&text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_changed_address_and_one_of_another_key_or_site_prove_nothing() {
        let token = ReplyToken::new(&key(), &mail());
        for at in 0..LENGTH * 8 {
            let mut bytes = token.0;
            bytes[at / 8] ^= 1 << (at % 8);
            let changed = ReplyToken(bytes);
            let is_taken = changed.may_be_of(SITE) && changed.proven(SITE, &key()).is_some();
            assert!(!is_taken, "bit {at}");
        }
        assert_eq!(token.proven(SITE, &ReplyKey::of(&[8; 32])), None);
        let twin = SiteId(SITE.0 | (1 << 60));
        assert!(token.may_be_of(twin), "the ends of both are the same");
        assert_eq!(token.proven(twin, &key()), None);
    }

    #[test]
    fn a_mail_can_be_answered_for_thirty_days() {
        let days = |n: u64| now().after(Duration::from_secs(n * 86_400));
        assert!(!mail().is_over(now()) && !mail().is_over(days(30)));
        assert!(mail().is_over(days(31)));
    }

    #[test]
    fn the_operators_part_leaves_room_for_the_rest() {
        for good in [
            "r@a.example",
            "reply-to.us@news.example",
            "COMMENTS@x.example",
        ] {
            let address: InboundAddress = good.parse().unwrap();
            let whole = address.with(&ReplyToken::new(&key(), &mail()));
            assert!(
                parse_email(&whole).is_ok_and(|known| known.is_some()),
                "{whole}"
            );
        }
        for bad in [
            "",
            "reply",
            "twelve.chars@x.example",
            "a+b@x.example",
            "ü@x.example",
        ] {
            assert_eq!(bad.parse::<InboundAddress>(), Err(NotInbound), "{bad}");
        }
    }
}
