//! The pages of an account, as its navigation lists them.

use crate::{Context, notices::bell};

/// A page of an account, as its navigation lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Here {
    Comments,
    Replies,
    Notices,
    Settings,
}

/// The pages of an account: where each is, its name, and whether it is the one that is shown.
pub(super) fn tabs(context: &Context<'_>, here: Here) -> Vec<(String, &'static str, bool)> {
    let texts = context.texts;
    let (texts, device) = (&texts.account.account, &texts.devices);
    let path = |rest: &str| format!("/account/{}{rest}", context.site.host);
    let listed = [
        (path(""), &texts.comments, Some(Here::Comments)),
        (path("/replies"), &texts.replies, Some(Here::Replies)),
        (bell::path(context), &texts.notices, None),
        (path("/notify"), &device.tab, Some(Here::Notices)),
        (path("/settings"), &texts.settings, Some(Here::Settings)),
    ];
    let shown = listed.into_iter();
    shown
        .map(|(path, name, page)| (path, name.as_str(), page == Some(here)))
        .collect()
}
