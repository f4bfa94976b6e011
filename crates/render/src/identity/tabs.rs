//! The pages of an account, as its navigation lists them.

use crate::{RenderContext, notices::bell};

/// A page of an account, as its navigation lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AccountSection {
    Comments,
    Replies,
    Notices,
    Settings,
}

/// The pages of an account: where each is, its name, and whether it is the one that is shown.
pub(super) fn tabs(
    context: &RenderContext<'_>,
    here: AccountSection,
) -> Vec<(String, &'static str, bool)> {
    let texts = context.texts;
    let (texts, device) = (&texts.account.account, &texts.devices);
    let path = |rest: &str| format!("/account/{}{rest}", context.site.host);
    let listed = [
        (path(""), texts.comments, Some(AccountSection::Comments)),
        (
            path("/replies"),
            texts.replies,
            Some(AccountSection::Replies),
        ),
        (bell::path(context), texts.notices, None),
        (path("/notify"), device.tab, Some(AccountSection::Notices)),
        (
            path("/settings"),
            texts.settings,
            Some(AccountSection::Settings),
        ),
    ];
    let shown = listed.into_iter();
    shown
        .map(|(path, name, page)| (path, name, page == Some(here)))
        .collect()
}
