use captions::{Format, TranscriptExportFormat, read, write};
use expect_test::expect;

use crate::{check, check_as, conversation, cue, transcript};

#[test]
fn cues_are_read_with_and_without_styles() {
    check(
        "1\r\n00:00:01,000 --> 00:00:02,500\r\n{\\an8}<i>Hello</i>\r\n<font color=\"#fff\">you</font>\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000 X1:0 X2:9\r\nI <3 {you} <laughs> a < b\r\n",
        &expect![[r#"
            srt
            1000–2500 "Hello\nyou"
            3000–4000 "I <3 {you} <laughs> a < b"
            ! 1: styling of words was left out (line 2)
            ! 1: the position of a cue was left out (line 7)
        "#]],
    );
}

#[test]
fn counters_do_not_matter() {
    check(
        "00:00:01,000 --> 00:00:02,000\na\n\n00:00:02,000 --> 00:00:03,000\nin\n1999\n\n7\n00:00:03,000 --> 00:00:04,000\nc\n4\n00:00:04,000 --> 00:00:05,000\nd\n",
        &expect![[r#"
            srt
            1000–2000 "a"
            2000–3000 "in\n1999"
            3000–4000 "c"
            4000–5000 "d"
            ! 3: a counter is missing or wrong, which changes nothing (line 1, 4, 9)
        "#]],
    );
}

#[test]
fn empty_lines_within_a_text_lose_nothing() {
    check(
        "\n\n1\n00:00:01,000 --> 00:00:02,000\n\na\n\nb\n\n\n2\n00:00:02,000 --> 00:00:03,000\n\n3\n00:00:03,000 --> 00:00:04,000\nc",
        &expect![[r#"
            srt
            1000–2000 "a\nb"
            3000–4000 "c"
            ! 1: a cue without text was left out (line 12)
        "#]],
    );
}

#[test]
fn times_are_taken_in_every_way_that_is_seen() {
    check(
        "1\n0:00:01,5 --> 00:02.25\na\n\n2\n00:00:03 --> soon\nb\n\n3\n00:00:99,000 --> 00:01:40,000\nlost\n\n4\n-00:00:01,000 --> 00:00:02,000\nc\n\n5\n00:00:09,000-->00:00:08,000\nd\n",
        &expect![[r#"
            srt
            0–1500 "c"
            1500–2250 "a"
            3000– "b"
            9000– "d"
            ! 1: a cue overlaps the one before it, which now ends where it starts (line 2)
            ! 1: an end cannot be read, so the cue lasts until the next (line 6)
            ! 1: a cue was left out because its time cannot be read (line 10)
            ! 1: a start before 0:00 was put at 0:00 (line 14)
            ! 1: a cue that stood after later ones was put in order (line 14)
            ! 1: an end that is not after its start was left out (line 18)
        "#]],
    );
}

#[test]
fn a_name_before_the_text_is_the_speaker_of_that_cue_alone() {
    check(
        "A title\n\n1\n00:00:01,000 --> 00:00:02,000\nAnn: one\n\n2\n00:00:02,000 --> 00:00:03,000\ntwo\n\n3\n00:00:03,000 --> 00:00:04,000\n>> BO: three --> four\n",
        &expect![[r#"
            srt
            1000–2000 Ann: "one"
            2000–3000 "two"
            3000–4000 BO: "three --> four"
            ! 1: text that belongs to no time was left out (line 1)
        "#]],
    );
}

#[test]
fn what_is_no_such_file_is_refused() {
    check_as(
        Format::Srt,
        "words",
        &expect![[r#"
        refused: there is no cue in the file: in line 1, text that belongs to no time was left out
    "#]],
    );
    check(
        "1\n00:00:99,000 --> 00:01:40,000\nlost\n",
        &expect![[r#"
            refused: this is none of the formats that are read: WebVTT, SRT, JSON of podcasts or of Whisper, oTranscribe, or text with a time such as “3:48” at the start of lines
        "#]],
    );
    check_as(
        Format::Srt,
        "1\n00:00:99,000 --> 00:01:40,000\nlost\n",
        &expect![[r#"
            refused: there is no cue in the file: in line 2, a cue was left out because its time cannot be read
        "#]],
    );
    check(
        "",
        &expect![[r#"
            refused: this is none of the formats that are read: WebVTT, SRT, JSON of podcasts or of Whisper, oTranscribe, or text with a time such as “3:48” at the start of lines
        "#]],
    );
    check(
        "words --> words",
        &expect![[r#"
            refused: this is none of the formats that are read: WebVTT, SRT, JSON of podcasts or of Whisper, oTranscribe, or text with a time such as “3:48” at the start of lines
        "#]],
    );
}

#[test]
fn who_speaks_on_while_another_speaks_is_named_again() {
    let transcript = transcript(vec![
        cue(1_000, Some(2_000), "Ann", "a"),
        cue(2_000, Some(6_000), "Ann", "b"),
        cue(3_000, Some(4_000), "", "c"),
        cue(7_000, Some(8_000), "", "d"),
    ]);
    let file = write(&transcript, TranscriptExportFormat::Srt);
    assert_eq!(read(file.as_bytes(), None).unwrap().transcript, transcript);
}

#[test]
fn a_file_is_written_with_names_where_they_change() {
    expect![[r#"
        1
        00:00:00,500 --> 00:00:02,250
        Ann: Hello & welcome <all>

        2
        00:00:02,250 --> 00:03:48,000
        two
        lines

        3
        00:03:48,000 --> 00:03:50,000
        Bo: yes

        4
        00:03:49,000 --> 00:03:51,000
        [laughter]

        5
        01:00:00,000 --> 01:00:01,000
        Bo: 1 → 2
    "#]]
    .assert_eq(&write(&conversation(), TranscriptExportFormat::Srt));
}
