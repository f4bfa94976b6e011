//! Words that are stored: each stands for a value, and never changes.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// Values that are stored as words.
pub trait Vocabulary: Copy + Eq {
    /// The word that is stored.
    fn word(self) -> &'static str;

    /// The value of a word.
    fn of_word(word: &str) -> Option<Self>;
}

/// A word as it was read.
///
/// Two versions may write to one database while the newer one is put in place, so the older one reads
/// words that it does not know. They are shown and kept as they are, and mean nothing here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String", bound = "T: Vocabulary")]
pub enum Word<T> {
    /// It stands for this.
    Known(T),
    /// No value of this version has it.
    Unknown(String),
}

impl<T: Vocabulary> Word<T> {
    /// The word as it is stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(value) => (*value).word(),
            Self::Unknown(word) => word,
        }
    }

    /// What it stands for, where that is known.
    pub const fn known(&self) -> Option<T> {
        match self {
            Self::Known(value) => Some(*value),
            Self::Unknown(_) => None,
        }
    }
}

/// Reads as the word.
impl<T: Vocabulary> Deref for Word<T> {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl<T: Vocabulary> PartialEq<T> for Word<T> {
    fn eq(&self, other: &T) -> bool {
        self.known() == Some(*other)
    }
}

impl<T: Vocabulary> From<T> for Word<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: Vocabulary> From<String> for Word<T> {
    fn from(word: String) -> Self {
        T::of_word(&word).map_or(Self::Unknown(word), Self::Known)
    }
}

impl<T: Vocabulary> From<Word<T>> for String {
    fn from(word: Word<T>) -> Self {
        match word {
            Word::Known(value) => value.word().to_owned(),
            Word::Unknown(word) => word,
        }
    }
}

impl<T: Vocabulary> fmt::Display for Word<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
