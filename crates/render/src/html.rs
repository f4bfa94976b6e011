//! HTML that templates print as it is.

use std::borrow::Cow;
use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use rejoinder_core::SafeHtml;

use crate::page::rendered;

/// What the sanitiser let through, or what is written here.
///
/// Templates escape whatever they print, but for this; so none of them needs to say of a text that it
/// is safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Html<'a>(Cow<'a, str>);

impl HtmlSafe for Html<'_> {}

impl Html<'static> {
    /// What `template` writes.
    pub(crate) fn of(template: &impl Template) -> Self {
        Self::written_here(rendered(template))
    }
}

impl<'a> Html<'a> {
    /// HTML that this crate wrote otherwise than by [`Html::of`], with everything escaped that came
    /// from elsewhere. A test knows who says so.
    pub(crate) fn written_here(html: impl Into<Cow<'a, str>>) -> Self {
        Self(html.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_owned(self) -> Html<'static> {
        Html(Cow::Owned(self.0.into_owned()))
    }

    pub(crate) fn into_string(self) -> String {
        self.0.into_owned()
    }
}

impl<'a> From<&'a SafeHtml> for Html<'a> {
    fn from(html: &'a SafeHtml) -> Self {
        Self(Cow::Borrowed(html.as_str()))
    }
}

impl From<SafeHtml> for Html<'_> {
    fn from(html: SafeHtml) -> Self {
        Self(Cow::Owned(html.into_string()))
    }
}

impl fmt::Display for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
