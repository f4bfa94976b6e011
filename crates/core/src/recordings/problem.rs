//! Why a recording is refused.

use crate::word::Vocabulary;

macro_rules! problems {
    ($($(#[$about:meta])* $variant:ident = $word:literal),* $(,)?) => {
        /// Why a recording is refused, in the word that is stored.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum RecordingProblem {
            $($(#[$about])* $variant),*
        }

        impl RecordingProblem {
            const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stored word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),*
                }
            }
        }
    };
}

problems! {
    /// Its file is larger than allowed.
    TooLarge = "too_large",
    /// The files of the site fill all that is set aside for them.
    NoRoom = "no_room",
    /// It lasts longer than allowed.
    TooLong = "too_long",
    /// No known container.
    UnknownFormat = "unknown_format",
    /// Nothing to hear.
    NoSound = "no_sound",
    /// Sound that nothing here decodes.
    UnknownCodec = "unknown_codec",
    /// More channels than allowed, or none.
    Channels = "channels",
    /// A sample rate that is too low for speech, or absurd.
    SampleRate = "sample_rate",
    /// The container or most of the sound is broken.
    Damaged = "damaged",
    /// Hardly any sound came out.
    TooShort = "too_short",
    /// Decoding asked for more memory than allowed.
    Memory = "memory",
    /// Decoding took longer than allowed.
    Time = "time",
    /// The process that decodes died of something else.
    Crashed = "crashed",
    /// The file could not be read.
    Io = "io",
    /// What a cut was made from plays elsewhere, or could not be read.
    NoWhole = "no_whole",
    /// The address could not be fetched.
    Unreachable = "unreachable",
}

impl Vocabulary for RecordingProblem {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|own| own.as_str() == word)
    }
}
