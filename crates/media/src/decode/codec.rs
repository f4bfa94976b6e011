//! Packets to samples.

use opus_pure::{MAX_PACKET_SAMPLES, OpusDecoder};
use symphonia::core::codecs::audio::well_known as known;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, AudioDecoder};
use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;

use super::sink::SoundSink;
use crate::DecodeProblem;

/// What decodes the sound of one file.
pub(super) enum SoundDecoder {
    /// All that symphonia knows.
    Symphonia {
        decoder: Box<dyn AudioDecoder>,
        samples: Vec<f32>,
    },
    /// Opus, of one or two channels.
    Opus {
        decoder: Box<OpusDecoder>,
        n_channels: usize,
        samples: Vec<f32>,
    },
}

/// Why a packet gave no sound.
pub(super) enum PacketFailure {
    /// It is broken; the next one may not be.
    Packet(DecodeProblem),
    /// None will.
    Fatal(DecodeProblem),
}

/// What Opus is decoded to: its own rate.
const OPUS_RATE: u32 = 48_000;

impl SoundDecoder {
    pub(super) fn new(params: &AudioCodecParameters) -> Result<Self, DecodeProblem> {
        if params.codec == known::CODEC_ID_OPUS {
            return Self::opus(params);
        }
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(params, &Default::default())
            .map_err(|error| match error {
                Error::Unsupported(_) => unknown(params.codec),
                error => super::damaged(&error),
            })?;
        Ok(Self::Symphonia {
            decoder,
            samples: Vec::new(),
        })
    }

    /// More than two channels are several streams that belong together, for rooms with many
    /// loudspeakers; recordings of speech are never like that.
    fn opus(params: &AudioCodecParameters) -> Result<Self, DecodeProblem> {
        let n_channels = params
            .channels
            .as_ref()
            .map_or(2, |channels| channels.count());
        if n_channels > 2 {
            return Err(DecodeProblem::UnknownCodec {
                codec: format!("Opus of {n_channels} channels"),
            });
        }
        let decoder = OpusDecoder::new(OPUS_RATE as i32, n_channels).map_err(|error| {
            DecodeProblem::Damaged {
                detail: error.to_string(),
            }
        })?;
        Ok(Self::Opus {
            decoder: Box::new(decoder),
            n_channels,
            samples: vec![0.0; MAX_PACKET_SAMPLES * n_channels],
        })
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Symphonia { decoder, .. } => decoder.codec_info().short_name,
            Self::Opus { .. } => "opus",
        }
    }

    pub(super) fn decode(
        &mut self,
        packet: &Packet,
        sink: &mut SoundSink,
    ) -> Result<(), PacketFailure> {
        match self {
            Self::Symphonia { decoder, samples } => {
                let sound = decoder.decode(packet).map_err(failure)?;
                let (rate, n_channels) = (sound.spec().rate(), sound.spec().channels().count());
                sound.copy_to_vec_interleaved(samples);
                sink.push(rate, n_channels, samples)
                    .map_err(PacketFailure::Fatal)
            }
            Self::Opus {
                decoder,
                n_channels,
                samples,
            } => {
                let n = decoder
                    .decode(&packet.data, MAX_PACKET_SAMPLES, samples)
                    .map_err(|error| opus_failure(&error))?;
                let sound = samples.get(..n * *n_channels).unwrap_or_default();
                sink.push(OPUS_RATE, *n_channels, sound)
                    .map_err(PacketFailure::Fatal)
            }
        }
    }
}

fn failure(error: Error) -> PacketFailure {
    match error {
        Error::DecodeError(_) | Error::IoError(_) => PacketFailure::Packet(super::damaged(&error)),
        Error::Unsupported(feature) => PacketFailure::Fatal(DecodeProblem::UnknownCodec {
            codec: feature.to_owned(),
        }),
        error => PacketFailure::Fatal(super::damaged(&error)),
    }
}

fn opus_failure(error: &opus_pure::Error) -> PacketFailure {
    PacketFailure::Packet(DecodeProblem::Damaged {
        detail: error.to_string(),
    })
}

/// Names what people may know under its name.
fn unknown(codec: AudioCodecId) -> DecodeProblem {
    let names = [
        (known::CODEC_ID_AAC, "HE-AAC"),
        (known::CODEC_ID_AC3, "Dolby Digital (AC-3)"),
        (known::CODEC_ID_EAC3, "Dolby Digital Plus (E-AC-3)"),
        (known::CODEC_ID_AC4, "Dolby AC-4"),
        (known::CODEC_ID_DCA, "DTS"),
        (known::CODEC_ID_TRUEHD, "Dolby TrueHD"),
        (known::CODEC_ID_SPEEX, "Speex"),
        (known::CODEC_ID_WMA, "Windows Media Audio"),
    ];
    let name = names.iter().find(|(id, _)| *id == codec);
    DecodeProblem::UnknownCodec {
        codec: name.map_or_else(|| format!("codec {codec}"), |(_, name)| (*name).to_owned()),
    }
}
