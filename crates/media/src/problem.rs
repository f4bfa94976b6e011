//! Why a file could not be decoded.

use rejoinder_core::recordings::RecordingProblem;
use serde::{Deserialize, Serialize};

/// What is wrong with a file, or with the process that decoded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum DecodeProblem {
    /// The file is larger than allowed.
    #[error("the file is larger than {max_bytes} bytes")]
    TooLarge {
        /// What is allowed.
        max_bytes: u64,
    },
    /// The sound is longer than allowed.
    #[error("the recording is longer than {} minutes", max_duration_ms / 60_000)]
    TooLong {
        /// What is allowed.
        max_duration_ms: u64,
    },
    /// No known container.
    #[error(
        "the file is in no format that can be read; MP3, M4A, MP4, OGG, WebM, FLAC and WAV can"
    )]
    UnknownFormat,
    /// A container with nothing to hear in it.
    #[error("there is no sound in the file")]
    NoSound,
    /// Sound that nothing here decodes.
    #[error(
        "the sound is in {codec}, which cannot be decoded; MP3, AAC (LC), Opus, Vorbis and FLAC can"
    )]
    UnknownCodec {
        /// The codec's name, or its number where it has none.
        codec: String,
    },
    /// More channels than allowed, or none.
    #[error("the sound has {n_channels} channels; 1 to {max_channels} can be read")]
    Channels {
        /// What the file says.
        n_channels: u64,
        /// What is allowed.
        max_channels: u32,
    },
    /// A sample rate that is too low for speech, or absurd.
    #[error(
        "the sound has {sample_rate} samples a second; {} to {max_sample_rate} can be read",
        Self::MIN_SAMPLE_RATE
    )]
    SampleRate {
        /// What the file says.
        sample_rate: u32,
        /// What is allowed.
        max_sample_rate: u32,
    },
    /// The container or most of the sound is broken.
    #[error("the file is damaged: {detail}")]
    Damaged {
        /// What the decoder says.
        detail: String,
    },
    /// Hardly any sound came out.
    #[error("the recording is too short to be compared: {duration_ms} ms")]
    TooShort {
        /// How much there was.
        duration_ms: u64,
    },
    /// The process that decodes asked for more memory than allowed.
    #[error("decoding the file takes too much memory")]
    Memory,
    /// The process that decodes worked for longer than allowed.
    #[error("decoding the file takes too long")]
    Time,
    /// The process that decodes died of something else.
    #[error("the decoder stopped on this file: {detail}")]
    Crashed {
        /// How it died.
        detail: String,
    },
    /// Whoever asked wanted it no more.
    #[error("the decoding was stopped")]
    Stopped,
    /// The file could not be read, or the process not be started.
    #[error("the file could not be read: {detail}")]
    Io {
        /// What the system says.
        detail: String,
    },
}

impl DecodeProblem {
    /// Below this, what fingerprints look at (up to 3000 Hz) is not in the sound.
    pub const MIN_SAMPLE_RATE: u32 = 6000;

    /// Below this there is nothing to compare, and mostly nothing to hear.
    pub const MIN_DURATION_MS: u64 = 200;

    /// Returns why a recording with this file is refused, without what is particular to the file.
    pub const fn refusal(&self) -> RecordingProblem {
        match self {
            Self::TooLarge { .. } => RecordingProblem::TooLarge,
            Self::TooLong { .. } => RecordingProblem::TooLong,
            Self::UnknownFormat => RecordingProblem::UnknownFormat,
            Self::NoSound => RecordingProblem::NoSound,
            Self::UnknownCodec { .. } => RecordingProblem::UnknownCodec,
            Self::Channels { .. } => RecordingProblem::Channels,
            Self::SampleRate { .. } => RecordingProblem::SampleRate,
            Self::Damaged { .. } => RecordingProblem::Damaged,
            Self::TooShort { .. } => RecordingProblem::TooShort,
            Self::Memory => RecordingProblem::Memory,
            Self::Time => RecordingProblem::Time,
            Self::Crashed { .. } | Self::Stopped => RecordingProblem::Crashed,
            Self::Io { .. } => RecordingProblem::Io,
        }
    }

    pub(crate) fn io(error: &std::io::Error) -> Self {
        Self::Io {
            detail: error.to_string(),
        }
    }
}
