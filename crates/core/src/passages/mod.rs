//! What people say of a part of an article, and where that part stands after the article changed.

mod anchoring;
mod annotation;
mod folded;
mod myers;
mod selector;

pub use anchoring::{Anchor, anchor, rival};
pub use annotation::{Annotation, AnnotationState, Fate, Report};
pub use folded::Folded;
pub use selector::{MAX_CONTEXT, MAX_EXACT, Position, Quote, Selector};
