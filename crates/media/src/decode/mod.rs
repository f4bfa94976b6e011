//! A file to sound, and what is taken from it while it streams by.
//!
//! The container is read by symphonia, packet by packet: packet → samples of each channel → their mean
//! → 8000 Hz → fingerprint, waveform and, if wanted, the samples. What the file says of its own length
//! is believed nowhere; the sound counts as it comes out.

mod codec;
mod sink;
mod source;

use std::io::{Read, Seek};
use std::panic::{self, AssertUnwindSafe};

use rejoinder_core::recordings::RecordingKind;
use serde::{Deserialize, Serialize};
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatReader, Track, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::units::{TimeBase, Timestamp};

use codec::SoundDecoder;
use sink::SoundSink;
use source::SizedSource;

use crate::{DecodeLimits, DecodeProblem, Fingerprint, Waveform};

/// Whether the samples are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleKeeping {
    /// Only what is taken from them: for a full recording.
    Nothing,
    /// The samples, too, up to [`DecodeLimits::max_kept_ms`]: for a cut, which may turn out to run faster or
    /// slower than its recording (see [`Cut`](crate::Cut)).
    Samples,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaInfo {
    /// The length of its sound.
    pub duration_ms: u64,
    /// By how much the file says that it is longer. A large part of the length means that it was cut
    /// off, by an upload that broke for instance.
    pub missing_ms: u64,
    /// Whether there is a video; a cover is none.
    pub kind: RecordingKind,
    /// The container, such as `isomp4`, `matroska`, `ogg`, `wave`, `mp3`.
    pub container: String,
    /// The codec of the sound, such as `aac`, `mp3`, `opus`, `pcm_s16le`.
    pub codec: String,
    /// Channels of the sound.
    pub n_channels: u32,
    /// Samples a second of the sound.
    pub sample_rate: u32,
}

/// A file's sound, and what is to be kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedSound {
    /// What the file is.
    pub info: MediaInfo,
    /// The outline for a player.
    pub waveform: Waveform,
    /// What is compared.
    pub fingerprint: Fingerprint,
    /// 8000 samples a second; empty unless asked for, and when there would be too many.
    pub samples: Vec<i16>,
}

/// Decodes a file: of a video, its default sound.
///
/// For files of strangers, [`worker::run`](crate::worker::run) does this in a process of its own, which
/// alone bounds memory and time for sure. Where a decoder panics, the file is a [`DecodeProblem::Crashed`].
pub fn decode<S>(
    source: S,
    keep: SampleKeeping,
    limits: &DecodeLimits,
) -> Result<DecodedSound, DecodeProblem>
where
    S: Read + Seek + Send + Sync + 'static,
{
    decode_telling(source, keep, limits, &mut |_| {})
}

/// Does what [`decode()`] does, and calls `progress` with the share of the file that is read, from 0 to 1
/// and never backwards.
pub fn decode_telling<S>(
    source: S,
    keep: SampleKeeping,
    limits: &DecodeLimits,
    progress: &mut dyn FnMut(f64),
) -> Result<DecodedSound, DecodeProblem>
where
    S: Read + Seek + Send + Sync + 'static,
{
    let run = AssertUnwindSafe(|| decode_or_panic(source, keep, limits, progress));
    // Nothing that the decoder has seen is seen again.
    panic::catch_unwind(run).unwrap_or_else(|_| {
        let detail = "it met something that it did not expect".to_owned();
        Err(DecodeProblem::Crashed { detail })
    })
}

