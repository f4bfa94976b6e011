//! What a browser shows of a notice while no page is open.

use rejoinder_core::Comment;
use rejoinder_core::line::cut;
use rejoinder_core::notices::bell::NoticeKind;
use serde_json::json;

use crate::discussion::comment::shown_name;
use crate::links::{LinkTarget, Links};
use crate::notices::notice::{SubscriptionContext, headline, quote, subject};
use crate::{RenderContext, notices::author_notice};

/// The longest piece of a comment that is shown, in characters.
const MAX_EXCERPT: usize = 160;

/// The longest title, in characters.
const MAX_TITLE: usize = 120;

/// The longest address that is followed, in bytes; a longer one gives way to the account's own page.
const MAX_ADDRESS: usize = 1_500;

/// What is told, as the browser's worker reads it: a title, a piece of the comment, and where it
/// stands. `kind` is what became of a comment of one's own; what `tag` names is shown once.
pub fn push_message(
    context: &RenderContext<'_>,
    notice: &SubscriptionContext<'_>,
    kind: Option<NoticeKind>,
    (comments, n_more): (&[Comment], i64),
    tag: &str,
) -> String {
    let language = context.site.settings.language;
    let own = &context.texts.notices;
    let title = match kind {
        Some(kind) => author_notice::says(own, kind, &headline(context, notice.page)),
        None => subject(context, own, notice, comments, n_more),
    };
    let message = json!({
        "title": cut(&title, MAX_TITLE),
        "body": body(context, comments),
        "url": address(context, notice, comments),
        "tag": tag,
        "lang": language,
        "dir": language.direction(),
    });
    message.to_string()
}

/// A piece of the comment; of several, the first words of the last three. What is not published is not
/// shown.
fn body(context: &RenderContext<'_>, comments: &[Comment]) -> String {
    if let [one] = comments {
        return match one.is_published() {
            true => cut(&in_a_line(&quote(one)), MAX_EXCERPT),
            false => String::new(),
        };
    }
    let last = comments.iter().rev().take(3).rev();
    let lines = last.map(|comment| {
        let name = shown_name(context.texts, comment);
        cut(
            &format!("{name}: {}", in_a_line(&quote(comment))),
            MAX_EXCERPT / 2,
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Where the comment stands; of several, their thread; of one that is not published, the account.
fn address(
    context: &RenderContext<'_>,
    notice: &SubscriptionContext<'_>,
    comments: &[Comment],
) -> String {
    let links = Links::new(context.base, context.site, &notice.page.key);
    let account = || format!("{}/account/{}", context.base, context.site.host);
    let found = match comments {
        [one] if one.is_published() => links.to(LinkTarget::Comment(one.id)).to_string(),
        [_] => account(),
        _ => links.people().unwrap_or_else(|| links.thread()).to_owned(),
    };
    match found.len() > MAX_ADDRESS {
        true => account(),
        false => found,
    }
}

fn in_a_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
