//! HTML that may stand in a page as it is.

use std::fmt;

/// HTML of the allow-list, which reads the same to every parser, as often as it is read.
///
/// It is made by `markup`'s sanitiser and by nothing else, and may stand in a page, a feed or a mail
/// as it is. It holds no picture, no script, no style, no id, and no link that is not `nofollow`, but
/// for those to places in the recordings of its page, which `markup` puts in behind the sanitiser.
///
/// Nothing here can tell such HTML from other HTML, so each constructor is named for what its caller
/// vouches for, and a test knows the only callers there may be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// HTML that has just left the sanitiser, or that it would give back as it is. `markup` alone calls this.
    pub fn from_sanitiser(html: String) -> Self {
        Self(html)
    }

    /// HTML as the store kept it of a `SafeHtml`. The store alone calls this, where it also decides by
    /// the `RENDERER_VERSION` beside it whether that HTML is still good enough.
    pub fn from_store(html: String) -> Self {
        Self(html)
    }

    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The HTML, to be kept.
    pub fn into_string(self) -> String {
        self.0
    }

    /// Whether there is none, as of a comment that was redacted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
