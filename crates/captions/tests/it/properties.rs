//! What is written and read again is the same.

use captions::{
    Cue, CueChange, Format, MAX_MS, Transcript, TranscriptExportFormat, WordChange, clean_text,
    diff, read, write,
};
use proptest::prelude::*;

proptest! {
    #[test]
    fn webvtt_gives_the_same_cues_again(transcript in transcripts(".{0,40}")) {
        let again = read_again(&transcript, TranscriptExportFormat::WebVtt, Format::WebVtt);
        prop_assert_eq!(again.cues(), with_ends(&transcript));
        let twice = read_again(&again, TranscriptExportFormat::WebVtt, Format::WebVtt);
        prop_assert_eq!(again, twice);
    }

    #[test]
    fn srt_gives_the_same_times_and_texts_again(transcript in transcripts("[^:：<{>]{0,40}")) {
        let again = read_again(&transcript, TranscriptExportFormat::Srt, Format::Srt);
        let mut last = None;
        prop_assert_eq!(again.cues().len(), transcript.cues().len());
        for (cue, mut expected) in again.cues().iter().zip(with_ends(&transcript)) {
            // Only who speaks on need not be named again.
            if cue.speaker.is_none() && expected.speaker == last {
                expected.speaker = None;
            } else {
                last.clone_from(&expected.speaker);
            }
            prop_assert_eq!(cue, &expected);
        }
    }

    #[test]
    fn json_gives_the_same_cues_again(transcript in transcripts(".{0,40}")) {
        let again = read_again(&transcript, TranscriptExportFormat::Json, Format::PodcastJson);
        prop_assert_eq!(again.cues(), transcript.cues());
    }

    #[test]
    fn a_file_is_recognised_as_what_it_is(transcript in transcripts(".{0,40}")) {
        let written = [
            (TranscriptExportFormat::Text, Format::Text),
            (TranscriptExportFormat::WebVtt, Format::WebVtt),
            (TranscriptExportFormat::Srt, Format::Srt),
            (TranscriptExportFormat::Json, Format::PodcastJson),
        ];
        for (export, format) in written {
            let file = write(&transcript, export);
            prop_assert_eq!(read(file.as_bytes(), None).unwrap().format, format);
        }
    }

    #[test]
    fn text_gives_the_same_seconds_and_words_again(transcript in transcripts("[^:：]{0,40}")) {
        let again = read_again(&transcript, TranscriptExportFormat::Text, Format::Text);
        let expected = transcript.cues().iter().map(|cue| Cue {
            start_ms: cue.start_ms / 1_000 * 1_000,
            end_ms: None,
            text: cue.text.replace('\n', " "),
            speaker: cue.speaker.clone(),
        });
        prop_assert_eq!(again.cues(), expected.collect::<Vec<_>>());
    }

    #[test]
    fn cues_of_a_transcript_make_the_same_one(transcript in messy()) {
        let (again, warnings) = Transcript::new(None, transcript.cues().to_vec());
        prop_assert_eq!(warnings, vec![]);
        prop_assert_eq!(again, transcript);
    }

    #[test]
    fn a_diff_holds_both_revisions(old in transcripts("[ab .]{0,9}"), new in transcripts("[ab .]{0,9}")) {
        let (mut olds, mut news) = (Vec::new(), Vec::new());
        for change in diff(&old, &new) {
            if let CueChange::Changed { new, words, .. } = &change {
                let said = words.iter().filter_map(|words| match words {
                    WordChange::Same(text) | WordChange::Added(text) => Some(*text),
                    WordChange::Removed(_) => None,
                });
                prop_assert_eq!(said.collect::<String>(), &*new.text);
            }
            let (before, after) = match change {
                CueChange::Same(cue) => (Some(cue), Some(cue)),
                CueChange::Changed { old, new, .. } => (Some(old), Some(new)),
                CueChange::Added(cue) => (None, Some(cue)),
                CueChange::Removed(cue) => (Some(cue), None),
            };
            olds.extend(before.cloned());
            news.extend(after.cloned());
        }
        prop_assert_eq!(olds, old.cues());
        prop_assert_eq!(news, new.cues());
    }

    #[test]
    fn what_anyone_sends_is_refused_or_in_order(file in any::<Vec<u8>>(), start in "(WEBVTT\n\n|\\{\"segments\":\\[)?") {
        let file = [start.as_bytes(), &file].concat();
        for format in Format::ALL {
            if let Ok(reading) = read(&file, Some(*format)) {
                let (again, warnings) = Transcript::new(None, reading.transcript.cues().to_vec());
                prop_assert_eq!(warnings, vec![]);
                prop_assert_eq!(again.cues(), reading.transcript.cues());
            }
        }
    }
}

/// Cues that every format can hold: each at a second of its own and, beside names, no text of the
/// looks of one.
fn transcripts(text: &'static str) -> impl Strategy<Value = Transcript> {
    let cue = (
        1_000..600_000_u64,
        prop::option::of(1..9_000_u64),
        prop::option::of("(Ann|Bo Lee|王芳|Speaker 1)"),
        text,
    );
    prop::collection::vec(cue, 1..12).prop_map(|cues| {
        let mut at = 0;
        let cues = cues.into_iter().map(|(gap, duration, speaker, text)| {
            at += gap;
            let text = clean_text(&text);
            Cue {
                start_ms: at,
                end_ms: duration.map(|ms| at + ms),
                speaker,
                text: format!("x {text}x y"),
            }
        });
        Transcript::new(None, cues.collect()).0
    })
}

/// Cues in any state, with texts that are far too long among them.
fn messy() -> impl Strategy<Value = Transcript> {
    let time = || prop_oneof![0..20_u64, MAX_MS - 9..MAX_MS + 9, any::<u64>()];
    let text = (".{0,9}", 0..900_usize).prop_map(|(text, n)| text.repeat(n));
    let cue = (
        time(),
        prop::option::of(time()),
        prop::option::of(".{0,3}"),
        text,
    );
    prop::collection::vec(cue, 0..9).prop_map(|cues| {
        let cues = cues
            .into_iter()
            .map(|(start_ms, end_ms, speaker, text)| Cue {
                start_ms,
                end_ms,
                speaker,
                text,
            });
        Transcript::new(None, cues.collect()).0
    })
}

fn read_again(
    transcript: &Transcript,
    export: TranscriptExportFormat,
    format: Format,
) -> Transcript {
    let file = write(transcript, export);
    let reading = read(file.as_bytes(), Some(format)).unwrap();
    reading.transcript
}

/// The cues with the ends that they have in files: the last may get one of its own.
fn with_ends(transcript: &Transcript) -> Vec<Cue> {
    let mut cues = transcript.cues().to_vec();
    for (nth, cue) in cues.iter_mut().enumerate() {
        let guess = || cue.start_ms + (cue.text.chars().count() as u64 * 66).max(1_000);
        cue.end_ms = Some(transcript.end_ms(nth).unwrap_or_else(guess));
    }
    cues
}
