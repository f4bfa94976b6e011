//! Where what is rendered will stand.

/// What a thread is rendered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RenderTarget {
    /// The widget, which knows where it is.
    Widget,
    /// The widget, which has the beginning already.
    Rest,
    /// A page of the server's own, which must work without script.
    Page,
    /// A file that stands by itself: there is no server any more.
    Frozen,
}
