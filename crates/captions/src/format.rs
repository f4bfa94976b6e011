//! The formats that are read.

use crate::words::words;

words! {
    /// A format that is read.
    pub enum Format;
    /// The stable word.
    as_str;
    /// What people call it, after “this is”.
    name;
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
