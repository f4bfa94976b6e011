//! What stands in the way of a page.

/// Why a page could not be rendered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    /// The store, or what was asked for, stood in the way.
    #[error("the thread could not be read")]
    Store(#[from] store::StoreError),
    /// Too much is to be rendered for whoever asks.
    #[error("the client asks for too much at once")]
    Greedy,
    /// Too much is to be rendered for everyone.
    #[error("too much is to be rendered at once")]
    Busy,
    /// Something here did.
    #[error("the thread could not be rendered: {0}")]
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

impl PageError {
    /// The store does not answer.
    pub(super) fn silent() -> Self {
        let why = "it does not answer";
        Self::Store(store::StoreError::Unavailable(why.to_owned()))
    }

    pub(crate) fn broken(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Broken(cause.into())
    }
}
