//! Places in recordings that comments name, where the comments are shown.

use rejoinder_core::discussion::feed::{Feed, FeedFormat, FeedItem, FeedScope};
use rejoinder_core::publication::language::Language;
use rejoinder_core::recordings::CitableRecording;
use rejoinder_core::{Comment, PageKey, RecordingId};
use rejoinder_render::discussion::feed::feed;
use rejoinder_render::discussion::json;
use rejoinder_render::{catalogue, thread_fragment};

use crate::fixture::{comment, context, key, page, site, thread};

/// A comment that names a place in the recording of its page.
fn naming() -> Comment {
    let recording = CitableRecording {
        id: RecordingId(1),
        revision: 1,
        duration_ms: Some(2_100_000),
        external: None,
        ordinal: 1,
    };
    let html = markup::render_beside("He says so at 3:48 – 4:01.", &[recording]).html;
    Comment {
        html,
        ..comment(1, None, "Ann")
    }
}

const LINK: &str = "<a class=\"rj-time\" href=\"#t=228,241\" data-recording=\"0000000000001\" \
                    data-start=\"228\" data-end=\"241\" title=";

#[test]
fn in_a_thread_it_is_named_in_the_language_of_the_site() {
    let mut site = site();
    site.settings.language = Language::German;
    let mut thread = thread("Ann");
    thread.entries[0].comment = naming();

    let mut context = context(&site);
    let english = thread_fragment(&context, &thread);
    let body = serde_json::to_string(&json::thread(&context, &thread)).unwrap();
    context.texts = catalogue::of(Language::German);
    let german = thread_fragment(&context, &thread);

    let named = |label: &str| format!("He says so at {LINK}\"{label}\">3:48 – 4:01</a>.");
    let label = "Play from 3 minutes 48 seconds to 4 minutes 1 second";
    assert!(english.contains(&named(label)), "{english}");
    let label_in_json = format!("title=\\\"{label}\\\"");
    assert!(body.contains(&label_in_json), "{body}");
    let label = "Von 3 Minuten 48 Sekunden bis 4 Minuten 1 Sekunde abspielen";
    assert!(german.contains(&named(label)), "{german}");
}

#[test]
fn in_a_feed_it_leads_to_the_page() {
    let site = site();
    let feed_of = |key: &PageKey, format| {
        let mut page = page("A story");
        page.key = key.clone();
        let item = FeedItem {
            comment: naming(),
            page,
            parent: None,
        };
        let one = Feed {
            scope: FeedScope::Site,
            page: None,
            top: None,
            items: vec![item],
        };
        feed(&context(&site), &one, None, format)
    };

    for format in FeedFormat::ALL {
        let text = feed_of(&key(), format)
            .replace("&quot;", "\"")
            .replace("\\\"", "\"");
        assert!(
            text.contains("href=\"https://news.example/story#t=228,241\""),
            "{text}"
        );
        assert!(
            !text.contains("rj-time") && !text.contains("href=\"#"),
            "{text}"
        );
    }
    let without_address = feed_of(
        &PageKey::stored("story-1".to_owned(), None),
        FeedFormat::Json,
    );
    let thread = "https://comments.example/embed?site=news.example&amp;page=story-1#t=228,241";
    assert!(without_address.contains(thread), "{without_address}");
}
