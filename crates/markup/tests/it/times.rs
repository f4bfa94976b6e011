use proptest::prelude::*;
use proptest::sample::select;
use rejoinder_core::RecordingId;
use rejoinder_core::recordings::{CitableRecording, ExternalRecording};
use rejoinder_markup::{
    RenderedText, bare_links, bare_links_beside, has_times, plain_text, render, render_beside,
    sanitise, with_times_at,
};

use crate::page::assert_harmless;

/// Thirty-five minutes that are played elsewhere, too, and ten that are nowhere else.
pub(crate) fn recordings() -> [CitableRecording; 2] {
    let recording = |ordinal: u32, seconds: u64, url: &str| CitableRecording {
        id: RecordingId(i64::from(ordinal)),
        revision: 7,
        duration_ms: Some(seconds * 1_000),
        external: ExternalRecording::parse(url).map(|(external, _)| external),
        ordinal,
    };
    [
        recording(1, 2_100, "https://youtu.be/dQw4w9WgXcQ"),
        recording(2, 600, ""),
    ]
}

/// What `text` looks like beside one recording.
fn rendered(text: &str) -> RenderedText {
    render_beside(text, &recordings()[..1])
}

/// Checks `text` beside one recording, where `[228,241|…]` is a link to a span.
#[track_caller]
fn check(text: &str, expected: &str) {
    let rendered = rendered(text);
    let mut linked = String::new();
    for (n, part) in expected.split('[').enumerate() {
        let link = part.split_once('|').filter(|_| n > 0);
        let Some((span, rest)) = link else {
            linked.push_str(part);
            continue;
        };
        let (start, end) = span.split_once(',').unwrap_or((span, ""));
        let end = match end {
            "" => String::new(),
            end => format!(" data-end=\"{end}\""),
        };
        linked.push_str(&format!(
            "<a class=\"rj-time\" href=\"#t={span}\" data-recording=\"0000000000001\" \
             data-start=\"{start}\"{end}>{}",
            rest.replacen(']', "</a>", 1)
        ));
    }
    assert_eq!(rendered.html.as_str(), linked, "{text:?}");
    assert_eq!(rendered.times.len(), linked.matches("rj-time").count());
}

/// Checks where in `text` as typed the references stand.
#[track_caller]
fn check_typed(text: &str, expected: &[&str]) {
    let times = rendered(text).times;
    let typed: Vec<&str> = times.iter().map(|time| &text[time.at.clone()]).collect();
    assert_eq!(typed, expected, "{text:?}");
}

#[test]
fn times_are_linked_in_text_of_any_formatting() {
    check("3:48 – 4:01", "<p>[228,241|3:48 – 4:01]</p>");
    check(
        "He, at 3:48: yes & no",
        "<p>He, at [228|3:48]: yes &amp; no</p>",
    );
    check(
        "*3:48* **4:01**",
        "<p><em>[228|3:48]</em> <strong>[241|4:01]</strong></p>",
    );
    check(
        "3:48 – **4:01**",
        "<p>[228|3:48] – <strong>[241|4:01]</strong></p>",
    );
    check(
        "> 3:48\n\n- 4:01\n- @5:00",
        "<blockquote><p>[228|3:48]</p></blockquote><ul><li>[241|4:01]</li><li>[300|@5:00]</li></ul>",
    );
    check("# 3:48", "<p><strong>[228|3:48]</strong></p>");
    check("3:48 ~ 4:01", "<p>[228,241|3:48 ~ 4:01]</p>");
    check("3:48\n4:01", "<p>[228|3:48]<br>[241|4:01]</p>");
    check("3:48&ndash;4:01", "<p>[228,241|3:48–4:01]</p>");
    check(
        "27:46 til the end.",
        "<p>[1666,2100|27:46 til the end].</p>",
    );
}

#[test]
fn a_covered_time_stays_covered() {
    check(
        "||he dies at 3:48||",
        "<p><span class=\"spoiler\" tabindex=\"0\">he dies at [228|3:48]</span></p>",
    );
    assert_eq!(plain_text(&rendered("a ||3:48||").html), "a ▒▒▒▒");
}

