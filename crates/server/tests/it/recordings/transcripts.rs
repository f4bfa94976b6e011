//! Transcripts: as editors type or open them, and as readers get them.

use axum::http::StatusCode;

use super::{along, editor, recording};
use crate::support::{Answer, BASE, STORY, TestApp, TestReader};

const VTT: &str =
    "WEBVTT\n\n00:01.500 --> 00:03.250\n<v Ann>One & two\n\n00:10.000 --> 00:12.000\n<v Bo>Three\n";

async fn save(editor: &TestReader, id: &str, from: &str, text: &str) -> Answer {
    let path = format!("/edit/news.example/recordings/{id}");
    let fields = [
        ("act", "transcript"),
        ("from", from),
        ("text", text),
        ("language", "en-GB"),
        ("status", "approved"),
    ];
    editor.submit(&path, &fields).await
}

async fn file(app: &TestApp, id: &str, ending: &str) -> Answer {
    app.get(&format!(
        "/recordings/news.example/{id}/transcript.{ending}"
    ))
    .await
}

#[tokio::test]
async fn a_transcript_is_read_along_and_taken_away_in_each_format() {
    let (app, editor) = editor().await;
    let id = recording(&app, &editor, b"ID3").await;
    assert_eq!(file(&app, &id, "txt").await.status, StatusCode::NOT_FOUND);

    assert_eq!(
        save(&editor, &id, "0", VTT).await.status,
        StatusCode::SEE_OTHER
    );

    let text = file(&app, &id, "txt").await;
    assert_eq!(text.text(), "0:01  Ann: One & two\n0:10  Bo: Three\n");
    assert_eq!(text.header("access-control-allow-origin"), "*");
    assert!(text.header("content-disposition").starts_with("attachment"));
    let vtt = file(&app, &id, "vtt").await;
    assert!(
        vtt.text()
            .contains("00:00:01.500 --> 00:00:03.250\n<v Ann>One &amp; two"),
        "{}",
        vtt.text()
    );
    assert!(
        file(&app, &id, "srt")
            .await
            .text()
            .contains("00:00:01,500 --> 00:00:03,250")
    );
    assert_eq!(file(&app, &id, "json").await.json()["version"], "1.0.0");
    assert_eq!(file(&app, &id, "pdf").await.status, StatusCode::NOT_FOUND);
    let shown = app.get(&along(&id)).await.text();
    assert!(
        shown.contains("One &amp; two") || shown.contains("One &#38; two"),
        "{shown}"
    );
    assert!(shown.contains("lang=\"en-GB\""));
    assert!(shown.contains("The newsroom has checked this transcript."));
}

#[tokio::test]
async fn a_line_that_was_not_retimed_keeps_its_exact_time() {
    let (app, editor) = editor().await;
    let id = recording(&app, &editor, b"ID3").await;
    save(&editor, &id, "0", VTT).await;

    let typed = "0:01  Ann: One and two\n0:05  Ann: New\n0:10  Bo: Three";
    assert_eq!(
        save(&editor, &id, "1", typed).await.status,
        StatusCode::SEE_OTHER
    );

    let vtt = file(&app, &id, "vtt").await.text();
    assert!(
        vtt.contains("00:00:01.500 --> 00:00:03.250\n<v Ann>One and two"),
        "{vtt}"
    );
    assert!(vtt.contains("00:00:05.000 -->"), "{vtt}");
    assert!(vtt.contains("00:00:10.000 --> 00:00:12.000"), "{vtt}");
}

#[tokio::test]
async fn who_saves_over_a_revision_that_they_have_not_seen_is_told_so_and_keeps_their_text() {
    let (app, editor) = editor().await;
    let id = recording(&app, &editor, b"ID3").await;
    save(&editor, &id, "0", VTT).await;

    let late = save(&editor, &id, "0", "0:01 Late <b>words</b>").await;

    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        late.text()
            .contains("Somebody else has saved a revision meanwhile.")
    );
    assert!(
        late.text().contains("Late &#60;b&#62;words")
            || late.text().contains("Late &lt;b&gt;words"),
        "{}",
        late.text()
    );
    assert!(file(&app, &id, "txt").await.text().contains("One & two"));
}

