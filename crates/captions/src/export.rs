//! Transcripts into files.

use crate::formats::{html, podcast, srt, text, webvtt};
use crate::transcript::Transcript;
use crate::words::words;

words! {
    /// A format that is written.
    pub enum TranscriptExportFormat;
    /// The end of its files' names, without the dot.
    as_str;
    /// What HTTP calls it; all are UTF-8.
    media_type;
    /// `m:ss  Speaker: text`, a line for each cue.
    Text = "txt", "text/plain; charset=utf-8";
    /// WebVTT, <https://www.w3.org/TR/webvtt1/>, with speakers as voices.
    WebVtt = "vtt", "text/vtt; charset=utf-8";
    /// SubRip; the speaker's name stands where the speaker changes.
    Srt = "srt", "application/x-subrip; charset=utf-8";
    /// The JSON of the podcast namespace, version 1.0.0,
    /// <https://github.com/Podcastindex-org/podcast-namespace/blob/main/transcripts/transcripts.md>.
    Json = "json", "application/json";
    /// The HTML of the podcast namespace: `cite`, `time` and `p`, without a page around.
    Html = "html", "text/html; charset=utf-8";
}

/// Writes a transcript.
///
/// WebVTT and SRT need an end: a cue without one gets the next start or, the last, what it takes to
/// say it. SRT and plain text have no way to tell a name with a colon from what is said.
pub fn write(transcript: &Transcript, export: TranscriptExportFormat) -> String {
    match export {
        TranscriptExportFormat::Text => text::write(transcript),
        TranscriptExportFormat::WebVtt => webvtt::write(transcript),
        TranscriptExportFormat::Srt => srt::write(transcript),
        TranscriptExportFormat::Json => podcast::write(transcript),
        TranscriptExportFormat::Html => html::write(transcript),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back_to_what_they_name() {
        for export in TranscriptExportFormat::ALL {
            assert_eq!(
                TranscriptExportFormat::parse(export.as_str()),
                Some(*export)
            );
        }
        assert_eq!(TranscriptExportFormat::parse("docx"), None);
    }
}
