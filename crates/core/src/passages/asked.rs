//! What a comment knows of the question that it answers.

use crate::ids::QuestionId;

/// The question that a comment answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredQuestion {
    /// Names it.
    pub id: QuestionId,
    /// What is asked.
    pub text: String,
}
