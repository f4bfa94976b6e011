//! The passkeys of an account.

use askama::Template;
use rejoinder_core::Time;
use rejoinder_core::publication::language::Language;

use super::mail::publication;
use crate::RenderContext;
use crate::catalogue::{self, AccountTexts, Catalogue, IsolatedName, fill};
use crate::look::PageLook;
use crate::page::rendered;

/// A passkey.
#[derive(Debug, Clone)]
pub struct PasskeyRow<'a> {
    /// Names it in the form that removes it.
    pub key: String,
    /// What its owner calls it.
    pub name: &'a str,
    /// Since when it is there.
    pub added_at: Time,
    /// When it last signed in.
    pub used_at: Option<Time>,
}

/// Why no passkey can be added now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyProblem {
    /// The connection is not encrypted.
    NotSecure,
    /// The server's address is a number.
    NoName,
    /// The session began long ago.
    NotRecent,
    /// There are as many as there can be.
    Full,
}

/// The passkeys of an account.
#[derive(Debug, Clone)]
pub struct PasskeysView<'a> {
    /// All of them, oldest first.
    pub list: Vec<PasskeyRow<'a>>,
    /// Whether they can be removed now.
    pub may_remove: bool,
    /// Why none can be added.
    pub trouble: Option<PasskeyProblem>,
}

/// A page with the passkeys of an account.
pub fn passkeys_page(context: &RenderContext<'_>, keys: &PasskeysView<'_>) -> String {
    let language = context.site.settings.language;
    let own = &catalogue::of(language).account;
    rendered(&PasskeysPage {
        texts: context.texts,
        own,
        language,
        direction: language.direction(),
        assets: context.look(),
        title: fill(
            own.passkeys.title,
            &[("site", &IsolatedName(publication(context)))],
        ),
        host: &context.site.host,
        keys,
    })
}

#[derive(Template)]
#[template(path = "identity/passkeys.html")]
struct PasskeysPage<'a> {
    texts: &'static Catalogue,
    own: &'static AccountTexts,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: String,
    host: &'a str,
    keys: &'a PasskeysView<'a>,
}

impl PasskeysPage<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/account/{}{rest}", self.host)
    }

    fn dates(&self, key: &PasskeyRow<'_>) -> String {
        let added = self.texts.date(key.added_at);
        match key.used_at {
            Some(used) => fill(
                self.own.passkeys.added_and_used,
                &[("added", &added), ("used", &self.texts.date(used))],
            ),
            None => fill(self.own.passkeys.added, &[("added", &added)]),
        }
    }

    fn sure(&self, key: &PasskeyRow<'_>) -> String {
        fill(
            self.own.passkeys.remove_why,
            &[("name", &IsolatedName(key.name))],
        )
    }

    fn trouble(&self) -> Option<&str> {
        let own = &self.own.passkeys;
        Some(match self.keys.trouble? {
            PasskeyProblem::NotSecure => own.not_secure,
            PasskeyProblem::NoName => own.no_name,
            PasskeyProblem::NotRecent => own.not_recent,
            PasskeyProblem::Full => own.full,
        })
    }

    fn is_old(&self) -> bool {
        !self.keys.may_remove
    }
}
