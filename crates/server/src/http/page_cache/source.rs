//! Where renderings come from, and who asks for them.

use std::future::Future;

use super::{PageError, Rendered, Shape, Slot};

/// Those who ask, in their turns: what keeps a processor busy is done for one after the other.
pub(crate) trait Turns {
    /// A turn, until it is dropped.
    type Turn: Send;

    /// The turn of whoever asks, as soon as it comes.
    fn turn(&self) -> impl Future<Output = Result<Self::Turn, PageError>> + Send;

    /// The same, unless it has to be waited for.
    fn turn_at_once(&self) -> Option<Self::Turn>;

    /// Whether the store is known not to answer now.
    fn is_silent(&self) -> bool;

    /// Ends when the store does not answer: at once where that is known.
    fn silence(&self) -> impl Future<Output = ()> + Send;

    /// Do `work` in its turn, away from the threads that answer.
    fn apart<T: Send + 'static>(
        turn: Self::Turn,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, PageError>> + Send;
}

/// The turn of those who ask a source.
pub(crate) type TurnOf<S> = <<S as Source>::Turns as Turns>::Turn;

/// Where renderings come from.
pub(crate) trait Source {
    /// Who asks.
    type Turns: Turns + Sync;

    /// Who asks.
    fn turns(&self) -> &Self::Turns;

    /// The page's version now.
    fn version(&self, slot: &Slot) -> impl Future<Output = Result<i64, PageError>> + Send;

    /// The page as it is now.
    fn render(
        &self,
        slot: &Slot,
        shape: &Shape,
        turn: TurnOf<Self>,
    ) -> impl Future<Output = Result<Rendered, PageError>> + Send;
}

/// What `asked` gives; none where the store does not answer.
pub(super) async fn unless_silent<T>(
    turns: &impl Turns,
    asked: impl Future<Output = T>,
) -> Option<T> {
    if turns.is_silent() {
        return None;
    }
    tokio::select! {
        biased;
        answer = asked => Some(answer),
        () = turns.silence() => None,
    }
}
