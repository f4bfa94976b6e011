use captions::{TranscriptExportFormat, write};
use expect_test::expect;

use crate::{check, conversation};

#[test]
fn lines_that_begin_with_a_time_are_cues() {
    check(
        "[00:03:48] Ann: one\n3:50 Bo: two\n(4:01) three\n4:02.5\tfour\n4:03 - five\n4:04: six -5\n1:00:00 |  seven\n",
        &expect![[r#"
            text
            228000– Ann: "one"
            230000– Bo: "two"
            241000– "three"
            242500– "four"
            243000– "five"
            244000– "six -5"
            3600000– "seven"
        "#]],
    );
}

#[test]
fn ranges_have_an_end() {
    check(
        "[00:00.000 --> 00:04.000]  one\n0:04 - 0:06 Ann: two\n0:06–0:08 three\n0:08 -> later four\n",
        &expect![[r#"
            text
            0–4000 "one"
            4000–6000 Ann: "two"
            6000–8000 "three"
            8000– "-> later four"
        "#]],
    );
}

#[test]
fn lines_without_a_time_belong_to_the_one_before() {
    check(
        "An interview\n\n0:05\nAnn:\none\n\ntwo at 3:48\n  0:09  Bo: three\n3:60 is no time\n3:61\n",
        &expect![[r#"
            text
            5000– Ann: "one\ntwo at 3:48"
            9000– Bo: "three\n3:60 is no time\n3:61"
            ! 1: text that belongs to no time was left out (line 1)
        "#]],
    );
}

#[test]
fn what_only_looks_like_a_time_is_text() {
    check(
        "words alone",
        &expect![[r#"
            refused: this is none of the formats that are read: WebVTT, SRT, JSON of podcasts or of Whisper, oTranscribe, or text with a time such as “3:48” at the start of lines
        "#]],
    );
    check(
        "12:10:33:05 frames\n[3:48 Ann\n3:48, he said\n16:9 is wide",
        &expect![[r#"
            refused: this is none of the formats that are read: WebVTT, SRT, JSON of podcasts or of Whisper, oTranscribe, or text with a time such as “3:48” at the start of lines
        "#]],
    );
}

#[test]
fn a_file_is_written_with_a_line_for_each_cue() {
    expect![[r#"
        0:00  Ann: Hello & welcome <all>
        0:02  Ann: two lines
        3:48  Bo: yes
        3:49  [laughter]
        1:00:00  Bo: 1 --> 2
    "#]]
    .assert_eq(&write(&conversation(), TranscriptExportFormat::Text));
}
