//! Whatever is typed beside recordings, what is shown of it is a fix-point of the sanitiser but for
//! the links to places in them, and those lie in the recordings and in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rejoinder_core::RecordingId;
use rejoinder_core::recordings::{CitableRecording, ExternalRecording, Span};

fuzz_target!(|text: &str| {
    let recording = |ordinal: u32, seconds: Option<u64>, url: &str| CitableRecording {
        id: RecordingId(i64::from(ordinal)),
        revision: 1,
        duration_ms: seconds.map(|seconds| seconds * 1_000),
        external: ExternalRecording::parse(url).map(|(external, _)| external),
        ordinal,
    };
    let recordings = [
        recording(1, Some(2_100), "https://youtu.be/dQw4w9WgXcQ"),
        recording(2, None, "https://vimeo.com/1"),
    ];
    for beside in [&recordings[..], &recordings[..1], &[]] {
        let rendered = markup::render_beside(text, beside);
        let words = markup::with_times_at(&rendered.html, "");
        assert_eq!(markup::sanitise(words.as_str()), words);
        assert_eq!(rendered.n_links, words.as_str().matches("<a href=").count());
        let n_times = rendered.html.as_str().matches("<a class=\"rj-time\" href=\"#t=").count();
        assert_eq!(n_times, rendered.times.len());
        for time in &rendered.times {
            assert!(text.get(time.at.clone()).is_some_and(|typed| !typed.is_empty()));
            assert!(beside.iter().any(|recording| recording.id == time.recording));
            assert_eq!(Span::from_fragment(&time.span.to_string()), Some(time.span));
            let max = if time.recording.0 == 1 { 2_101_000 } else { u64::MAX };
            assert!(time.span.start_ms <= max && time.span.end_ms.is_none_or(|end| end <= max));
        }
        let labelled = markup::with_time_labels(&rendered.html, Span::clock);
        assert!(labelled.as_str().matches(" aria-label=\"").count() >= n_times);
        markup::bare_links_beside(text, beside);
    }
});
