//! What the child says: frames, each its length as a 64-bit little-endian number and its bytes.
//!
//! The answer is three of them. The first is JSON, a [`FrameHeader`]; then come the fingerprint and the samples,
//! empty when there was a problem. Before it there may be headers of their own that tell how far it is.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::{DecodeLimits, DecodeProblem, DecodedSound, Fingerprint, MediaInfo, Waveform};

/// The longest header: 1500 peaks of at most four characters, and some names.
const MAX_HEADER: u64 = 64 << 10;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FrameHeader {
    Decoded {
        info: MediaInfo,
        waveform: Waveform,
    },
    Problem(DecodeProblem),
    /// In hundredths of the file.
    Progress(u8),
}

/// What a child says.
pub(super) enum ChildMessage {
    /// It has read so much of the file, in hundredths.
    Progress(u8),
    /// It is at its end; `None` when what it says is no answer.
    Answer(Option<Result<DecodedSound, DecodeProblem>>),
}

/// No child that is one of ours tells of its progress more often.
const MAX_PROGRESS: usize = 100;

fn max_fingerprint(limits: &DecodeLimits) -> u64 {
    // Five bytes for 20 ms, and some words for rounding.
    limits.max_duration_ms / 4 + 1024
}

fn max_samples(limits: &DecodeLimits) -> u64 {
    limits.max_kept_ms.saturating_mul(16).saturating_add(1024)
}

/// Says how far the child is, in hundredths of the file.
pub(super) fn write_progress(percent: u8, mut out: impl Write) -> io::Result<()> {
    let header = serde_json::to_vec(&FrameHeader::Progress(percent))?;
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(&header)?;
    out.flush()
}

pub(super) fn write(
    answer: Result<DecodedSound, DecodeProblem>,
    mut out: impl Write,
) -> io::Result<()> {
    let (header, fingerprint, samples) = match answer {
        Ok(DecodedSound {
            info,
            waveform,
            fingerprint,
            samples,
        }) => (
            FrameHeader::Decoded { info, waveform },
            fingerprint.to_bytes(),
            samples,
        ),
        Err(problem) => (FrameHeader::Problem(problem), Vec::new(), Vec::new()),
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

/// Reads what a child says until it is at its end, and tells it.
pub(super) fn read(mut from: impl Read, limits: &DecodeLimits, mut tell: impl FnMut(ChildMessage)) {
    for _ in 0..=MAX_PROGRESS {
        match header(&mut from) {
            Some(FrameHeader::Progress(percent)) => tell(ChildMessage::Progress(percent)),
            Some(header) => return tell(ChildMessage::Answer(answer(header, from, limits))),
            None => break,
        }
    }
    tell(ChildMessage::Answer(None));
}

fn header(from: &mut impl Read) -> Option<FrameHeader> {
    serde_json::from_slice(&frame(from, MAX_HEADER)?).ok()
}

/// Reads the rest of an answer, behind which nothing may come.
fn answer(
    header: FrameHeader,
    mut from: impl Read,
    limits: &DecodeLimits,
) -> Option<Result<DecodedSound, DecodeProblem>> {
    let fingerprint = frame(&mut from, max_fingerprint(limits))?;
    let samples = frame(&mut from, max_samples(limits))?;
    let is_at_end = from.read(&mut [0]).is_ok_and(|n| n == 0);
    let (info, waveform) = match header {
        FrameHeader::Decoded { info, waveform } => (info, waveform),
        FrameHeader::Problem(problem) => return Some(Err(problem)),
        FrameHeader::Progress(_) => return None,
    };
    let fingerprint = Fingerprint::from_bytes(&fingerprint).ok()?;
    if !is_at_end || waveform.peaks.len() != Waveform::BINS {
        return None;
    }
    let (samples, _) = samples.as_chunks::<2>();
    let samples = samples
        .iter()
        .map(|sample| i16::from_le_bytes(*sample))
        .collect();
    Some(Ok(DecodedSound {
        info,
        waveform,
        fingerprint,
        samples,
    }))
}

/// Reads a frame of at most `max` bytes. Memory is taken as they come, not as they are announced.
fn frame(from: &mut impl Read, max: u64) -> Option<Vec<u8>> {
    let mut size = [0; 8];
    from.read_exact(&mut size).ok()?;
    let size = u64::from_le_bytes(size);
    if size > max {
        return None;
    }
    let mut frame = Vec::new();
    from.take(size).read_to_end(&mut frame).ok()?;
    (frame.len() as u64 == size).then_some(frame)
}
