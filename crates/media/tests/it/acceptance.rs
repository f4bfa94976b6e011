//! What the comparison is held to: kinds of cut, with what is known to be in them.

use std::sync::LazyLock;

use rejoinder_media::compare::{OmittedContent, omitted_by_all};
use rejoinder_media::{
    Comparison, Cut, DecodeLimits, DecodedSound, Fingerprint, SampleKeeping, compare, decode,
};

use crate::edit::{Edit, jumps};
use crate::effects;
use crate::score::{Score, score};
use crate::synth::{RATE, samples, speech};
use crate::wav::Wav;

/// Six minutes with three voices.
static FULL: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let voices = [
        (1, 110.0),
        (2, 190.0),
        (3, 140.0),
        (4, 115.0),
        (5, 195.0),
        (6, 135.0),
    ];
    voices
        .iter()
        .flat_map(|(seed, pitch)| speech(*seed, *pitch, 60.0))
        .collect()
});

static FINGERPRINT: LazyLock<Fingerprint> = LazyLock::new(|| decoded(&FULL).fingerprint);

fn narrator() -> Vec<f32> {
    speech(77, 165.0, 120.0)
}

fn decoded(sound: &[f32]) -> DecodedSound {
    let samples: Vec<i16> = sound.iter().map(|x| (x * 32768.0) as i16).collect();
    let file = Wav::mono(RATE as u32, &samples).with(&samples);
    decode(file, SampleKeeping::Samples, &DecodeLimits::default()).unwrap()
}

fn compared(cut: &[f32]) -> Comparison {
    let cut = decoded(cut);
    let cut = Cut {
        fingerprint: &cut.fingerprint,
        samples: &cut.samples,
    };
    compare(&FINGERPRINT, cut, &mut |_| {})
}

impl Edit<'_> {
    fn found(&self) -> (Score, Comparison) {
        let found = compared(&self.sound);
        (score(&self.truth, &found), found)
    }

    fn holds(&self) -> Comparison {
        let (score, found) = self.found();
        let is_good = score.precision >= 0.98 && score.recall >= 0.97 && score.boundary_p90 <= 0.20;
        assert!(is_good, "{score:?}\n{found:#?}");
        found
    }
}

const IN_ORDER: [(f64, f64); 5] = [
    (5.0, 22.0),
    (50.3, 14.0),
    (90.1, 31.0),
    (171.7, 9.0),
    (300.2, 25.0),
];

#[test]
fn pieces_in_order_are_found() {
    let mut edit = Edit::of(&FULL, &IN_ORDER);
    effects::gain(&mut edit.sound, -6.0);
    effects::encode(&mut edit.sound, 1, 18.0);

    let found = edit.holds();

    assert_eq!(found.pieces.len(), 5);
    assert!(found.pieces.iter().all(|piece| !piece.is_moved));
    assert_eq!((found.omissions.len(), found.speed), (6, 1.0));
}

#[test]
fn pieces_in_another_order_are_found_and_said_to_be_moved() {
    let pieces = [
        (200.0, 12.0),
        (20.4, 15.0),
        (310.0, 9.0),
        (100.0, 20.0),
        (60.0, 11.0),
        (140.0, 18.0),
    ];
    let mut edit = Edit::of(&FULL, &pieces);
    effects::brighten(&mut edit.sound);
    effects::encode(&mut edit.sound, 2, 15.0);

    let found = edit.holds();

    let moved: Vec<bool> = found.pieces.iter().map(|piece| piece.is_moved).collect();
    assert_eq!(moved, [false, true, false, true, true, false]);
}

#[test]
fn narration_between_the_pieces_is_none_of_them() {
    let narrator = narrator();
    let mut edit = Edit::new(&FULL);
    for (i, (start, length)) in IN_ORDER.into_iter().enumerate() {
        edit.say(&narrator, 15.0 * i as f64, 11.0);
        edit.take(start, length);
    }
    effects::add_noise(&mut edit.sound, 3, 12.0);
    edit.holds();
}

#[test]
fn jump_cuts_are_seen() {
    let mut edit = Edit::of(&FULL, &jumps(4, 20, (4.0, 14.0), (0.8, 5.0)));
    effects::encode(&mut edit.sound, 4, 14.0);
    let found = edit.holds();
    assert_eq!(found.pieces.len(), 20);
}

