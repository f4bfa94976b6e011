//! Why a command ended without having done its work.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

/// The end of a command that did not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was asked for something that cannot be: exit code 2.
    Misused(String),
    /// It tried, and something went wrong: exit code 1.
    Failed(String),
}

impl Failure {
    pub(crate) fn misused(text: impl Into<String>) -> Self {
        Self::Misused(text.into())
    }

    /// What was being done, and the chain of causes.
    pub(crate) fn failed(doing: &str, cause: &dyn Error) -> Self {
        let mut text = format!("{doing}: {cause}");
        let mut next = cause.source();
        while let Some(deeper) = next {
            let said = deeper.to_string();
            if !text.contains(&said) {
                let _ = write!(text, ": {said}");
            }
            next = deeper.source();
        }
        Self::Failed(text)
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Misused(text) | Self::Failed(text) => text,
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Failed(_) => 1,
            Self::Misused(_) => 2,
        })
    }
}
