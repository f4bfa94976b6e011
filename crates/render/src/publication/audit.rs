//! The log of changes, as owners read it.

use askama::Template;
use rejoinder_core::Time;
use rejoinder_core::publication::audit::{By, Change};

use crate::newsroom::{Age, Frame};
use crate::page::rendered;

/// A row of the log.
#[derive(Debug, Clone, Copy)]
pub struct AuditRow<'a> {
    /// When.
    pub at: Time,
    /// Who.
    pub by: &'a By,
    /// What was changed, as a stable word.
    pub change: &'a str,
    /// Of what.
    pub subject: &'a str,
    /// How it was; empty where there was nothing.
    pub was: &'a str,
    /// How it is since then; empty where there is nothing.
    pub became: &'a str,
}

impl<'a> AuditRow<'a> {
    fn who(&self) -> &'a str {
        match self.by {
            By::Console => "Console",
            By::Owner(_, name) if name.is_empty() => "Deleted account",
            By::Owner(_, name) => name,
        }
    }

    fn what(&self) -> &'a str {
        match Change::from_word(self.change) {
            Some(change) => label(change),
            None => self.change,
        }
    }
}

/// The log as a page.
#[derive(Debug, Template)]
#[template(path = "publication/audit.html")]
pub struct AuditPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame<'a>,
    /// The only changes that are shown, where not all are.
    pub change: Option<Change>,
    /// The rows, newest first.
    pub rows: &'a [AuditRow<'a>],
    /// Where it goes on.
    pub next: Option<String>,
}

impl AuditPage<'_> {
    fn changes(&self) -> Vec<(&'static str, &'static str, bool)> {
        let all = Change::ALL.into_iter();
        all.map(|change| (change.as_str(), label(change), self.change == Some(change)))
            .collect()
    }

    fn age(&self, time: &Time) -> Age {
        Age::of(*time, self.frame.now)
    }
}

/// The log as a page.
pub fn audit_page(page: &AuditPage<'_>) -> String {
    rendered(page)
}

const fn label(change: Change) -> &'static str {
    match change {
        Change::SiteAdded => "Site added",
        Change::Setting => "Setting changed",
        Change::Origins => "Origins changed",
        Change::Words => "Word list changed",
        Change::Invitation => "Invited",
        Change::Role => "Role changed",
        Change::Groups => "Groups of pages changed",
        Change::WebhookAdded => "Webhook added",
        Change::WebhookKinds => "Webhook changed",
        Change::WebhookSecret => "Webhook secret renewed",
        Change::WebhookOn => "Webhook turned on",
        Change::WebhookOff => "Webhook turned off",
        Change::WebhookRemoved => "Webhook removed",
        Change::KeyAdded => "Sign-in key added",
        Change::KeyRemoved => "Sign-in key removed",
        Change::ProviderAdded => "OpenID Connect provider added",
        Change::ProviderRemoved => "OpenID Connect provider removed",
        Change::TokenAdded => "API token made",
        Change::TokenRevoked => "API token revoked",
    }
}
