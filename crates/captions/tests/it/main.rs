//! Files as people and programs write them, and what is read of them.

mod encodings;
mod json;
mod linear;
mod properties;
mod srt;
mod text;
mod webvtt;

use captions::{Cue, Format, Transcript, TranscriptReading, read};
use expect_test::Expect;

/// Reads a file that says itself what it is.
#[track_caller]
fn check(file: &str, expected: &Expect) {
    expected.assert_eq(&told(read(file.as_bytes(), None)));
}

/// Reads a file of which one knows what it is.
#[track_caller]
fn check_as(format: Format, file: &str, expected: &Expect) {
    expected.assert_eq(&told(read(file.as_bytes(), Some(format))));
}

fn told(read: Result<TranscriptReading, captions::TranscriptProblem>) -> String {
    let reading = match read {
        Ok(reading) => reading,
        Err(problem) => return format!("refused: {problem}\n"),
    };
    let language = reading.transcript.language.as_deref().unwrap_or("");
    let mut out = format!("{} {language}", reading.format.as_str())
        .trim_end()
        .to_owned()
        + "\n";
    for cue in reading.transcript.cues() {
        out += &shown(cue);
    }
    for warning in reading.warnings {
        out += &format!("! {warning}\n");
    }
    out
}

fn shown(cue: &Cue) -> String {
    let end = cue.end_ms.map_or(String::new(), |end| end.to_string());
    let speaker = cue
        .speaker
        .as_ref()
        .map_or(String::new(), |name| format!("{name}: "));
    format!("{}–{end} {speaker}{:?}\n", cue.start_ms, cue.text)
}

/// A transcript of cues that are in order.
#[track_caller]
fn transcript(cues: Vec<Cue>) -> Transcript {
    let (transcript, warnings) = Transcript::new(None, cues);
    assert_eq!(warnings, []);
    transcript
}

fn cue(start_ms: u64, end_ms: Option<u64>, speaker: &str, text: &str) -> Cue {
    Cue {
        start_ms,
        end_ms,
        speaker: (!speaker.is_empty()).then(|| speaker.to_owned()),
        text: text.to_owned(),
    }
}

/// A conversation with what formats write each in their way.
fn conversation() -> Transcript {
    transcript(vec![
        cue(500, Some(2_250), "Ann", "Hello & welcome <all>"),
        cue(2_250, None, "Ann", "two\nlines"),
        cue(228_000, Some(230_000), "Bo", "yes"),
        cue(229_000, Some(231_000), "", "[laughter]"),
        cue(3_600_000, None, "Bo", "1 --> 2"),
    ])
}
