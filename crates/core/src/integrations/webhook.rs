//! Webhooks by the rules of Standard Webhooks: what is told, and how it is signed.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::chance::Random;
use crate::time::Time;

/// For how long the secret before still signs, beside the new one.
pub const OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);

/// An endpoint that has taken nothing for so long is turned off.
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// The wait after each attempt that failed; after the last one the delivery is given up. Together
/// a little more than three days.
const WAITS_SECONDS: [u64; 9] = [
    5,
    5 * 60,
    30 * 60,
    2 * 60 * 60,
    5 * 60 * 60,
    10 * 60 * 60,
    14 * 60 * 60,
    20 * 60 * 60,
    24 * 60 * 60,
];

/// How long to wait after `attempts` that failed; `None` when it is enough.
pub fn wait_after(attempts: i64) -> Option<Duration> {
    let at = usize::try_from(attempts - 1).ok()?;
    WAITS_SECONDS.get(at).copied().map(Duration::from_secs)
}

/// What an endpoint is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WebhookEvent {
    /// A comment appeared.
    CommentPublished,
    /// The text of a comment changed.
    CommentEdited,
    /// A comment is no longer there.
    CommentRemoved,
    /// A comment was featured, or no longer is.
    CommentFeatured,
    /// A page was closed or opened, or its headline changed.
    PageChanged,
    /// A recording can be heard.
    RecordingPublished,
    /// A recording is called something else, or is divided otherwise, or lost a cut.
    RecordingChanged,
    /// A recording is no longer there.
    RecordingRemoved,
    /// A transcript says something else, or can be relied on otherwise.
    TranscriptChanged,
    /// A cut was compared with its recording.
    CutCompared,
    /// A reader's correction waits for an editor.
    CorrectionReceived,
    /// An editor has accepted a correction, or declined it.
    CorrectionDecided,
}

impl WebhookEvent {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::CommentPublished,
        Self::CommentEdited,
        Self::CommentRemoved,
        Self::CommentFeatured,
        Self::PageChanged,
        Self::RecordingPublished,
        Self::RecordingChanged,
        Self::RecordingRemoved,
        Self::TranscriptChanged,
        Self::CutCompared,
        Self::CorrectionReceived,
        Self::CorrectionDecided,
    ];

    /// The `type` of the message.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CommentPublished => "comment.published",
            Self::CommentEdited => "comment.edited",
            Self::CommentRemoved => "comment.removed",
            Self::CommentFeatured => "comment.featured",
            Self::PageChanged => "page.changed",
            Self::RecordingPublished => "recording.published",
            Self::RecordingChanged => "recording.changed",
            Self::RecordingRemoved => "recording.removed",
            Self::TranscriptChanged => "transcript.changed",
            Self::CutCompared => "cut.compared",
            Self::CorrectionReceived => "correction.received",
            Self::CorrectionDecided => "correction.decided",
        }
    }

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// What it means, for the one who chooses.
    pub const fn about(self) -> &'static str {
        match self {
            Self::CommentPublished => "a comment appeared",
            Self::CommentEdited => "the text of a comment changed",
            Self::CommentRemoved => "a comment is no longer there",
            Self::CommentFeatured => "a comment was featured, or no longer is",
            Self::PageChanged => "a page was closed or opened, or its headline changed",
            Self::RecordingPublished => "a recording can be heard",
            Self::RecordingChanged => "the title or the chapters of a recording changed",
            Self::RecordingRemoved => "a recording is no longer there",
            Self::TranscriptChanged => "the transcript of a recording changed",
            Self::CutCompared => "a cut was compared with its recording",
            Self::CorrectionReceived => "a correction waits for an editor",
            Self::CorrectionDecided => "a correction was accepted or declined",
        }
    }
}

/// What an endpoint and we share, so that it can tell our messages from others'.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Vec<u8>);

const PREFIX: &str = "whsec_";

/// A text that is no secret.
#[derive(Debug, thiserror::Error)]
#[error("not a secret: whsec_ and 16 to 64 bytes in base64")]
pub struct NotASecret;

impl WebhookSecret {
    /// A new one.
    pub fn new(random: &dyn Random) -> Self {
        let mut bytes = vec![0; 32];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// The secret as it is shown once, and kept.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// The signature of a message: `v1,` and the HMAC over id, time and body.
    pub fn sign(&self, id: &str, at: Time, body: &[u8]) -> String {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length");
        mac.update(format!("{id}.{}.", at.seconds()).as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl FromStr for WebhookSecret {
    type Err = NotASecret;

    fn from_str(text: &str) -> Result<Self, NotASecret> {
        let encoded = text.strip_prefix(PREFIX).ok_or(NotASecret)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| NotASecret)?;
        match bytes.len() {
            16..=64 => Ok(Self(bytes)),
            _ => Err(NotASecret),
        }
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::FixedRandom;

    fn signed(secret: &str, id: &str, seconds: i64, body: &str) -> String {
        let secret: WebhookSecret = secret.parse().unwrap();
        secret.sign(id, Time::from_micros(seconds * 1_000_000), body.as_bytes())
    }

    #[test]
    fn the_published_vectors_come_out() {
        assert_eq!(
            signed(
                "whsec_plJ3nmyCDGBKInavdOK15jsl",
                "msg_loFOjxBNrRLzqYUf",
                1_731_705_121,
                r#"{"event_type":"ping","data":{"success":true}}"#,
            ),
            "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
        );
        assert_eq!(
            signed(
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                r#"{"test": 2432232314}"#,
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_secret_reads_back_and_does_not_show_itself() {
        let secret = WebhookSecret::new(&FixedRandom::seeded(1));
        assert_eq!(secret.reveal().parse::<WebhookSecret>().unwrap(), secret);
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        for wrong in [
            "",
            "whsec_",
            "whsec_AAAA",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "whsec_!",
        ] {
            assert!(wrong.parse::<WebhookSecret>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn attempts_are_spread_over_three_days() {
        let waits: Vec<Duration> = (1..).map_while(wait_after).collect();
        assert_eq!(waits.len(), 9);
        assert!(waits.is_sorted());
        let all: Duration = waits.iter().sum();
        assert!(all > GIVE_UP_AFTER && all < GIVE_UP_AFTER + Duration::from_secs(24 * 60 * 60));
        assert_eq!(wait_after(0), None);
    }
}
