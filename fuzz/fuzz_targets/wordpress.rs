//! Whatever a file holds, reading it ends, and nothing private is published.
#![no_main]

use archive::wordpress::read;
use archive::{Item, Options};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let Ok(items) = read(file, Options { mentions: true, reviews: true }) else { return };
    for item in items {
        let Ok(Item::Comment(comment)) = item else { continue };
        assert!(!comment.private || comment.state.as_str() != "published");
        assert!(!comment.source_id.is_empty() && !comment.page.is_empty());
        markup::sanitise(comment.body.source());
    }
});
