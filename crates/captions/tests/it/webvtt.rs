use captions::{Format, TranscriptExportFormat, write};
use expect_test::expect;

use crate::{check, check_as, conversation};

#[test]
fn voices_ids_and_hours_are_read() {
    check(
        "WEBVTT\n\n1\n00:01.000 --> 00:02.500\n<v Ann>Hello\nyou</v>\n\nintro\n01:00:00.000 --> 101:00:00.000\n<v Bo &amp; Co>Bye\n",
        &expect![[r#"
            webvtt
            1000–2500 Ann: "Hello\nyou"
            3600000–86400000 Bo & Co: "Bye"
            ! 1: an end after 24 hours was put at 24 hours (line 9)
        "#]],
    );
}

#[test]
fn what_has_no_place_is_told() {
    check(
        "WEBVTT - a title\nKind: captions\nLanguage: en-GB\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\nNOTE\nmany\nlines\n\nNOTE one\n\n00:00.000 --> 00:01.000 align:start position:0%\n<c.yellow>a</c> <lang de>b</lang>\n\nlost words\nof two lines\n\n00:01.000 --> 00:02.000 line:0\n<00:01.200>c <ruby>d<rt>e</ruby>\n",
        &expect![[r#"
            webvtt en-GB
            0–1000 "a b"
            1000–2000 "c d(e)"
            ! 2: metadata of the file was left out (line 1, 2)
            ! 1: a style sheet was left out (line 5)
            ! 1: a region was left out (line 8)
            ! 2: a note was left out (line 11, 15)
            ! 2: the position of a cue was left out (line 17, 23)
            ! 1: styling of words was left out (line 17)
            ! 1: the language of single words was left out (line 17)
            ! 1: text that belongs to no time was left out (line 20)
            ! 1: an annotation over characters was put behind them in brackets (line 23)
            ! 1: the times of single words were left out (line 23)
        "#]],
    );
}

#[test]
fn one_cue_of_several_voices_becomes_several() {
    check(
        "WEBVTT\n\n00:00.000 --> 00:04.000\n<v Ann>Hi\n<v Bo>Ho\n",
        &expect![[r#"
            webvtt
            0–4000 Ann: "Hi"
            0–4000 Bo: "Ho"
            ! 1: a cue with several voices became one cue for each (line 3)
        "#]],
    );
}

#[test]
fn wrong_times_lose_their_cue_and_nothing_else() {
    check(
        "WEBVTT\n\n00:00.000 --> 00:61.000\na\n\n0:60 --> 00:04.000\nb\n\n--> 00:04.000\nc\n\n00:05.000 --> 00:04.000\nd\n\n00:05,5-->00:06.5 \ne\n",
        &expect![[r#"
            webvtt
            0– "a"
            5000– "d"
            5500–6500 "e"
            ! 1: an end cannot be read, so the cue lasts until the next (line 3)
            ! 2: a cue was left out because its time cannot be read (line 6, 9)
            ! 1: an end that is not after its start was left out (line 12)
        "#]],
    );
}

#[test]
fn cues_need_no_gap_and_a_header_only_its_word() {
    check(
        "WEBVTT\n00:00.000 --> 00:01.000\na\n00:01.000 --> 00:02.000\nb\n\n\n\n00:02.000 --> 00:03.000\nc",
        &expect![[r#"
            webvtt
            0–1000 "a"
            1000–2000 "b"
            2000–3000 "c"
        "#]],
    );
    check(
        "WEBVTT",
        &expect![[r#"
        refused: there is no cue in the file
    "#]],
    );
    check(
        "WEBVTTX\n\n00:00.000 --> 00:01.000\na",
        &expect![[r#"
        srt
        0–1000 "a"
        ! 1: text that belongs to no time was left out (line 1)
        ! 1: a counter is missing or wrong, which changes nothing (line 3)
    "#]],
    );
    check_as(
        Format::WebVtt,
        "00:00.000 --> 00:01.000\n<v Ann>a",
        &expect![[r#"
            webvtt
            0–1000 Ann: "a"
            ! 1: the first line is not WEBVTT, so browsers refuse the file (line 1)
        "#]],
    );
}

#[test]
fn names_before_colons_are_speakers_where_most_cues_have_them() {
    check(
        "WEBVTT\n\n00:00.000 --> 00:01.000\nAnn Lee: one\n\n00:01.000 --> 00:02.000\nBo: two\n\n00:02.000 --> 00:03.000\nthree\n",
        &expect![[r#"
            webvtt
            0–1000 Ann Lee: "one"
            1000–2000 Bo: "two"
            2000–3000 "three"
        "#]],
    );
    check(
        "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ann>Answer: one\n",
        &expect![[r#"
            webvtt
            0–1000 Ann: "Answer: one"
        "#]],
    );
}

#[test]
fn a_file_is_written_with_voices_and_ends() {
    expect![[r#"
        WEBVTT

        00:00:00.500 --> 00:00:02.250
        <v Ann>Hello &amp; welcome &lt;all&gt;

        00:00:02.250 --> 00:03:48.000
        <v Ann>two
        lines

        00:03:48.000 --> 00:03:50.000
        <v Bo>yes

        00:03:49.000 --> 00:03:51.000
        [laughter]

        01:00:00.000 --> 01:00:01.000
        <v Bo>1 --&gt; 2
    "#]]
    .assert_eq(&write(&conversation(), TranscriptExportFormat::WebVtt));
}
