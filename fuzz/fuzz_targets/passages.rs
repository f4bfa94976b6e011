//! Whatever an article and a passage are, what is found lies in the article; and a passage of an
//! article is found in it where it stands, or nowhere.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rejoinder_core::passages::{Folded, Position, Quote, Selector, anchor, rival};

fuzz_target!(|input: (&str, &str, &str, u16, u16)| {
    let (text, exact, beside, start, len) = input;
    let folded = Folded::new(text);
    let n_scalars = text.chars().count();
    if let Ok(quote) = Quote::new(exact, beside, beside) {
        let selector = Selector { quote, position: None, rival: None };
        if let Some(found) = anchor(&folded, &selector) {
            assert!(found.start < found.end && found.end <= n_scalars && found.score <= 1_000);
        }
    }
    let start = usize::from(start) % (n_scalars + 1);
    let position = Position { start, end: (start + usize::from(len) % 1_000).min(n_scalars) };
    if let Ok(quote) = Quote::of(text, position) {
        let mut selector = Selector { quote, position: Some(position), rival: None };
        selector.rival = Some(rival(&folded, &selector, position));
        if let Some(found) = anchor(&folded, &selector) {
            assert!(found.start < position.end && position.start < found.end);
        }
    }
});
