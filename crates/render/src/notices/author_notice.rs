//! The mail that tells an author what became of a comment.

use askama::Template;
use rejoinder_core::moderation::StateReason;
use rejoinder_core::notices::bell::NoticeKind;
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Comment, Word};

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

/// Why an answer by mail is not shown to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnshownAnswer<'a> {
    /// A moderator is yet to look at it.
    Held,
    /// It was judged, for this reason.
    Rejected(Option<&'a Word<StateReason>>),
    /// It was not taken, for a reason that is told in the site's language.
    Refused(&'a str),
    /// The mail that it answers is too old.
    Late,
    /// It says nothing.
    Empty,
}

/// The mail that tells whoever answered one by mail that it is not shown, and why.
pub fn answer_mail(
    context: &RenderContext<'_>,
    notice: &SubscriptionContext<'_>,
    answer: &UnshownAnswer<'_>,
) -> MailText {
    let language = context.site.settings.language;
    let own = &context.texts.notices;
    let links = Links::new(context.base, context.site, &notice.page.key);
    let title = headline(context, notice.page);
    let subject = match answer {
        UnshownAnswer::Held => fill(own.mail.answer_held, &[("page", &IsolatedName(&title))]),
        UnshownAnswer::Rejected(_)
        | UnshownAnswer::Refused(_)
        | UnshownAnswer::Late
        | UnshownAnswer::Empty => says(own, NoticeKind::Rejected, &title),
    };
    let reason = match answer {
        UnshownAnswer::Held => None,
        UnshownAnswer::Rejected(reason) => Some(refused(language, *reason)),
        UnshownAnswer::Refused(reason) => Some((*reason).to_owned()),
        UnshownAnswer::Late => Some(own.mail.answer_late.to_owned()),
        UnshownAnswer::Empty => Some(own.mail.answer_empty.to_owned()),
    };
    let mail = AuthorNoticeMail {
        language,
        look: MailLook::of(context),
        own,
        says: format!("{subject}."),
        reasons: reason.into_iter().collect(),
        quote: None,
        link: links.people().unwrap_or_else(|| links.thread()).to_owned(),
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
