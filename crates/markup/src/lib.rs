//! What people write, turned into HTML that nobody else can make run.
//!
//! Source text is Markdown as people type it; [`render`] makes [`SafeHtml`] of it, and
//! [`sanitise`] does the same for HTML that came from another system. Both end in the same
//! sanitiser, which runs last and is the only maker of `SafeHtml`; nothing may change HTML after
//! it. Everything here is pure, and its work grows with the length of its input and no faster.

mod allowed;
mod article;
mod article_part;
mod article_text;
mod autolink;
mod bare;
mod escape;
mod grammar;
mod mail;
mod markdown;
mod page_metadata;
mod paragraphs;
mod patch;
mod plain;
mod sanitiser;
mod shape;
mod times;
mod url_gate;
mod visible_text;
mod wordpress;
mod writer;

pub use article::article;
pub use article_part::article_part;
pub use article_text::{article_marked, article_text};
pub use bare::{bare_links, bare_links_beside};
pub use escape::escape;
pub use mail::{ReceivedMail, WrittenMail, received_mail};
pub use markdown::{RenderedText, render, render_beside};
pub use page_metadata::{MAX_NAME, MAX_TITLE, PageMetadata, line, page_metadata};
pub use paragraphs::paragraphs;
pub use patch::{patch, patched};
pub use plain::{excerpt, plain_text};
pub use sanitiser::{
    has_long_links, has_mentions, has_times, sanitise, sanitise_beside, with_mentions,
    with_mentions_at, with_short_links, with_time_labels, with_times_at, without_mentions,
};
pub use url_gate::{safe_link, safe_url};
pub use visible_text::{VisibleText, readable};
pub use wordpress::paragraphs_from_wordpress;

/// The version of everything that decides how a text looks as HTML.
///
/// Rendered HTML is stored with it, and rendered again from its source when it is older.
pub const RENDERER_VERSION: i64 = 2;
