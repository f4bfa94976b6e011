//! The page on which guests see what is kept of them, and delete it; and the mail that leads there.

use askama::Template;
use rejoinder_core::publication::language::Language;

use super::mail::{MailText, publication};
use crate::catalogue::{self, AccountTexts, Catalogue, IsolatedName, fill};
use crate::look::{MailLook, PageLook};
use crate::page::rendered;
use crate::{FormProblem, RenderContext};

/// A comment of a guest.
#[derive(Debug, Clone, Copy)]
pub struct GuestComment<'a> {
    /// The page's address or key.
    pub page: &'a str,
    /// As typed; empty where it was deleted.
    pub text: &'a str,
    /// When, in RFC 3339.
    pub at: &'a str,
    /// How many texts it had before.
    pub n_earlier: usize,
}

/// What is kept of a guest's browser.
#[derive(Debug, Clone)]
pub struct GuestRecord<'a> {
    /// What they call themself.
    pub name: &'a str,
    /// Their address.
    pub email: Option<&'a str>,
    /// Their own site.
    pub website: Option<&'a str>,
    /// Since when they are known, in RFC 3339.
    pub since: &'a str,
    /// What they wrote, the newest first.
    pub comments: Vec<GuestComment<'a>>,
    /// How many more comments there are.
    pub n_more: usize,
    /// How many votes they cast.
    pub n_votes: usize,
    /// How many comments they flagged.
    pub n_flags: usize,
    /// How many authors they muted.
    pub n_muted: usize,
}

/// What is kept.
#[derive(Debug, Clone)]
pub struct GuestRecords<'a> {
    /// Where the page is.
    pub path: &'a str,
    /// Of each browser.
    pub guests: Vec<GuestRecord<'a>>,
    /// Pages of which they are told by mail, with the address.
    pub told: Vec<(&'a str, &'a str)>,
}

/// What the page shows.
#[derive(Debug)]
pub enum GuestView<'a> {
    /// Nothing is known of this browser.
    Unknown {
        /// Whether it is signed in.
        has_account: bool,
        /// Whether a link can be sent.
        has_mail: bool,
        /// An address that was typed.
        email: &'a str,
        /// Why it was not taken.
        problem: Option<FormProblem<'a>>,
    },
    /// A link may be on its way to an address.
    Sent(&'a str),
    /// What is kept.
    Kept(GuestRecords<'a>),
    /// Asks once more, for the page at a path.
    Sure(&'a str),
    /// Everything is deleted.
    Gone,
}

/// The page on which guests see what is kept of them.
pub fn guest_page(context: &RenderContext<'_>, guest: GuestView<'_>) -> String {
    let language = context.site.settings.language;
    let own = &catalogue::of(language).account;
    rendered(&GuestPage {
        texts: context.texts,
        own,
        language,
        direction: language.direction(),
        assets: context.look(),
        title: fill(
            own.guest.title,
            &[("site", &IsolatedName(publication(context)))],
        ),
        site: &context.site.host,
        guest,
    })
}

/// A mail with a link to what is kept of its reader.
pub fn guest_mail(context: &RenderContext<'_>, link: &str) -> MailText {
    let language = context.site.settings.language;
    let texts = &catalogue::of(language).account.guest;
    let named = [(
        "site",
        &IsolatedName(publication(context)) as &dyn std::fmt::Display,
    )];
    let intro = fill(texts.mail, &named);
    MailText {
        subject: fill(texts.title, &named),
        text: format!("{intro}\n\n{link}\n\n{}\n", texts.mail_not_you),
        html: rendered(&GuestMail {
            language,
            look: MailLook::of(context),
            intro: &intro,
            link,
            button: texts.show,
            not_you: texts.mail_not_you,
        }),
    }
}

#[derive(Template)]
#[template(path = "identity/guest.html")]
struct GuestPage<'a> {
    texts: &'static Catalogue,
    own: &'static AccountTexts,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: String,
    site: &'a str,
    guest: GuestView<'a>,
}

impl GuestPage<'_> {
    /// The line about a person that a browser is known as.
    fn called(&self, guest: &GuestRecord<'_>) -> String {
        match guest.name {
            "" => self.own.guest.nameless.to_owned(),
            name => fill(self.own.guest.called, &[("name", &IsolatedName(name))]),
        }
    }

    fn number(&self, text: &str, number: &usize) -> String {
        fill(text, &[("number", &number)])
    }

    fn with_email(&self, text: &str, email: &str) -> String {
        fill(text, &[("email", &email)])
    }

    /// The day of a time in RFC 3339.
    fn day(&self, at: &str) -> String {
        at.parse()
            .map_or_else(|_| at.to_owned(), |time| self.texts.date(time).to_string())
    }
}

#[derive(Template)]
#[template(path = "identity/guest_mail.html")]
struct GuestMail<'a> {
    language: Language,
    look: MailLook<'a>,
    intro: &'a str,
    link: &'a str,
    button: &'a str,
    not_you: &'a str,
}
