//! The domain: what a discussion is made of, and the rules that decide in it.
//!
//! Everything here is a value or a function of values. There is no I/O, no SQL, no HTTP and no
//! async, so nothing here can fail for a reason that is not a [`Refusal`]. Time and chance come in
//! as parameters ([`Clock`], [`Random`]). Domain types are not serialised for clients: what leaves
//! the process is shaped in `render`.

pub mod address;
pub mod api_scope;
pub mod audit;
pub mod author;
pub mod bell;
pub mod card;
pub mod chance;
pub mod comment;
pub mod cursor;
pub mod external;
pub mod feed;
pub mod ids;
pub mod language;
pub mod learned;
pub mod moderation;
pub mod names;
pub mod page;
pub mod player;
pub mod policy;
pub mod ranking;
pub mod refusal;
pub mod settings;
pub mod site;
pub mod subscription;
pub mod text;
pub mod thread;
pub mod time;
pub mod vote;
pub mod webhook;
pub mod words;
pub mod work;

pub use api_scope::ApiScope;
pub use author::{Author, AuthorKind, Reader};
pub use card::Card;
pub use chance::{FixedRandom, Random, Token, TokenHash};
pub use comment::{Comment, State};
pub use cursor::Cursor;
pub use ids::{AuthorId, CommentId, IdSource, PageId, SiteId};
pub use page::{Page, PageKey};
pub use refusal::Refusal;
pub use settings::Settings;
pub use site::Site;
pub use thread::{Filter, Sort, Thread, ThreadQuery};
pub use time::{Clock, FixedClock, Time};
pub use vote::{Tally, Vote};
