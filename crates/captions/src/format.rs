//! The formats that are read.

macro_rules! formats {
    ($($(#[$about:meta])* $variant:ident = $word:literal, $name:literal;)*) => {
        /// A format that is read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Format {
            $($(#[$about])* $variant,)*
        }

        impl Format {
            /// All of them, in the order of their declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Returns the format that [`as_str`](Self::as_str) calls `word`.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// What people call it, after “this is”.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

formats! {
    /// WebVTT, <https://www.w3.org/TR/webvtt1/>.
    WebVtt = "webvtt", "a WebVTT file";
    /// SubRip, which nobody has specified: <https://www.matroska.org/technical/subtitles.html>.
    Srt = "srt", "an SRT file";
    /// The transcript of the podcast namespace,
    /// <https://github.com/Podcastindex-org/podcast-namespace/blob/main/transcripts/transcripts.md>.
    PodcastJson = "podcast_json", "the JSON of a podcast's transcript";
    /// What Whisper writes, and those that write as it does: <https://github.com/openai/whisper>.
    WhisperJson = "whisper_json", "JSON of Whisper";
    /// What whisper.cpp writes: <https://github.com/ggml-org/whisper.cpp>.
    WhisperCppJson = "whisper_cpp_json", "JSON of whisper.cpp";
    /// A file of oTranscribe: <https://github.com/oTranscribe/oTranscribe>.
    OTranscribe = "otranscribe", "a file of oTranscribe";
    /// Lines that begin with a time.
    Text = "text", "text with a time at the start of lines";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back_to_what_they_name() {
        for format in Format::ALL {
            assert_eq!(Format::parse(format.as_str()), Some(*format));
        }
        assert_eq!(Format::parse("WEBVTT"), None);
    }
}
