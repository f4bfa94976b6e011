//! How threads and articles look: HTML for people, JSON for programs.
//!
//! This is the only place where a comment becomes HTML. The widget, the page without script, the
//! live stream and the built-in publication all show what is made here. Everything is a function
//! of values: a thread and a [`RenderContext`] come in, a `String` goes out. Templates escape all text but
//! [`Html`], which is what `markup` made and what stands here already.

pub mod catalogue;
pub mod discussion;
pub mod funding;
mod html;
pub mod identity;
pub mod integrations;
mod links;
mod look;
pub mod moderation;
pub mod newsroom;
pub mod notices;
mod page;
pub mod passages;
pub mod publication;
pub mod recordings;
mod xml;

use rejoinder_core::publication::settings::EmailPolicy;
use rejoinder_core::{CommentId, Site, Time};

pub use catalogue::{Catalogue, problem};
pub use discussion::comment::comment_html;
pub use discussion::form::{CommentForm, FormProblem, FormTarget};
pub use discussion::frozen::{FrozenPage, frozen_images, frozen_index, frozen_page, frozen_title};
pub use discussion::pages::{edit_page, thread_page};
pub use discussion::thread::{closed_notice, thread_fragment};
pub use identity::door::sign_in_page;
pub use look::site_style;
pub use moderation::flag::{flag_page, flagged_page};
pub use moderation::moderate::moderate_page;
pub use notices::author_notice::{UnshownAnswer, answer_mail, author_notice_mail};
pub use notices::push::push_message;
pub use page::{held_page, message_page, problem_page};
pub use publication::article::{Article, ArticlePicture, Masthead};
pub use publication::articles::{article_page, front_page};
pub use publication::welcome::welcome_page;

/// What a rendering needs to know beside the thread itself.
///
/// Nothing about the reader: what is rendered is the same for everyone.
#[derive(Debug, Clone, Copy)]
pub struct RenderContext<'a> {
    /// The site that the thread belongs to.
    pub site: &'a Site,
    /// The time of rendering.
    pub now: Time,
    /// The server's own address, without a slash at the end.
    pub base: &'a str,
    /// The interface in the site's language.
    pub texts: &'static Catalogue,
    /// The version of the files under `/static`, which may then be kept for ever.
    pub assets: &'a str,
    /// Whether mail can be sent: readers can make themselves an account, and be told of comments.
    pub has_accounts: bool,
}

impl RenderContext<'_> {
    /// Whether readers are offered mails about comments: where mail can be sent, and the site takes
    /// addresses.
    pub(crate) fn tells_by_mail(&self) -> bool {
        self.has_accounts && self.site.settings.email != EmailPolicy::Unasked
    }
}

/// How a whole page shows its thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThreadView<'a> {
    /// The comment that a link pointed to.
    pub marked: Option<CommentId>,
    /// The form, with what was typed into it.
    pub form: CommentForm<'a>,
}
