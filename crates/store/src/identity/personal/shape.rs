//! What a person takes along, as it is written out.

use rejoinder_core::ImageId;
use rejoinder_core::discussion::image::Image;
use rejoinder_core::passages::{SourceCheck, Sources};
use serde::Serialize;

/// Everything that is kept of a person at a site.
#[derive(Debug, Serialize)]
pub struct PersonalData {
    /// The account.
    pub account: PersonalAccount,
    /// What they wrote, oldest first, whatever became of it.
    pub comments: Vec<PersonalComment>,
    /// How they voted.
    pub votes: Vec<PersonalVote>,
    /// What they answered about the sources of others.
    pub source_answers: Vec<PersonalAnswer>,
    /// What they reacted with.
    pub reactions: Vec<PersonalReaction>,
    /// What they flagged.
    pub flags: Vec<PersonalFlag>,
    /// Which corrections of transcripts they proposed, oldest first.
    pub corrections: Vec<PersonalProposal>,
    /// Which corrections of articles they sent, oldest first.
    pub article_corrections: Vec<PersonalCorrection>,
    /// Which questions they asked of passages of articles, oldest first.
    pub questions: Vec<PersonalQuestion>,
    /// Which ones of others they confirmed, by id.
    pub confirmed: Vec<String>,
    /// Who they are elsewhere: issuer and subject.
    pub elsewhere: Vec<(String, String)>,
    /// Whom they muted, by id.
    pub muted: Vec<String>,
    /// Of what they are told.
    pub subscriptions: Vec<PersonalSubscription>,
    /// Of which pages the newsroom says that they wrote the article.
    pub articles: Vec<String>,
    /// Which comments of others mention them, by id.
    pub mentioned_in: Vec<String>,
    /// What they were told in the page.
    pub notices: Vec<PersonalNotice>,
    /// What they gave and made their own, newest first.
    pub gifts: Vec<PersonalGift>,
    /// Where they are signed in.
    pub sessions: Vec<PersonalSession>,
    /// Where they are told something while no page is open.
    pub devices: Vec<PersonalDevice>,
    /// What signs them in without a mail.
    pub passkeys: Vec<PersonalPasskey>,
}

/// An account.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalAccount {
    pub id: String,
    pub name: String,
    pub email: Option<String>,
    pub website: Option<String>,
    pub role: String,
    pub created_at: String,
    /// Whether everyone may read a page with what they wrote.
    pub has_page: bool,
    /// Their picture, a JPEG in Base64.
    pub picture: Option<String>,
}

/// A comment.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalComment {
    pub id: String,
    pub page: String,
    pub parent: Option<String>,
    /// The passage of the article that it is about.
    pub passage: Option<String>,
    /// The sources that it carries, and what others make of them.
    pub sources: Option<SourceCheck>,
    /// The pictures that it carries.
    pub images: Vec<PersonalImage>,
    pub text: String,
    pub state: String,
    pub reason: Option<String>,
    pub created_at: String,
    pub edited_at: Option<String>,
    /// The texts before it, oldest first.
    pub earlier: Vec<String>,
}

/// A picture of a comment.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalImage {
    pub id: ImageId,
    pub alt: String,
    /// A JPEG in Base64.
    pub file: Option<String>,
}

impl PersonalImage {
    /// One whose file is still to be read.
    pub(super) fn of(image: Image) -> Self {
        Self {
            id: image.id,
            alt: image.alt,
            file: None,
        }
    }
}

/// A vote.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalVote {
    pub comment: String,
    pub value: i64,
    pub at: String,
}

/// Answers about the sources of a comment.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalAnswer {
    pub comment: String,
    pub says: Option<String>,
    pub relevant: Option<String>,
    pub at: String,
}

/// A reaction.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalReaction {
    pub comment: String,
    pub reaction: String,
    pub at: String,
}

/// A flag.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalFlag {
    pub comment: String,
    pub reason: String,
    pub note: Option<String>,
    pub at: String,
}

/// A correction of a transcript.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalProposal {
    pub id: String,
    pub recording: String,
    pub start_ms: i64,
    pub speaker: Option<String>,
    pub text: String,
    pub state: String,
    pub reason: Option<String>,
    pub at: String,
}

/// A correction of an article.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalCorrection {
    pub id: String,
    pub page: String,
    pub passage: Option<String>,
    pub sources: Option<Sources>,
    pub text: String,
    pub proposed: Option<String>,
    pub thanks: Option<String>,
    pub email: Option<String>,
    pub state: String,
    pub reason: Option<String>,
    pub at: String,
}

/// A question of a passage.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalQuestion {
    pub id: String,
    pub page: String,
    pub passage: Option<String>,
    pub text: String,
    pub at: String,
    pub edited_at: Option<String>,
    pub closed_at: Option<String>,
}

/// A subscription.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalSubscription {
    pub page: String,
    pub kind: String,
    pub email: String,
    pub pace: String,
    pub asked_at: String,
    pub confirmed_at: Option<String>,
}

/// A notice in the page.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalNotice {
    pub comment: String,
    pub what: String,
    pub at: String,
    pub read_at: Option<String>,
}

/// A gift.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalGift {
    pub id: String,
    pub campaign: String,
    pub amount: String,
    pub currency: String,
    pub at: String,
    pub badge: bool,
    pub thanked_by_name: bool,
}

/// A session.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalSession {
    pub browser: Option<String>,
    pub since: String,
}

/// A device.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalDevice {
    pub browser: Option<String>,
    pub address: String,
    pub since: String,
}

/// A passkey.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct PersonalPasskey {
    pub name: String,
    pub added_at: String,
    pub used_at: Option<String>,
}