#[tokio::test]
async fn what_a_file_loses_is_told_line_by_line_and_what_is_none_is_refused() {
    let (app, editor) = editor().await;
    let id = recording(&app, &editor, b"ID3").await;

    let none = save(&editor, &id, "0", "Dear diary").await;
    let some = save(
        &editor,
        &id,
        "0",
        "WEBVTT\n\nSTYLE\n::cue { color: red }\n\n00:01.000 --> 00:02.000\nA word\n",
    )
    .await;

    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text().contains("Dear diary"));
    assert_eq!(some.status, StatusCode::OK);
    assert!(
        some.text().contains("What was left out or changed"),
        "{}",
        some.text()
    );
}

#[tokio::test]
async fn without_script_a_link_to_a_place_marks_it_and_plays_from_there() {
    let (app, editor) = editor().await;
    let id = recording(&app, &editor, b"ID3").await;
    save(&editor, &id, "0", VTT).await;
    let page = format!("/embed/recording?site=news.example&page={STORY}&id={id}");

    let marked = app.get(&format!("{page}&t=10,11")).await.text();
    let plain = app.get(&page).await.text();

    assert!(marked.contains("/file#t=10,11\""), "{marked}");
    assert_eq!(marked.matches("aria-current=\"true\"").count(), 1);
    assert!(!plain.contains("aria-current") && !plain.contains("/file#t="));
    for odd in ["abc", "-1", "10,5", "1e9", "99999999999999999999"] {
        let page = app.get(&format!("{page}&t={odd}")).await;
        assert_eq!(page.status, StatusCode::OK, "{odd}");
    }
}

#[tokio::test]
async fn a_transcript_may_be_as_long_as_is_promised_in_every_script() {
    let (app, editor) = editor().await;
    let id = recording(&app, &editor, b"ID3").await;
    let line = |n: usize| format!("{}:{:02} {}\n", n / 60, n % 60, "ก".repeat(600));
    let text: String = (0..1_100).map(line).collect();
    assert!((1_900_000..captions::MAX_FILE_BYTES).contains(&text.len()));

    let saved = save(&editor, &id, "0", &text).await;

    assert_eq!(
        saved.status,
        StatusCode::SEE_OTHER,
        "{}",
        &saved.text()[..300]
    );
    let kept = file(&app, &id, "txt").await.text();
    assert_eq!(kept.lines().count(), 1_100);
}

#[tokio::test]
async fn the_recordings_of_a_site_are_a_podcast_with_their_transcripts() {
    let (app, editor) = editor().await;
    let empty = app.get("/recordings/news.example/podcast.rss").await;
    assert!(!empty.text().contains("<item>"), "{}", empty.text());
    let id = recording(&app, &editor, b"ID3").await;
    save(&editor, &id, "0", VTT).await;

    let feed = app.get("/recordings/news.example/podcast.rss").await;

    assert_eq!(
        feed.header("content-type"),
        "application/rss+xml; charset=utf-8"
    );
    let text = feed.text();
    let place = format!("{BASE}/recordings/news.example/{id}");
    for said in [
        "<title>A talk</title>".to_owned(),
        format!("<link>{STORY}</link>"),
        format!("<enclosure url=\"{place}/file\" length=\"3\" type=\"audio/mpeg\"/>"),
        "<itunes:duration>60</itunes:duration>".to_owned(),
        format!(
            "<podcast:transcript url=\"{place}/transcript.vtt\" type=\"text/vtt\" language=\"en-GB\"/>"
        ),
    ] {
        assert!(text.contains(&said), "{said}: {text}");
    }
    assert!(!text.contains("podcast:chapters"), "{text}");
}
