//! The child's answer: three frames, each its length as a 64-bit little-endian number and its bytes.
//!
//! The first is JSON, a [`Header`]; then come the fingerprint and the samples, empty when there was a
//! problem.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::{Decoded, Fingerprint, Info, Limits, Problem, Waveform};

/// The longest header: 1500 peaks of at most four characters, and some names.
const MAX_HEADER: u64 = 64 << 10;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Header {
    Decoded { info: Info, waveform: Waveform },
    Problem(Problem),
}

/// How long an answer within `limits` may be.
pub(super) fn max_answer_bytes(limits: &Limits) -> u64 {
    3 * 8 + MAX_HEADER + max_fingerprint(limits) + max_samples(limits)
}

fn max_fingerprint(limits: &Limits) -> u64 {
    // Five bytes for 20 ms, and some words for rounding.
    limits.max_duration_ms / 4 + 1024
}

fn max_samples(limits: &Limits) -> u64 {
    limits.max_kept_ms.saturating_mul(16).saturating_add(1024)
}

pub(super) fn write(answer: Result<Decoded, Problem>, mut out: impl Write) -> io::Result<()> {
    let (header, fingerprint, samples) = match answer {
        Ok(Decoded {
            info,
            waveform,
            fingerprint,
            samples,
        }) => (
            Header::Decoded { info, waveform },
            fingerprint.to_bytes(),
            samples,
        ),
        Err(problem) => (Header::Problem(problem), Vec::new(), Vec::new()),
    };
    let samples: Vec<u8> = samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect();
    for frame in [&serde_json::to_vec(&header)?, &fingerprint, &samples] {
        out.write_all(&(frame.len() as u64).to_le_bytes())?;
        out.write_all(frame)?;
    }
    out.flush()
}

/// Reads an answer; `None` when it is none, whatever else it is.
pub(super) fn read(answer: &[u8], limits: &Limits) -> Option<Result<Decoded, Problem>> {
    let mut rest = answer;
    let header = frame(&mut rest, MAX_HEADER)?;
    let fingerprint = frame(&mut rest, max_fingerprint(limits))?;
    let samples = frame(&mut rest, max_samples(limits))?;
    let (info, waveform) = match serde_json::from_slice(header).ok()? {
        Header::Decoded { info, waveform } => (info, waveform),
        Header::Problem(problem) => return Some(Err(problem)),
    };
    let fingerprint = Fingerprint::from_bytes(fingerprint).ok()?;
    if !rest.is_empty() || waveform.peaks.len() != Waveform::BINS {
        return None;
    }
    let (samples, _) = samples.as_chunks::<2>();
    let samples = samples
        .iter()
        .map(|sample| i16::from_le_bytes(*sample))
        .collect();
    Some(Ok(Decoded {
        info,
        waveform,
        fingerprint,
        samples,
    }))
}

fn frame<'a>(rest: &mut &'a [u8], max: u64) -> Option<&'a [u8]> {
    let mut size = [0; 8];
    rest.read_exact(&mut size).ok()?;
    let size = u64::from_le_bytes(size);
    let (frame, after) = rest.split_at_checked(usize::try_from(size.min(max + 1)).ok()?)?;
    *rest = after;
    (size <= max).then_some(frame)
}
