use rejoinder_core::RecordingId;
use rejoinder_core::recordings::{CitableRecording, Span};

use super::{TimeMatch, find};

mod languages;

/// Thirty-five minutes.
const D: u64 = 2_100;

fn recording(ordinal: u32, seconds: Option<u64>) -> CitableRecording {
    CitableRecording {
        id: RecordingId(i64::from(ordinal)),
        revision: 1,
        duration_ms: seconds.map(|seconds| seconds * 1_000),
        external: None,
        ordinal,
    }
}

/// What is found in `text`: its number, its span in seconds and what is linked of it.
fn found(text: &str, recordings: &[CitableRecording]) -> Vec<String> {
    let found = find(text, &[], recordings);
    let shown = found.iter().map(|(at, what)| match what {
        TimeMatch::Place(recording, span) => {
            let name = match recordings.len() {
                1 => String::new(),
                _ => format!("#{} ", recording.ordinal),
            };
            format!("{name}{} {}", seconds(*span), &text[at.clone()])
        }
        TimeMatch::Backslash => format!("escaped at {}", at.start),
    });
    shown.collect()
}

fn seconds(span: Span) -> String {
    span.to_string().trim_start_matches("t=").replace(',', "-")
}

/// Checks that `text` names these spans, each linked as a whole or as what stands behind `|`.
#[track_caller]
fn check_in(seconds: u64, text: &str, expected: &[&str]) {
    let found = found(text, &[recording(1, Some(seconds))]);
    let expected: Vec<String> = expected
        .iter()
        .map(|expected| match expected.split_once('|') {
            Some((span, linked)) => format!("{span} {linked}"),
            None => format!("{expected} {text}"),
        })
        .collect();
    assert_eq!(found, expected, "{text:?}");
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    check_in(D, text, expected);
}

#[track_caller]
fn nothing(text: &str) {
    check(text, &[]);
}

#[test]
fn a_time_and_a_span_name_places() {
    check("3:48", &["228"]);
    for text in [
        "3:48-4:01",
        "3:48 – 4:01",
        "3:48—4:01",
        "3:48 until 4:01",
        "3:48...4:01",
        "3:48->4:01",
        "3:48 → 4:01",
    ] {
        check(text, &["228-241"]);
    }
    check("22:29 – 23:51", &["1349-1431"]);
    for text in [
        "27:46 til end",
        "27:46 till the end",
        "27:46 to end",
        "27:46-end",
        "27:46 – end",
    ] {
        check(text, &["1666-2100"]);
    }
    check("from 3:48 to 4:01", &["228-241|3:48 to 4:01"]);
    check("between 3:48 and 4:01", &["228|3:48", "241|4:01"]);
    check("34:59", &["2099"]);
    check("0:00-0:30", &["0-30"]);
}

#[test]
fn times_have_many_forms() {
    for text in ["3m48s", "3 min 48 sec"] {
        check(text, &["228"]);
    }
    check("3m 48s in", &["228|3m 48s"]);
    check("@12:10", &["730"]);
    check("@ 12:10", &["730"]);
    check("0:05", &["5"]);
    check("00:05", &["5"]);
    check("0:00:05", &["5"]);
    check("0:22:29", &["1349"]);
    check("00:22:29,500", &["1349.5"]);
    check("22:29.5", &["1349.5"]);
}

#[test]
fn a_time_stands_in_any_sentence() {
    check("at 30:30 he says", &["1830|30:30"]);
    for text in ["(12:10)", "[12:10]", "12:10.", "12:10 the dam"] {
        check(text, &["730|12:10"]);
    }
    check("12:10, then 14:00", &["730|12:10", "840|14:00"]);
    check("timestamp 30:30: the figure", &["1830|30:30"]);
    check("3:48; it", &["228|3:48"]);
    check("3:48 he\n12:10 she", &["228|3:48", "730|12:10"]);
    check("\"3:48\" quoted", &["228|3:48"]);
    check("at around 30:30", &["1830|30:30"]);
    check("3:48,4:01", &["228|3:48", "241|4:01"]);
    check("“3:48”", &["228|3:48"]);
    // What the block's formatting leaves of `*3:48*`.
    assert_eq!(find("3:48", &[4], &[recording(1, Some(D))]).len(), 1);
}

#[test]
fn hours_are_told_in_a_long_recording() {
    check_in(7_200, "1:02:33", &["3753"]);
    check_in(7_200, "1:02:33-1:05:00", &["3753-3900"]);
    check_in(7_200, "1:02:33 til end", &["3753-7200"]);
    check_in(7_200, "1h2m3s", &["3723"]);
    check_in(7_200, "75:10", &["4510"]);
}

#[test]
fn a_time_of_the_day_is_none_of_a_recording() {
    for text in [
        "at 10:30 pm",
        "10:30am",
        "10:30 a.m.",
        "10:30 p. m.",
        "at 14:05 UTC",
        "18:00 CET",
        "the 20:15 GMT bulletin",
        "on Friday 12:10",
        "tomorrow 12:10",
        "Friday at 12:10",
        "10:30 o'clock",
        "10:30 o’clock",
        "10:30 in the morning",
        "10:30 to 11:30 pm",
        "10:30 local time",
        "from 10:30 to the end of the day",
        "@10:30 pm",
        "at 10:30 h",
        "2023-05-01 12:10",
        "2023-05-01, 12:10",
        "01.05.2023 12:10",
        "2023-05-01T12:10:33",
    ] {
        nothing(text);
    }
}

