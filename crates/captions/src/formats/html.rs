//! The HTML of the podcast namespace,
//! <https://github.com/Podcastindex-org/podcast-namespace/blob/main/transcripts/transcripts.md>.

use crate::clock;
use crate::transcript::Transcript;

/// Writes `<cite>Speaker:</cite> <time>m:ss</time> <p>text</p>` for each cue, and nothing around.
pub(crate) fn write(transcript: &Transcript) -> String {
    let mut out = String::new();
    for cue in transcript.cues() {
        if let Some(speaker) = &cue.speaker {
            out += &format!("<cite>{}:</cite>\n", escape(speaker));
        }
        let text = escape(&cue.text).replace('\n', "<br>\n");
        out += &format!(
            "<time>{}</time>\n<p>{text}</p>\n",
            clock::short(cue.start_ms)
        );
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
