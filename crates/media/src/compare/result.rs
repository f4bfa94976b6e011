//! What a comparison finds, as data.

use serde::{Deserialize, Serialize};

use super::span::{TimeSpan, union};

/// A full recording and a cut of it, compared.
///
/// Times are those of the full recording where a field is called `full`, and of the cut as it is
/// played where it is called `cut`. Show them to the second: a boundary is right to about a tenth of
/// one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The length of the full recording.
    pub full_ms: u64,
    /// The length of the cut.
    pub cut_ms: u64,
    /// How much faster the cut plays than the full recording: 1.04 is 4 % faster, 1 the same.
    pub speed: f64,
    /// What of the full recording is in the cut, in the order of the cut. Empty when nothing was found:
    /// a cut of something else, or one drowned in noise.
    pub pieces: Vec<MatchedPiece>,
    /// What is not in the cut, in the order of the full recording. When nothing was found, nothing is
    /// said to be left out.
    pub omissions: Vec<Omission>,
}

/// A piece of the full recording that is in the cut without a break.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatchedPiece {
    /// Where it is in the full recording.
    pub full: TimeSpan,
    /// Where it is in the cut.
    pub cut: TimeSpan,
    /// The share of bits that differ: 0 is the same sound, 0.5 another. An encoder makes 0.1, noise or
    /// a second voice 0.3.
    pub bit_error_rate: f64,
    /// How sure this is.
    pub confidence: Confidence,
    /// Whether it comes from before what the cut played last: the order is another one.
    pub is_moved: bool,
    /// Whether something else sounds with it, a narrator for instance.
    pub is_talked_over: bool,
    /// Where else in the full recording nearly the same sound is (a jingle), most alike first.
    pub alternates: Vec<Alternate>,
}

/// Another place that a piece may come from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Alternate {
    /// Where it begins in the full recording.
    pub full_start_ms: u64,
    /// As with [`MatchedPiece::bit_error_rate`].
    pub bit_error_rate: f64,
}

/// How sure a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Clear, and long enough that nothing else sounds like it.
    Certain,
    /// Short or noisy; shown, but as less than sure.
    Likely,
    /// Short, noisy and with nothing beside it that it belongs to; best hidden until asked for.
    Possible,
}

impl Confidence {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Certain, Self::Likely, Self::Possible];

    /// Its word, as JSON has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|confidence| confidence.as_str() == word)
    }
}

/// Something of the full recording that is not in the cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Omission {
    /// Where it is in the full recording.
    pub full: TimeSpan,
    /// What it is.
    pub content: OmittedContent,
}

/// What was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OmittedContent {
    /// Something to hear.
    Sound,
    /// Only a pause.
    Pause,
}

impl OmittedContent {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Sound, Self::Pause];

    /// Its word, as JSON has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Pause => "pause",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|content| content.as_str() == word)
    }
}

/// How much of a stretch of the full recording, a sentence for instance, is in a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// All, or but for less than a tenth.
    Kept,
    /// More than a tenth is missing.
    Partly,
    /// Half or more is missing.
    Omitted,
}

impl Presence {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Kept, Self::Partly, Self::Omitted];

    /// Its word, as JSON has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Partly => "partly",
            Self::Omitted => "omitted",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|presence| presence.as_str() == word)
    }
}

impl Comparison {
    /// Returns how much of the full recording is in the cut.
    pub fn kept_ms(&self) -> u64 {
        union(self.pieces.iter().map(|piece| piece.full))
            .into_iter()
            .map(TimeSpan::length_ms)
            .sum()
    }

    /// Tells whether a stretch of the full recording is in the cut. When nothing was found, all counts
    /// as kept: nothing can be said.
    pub fn presence(&self, full: TimeSpan) -> Presence {
        let missing_ms: u64 = self
            .omissions
            .iter()
            .map(|omission| omission.full.shared_ms(full))
            .sum();
        if missing_ms * 2 >= full.length_ms() && missing_ms > 0 {
            Presence::Omitted
        } else if missing_ms * 10 > full.length_ms() {
            Presence::Partly
        } else {
            Presence::Kept
        }
    }

    /// Returns by how many tenths of a percent the cut plays faster, less than none when slower.
    pub fn speed_permille(&self) -> i64 {
        ((self.speed - 1.0) * 1000.0).round() as i64
    }
}
