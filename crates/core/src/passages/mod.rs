//! What people say of a part of an article, and where that part stands after the article changed.

mod anchoring;
mod annotation;
mod asked;
mod changed;
mod context;
pub mod correction;
pub mod fetching;
mod folded;
mod myers;
mod pasted;
pub mod question;
mod selector;
pub mod source_check;
pub mod source_policy;

pub use anchoring::{Anchor, anchor, candidates, rival};
pub use annotation::{AnchoringOutcome, AnchoringReport, Annotation, AnnotationState};
pub use asked::AnsweredQuestion;
pub use correction::{Correction, CorrectionChange, Erratum};
pub use folded::Folded;
pub use question::{Passage, PassageMark, Question};
pub use selector::{MAX_CONTEXT, MAX_EXACT, Position, Quote, Selector};
pub use source_check::{SourceCheck, Sources};
