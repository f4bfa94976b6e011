use captions::{MAX_FILE_BYTES, read};
use expect_test::{Expect, expect};

use crate::{check, told};

#[track_caller]
fn check_bytes(file: &[u8], expected: &Expect) {
    expected.assert_eq(&told(read(file, None)));
}

#[test]
fn files_of_all_usual_encodings_are_read() {
    check_bytes(
        b"\xef\xbb\xbfWEBVTT\r\r00:00.000 --> 00:01.000\rx\r",
        &expect![[r#"
            webvtt
            0–1000 "x"
        "#]],
    );
    let utf16: Vec<u8> = "\u{feff}0:01 é😄\r\n"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    check_bytes(
        &utf16,
        &expect![[r#"
        text
        1000– "é😄"
    "#]],
    );
    check_bytes(
        b"0:01 caf\xe9 \x96 \x80\n",
        &expect![[r#"
        text
        1000– "café – €"
        ! 1: the file is not UTF-8 and was read as windows-1252 (line 1)
    "#]],
    );
    check_bytes(
        "0:01 ü é\n0:02 à "
            .as_bytes()
            .split_last()
            .map_or(&[], |(_, rest)| rest),
        &expect![[r#"
            text
            1000– "ü é"
            2000– "à"
        "#]],
    );
    check_bytes(
        "0:01 ü é\n0:02 à"
            .as_bytes()
            .split_last()
            .map_or(&[], |(_, rest)| rest),
        &expect![[r#"
            text
            1000– "ü é"
            2000– "�"
            ! 1: characters that cannot be read were replaced by � (line 2)
        "#]],
    );
    check_bytes(
        b"0:01 a\0b\n",
        &expect![[r#"
        text
        1000– "ab"
        ! 1: control characters were left out (line 1)
    "#]],
    );
}

#[test]
fn what_is_too_much_is_refused() {
    check_bytes(
        &vec![b' '; MAX_FILE_BYTES + 1],
        &expect![[r#"
        refused: the file has 2097153 bytes; up to 2097152 are read
    "#]],
    );
    let lines =
        |n: usize| "0:01 a".to_owned() + &(0..n).map(|n| format!("\n0:02 {n}")).collect::<String>();
    check(
        &lines(20_000),
        &expect![[r#"
        refused: the file has 20001 cues; up to 20000 are read, so send it in parts
    "#]],
    );
    assert_eq!(
        read(lines(19_999).as_bytes(), None)
            .unwrap()
            .transcript
            .cues()
            .len(),
        20_000
    );
}

#[test]
fn what_is_no_transcript_is_refused() {
    check_bytes(
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        &expect![[r#"
            refused: this is none of the formats that are read: WebVTT, SRT, JSON of podcasts or of Whisper, oTranscribe, or text with a time such as “3:48” at the start of lines
        "#]],
    );
    check_bytes(
        b"",
        &expect![[r#"
            refused: this is none of the formats that are read: WebVTT, SRT, JSON of podcasts or of Whisper, oTranscribe, or text with a time such as “3:48” at the start of lines
        "#]],
    );
    check(
        "0:00",
        &expect![[r#"
        refused: there is no cue in the file: in line 1, a cue without text was left out
    "#]],
    );
    check(
        "24:00:00 late\n0:00",
        &expect![[r#"
        refused: there is no cue in the file: in line 1, a cue that starts after 24 hours was left out
    "#]],
    );
}
