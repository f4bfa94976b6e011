//! The work of reading grows with a file and no faster, whatever stands in it.

use captions::{Cue, Format, Transcript, TranscriptExportFormat, diff, read, read_chapters, write};
use testing::assert_linear_of;

/// What readers of captions could stumble over.
const TOKENS: [&str; 59] = [
    "\n",
    "\n\n",
    " ",
    "a",
    "é",
    "漢",
    "\0",
    "\u{301}",
    ".",
    "。",
    ":",
    ": ",
    "Ann: ",
    ">> ",
    "1\n",
    "1",
    "9",
    "-",
    "-->",
    "--> \n",
    "0:01 a\n",
    "[0:01] ",
    "(0:01 - ",
    "0:01",
    "0:02 Ann: a\n",
    "23:59:59 a\n",
    "00:01.000 --> 00:02.000\na\n",
    "00:01.000 --> 00:02.000 align:start\n\n",
    "\n\n00:02.000 --> 00:01.000\n<v Ann>a",
    "1\n00:00:01,000 --> 00:00:02,000\na\n\n",
    "NOTE ",
    "NOTE\n",
    "STYLE\n",
    "<",
    ">",
    "</",
    "<v ",
    "<v Ann>",
    "<c.a.b>",
    "<rt>",
    "<ruby>a<rt>b",
    "<00:01.000>",
    "<font ",
    "<i>",
    "{\\",
    "{\\an8}",
    "}",
    "&",
    "&amp;",
    "&#1",
    ";",
    "NaN",
    "Infinity,",
    "\"",
    "\\",
    "[",
    "{\"startTime\":1,\"body\":\"a\"},",
    "{\"start\":1,\"text\":\"a b\"},\n",
    "<span data-timestamp=\\\"1\\\">",
];

#[test]
fn reading_is_linear() {
    for format in Format::ALL {
        let what = format.as_str();
        assert_linear_of(what, &TOKENS, |text| read(text.as_bytes(), Some(*format)));
    }
}

#[test]
fn reading_what_the_parts_of_a_file_hold_is_linear() {
    let within = |start: &'static str, end: &'static str| {
        assert_linear_of(start, &TOKENS, |text| {
            read(format!("{start}{text}{end}").as_bytes(), None)
        });
    };
    within("WEBVTT\n\n00:01.000 --> 00:02.000\n", "");
    within("1\n00:00:01,000 --> 00:00:02,000\n", "");
    within("0:01 ", "");
    within("{\"segments\":[{\"startTime\":1,\"body\":\"a\"},", "{}]}");
    within("{\"segments\":[{\"start\":1,\"text\":\"", "\"}]}");
    within("{\"media\":\"\",\"text\":\"", "\"}");
}

#[test]
fn writing_is_linear() {
    let cues = [
        "\u{301}",
        "0:01 a\n",
        "0:01 Ann: <\n",
        "0:02 --> &\n",
        "23:59:59 a\n",
        "b ",
    ];
    for export in TranscriptExportFormat::ALL {
        assert_linear_of(export.as_str(), &cues, |text| {
            let reading = read(format!("0:01 a{text}").as_bytes(), Some(Format::Text));
            reading.map(|reading| write(&reading.transcript, *export))
        });
    }
}

#[test]
fn reading_chapters_is_linear() {
    let tokens = [
        "00:00.000 --> 00:01.000\na\n",
        "00:00.000 --> 24:00:00.000\na\n\n",
        "<v ",
        "\n",
        "a",
    ];
    assert_linear_of("chapters", &tokens, |text| {
        read_chapters(format!("WEBVTT\n\n{text}").as_bytes())
    });
}

#[test]
fn telling_revisions_apart_is_linear() {
    let tokens = ["a ", "b ", "a\n", "b\n", "ab c\n", "é", ".", "\n"];
    assert_linear_of("cues", &tokens, |text| {
        let (old, new) = (revision(text, 0), revision(text, 7));
        diff(&old, &new).len()
    });
}

/// A cue for each line, with its number where there is one to leave out.
fn revision(text: &str, nth: usize) -> Transcript {
    let cues = text.lines().zip(1..).map(|(line, at)| Cue {
        start_ms: at * 1_000,
        text: format!("{} {line} {}", at / 3, line.get(nth..).unwrap_or_default()),
        ..Cue::default()
    });
    Transcript::new(None, cues.collect()).0
}
