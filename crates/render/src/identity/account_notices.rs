//! The page of an account on which its owner sees what they are told of, and where.

use askama::Template;
use rejoinder_core::notices::subscription::{MailPace, SubscriptionKind};
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Page, Time};

use super::mail::publication;
use super::tabs::{AccountSection, tabs};
use crate::RenderContext;
use crate::catalogue::{self, AccountTexts, Catalogue, DevicesTexts, IsolatedName, fill};
use crate::look::PageLook;
use crate::notices::notice::headline;
use crate::page::rendered;

/// Something that the account is told of.
#[derive(Debug, Clone, Copy)]
pub struct AccountSubscription<'a> {
    /// On which page.
    pub page: &'a Page,
    /// Of which comments.
    pub kind: SubscriptionKind,
    /// How often its mails go out.
    pub pace: MailPace,
    /// What the link carries that changes it.
    pub secret: &'a str,
}

/// A browser in which the account is told.
#[derive(Debug, Clone, Copy)]
pub struct DeviceRow<'a> {
    /// Names it in the form that removes it.
    pub id: i64,
    /// Its address at its push service, by which it knows itself.
    pub endpoint: &'a str,
    /// What it is, where it said.
    pub label: Option<&'a str>,
    /// When it was added.
    pub since: Time,
}

/// The page on which an account sees what it is told of. Browsers ask their push services with
/// `key`.
pub fn account_notices_page(
    context: &RenderContext<'_>,
    subscriptions: &[AccountSubscription<'_>],
    devices: &[DeviceRow<'_>],
    key: &str,
    desk: Option<&str>,
) -> String {
    let language = context.site.settings.language;
    let own = &catalogue::of(language).account;
    rendered(&AccountNoticesPage {
        texts: context.texts,
        own,
        device: &context.texts.devices,
        language,
        direction: language.direction(),
        assets: context.look(),
        title: fill(
            own.account.title,
            &[("site", &IsolatedName(publication(context)))],
        ),
        context,
        subscriptions,
        devices,
        key,
        desk,
    })
}

#[derive(Template)]
#[template(path = "identity/account_notices.html")]
struct AccountNoticesPage<'a> {
    texts: &'static Catalogue,
    own: &'static AccountTexts,
    device: &'static DevicesTexts,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: String,
    context: &'a RenderContext<'a>,
    subscriptions: &'a [AccountSubscription<'a>],
    devices: &'a [DeviceRow<'a>],
    key: &'a str,
    desk: Option<&'a str>,
}

impl AccountNoticesPage<'_> {
    fn tabs(&self) -> Vec<(String, &'static str, bool)> {
        tabs(self.context, AccountSection::Notices)
    }

    fn path(&self, rest: &str) -> String {
        format!("/account/{}{rest}", self.context.site.host)
    }

    fn what(&self, subscription: &AccountSubscription<'_>) -> String {
        let own = &self.texts.notices;
        let title = headline(self.context, subscription.page);
        fill(
            own.what(subscription.kind),
            &[("page", &IsolatedName(&title))],
        )
    }

    fn pace(&self, subscription: &AccountSubscription<'_>) -> &str {
        self.texts.pace(subscription.pace)
    }

    fn manage(&self, subscription: &AccountSubscription<'_>) -> String {
        format!(
            "/notices/{}/{}",
            self.context.site.host, subscription.secret
        )
    }

    fn since(&self, time: &Time) -> String {
        fill(self.device.since, &[("date", &self.texts.date(*time))])
    }
}
