//! What holds of every comparison, on words that were thrown.

use proptest::prelude::*;
use rejoinder_media::{Comparison, Cut, Fingerprint, compare};

use crate::synth::Chance;

/// Words for a minute, as different from each other as can be.
fn thrown(seed: u64, n_words: usize) -> Vec<u32> {
    let mut chance = Chance::new(seed);
    let mut half = || chance.between(0.0, 65_536.0) as u32;
    (0..n_words).map(|_| half() << 16 | half()).collect()
}

fn fingerprint(words: &[u32]) -> Fingerprint {
    let mut bytes = b"RJFP\x01\0\0\0".to_vec();
    bytes.extend((words.len() as u64).to_le_bytes());
    bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    bytes.extend(std::iter::repeat_n(200, words.len()));
    Fingerprint::from_bytes(&bytes).unwrap()
}

fn compared(full: &[u32], cut: &[u32]) -> Comparison {
    let (full, cut) = (fingerprint(full), fingerprint(cut));
    let mut last = 0.0;
    let found = compare(
        &full,
        Cut {
            fingerprint: &cut,
            samples: &[],
        },
        &mut |share| {
            assert!(share >= last && share <= 1.0, "{share} after {last}");
            last = share;
        },
    );
    assert_eq!(last, 1.0);
    found
}

fn is_sound(found: &Comparison) {
    for pair in found.pieces.windows(2) {
        assert!(pair[0].cut.end_ms <= pair[1].cut.start_ms);
    }
    for piece in &found.pieces {
        assert!(piece.cut.start_ms < piece.cut.end_ms && piece.cut.end_ms <= found.cut_ms);
        assert!(piece.full.start_ms < piece.full.end_ms && piece.full.end_ms <= found.full_ms);
        assert!((0.0..0.385).contains(&piece.bit_error_rate));
    }
    for pair in found.omissions.windows(2) {
        assert!(pair[0].full.end_ms + 500 <= pair[1].full.start_ms);
    }
    let omitted: u64 = found
        .omissions
        .iter()
        .map(|omission| omission.full.length_ms())
        .sum();
    assert!(found.kept_ms() + omitted <= found.full_ms);
    let json = serde_json::to_string(found).unwrap();
    assert_eq!(&serde_json::from_str::<Comparison>(&json).unwrap(), found);
}

#[test]
fn what_is_too_short_to_be_heard_is_a_piece_of_nothing() {
    let words = thrown(7, 500);
    for (full, cut) in [(&words[..], &[][..]), (&[], &words), (&[], &[])] {
        let found = compared(full, cut);
        is_sound(&found);
        assert!(found.pieces.is_empty() && found.omissions.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_recording_is_one_piece_of_itself(seed: u64, n_words in 60..3000usize) {
        let words = thrown(seed, n_words);

        let found = compared(&words, &words);

        is_sound(&found);
        prop_assert_eq!(found.pieces.len(), 1);
        prop_assert_eq!(found.kept_ms(), found.full_ms);
        prop_assert!(found.omissions.is_empty() && found.pieces[0].bit_error_rate == 0.0);
    }

    #[test]
    fn pieces_are_sound_and_in_the_order_of_the_cut(
        seed: u64,
        parts in prop::collection::vec((0..2500usize, 100..500usize), 1..6),
    ) {
        let full = thrown(seed, 3000);
        let cut: Vec<u32> = parts.iter().flat_map(|(start, n)| &full[*start..start + n]).copied().collect();

        let found = compared(&full, &cut);

        is_sound(&found);
        prop_assert!(found.kept_ms() > 0);
    }

    #[test]
    fn nothing_is_found_in_what_was_thrown_anew(seed: u64, n_full in 0..3000usize, n_cut in 0..3000usize) {
        let found = compared(&thrown(seed, n_full), &thrown(!seed, n_cut));
        is_sound(&found);
        prop_assert!(found.pieces.is_empty() && found.omissions.is_empty());
    }
}
