//! The domain: what a discussion is made of, and the rules that decide in it.
//!
//! Everything here is a value or a function of values. There is no I/O, no SQL, no HTTP and no
//! async, so nothing here can fail for a reason that is not a [`Refusal`]. Time and chance come in
//! as parameters ([`Clock`], [`Random`]). Domain types are not serialised for clients: what leaves
//! the process is shaped in `render`.

pub mod archive;
pub mod chance;
pub mod discussion;
pub mod folding;
pub mod funding;
pub mod identity;
pub mod ids;
pub mod integrations;
pub mod line;
pub mod moderation;
pub mod notices;
pub mod passages;
pub mod publication;
pub mod recordings;
pub mod refusal;
mod safe_html;
pub mod time;
pub mod word;

pub use chance::{FixedRandom, Random, Token, TokenHash};
pub use discussion::card::Card;
pub use discussion::comment::{Comment, CommentState};
pub use discussion::cursor::Cursor;
pub use discussion::page::{Page, PageKey};
pub use discussion::sort::{Filter, Sort};
pub use discussion::thread::{Thread, ThreadQuery};
pub use discussion::vote::{Vote, VoteTally};
pub use identity::author::{Author, AuthorKind, Reader};
pub use ids::{
    AuthorId, CampaignId, CommentId, CorrectionId, EntryId, ErratumId, IdSource, ImageId, ImportId,
    PageId, PassageId, ProposalId, QuestionId, RecordingId, SiteId,
};
pub use integrations::api_scope::ApiScope;
pub use publication::settings::Settings;
pub use publication::site::Site;
pub use refusal::Refusal;
pub use safe_html::SafeHtml;
pub use time::{Clock, FixedClock, Time};
pub use word::Word;
