//! Decodes files and compares cuts with their recording, and says how well and how quickly.
//!
//! `measure decode FILE…` tells what each file is. `measure compare FULL CUT…` compares; beside a cut
//! may stand what it was made of, as `cuts.py` writes it (the cut's name with `.truth` for its ending:
//! lines of start in the cut, start in the recording, length and speed).

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use rejoinder_media::{
    Comparison, Cut, DecodeLimits, DecodedSound, SampleKeeping, compare, decode,
};
use rustix::time::{ClockId, clock_gettime};

#[path = "../tests/it/score.rs"]
mod score;

use score::{Truth, score};

fn main() -> io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut out = io::stdout().lock();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["decode", ref files @ ..] => files.iter().try_for_each(|file| tell(&mut out, file)),
        ["compare", full, ref cuts @ ..] => measure(&mut out, full, cuts),
        _ => writeln!(out, "measure decode FILE… | measure compare FULL CUT…"),
    }
}

/// Seconds of the processor that this process has used.
fn cpu_s() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let before = cpu_s();
    let done = work();
    (done, cpu_s() - before)
}

fn decoded(path: &str, keep: SampleKeeping) -> Result<DecodedSound, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    decode(file, keep, &DecodeLimits::default()).map_err(|problem| problem.to_string())
}

fn tell(out: &mut impl Write, path: &str) -> io::Result<()> {
    let (answer, cpu_s) = timed(|| decoded(path, SampleKeeping::Nothing));
    match answer {
        Ok(DecodedSound { info, .. }) => writeln!(out, "{path}: {cpu_s:.2} s, {info:?}"),
        Err(problem) => writeln!(out, "{path}: {cpu_s:.2} s, {problem}"),
    }
}

fn measure(out: &mut impl Write, full: &str, cuts: &[&str]) -> io::Result<()> {
    let (full, cpu_s) = timed(|| decoded(full, SampleKeeping::Nothing));
    let full = full.map_err(io::Error::other)?;
    let bytes = full.fingerprint.to_bytes().len();
    writeln!(
        out,
        "Recording: {} s, decoded in {cpu_s:.2} s, {bytes} bytes\n",
        full.info.duration_ms / 1000
    )?;
    writeln!(
        out,
        "| cut | s | precision | recall | pieces found/true | boundary p90 s | speed ‰ | decode s | compare s |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
    for path in cuts {
        let (cut, decode_s) = timed(|| decoded(path, SampleKeeping::Samples));
        let cut = match cut {
            Ok(cut) => cut,
            Err(problem) => {
                writeln!(out, "| {path} | {problem} |")?;
                continue;
            }
        };
        let sides = Cut {
            fingerprint: &cut.fingerprint,
            samples: &cut.samples,
        };
        let (found, compare_s) = timed(|| compare(&full.fingerprint, sides, &mut |_| {}));
        row(out, Path::new(path), &found, decode_s, compare_s)?;
    }
    Ok(())
}

fn row(
    out: &mut impl Write,
    path: &Path,
    found: &Comparison,
    decode_s: f64,
    compare_s: f64,
) -> io::Result<()> {
    let truth = truth(&path.with_extension("truth"));
    let score = score(&truth, found);
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let said_ms: u64 = found.pieces.iter().map(|piece| piece.cut.length_ms()).sum();
    let precision = if truth.is_empty() {
        format!("{:.1} s false", said_ms as f64 / 1000.0)
    } else {
        format!("{:.3}", score.precision)
    };
    let (recall, p90) = (score.recall, score.boundary_p90);
    let (n_found, n_true, seconds) = (found.pieces.len(), truth.len(), found.cut_ms / 1000);
    let speed = found.speed_permille();
    writeln!(
        out,
        "| {name} | {seconds} | {precision} | {recall:.3} | {n_found}/{n_true} | {p90:.3} | {speed:+} | {decode_s:.2} | {compare_s:.2} |"
    )
}

fn truth(path: &Path) -> Vec<Truth> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = |line: &str| {
        let mut numbers = line.split_whitespace().map(|number| number.parse().ok());
        let mut next = || numbers.next().flatten();
        Some(Truth {
            cut_start: next()?,
            full_start: next()?,
            length: next()?,
            speed: next()?,
        })
    };
    text.lines().filter_map(line).collect()
}
