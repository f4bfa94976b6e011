//! Passages of articles are found again after edits, and never in a wrong place.

mod corpus;
mod edits;
mod vectors;

use std::collections::BTreeMap;

use rejoinder_core::passages::{Anchor, Folded, Position, Quote, anchor};
use unicode_normalization::UnicodeNormalization;

use corpus::SAMPLES;
use edits::{Case, Dice, Edit};

const N_CASES: u64 = 20_000;

/// Whether most of what is found is the passage; or nothing in what is known of the passage tells
/// the place from it, as where a refrain has come to stand in another's place.
fn is_right(found: &Anchor, truth: Option<(usize, usize)>, text: &str, quote: &Quote) -> bool {
    let position = Position {
        start: found.start,
        end: found.end,
    };
    if Quote::of(text, position).is_ok_and(|found| close_words(&found) == close_words(quote)) {
        return true;
    }
    let Some((start, end)) = truth else {
        return false;
    };
    let common = end.min(found.end).saturating_sub(start.max(found.start));
    2 * common >= found.end - found.start
}

/// A passage with what stands close to it.
fn close_words(quote: &Quote) -> String {
    let typed = |text: &str| -> String {
        let chars = text.nfc();
        chars
            .filter(|char| !char.is_whitespace() && *char != '\u{ad}')
            .collect()
    };
    let (before, behind) = (typed(&quote.prefix), typed(&quote.suffix));
    let before: String = before.chars().rev().take(16).collect();
    let behind: String = behind.chars().take(16).collect();
    format!("{before}\n{}\n{behind}", typed(&quote.exact))
}

/// An edited article, and the edits.
fn case(seed: u64) -> (&'static str, Case, Vec<Edit>) {
    let dice = Dice::new(seed);
    let sample = &SAMPLES[dice.below(SAMPLES.len())];
    let mut case = Case::new(sample, &dice);
    let n_edits = 1 + dice.below(3);
    let edits: Vec<_> = (0..n_edits).map(|_| dice.one_of(&Edit::ALL)).collect();
    for edit in &edits {
        case.edit(*edit, sample, &dice);
    }
    (sample.name, case, edits)
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "the shares are to be looked at (--nocapture)"
)]
fn over_thousands_of_edits_no_passage_is_found_in_a_wrong_place() {
    let mut shares: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for seed in 0..N_CASES {
        let (name, case, edits) = case(seed);
        if !case.is_together() {
            continue;
        }
        let text = case.text();

        let found = anchor(&Folded::new(&text), &case.selector);

        let (truth, quote) = (case.truth(), &case.selector.quote);
        if found.is_some_and(|found| !is_right(&found, truth, &text, quote)) {
            wrong.push((seed, name, edits.clone()));
        }
        if truth.is_none() {
            continue;
        }
        let is_usual = case.selector.rival.is_some() && quote.exact.chars().count() >= 12;
        let mut kinds = vec!["any".to_owned()];
        if is_usual && edits.len() == 1 {
            kinds.extend(["one edit".to_owned(), format!("one edit, {:?}", edits[0])]);
        } else if is_usual {
            kinds.push(format!("{} edits", edits.len()));
        }
        for kind in kinds {
            let (n_kept, n) = shares.entry(kind).or_default();
            *n_kept += usize::from(found.is_some());
            *n += 1;
        }
    }

    for (kind, (n_kept, n)) in &shares {
        println!("{kind}: {n_kept} of {n} kept, {} %", 100 * n_kept / n);
    }
    assert_eq!(wrong, []);
    let (n_kept, n) = shares["one edit"];
    assert!(n > 2_000 && 100 * n_kept > 80 * n, "{n_kept} of {n} kept");
    let (n_kept, n) = shares["any"];
    assert!(100 * n_kept > 50 * n, "{n_kept} of {n} kept");
}
