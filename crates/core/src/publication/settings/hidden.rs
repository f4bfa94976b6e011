//! A setting that is kept and not shown.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What stands for a hidden text wherever settings are shown.
pub const HIDDEN: &str = "(hidden)";

/// A text that is kept, and never shown.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HiddenText(String);

impl HiddenText {
    /// The text itself, for the one program that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for HiddenText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for HiddenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}
