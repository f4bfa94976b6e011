//! Says how well and how quickly cuts of a recording of 35 minutes are found, of every kind that the tests
//! know: `cargo run -p rejoinder-media --example figures`.
//!
//! All sound is made here, so that everybody measures the same; `measure` does it with files.

use std::io::{self, Write};

use rejoinder_media::compare::Confidence;
use rejoinder_media::{Cut, DecodeLimits, DecodedSound, SampleKeeping, compare, decode};
use rustix::time::{ClockId, clock_gettime};

#[path = "../tests/it/edit.rs"]
mod edit;
#[path = "../tests/it/effects.rs"]
mod effects;
#[path = "../tests/it/score.rs"]
mod score;
#[path = "../tests/it/synth.rs"]
mod synth;
#[path = "../tests/it/wav.rs"]
#[expect(dead_code, reason = "the tests make tones, too")]
mod wav;

use edit::{Edit, jumps};
use score::score;
use synth::{RATE, speech};
use wav::Wav;

/// Pieces of about 200 seconds in all.
const IN_ORDER: [(f64, f64); 5] = [
    (31.0, 52.0),
    (350.3, 34.0),
    (790.1, 51.0),
    (1371.7, 29.0),
    (1900.2, 35.0),
];

/// The same from other places, out of order.
const REORDERED: [(f64, f64); 6] = [
    (1200.0, 32.0),
    (220.4, 45.0),
    (1810.0, 29.0),
    (600.0, 40.0),
    (60.0, 31.0),
    (940.0, 28.0),
];

fn main() -> io::Result<()> {
    let voices = [110.0, 190.0, 140.0, 115.0, 195.0, 135.0, 170.0];
    let full: Vec<f32> = (1..)
        .zip(voices)
        .flat_map(|(seed, pitch)| speech(seed, pitch, 300.0))
        .collect();
    let narrator = speech(77, 165.0, 400.0);
    let mut out = io::stdout().lock();
    let (whole, decode_s) = timed(|| decoded(&full, SampleKeeping::Nothing));
    let bytes = whole.fingerprint.to_bytes().len();
    let seconds = whole.info.duration_ms / 1000;
    writeln!(
        out,
        "{seconds} s, decoded in {decode_s:.2} s, {bytes} bytes\n"
    )?;
    writeln!(
        out,
        "| cut | s | precision | recall | pieces found/true | boundary p90 s | decode s | compare s |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for (name, edit) in cuts(&full, &narrator) {
        let (cut, decode_s) = timed(|| decoded(&edit.sound, SampleKeeping::Samples));
        let sides = Cut {
            fingerprint: &cut.fingerprint,
            samples: &cut.samples,
        };
        let (mut found, compare_s) = timed(|| compare(&whole.fingerprint, sides, &mut |_| {}));
        // What may well be an accident is told to nobody.
        found
            .pieces
            .retain(|piece| piece.confidence != Confidence::Possible);
        let own = score(&edit.truth, &found);
        writeln!(
            out,
            "| {name} | {} | {:.3} | {:.3} | {}/{} | {:.3} | {decode_s:.2} | {compare_s:.2} |",
            cut.info.duration_ms / 1000,
            own.precision,
            own.recall,
            found.pieces.len(),
            edit.truth.len(),
            own.boundary_p90,
        )?;
    }
    Ok(())
}

/// A cut of each kind.
fn cuts<'f>(full: &'f [f32], narrator: &[f32]) -> Vec<(&'static str, Edit<'f>)> {
    let of = |pieces: &[(f64, f64)]| Edit::of(full, pieces);
    let changed = |mut edit: Edit<'f>, change: &dyn Fn(&mut Vec<f32>)| {
        change(&mut edit.sound);
        edit
    };
    let between = |pieces: &[(f64, f64)], length: f64| {
        let mut edit = Edit::new(full);
        for (nth, (start, piece)) in pieces.iter().enumerate() {
            edit.say(narrator, (length + 3.0) * nth as f64, length);
            edit.take(*start, *piece);
        }
        edit
    };
    let jump_cuts = jumps(4, 20, (4.0, 14.0), (0.8, 5.0));
    let small_jump_cuts = jumps(5, 20, (4.0, 14.0), (0.2, 0.8));
    let bites = jumps(6, 15, (2.0, 4.0), (60.0, 130.0));
    vec![
        (
            "in order",
            changed(of(&IN_ORDER), &|sound| {
                effects::gain(sound, -6.0);
                effects::encode(sound, 1, 18.0);
            }),
        ),
        (
            "in another order",
            changed(of(&REORDERED), &|sound| {
                effects::brighten(sound);
                effects::encode(sound, 2, 15.0);
            }),
        ),
        (
            "narration between, noise",
            changed(between(&IN_ORDER, 11.0), &|sound| {
                effects::add_noise(sound, 3, 12.0);
            }),
        ),
        (
            "jump cuts",
            changed(of(&jump_cuts), &|sound| effects::encode(sound, 4, 14.0)),
        ),
        (
            "small jump cuts",
            changed(of(&small_jump_cuts), &|sound| {
                effects::encode(sound, 5, 14.0);
            }),
        ),
        (
            "bites of 2 to 4 s in narration",
            changed(between(&bites, 7.0), &|sound| {
                effects::encode(sound, 6, 15.0);
            }),
        ),
        (
            "talked over",
            changed(of(&IN_ORDER), &|sound| {
                effects::talk_over(sound, narrator, 2.0);
            }),
        ),
        (
            "telephone",
            changed(of(&IN_ORDER), &|sound| {
                effects::phone(sound);
                effects::encode(sound, 8, 14.0);
            }),
        ),
        (
            "speed +1 %",
            of(&IN_ORDER).played_at(1.01, effects::speed_up),
        ),
        ("tempo +4 %", of(&IN_ORDER).played_at(1.04, effects::hurry)),
        (
            "noise at 2 dB",
            changed(of(&IN_ORDER), &|sound| effects::add_noise(sound, 11, 2.0)),
        ),
        ("something else", {
            let mut edit = Edit::new(full);
            edit.say(narrator, 0.0, 200.0);
            edit
        }),
    ]
}

fn decoded(sound: &[f32], keep: SampleKeeping) -> DecodedSound {
    let samples: Vec<i16> = sound.iter().map(|x| (x * 32768.0) as i16).collect();
    let file = Wav::mono(RATE as u32, &samples).with(&samples);
    decode(file, keep, &DecodeLimits::default()).unwrap()
}

/// What `work` gives, and the seconds of the processor that it took.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let before = cpu_s();
    let done = work();
    (done, cpu_s() - before)
}

fn cpu_s() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}
