//! The mail that tells an author what became of a comment.

use askama::Template;
use rejoinder_core::Comment;
use rejoinder_core::notices::bell::NoticeKind;
use rejoinder_core::publication::language::Language;

use crate::RenderContext;
use crate::catalogue::{IsolatedName, NoticesTexts, fill};
use crate::identity::{MailText, refused};
use crate::links::{LinkTarget, Links};
use crate::look::MailLook;
use crate::notices::notice::{SubscriptionContext, headline, quote};
use crate::page::rendered;

/// The mail that tells the author of `comment` what became of it, with a moderator's `note`. What is
/// not published is not quoted: nobody but us has said that the mailbox is its author's.
pub fn author_notice_mail(
    context: &RenderContext<'_>,
    notice: &SubscriptionContext<'_>,
    kind: NoticeKind,
    comment: &Comment,
    note: Option<&str>,
) -> MailText {
    let language = context.site.settings.language;
    let own = &context.texts.notices;
    let links = Links::new(context.base, context.site, &notice.page.key);
    let subject = says(own, kind, &headline(context, notice.page));
    let why = (kind == NoticeKind::Rejected).then(|| refused(language, comment.reason.as_ref()));
    let note = note.map(|note| crate::identity::note(language, note));
    let link = match comment.is_published() {
        true => links.to(LinkTarget::Comment(comment.id)).to_string(),
        false => links.people().unwrap_or_else(|| links.thread()).to_owned(),
    };
    let mail = AuthorNoticeMail {
        language,
        look: MailLook::of(context),
        own,
        says: format!("{subject}."),
        reasons: [why, note].into_iter().flatten().collect(),
        quote: comment.is_published().then(|| quote(comment)),
        link,
        manage: notice.manage,
    };
    MailText {
        text: mail.as_text(),
        html: rendered(&mail),
        subject,
    }
}

/// What became of a comment on a page, in a line.
pub(crate) fn says(own: &NoticesTexts, kind: NoticeKind, page: &str) -> String {
    let form = match kind {
        NoticeKind::Featured => &own.bell.featured,
        NoticeKind::Rejected => &own.bell.rejected,
        NoticeKind::Approved
        | NoticeKind::Reply
        | NoticeKind::Comment
        | NoticeKind::Challenged
        | NoticeKind::Mention => &own.bell.approved,
    };
    fill(form, &[("page", &IsolatedName(page))])
}

#[derive(Template)]
#[template(path = "notices/author_notice_mail.html")]
struct AuthorNoticeMail<'a> {
    language: Language,
    look: MailLook<'a>,
    own: &'static NoticesTexts,
    says: String,
    reasons: Vec<String>,
    quote: Option<String>,
    link: String,
    manage: &'a str,
}

impl AuthorNoticeMail<'_> {
    fn as_text(&self) -> String {
        let mut text = format!("{}\n\n", self.says);
        for reason in &self.reasons {
            text.push_str(&format!("{reason}\n\n"));
        }
        if let Some(quote) = &self.quote {
            for line in quote.lines() {
                text.push_str(&format!("> {line}\n"));
            }
            text.push('\n');
        }
        let texts = &self.own.mail;
        text.push_str(&format!(
            "{}: {}\n\n-- \n{}\n{}: {}\n",
            texts.discussion, self.link, texts.why_fate, texts.stop, self.manage
        ));
        text
    }
}
