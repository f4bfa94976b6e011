//! The mail that signs someone in.

use askama::Template;
use rejoinder_core::publication::language::Language;

use crate::RenderContext;
use crate::catalogue::{AccountTexts, IsolatedName, fill};
use crate::look::MailLook;
use crate::page::rendered;

/// What a mail says, in both of its forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailText {
    /// One line.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// A mail with a link that signs its reader in. It says nothing that whoever asked for it could have
/// chosen.
pub fn sign_in_mail(context: &RenderContext<'_>, link: &str) -> MailText {
    let texts = &context.texts.account;
    let name = publication(context);
    let named = [("site", &IsolatedName(name) as &dyn std::fmt::Display)];
    let intro = fill(texts.mail.intro, &named);
    let mail = &texts.mail;
    MailText {
        subject: fill(mail.subject, &named),
        text: format!("{intro}\n\n{link}\n\n{} {}\n", mail.once, mail.not_you),
        html: rendered(&SignInMail {
            language: context.site.settings.language,
            look: MailLook::of(context),
            texts,
            intro: &intro,
            link,
        }),
    }
}

/// What the site is called.
pub(crate) fn publication<'a>(context: &RenderContext<'a>) -> &'a str {
    context.site.name()
}

#[derive(Template)]
#[template(path = "identity/sign_in_mail.html")]
struct SignInMail<'a> {
    language: Language,
    look: MailLook<'a>,
    texts: &'static AccountTexts,
    intro: &'a str,
    link: &'a str,
}