#[test]
fn what_is_no_text_holds_no_time() {
    check("`3:48`", "<p><code>3:48</code></p>");
    check("```\n3:48\n```", "<pre><code>3:48\n</code></pre>");
    check("<a title=\"3:48\">", "<p>&lt;a title=\"3:48\"&gt;</p>");
    check("a*3:48*", "<p>a<em>3:48</em></p>");
    check("*3:48*b", "<p><em>3:48</em>b</p>");
    check("John **3:16**", "<p>John <strong>3:16</strong></p>");
    let link = "rel=\"nofollow ugc noopener noreferrer\"";
    check(
        "[3:48](https://a.example/4:01) https://a.example/12:10/",
        &format!(
            "<p><a href=\"https://a.example/4:01\" {link}>3:48</a> \
             <a href=\"https://a.example/12:10/\" {link}>https://a.example/12:10/</a></p>"
        ),
    );
}

#[test]
fn a_backslash_that_prevents_a_time_is_not_shown() {
    check(r"see \3:48 and 4:01", "<p>see 3:48 and [241|4:01]</p>");
    check(r"\40:00", r"<p>\40:00</p>");
    assert_eq!(render(r"\3:48").html.as_str(), r"<p>\3:48</p>");
}

#[test]
fn beside_no_recording_nothing_changes() {
    for text in [
        "3:48 – 4:01",
        r"\3:48",
        "https://youtu.be/dQw4w9WgXcQ?t=9",
        "clip 2 3:48",
    ] {
        assert_eq!(render_beside(text, &[]), render(text));
        assert!(!has_times(&render(text).html));
    }
    assert_eq!(render_beside("3:48", &recordings()), render("3:48"));
}

#[test]
fn a_link_to_the_recording_elsewhere_is_a_place_in_it() {
    check("https://youtu.be/dQw4w9WgXcQ?t=1349", "<p>[1349|22:29]</p>");
    check(
        "see https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=22m29s.",
        "<p>see [1349|22:29].</p>",
    );
    check(
        "<https://youtu.be/dQw4w9WgXcQ#t=3,7>",
        "<p>[3,7|0:03 – 0:07]</p>",
    );
    check(
        "[he **says**](https://youtu.be/dQw4w9WgXcQ?t=9)",
        "<p>[9|he <strong>says</strong>]</p>",
    );
    check(
        "||https://youtu.be/dQw4w9WgXcQ?t=9||",
        "<p><span class=\"spoiler\" tabindex=\"0\">[9|0:09]</span></p>",
    );
    check("[](https://youtu.be/dQw4w9WgXcQ?t=9)", "<p>[9|0:09]</p>");
    assert_eq!(rendered("https://youtu.be/dQw4w9WgXcQ?t=9").n_links, 0);
    for url in [
        "https://youtu.be/dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ?t=2101",
        "https://youtu.be/another1234?t=9",
    ] {
        assert_eq!(rendered(url), render(url));
    }
}

#[test]
fn a_link_to_the_recording_elsewhere_has_no_card() {
    let text = "https://youtu.be/dQw4w9WgXcQ?t=9\nhttps://youtu.be/dQw4w9WgXcQ\nhttps://a.example/";
    assert_eq!(
        bare_links_beside(text, &recordings()),
        ["https://a.example/"]
    );
    assert_eq!(bare_links(text).len(), 2);
}