#[test]
fn small_jump_cuts_are_seen() {
    let mut edit = Edit::of(&FULL, &jumps(5, 15, (4.0, 14.0), (0.2, 0.8)));
    effects::encode(&mut edit.sound, 5, 14.0);
    edit.holds();
}

#[test]
fn short_bites_in_narration_are_found() {
    let narrator = narrator();
    let mut edit = Edit::new(&FULL);
    for (i, (start, length)) in jumps(6, 10, (2.0, 4.0), (15.0, 30.0))
        .into_iter()
        .enumerate()
    {
        edit.say(&narrator, 10.0 * i as f64, 7.0);
        edit.take(start, length);
    }
    effects::encode(&mut edit.sound, 6, 15.0);
    edit.holds();
}

#[test]
fn a_voice_over_it_hides_nothing() {
    let mut edit = Edit::of(
        &FULL,
        &[(30.0, 25.0), (110.0, 20.0), (250.0, 18.0), (320.0, 22.0)],
    );
    effects::talk_over(&mut edit.sound, &narrator(), 2.0);
    edit.holds();
}

#[test]
fn a_telephone_and_a_compressor_hide_nothing() {
    let mut edit = Edit::of(&FULL, &IN_ORDER);
    effects::phone(&mut edit.sound);
    effects::encode(&mut edit.sound, 8, 14.0);
    edit.holds();
}

#[test]
fn a_cut_that_plays_faster_is_found_whole() {
    let edit = Edit::of(&FULL, &[(30.0, 35.0), (110.0, 30.0), (300.0, 25.0)])
        .played_at(1.01, effects::speed_up);
    let found = edit.holds();
    assert_eq!((found.pieces.len(), found.speed_permille()), (3, 10));
}

#[test]
fn a_cut_in_a_hurry_is_found_whole() {
    let edit = Edit::of(&FULL, &[(30.0, 35.0), (110.0, 30.0), (300.0, 25.0)])
        .played_at(1.04, effects::hurry);
    let found = edit.holds();
    assert!((39..=41).contains(&found.speed_permille()), "{found:#?}");
}

#[test]
fn noise_as_loud_as_the_voice_hides_little() {
    let mut edit = Edit::of(&FULL, &IN_ORDER);
    effects::add_noise(&mut edit.sound, 11, 2.0);
    let (score, found) = edit.found();
    assert!(
        score.precision >= 0.95 && score.recall >= 0.85,
        "{score:?} {found:#?}"
    );
}

#[test]
fn in_something_else_nothing_is_found_and_nothing_is_said_to_be_left_out() {
    for sound in [
        narrator(),
        crate::synth::noise(9, 60.0, 0.1),
        vec![0.0; 60 * RATE],
    ] {
        let found = compared(&sound);
        assert!(found.pieces.is_empty(), "{found:#?}");
        assert!(found.omissions.is_empty());
    }
}

#[test]
fn a_pause_that_was_taken_out_is_no_speech_that_was() {
    let mut with_pause = FULL[..samples(40.0)].to_vec();
    with_pause.extend(crate::synth::noise(12, 3.0, 0.0008));
    with_pause.extend_from_slice(&FULL[samples(40.0)..samples(80.0)]);
    let full = decoded(&with_pause).fingerprint;
    let cut = decoded(&FULL[..samples(70.0)]);

    let cut = Cut {
        fingerprint: &cut.fingerprint,
        samples: &cut.samples,
    };
    let found = compare(&full, cut, &mut |_| {});

    let contents: Vec<OmittedContent> = found
        .omissions
        .iter()
        .map(|omission| omission.content)
        .collect();
    assert_eq!(
        contents,
        [OmittedContent::Pause, OmittedContent::Sound],
        "{found:#?}"
    );
}

#[test]
fn what_all_cuts_leave_out_is_told() {
    let cuts = [
        Edit::of(&FULL, &[(0.0, 100.0), (200.0, 160.0)]),
        Edit::of(&FULL, &[(50.0, 100.0), (180.0, 100.0)]),
    ];
    let found = cuts.map(|cut| cut.found().1);

    let spans = omitted_by_all(&found);

    let rounded: Vec<(u64, u64)> = spans
        .iter()
        .map(|s| ((s.start_ms + 500) / 1000, (s.end_ms + 500) / 1000))
        .collect();
    assert_eq!(rounded, [(150, 180)]);
}