fn decode_or_panic<S>(
    source: S,
    keep: SampleKeeping,
    limits: &DecodeLimits,
    progress: &mut dyn FnMut(f64),
) -> Result<DecodedSound, DecodeProblem>
where
    S: Read + Seek + Send + Sync + 'static,
{
    let source = SizedSource::new(source).map_err(|error| DecodeProblem::io(&error))?;
    if source.size_bytes() > limits.max_bytes {
        return Err(DecodeProblem::TooLarge {
            max_bytes: limits.max_bytes,
        });
    }
    let place = source.place();
    let stream = MediaSourceStream::new(Box::new(source), Default::default());
    let mut reader = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, Default::default(), Default::default())
        .map_err(unprobed)?;
    let kind = kind(reader.as_ref());
    let container = reader.format_info().short_name.to_owned();
    let track = reader
        .default_track(TrackType::Audio)
        .ok_or(DecodeProblem::NoSound)?
        .clone();
    let Some(CodecParameters::Audio(params)) = &track.codec_params else {
        return Err(DecodeProblem::NoSound);
    };
    check_claims(params, limits)?;
    let mut decoder = SoundDecoder::new(params)?;
    let mut sink = SoundSink::new(keep, *limits);
    let mut last = 0.0;
    let mut heard = || {
        let share = place.share();
        if share > last {
            last = share;
            progress(share);
        }
    };
    read_all(reader.as_mut(), &track, &mut decoder, &mut sink, &mut heard)?;

    let codec = decoder.name().to_owned();
    let (duration_ms, sample_rate, n_channels) =
        (sink.duration_ms(), sink.rate(), sink.n_channels());
    if duration_ms < DecodeProblem::MIN_DURATION_MS {
        return Err(DecodeProblem::TooShort { duration_ms });
    }
    let missing_ms = claimed_ms(&track).unwrap_or(0).saturating_sub(duration_ms);
    let info = MediaInfo {
        duration_ms,
        missing_ms,
        kind,
        container,
        codec,
        n_channels,
        sample_rate,
    };
    let (waveform, fingerprint, samples) = sink.finish()?;
    Ok(DecodedSound {
        info,
        waveform,
        fingerprint,
        samples,
    })
}

fn unprobed(error: Error) -> DecodeProblem {
    match error {
        Error::IoError(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            DecodeProblem::io(&error)
        }
        // The scan came to the end, or gave up.
        Error::IoError(_) | Error::Unsupported(_) | Error::LimitError(_) => {
            DecodeProblem::UnknownFormat
        }
        error => damaged(&error),
    }
}

fn damaged(error: &Error) -> DecodeProblem {
    DecodeProblem::Damaged {
        detail: error.to_string(),
    }
}

fn kind(reader: &dyn FormatReader) -> RecordingKind {
    let is_video = |track: &Track| track.track_type() == Some(TrackType::Video);
    if reader.tracks().iter().any(is_video) {
        RecordingKind::Video
    } else {
        RecordingKind::Audio
    }
}

/// Looks at what the file says of its sound before anything is laid out for it.
fn check_claims(params: &AudioCodecParameters, limits: &DecodeLimits) -> Result<(), DecodeProblem> {
    if let Some(channels) = &params.channels {
        sink::check_channels(channels.count() as u64, limits)?;
    }
    match params.sample_rate {
        Some(sample_rate) => sink::check_rate(sample_rate, limits),
        None => Ok(()),
    }
}

fn claimed_ms(track: &Track) -> Option<u64> {
    let time = track.time_base?.calc_duration(track.duration?)?;
    u64::try_from(time.as_millis()).ok()
}

/// Packets that may be broken before the whole file counts as such: as many as are not, and these.
const MAX_BROKEN: u64 = 50;

/// Reads all packets of `track` until the file ends, wherever that is.
fn read_all(
    reader: &mut dyn FormatReader,
    track: &Track,
    decoder: &mut SoundDecoder,
    sink: &mut SoundSink,
    heard: &mut dyn FnMut(),
) -> Result<(), DecodeProblem> {
    let (mut n_good, mut n_broken) = (0u64, 0u64);
    loop {
        let packet = match reader.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return Ok(()),
            // What follows are other tracks: a stream that was joined to the first.
            Err(Error::ResetRequired) => return Ok(()),
            Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Ok(());
            }
            Err(error) if sink.duration_ms() == 0 => return Err(damaged(&error)),
            // The rest cannot be read. What there is counts; how much is missing is told.
            Err(_) => return Ok(()),
        };
        if packet.track_id != track.id {
            continue;
        }
        heard();
        sink.wait_until(start_ms(track.time_base, packet.pts))?;
        match decoder.decode(&packet, sink) {
            Ok(()) => n_good += 1,
            Err(codec::PacketFailure::Fatal(problem)) => return Err(problem),
            Err(codec::PacketFailure::Packet(problem)) => {
                n_broken += 1;
                if n_broken > MAX_BROKEN + n_good {
                    return Err(problem);
                }
            }
        }
    }
}

fn start_ms(time_base: Option<TimeBase>, pts: Timestamp) -> Option<u64> {
    let time = time_base?.calc_time(pts)?;
    u64::try_from(time.as_millis()).ok()
}