#[test]
fn a_reference_says_where_it_stands_in_the_text_as_typed() {
    check_typed("3:48 – 4:01", &["3:48 – 4:01"]);
    check_typed(
        "é 3:48, **4:01** 3:48\r\n\r\n> 5:00 3:48",
        &["3:48", "4:01", "3:48", "5:00", "3:48"],
    );
    check_typed("`3:48` 3:48", &["3:48"]);
    check_typed(
        "||3:48|| and ||https://a.example||4:01||",
        &["3:48", "4:01"],
    );
    check_typed(
        "- x\n- at 3:48 https://youtu.be/dQw4w9WgXcQ?t=9",
        &["3:48", "https://youtu.be/dQw4w9WgXcQ?t=9"],
    );
    check_typed(
        "[x](https://youtu.be/dQw4w9WgXcQ?t=9) y",
        &["[x](https://youtu.be/dQw4w9WgXcQ?t=9)"],
    );
    let text = "https://youtu.be/dQw4w9WgXcQ?t=9，https://youtu.be/dQw4w9WgXcQ?t=8";
    check_typed(
        text,
        &[
            "https://youtu.be/dQw4w9WgXcQ?t=9",
            "https://youtu.be/dQw4w9WgXcQ?t=8",
        ],
    );
    let time = &rendered("at 3:48 – 4:01").times[0];
    assert_eq!(
        (time.recording, time.revision, time.at.clone()),
        (RecordingId(1), 7, 3..16)
    );
    assert_eq!(
        (time.span.start_ms, time.span.end_ms),
        (228_000, Some(241_000))
    );
}

#[test]
fn several_recordings_are_told_apart_by_their_numbers() {
    let times = render_beside("clip 2 3:48, *#1 4:01*\n\n5:00", &recordings()).times;
    let told: Vec<(i64, u64)> = times
        .iter()
        .map(|time| (time.recording.0, time.span.start_ms))
        .collect();
    assert_eq!(told, [(2, 228_000), (1, 241_000)]);
}

#[test]
fn only_so_many_references_are_made_in_one_text() {
    let rendered = rendered(&"0:05 ".repeat(2_000));
    assert_eq!(rendered.times.len(), 100);
    assert!(rendered.html.as_str().len() < 30_000);
}

#[test]
fn what_readers_write_never_becomes_such_a_link() {
    for text in [
        "<a class=\"rj-time\" href=\"#t=1\" data-start=\"1\">x</a>",
        "[x](#t=1)",
        "\u{1}3:49b\u{2}",
        "&#1;x&#2;",
        "[3:48](#t=1 \"rj-time\")",
        "[\u{1}](https://a.example/\u{1}\u{2})",
        "`\u{1}` \u{2}",
    ] {
        assert!(rendered(text).times.is_empty());
        assert!(!has_times(&rendered(text).html), "{text:?}");
        let beside = rendered(&format!("{text} 3:48"));
        assert_eq!(
            beside.html.as_str().matches("<a class=\"rj-time\"").count(),
            beside.times.len()
        );
    }
    assert_eq!(rendered("\u{1}a 3:48").times.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn but_for_the_links_to_places_html_is_what_the_sanitiser_gives(
        pieces in prop::collection::vec(prop_oneof![
            8 => select(&[
                "3:48", "4:01", " – ", "-", "1:02:33", "27:46 til the end", "@", "\\", "clip 2 ", "#1 ", "\u{1}", "\u{2}",
                "https://youtu.be/dQw4w9WgXcQ?t=9", "[a](https://youtu.be/dQw4w9WgXcQ?t=9)", "<", ">", "&", "\"", "*", "**", "_",
                "~~", "||", "`", "\n", "\n\n", "> ", "- ", "[", "](", ")", " ", "a", "é", "漢", "\r", "。", "&#1;", "**[", "3m48s",
            ][..]).prop_map(str::to_owned),
            1 => "\\PC{0,3}",
        ], 0..24),
        n in 0..3_usize,
    ) {
        let text = pieces.concat();
        let RenderedText { html, times, n_links, .. } = render_beside(&text, &recordings()[..n]);
        let words = with_times_at(&html, "");
        prop_assert_eq!(&sanitise(words.as_str()), &words);
        assert_harmless(&words, &text);
        prop_assert_eq!(words.as_str().matches("<a href=").count(), n_links);
        prop_assert_eq!(html.as_str().matches("<a class=\"rj-time\" href=\"#t=").count(), times.len());
        for time in times {
            prop_assert!(text.get(time.at.clone()).is_some_and(|typed| !typed.is_empty()));
        }
    }
}
