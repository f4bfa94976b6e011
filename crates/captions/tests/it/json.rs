use captions::{Format, TranscriptExportFormat, write};
use expect_test::expect;

use crate::{check, check_as, conversation};

#[test]
fn segments_of_podcasts_are_read() {
    check(
        r#"{
"version": "1.0.0",
"segments": [
{"speaker": "Ann", "startTime": 0.5, "endTime": 2.25, "body": "Hello\nall of you"},
{"startTime": "3", "body": "three words more"},
{"startTime": 4, "endTime": "soon", "body": "four and five"},
{"startTime": null, "body": "lost words"},
{"startTime": -1.5, "endTime": 0.25, "body": "before it all"},
{"startTime": 6},
7,
{"startTime": 9, "body": "nine\ud800 lives"}
]}"#,
        &expect![[r#"
            podcast_json
            0–250 "before it all"
            500–2250 Ann: "Hello\nall of you"
            3000– "three words more"
            4000– "four and five"
            ! 1: an end cannot be read, so the cue lasts until the next (line 6)
            ! 1: a cue was left out because its time cannot be read (line 7)
            ! 1: a start before 0:00 was put at 0:00 (line 8)
            ! 1: a cue that stood after later ones was put in order (line 8)
            ! 3: a segment that cannot be read was left out (line 9, 10, 11)
        "#]],
    );
}

#[test]
fn words_of_podcasts_become_sentences() {
    check(
        r#"{"version": "1.0.0", "segments": [
{"speaker": "Darth", "startTime": 0.5, "endTime": 0.75, "body": "I"},
{"speaker": "Darth", "startTime": 1, "endTime": 1.25, "body": "am"},
{"speaker": "Darth", "startTime": 1.5, "endTime": 2.0, "body": "him."},
{"speaker": "Luke", "startTime": 2.25, "endTime": 2.5, "body": "No!"}]}"#,
        &expect![[r#"
            podcast_json
            500–2000 Darth: "I am him."
            2250–2500 Luke: "No!"
            ! 1: cues of single words were joined to sentences (line 2)
        "#]],
    );
}

#[test]
fn segments_of_whisper_are_read() {
    check(
        r#"{"text": " Hello you.", "language": "en", "segments": [
  {"id": 0, "start": 0.0, "end": 2.56, "text": " Hello", "avg_logprob": NaN, "words": [{"word": " Hello"}]},
  {"id": 1, "start": 2.56, "end": NaN, "text": " you.", "speaker": "SPEAKER_00"},
  {"id": 2, "start": Infinity, "end": 4, "text": " NaN"}
]}"#,
        &expect![[r#"
            whisper_json en
            0–2560 "Hello"
            2560– SPEAKER_00: "you."
            ! 1: the times of single words were left out (line 2)
            ! 1: a cue was left out because its time cannot be read (line 4)
        "#]],
    );
    check(
        r#"[{"start": 0, "end": 1, "text": "a list alone"}]"#,
        &expect![[r#"
            whisper_json
            0–1000 "a list alone"
        "#]],
    );
    check(
        r#"{"language": "english", "segments": [{"start": 1e999, "text": "x"}, {"start": 2, "text": "y"}]}"#,
        &expect![[r#"
            whisper_json
            2000– "y"
            ! 1: the language is no language tag such as “en” and was left out (line 1)
            ! 1: a segment that cannot be read was left out (line 1)
        "#]],
    );
}

#[test]
fn segments_of_whisper_cpp_are_read() {
    check(
        r#"{
	"systeminfo": "AVX = 1",
	"result": {"language": "de"},
	"transcription": [
		{"timestamps": {"from": "00:00:00,000", "to": "00:00:03,200"}, "offsets": {"from": 0, "to": 3200}, "text": " Guten Tag"},
		{"timestamps": {"from": "00:00:03,200", "to": "x"}, "text": " noch"},
		{"offsets": {"from": 4000, "to": 5000}, "text": " [Musik]", "tokens": []}
	]
}"#,
        &expect![[r#"
            whisper_cpp_json de
            0–3200 "Guten Tag"
            3200– "noch"
            4000–5000 "[Musik]"
            ! 1: an end cannot be read, so the cue lasts until the next (line 6)
            ! 1: the times of single words were left out (line 7)
        "#]],
    );
}

#[test]
fn what_was_typed_in_otranscribe_is_read() {
    check(
        r#"{"text": "<p>Interview</p><p><span class=\"timestamp\" contenteditable=\"false\" data-timestamp=\"0.4\">0:00</span>Ann: Hello &amp; <b>wel</b>come&nbsp;<br>you&lt;</p><p><span class=\"timestamp\" data-timestamp=\"62.5\"><i>1:02</i></span> Bo:&nbsp;yes</p><div><br></div><p><span class=\"timestamp\" data-timestamp=\"x\">1:09</span>more</p>", "media": "a.mp3", "media-time": 3.5}"#,
        &expect![[r#"
            otranscribe
            0– "Interview"
            400– Ann: "Hello & welcome\nyou<"
            62500– Bo: "yes"
            62500– "more"
            ! 1: text before the first time was put at 0:00 (line 1)
            ! 1: a time cannot be read, so what follows belongs to the one before (line 1)
            ! 1: styling of words was left out (line 1)
        "#]],
    );
}

#[test]
fn other_json_is_refused() {
    check(
        "{",
        &expect![[r#"
        refused: this is none of the formats that are read: WebVTT, SRT, JSON of podcasts or of Whisper, oTranscribe, or text with a time such as “3:48” at the start of lines
    "#]],
    );
    check(
        "{\"segments\": [\n{\"start\": 1,\n",
        &expect![[r#"
        refused: the file begins as JSON and is none from line 3 on
    "#]],
    );
    check(
        "{}",
        &expect![[r#"
        refused: this is none of the formats that are read: WebVTT, SRT, JSON of podcasts or of Whisper, oTranscribe, or text with a time such as “3:48” at the start of lines
    "#]],
    );
    check(
        r#"{"segments": []}"#,
        &expect![[r#"
        refused: this is none of the formats that are read: WebVTT, SRT, JSON of podcasts or of Whisper, oTranscribe, or text with a time such as “3:48” at the start of lines
    "#]],
    );
    check(
        r#"{"segments": 1}"#,
        &expect![[r#"
        refused: this is none of the formats that are read: WebVTT, SRT, JSON of podcasts or of Whisper, oTranscribe, or text with a time such as “3:48” at the start of lines
    "#]],
    );
    check(
        r#"{"text": "words"}"#,
        &expect![[r#"
        refused: this is none of the formats that are read: WebVTT, SRT, JSON of podcasts or of Whisper, oTranscribe, or text with a time such as “3:48” at the start of lines
    "#]],
    );
    check_as(
        Format::PodcastJson,
        r#"{"segments": []}"#,
        &expect![[r#"
            refused: there is no cue in the file
        "#]],
    );
    check_as(
        Format::OTranscribe,
        r#"{"text": 1}"#,
        &expect![[r#"
        refused: this is not a file of oTranscribe
    "#]],
    );
    check_as(
        Format::WhisperJson,
        "0:00 a",
        &expect![[r#"
        refused: the file begins as JSON and is none from line 1 on
    "#]],
    );
    let deep = format!("{{\"segments\": {}1", "[".repeat(100_000));
    check(
        &deep,
        &expect![[r#"
        refused: the file begins as JSON and is none from line 1 on
    "#]],
    );
}

#[test]
fn json_has_a_line_for_each_cue() {
    expect![[r#"
        {"version":"1.0.0","segments":[
        {"speaker":"Ann","startTime":0.5,"endTime":2.25,"body":"Hello & welcome <all>"},
        {"speaker":"Ann","startTime":2.25,"body":"two\nlines"},
        {"speaker":"Bo","startTime":228,"endTime":230,"body":"yes"},
        {"startTime":229,"endTime":231,"body":"[laughter]"},
        {"speaker":"Bo","startTime":3600,"body":"1 --> 2"}
        ]}
    "#]]
    .assert_eq(&write(&conversation(), TranscriptExportFormat::Json));
}

#[test]
fn html_is_escaped() {
    expect![[r#"
        <cite>Ann:</cite>
        <time>0:00</time>
        <p>Hello &amp; welcome &lt;all&gt;</p>
        <cite>Ann:</cite>
        <time>0:02</time>
        <p>two<br>
        lines</p>
        <cite>Bo:</cite>
        <time>3:48</time>
        <p>yes</p>
        <time>3:49</time>
        <p>[laughter]</p>
        <cite>Bo:</cite>
        <time>1:00:00</time>
        <p>1 --&gt; 2</p>
    "#]]
    .assert_eq(&write(&conversation(), TranscriptExportFormat::Html));
}
