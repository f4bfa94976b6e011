//! The pages of an account, as its navigation lists them.

use serde::Deserialize;

use super::words;
use crate::words::{catalogue, group};
use crate::{Context, notices::bell};

/// A page of an account, as its navigation lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Here {
    Comments,
    Replies,
    Told,
    Settings,
}

/// The pages of an account: where each is, its name, and whether it is the one that is shown.
pub(super) fn tabs(context: &Context<'_>, here: Here) -> Vec<(String, &'static str, bool)> {
    let language = context.site.settings.language;
    let (words, device) = (&words::of(language).account, devices_of(language));
    let path = |rest: &str| format!("/account/{}{rest}", context.site.host);
    let listed = [
        (path(""), &words.comments, Some(Here::Comments)),
        (path("/replies"), &words.replies, Some(Here::Replies)),
        (bell::path(context), &words.notices, None),
        (path("/notify"), &device.tab, Some(Here::Told)),
        (path("/settings"), &words.settings, Some(Here::Settings)),
    ];
    let shown = listed.into_iter();
    shown
        .map(|(path, name, page)| (path, name.as_str(), page == Some(here)))
        .collect()
}

catalogue! {
    /// The words of what one is told of.
    pub(super) fn devices_of(".devices.json") -> DeviceWords
}

group!(DeviceWords {
    tab: String,
    title: String,
    mails: String,
    none: String,
    desk: String,
    change: String,
    devices: String,
    why: String,
    here: String,
    unknown: String,
    since: String,
    add: String,
    remove: String,
    script: String,
    unable: String,
    denied: String,
    failed: String,
});
