//! What the demo's readers said.

use std::time::Duration;

use rejoinder_core::passages::source_check::{Source, Stance};
use serde::Deserialize;

use super::spoken::{DemoCorrection, DemoQuestion};

/// One comment of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DemoComment {
    /// Names it within its thread.
    pub(crate) id: String,
    /// The comment that it answers.
    pub(crate) parent: Option<String>,
    pub(crate) author: String,
    pub(crate) website: Option<String>,
    /// How long after the article it was posted.
    pub(crate) after: Duration,
    pub(crate) up: u32,
    pub(crate) down: u32,
    /// Markdown; of a removed comment nothing is shown.
    pub(crate) text: String,
    pub(crate) is_removed: bool,
    /// The question that it answers.
    pub(crate) answers: Option<String>,
    /// The passage that it is about.
    pub(crate) passage: Option<DemoPassage>,
}

/// A passage of the article, and the sources that a comment carries for or against it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DemoPassage {
    pub(super) exact: String,
    pub(super) prefix: String,
    pub(super) suffix: String,
    pub(super) sources: Option<DemoSources>,
}

/// Sources, as the file gives them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DemoSources {
    pub(super) claim: String,
    pub(super) stance: Stance,
    pub(super) list: Vec<Source>,
}

/// A file of `demo/threads`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThreadFile {
    comment: Vec<CommentInFile>,
    #[serde(default)]
    question: Vec<DemoQuestion>,
    #[serde(default)]
    correction: Vec<DemoCorrection>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommentInFile {
    id: String,
    parent: Option<String>,
    author: String,
    website: Option<String>,
    minutes: u64,
    up: u32,
    down: u32,
    text: String,
    #[serde(default)]
    state: WrittenState,
    passage: Option<DemoPassage>,
    /// The question that it answers.
    answers: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenState {
    #[default]
    Published,
    Removed,
}

/// `demo/threads/phrases.toml`: what the busy thread is filled up from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Phrases {
    pub(super) root: Vec<String>,
    pub(super) reply: Vec<String>,
    pub(super) question: Vec<String>,
    pub(super) short: Vec<String>,
    pub(super) detail: Vec<String>,
    pub(super) before: Vec<String>,
    pub(super) after: Vec<String>,
    pub(super) exchanges: Vec<Vec<String>>,
    pub(super) names: Vec<String>,
}

impl ThreadFile {
    /// What the newsroom asks of passages, and what was corrected.
    pub(super) fn spoken(&self) -> (Vec<DemoQuestion>, Vec<DemoCorrection>) {
        (self.question.clone(), self.correction.clone())
    }

    /// The comments, in the order of the file.
    pub(crate) fn voices(self) -> Vec<DemoComment> {
        let voice = |written: CommentInFile| DemoComment {
            id: written.id,
            parent: written.parent,
            author: written.author,
            website: written.website,
            after: Duration::from_secs(written.minutes * 60),
            up: written.up,
            down: written.down,
            text: written.text.trim().to_owned(),
            is_removed: matches!(written.state, WrittenState::Removed),
            passage: written.passage,
            answers: written.answers,
        };
        self.comment.into_iter().map(voice).collect()
    }
}