#[test]
fn a_result_a_ratio_and_a_verse_are_none() {
    for text in [
        "a 3:2 win",
        "they won 3:2",
        "ratio 16:9",
        "aspect ratio of 4:3",
        "odds 10:1",
        "5:5",
        "mixed 1:10 with water",
        "score 21:15",
        "21:15 victory",
        "a score of 21:15",
        "they won by 21:15",
        "ratio: 16:10",
        "John 3:16",
        "1 John 4:08",
        "Ps. 23:01",
        "Psalm 23:01",
        "Surah 2:55",
        "Surah Al-Baqara 2:55",
        "1Kor 13:04",
    ] {
        nothing(text);
    }
    check("John @3:16", &["196|@3:16"]);
    check("badly mixed at 3:48", &["228|3:48"]);
    check("please mark 3:48", &["228|3:48"]);
}

#[test]
fn what_only_looks_like_a_time_is_none() {
    for text in [
        "https://youtu.be/x?t=1349 12:1",
        "https://ex.org/12:10/",
        "x://y?z,12:10",
        "12:10:33:05",
        "fe80::12:10",
        "ver 1.12:10",
        "v12:10",
        "192.168.0.1:8080",
        "localhost:30:30",
        "99:99",
        "3:60",
        "$3:48",
        "€3:48",
        "doc#3:48",
        "a3:48",
        "3:48b",
        "1,234:56",
        "-3:48",
        "title=\"3:48\"",
        "3m75s",
        "3m48",
        "3m48sx",
        "me@12:10",
        "1:2:33",
        "1234:05",
    ] {
        nothing(text);
    }
}

#[test]
fn a_span_lies_in_the_recording_and_runs_forward() {
    for text in [
        "40:00",
        "1:02:33",
        "4:01-3:48",
        "3:48-3:48",
        "34:00-36:00",
        "35:02",
    ] {
        nothing(text);
    }
    check("34:00-35:01", &["2040-2101"]);
    check("35:00", &["2100"]);
    nothing("35:00 til the end");
    assert_eq!(
        found("75:10 til the end", &[recording(1, None)]),
        ["4510 75:10 til the end"]
    );
    assert!(found("3:48", &[]).is_empty());
}

#[test]
fn what_begins_behind_a_dash_is_no_end() {
    check("3:48 – end credits", &["228|3:48"]);
    check("3:48 - final thoughts", &["228|3:48"]);
    check("3:48 to 4:60", &["228|3:48"]);
    check("3:48 – what?", &["228|3:48"]);
    check("27:46 – end.", &["1666-2100|27:46 – end"]);
    check(
        "27:46 til the very end of it",
        &["1666-2100|27:46 til the very end"],
    );
}

#[test]
fn a_backslash_prevents_a_reference() {
    check(r"see \3:48", &["|escaped"].map(|_| "escaped|at 4"));
    check(r"\3:48 – 4:01 and 5:00", &["escaped|at 0", "300|5:00"]);
    check(r"@\3:48", &["escaped|at 1"]);
    for text in [r"\40:00", r"C:\3:48", r"\John 3:16"] {
        nothing(text);
    }
}

#[test]
fn the_number_of_a_recording_says_which_is_meant() {
    let two = [recording(1, Some(600)), recording(2, Some(D))];
    let check = |text: &str, expected: &[&str]| assert_eq!(found(text, &two), expected, "{text:?}");
    check("3:48", &[]);
    check("clip 2 3:48", &["#2 228 3:48"]);
    check("Clip 2: 3:48 and 4:01", &["#2 228 3:48", "#2 241 4:01"]);
    check(
        "In clip 1 he says at 3:48 what clip #2 denies at 4:01",
        &["#1 228 3:48", "#2 241 4:01"],
    );
    check("#2 3:48", &["#2 228 3:48"]);
    check("#2, at 3:48 – 4:01", &["#2 228-241 3:48 – 4:01"]);
    check("I am #2 of those who heard 3:48", &[]);
    check("clip 1 12:10", &[]);
    check("clip 3 3:48", &[]);
    check("clip 1 3:48 clip 3 4:01", &["#1 228 3:48"]);
    check("recording no. 2 @3:48", &["#2 228 @3:48"]);
    check("clip 2:48", &[]);
    check("videoclips 2 3:48", &[]);
    for text in [
        "Aufnahme 2 bei 3:48",
        "vidéo n° 2 à 3:48",
        "vídeo 2: 3:48",
        "видео 2 в 3:48",
        "الفيديو 2 3:48",
        "動画2の3:48",
    ] {
        check(text, &["#2 228 3:48"]);
    }
    let one = [recording(1, Some(D))];
    assert_eq!(found("clip 1 3:48", &one), ["228 3:48"]);
    assert_eq!(found("my #2 remark: 3:48", &one), ["228 3:48"]);
    assert!(found("clip 2 3:48", &one).is_empty());
}
