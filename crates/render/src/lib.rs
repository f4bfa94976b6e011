//! How threads and articles look: HTML for people, JSON for programs.
//!
//! This is the only place where a comment becomes HTML. The widget, the page without script, the
//! live stream and the built-in publication all show what is made here. Everything is a function
//! of values: a thread and a [`Context`] come in, a `String` goes out. Templates escape all text;
//! a comment's own HTML comes from `markup` and passes as it is.

pub mod account;
mod avatar;
pub mod bell;
mod card;
mod comment;
pub mod embedding;
mod fate_mail;
pub mod feed;
mod flag;
mod form;
mod json_ld;
mod links;
mod moderate;
pub mod notice;
mod pages;
mod publication;
mod push;
mod sign_in;
mod thread;
mod tree;

pub mod json;
pub mod newsroom;
pub mod webhook;
pub mod words;

use rejoinder_core::settings::Email;
use rejoinder_core::{CommentId, Site, Time};

pub use comment::comment_html;
pub use fate_mail::fate_mail;
pub use flag::{flag_page, flagged_page};
pub use form::{Form, Problem};
pub use moderate::moderate_page;
pub use pages::{edit_page, held_page, message_page, problem_page, thread_page, welcome_page};
pub use publication::{Article, Picture, Publication, article_page, front_page};
pub use push::push_message;
pub use sign_in::sign_in_page;
pub use thread::{closed_notice, thread_fragment};
pub use words::{Words, problem};

/// What a rendering needs to know beside the thread itself.
///
/// Nothing about the reader: what is rendered is the same for everyone.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The site that the thread belongs to.
    pub site: &'a Site,
    /// The time of rendering.
    pub now: Time,
    /// The server's own address, without a slash at the end.
    pub base: &'a str,
    /// The interface in the site's language.
    pub words: &'static Words,
    /// The version of the files under `/static`, which may then be kept for ever.
    pub assets: &'a str,
    /// Whether mail can be sent: readers can make themselves an account, and be told of comments.
    pub has_accounts: bool,
}

impl Context<'_> {
    /// Whether readers are offered mails about comments: where mail can be sent, and the site takes
    /// addresses.
    pub(crate) fn tells_by_mail(&self) -> bool {
        self.has_accounts && self.site.settings.email != Email::Unasked
    }
}

/// How a whole page shows its thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct View<'a> {
    /// The comment that a link pointed to.
    pub marked: Option<CommentId>,
    /// The form, with what was typed into it.
    pub form: Form<'a>,
}
