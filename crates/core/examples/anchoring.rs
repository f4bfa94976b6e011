//! How long it takes to find 1,000 passages again in an article of 100 KB: where they stand, and as the job does
//! it, which looks at once for what is like them there.
//!
//! `cargo run --release -p rejoinder-core --example anchoring`

use std::time::Instant;

use rejoinder_core::FixedRandom;
use rejoinder_core::passages::{Annotation, Folded, Position, Quote, Selector, anchor};

const N_PASSAGES: usize = 1_000;
const N_BYTES: usize = 100_000;

/// Sentences of invented words, as many as an article of 100 KB has.
fn article(random: &FixedRandom) -> String {
    let below = |bound: usize| usize::try_from(random.below(bound as u64)).unwrap();
    let word = || -> String {
        let syllables = [
            "ka", "ro", "mi", "ten", "sul", "a", "be", "ing", "dor", "es",
        ];
        (0..=below(3))
            .map(|_| syllables[below(syllables.len())])
            .collect()
    };
    let mut text = String::new();
    while text.len() < N_BYTES {
        for _ in 0..8 + below(12) {
            text += &word();
            text.push(' ');
        }
        text += if below(6) == 0 { "end.\n" } else { "end. " };
    }
    text
}

/// `text` with every `nth` word exchanged.
fn reworded(text: &str, nth: usize) -> String {
    let words = text.split(' ').enumerate();
    let words: Vec<&str> = words
        .map(|(at, word)| if at % nth == nth - 1 { "other" } else { word })
        .collect();
    format!("A new beginning. {}", words.join(" "))
}

#[expect(clippy::print_stdout, reason = "this is what it is for")]
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn main() {
    let random = FixedRandom::seeded(14);
    let below = |bound: usize| usize::try_from(random.below(bound as u64)).unwrap();
    let text = article(&random);
    let n_scalars = text.chars().count();
    let selectors: Vec<Selector> = (0..N_PASSAGES)
        .map(|_| {
            let len = 40 + below(160);
            let start = below(n_scalars - len);
            let position = Position {
                start,
                end: start + len,
            };
            Selector {
                quote: Quote::of(&text, position).unwrap(),
                position: Some(position),
                rival: Some(400),
            }
        })
        .collect();
    let before = Folded::new(&text);
    let annotations: Vec<Annotation> = selectors
        .iter()
        .map(|own| Annotation::new(own.clone()).anchored_in(&text, &before).0)
        .collect();
    for nth in [100_000, 1_000, 200, 10] {
        let new = reworded(&text, nth);
        let begun = Instant::now();
        let folded = Folded::new(&new);
        let anchors: Vec<_> = selectors
            .iter()
            .map(|selector| anchor(&folded, selector))
            .collect();
        let duration = begun.elapsed();
        let n_found = anchors.iter().flatten().count();
        let n_changed = anchors
            .iter()
            .flatten()
            .filter(|anchor| anchor.is_changed)
            .count();
        println!(
            "one word of {nth} exchanged: {} ms for {N_PASSAGES} passages in {} bytes; {n_found} found, {n_changed} of them changed",
            duration.as_millis(),
            new.len(),
        );
        let begun = Instant::now();
        let folded = Folded::new(&new);
        for annotation in &annotations {
            std::hint::black_box(annotation.anchored_in(&new, &folded));
        }
        println!(
            "  with what is kept of each for the next version: {} ms",
            begun.elapsed().as_millis()
        );
    }
}
