//! Files that lie, end early, or are something else.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::LazyLock;

use opus_pure::{Application, MAX_PACKET_BYTES, OggOpusWriter, OpusEncoder, OpusHead};
use proptest::prelude::*;
use rejoinder_core::recordings::RecordingKind;
use rejoinder_media::{DecodeLimits, DecodeProblem, DecodedSound, SampleKeeping, decode};

use crate::wav::{Wav, tone};

fn decoded(file: Cursor<Vec<u8>>) -> Result<DecodedSound, DecodeProblem> {
    decode(file, SampleKeeping::Nothing, &DecodeLimits::default())
}

#[test]
fn an_honest_file_is_decoded() {
    for rate in [8000, 22_050, 44_100, 48_000] {
        let samples = tone(rate, 3.5);

        let decoded = decode(
            Wav::mono(rate, &samples).with(&samples),
            SampleKeeping::Samples,
            &DecodeLimits::default(),
        );

        let decoded = decoded.unwrap();
        assert_eq!(decoded.info.duration_ms, 3500);
        assert_eq!(decoded.info.missing_ms, 0);
        assert_eq!(
            (decoded.info.kind, decoded.info.container.as_str()),
            (RecordingKind::Audio, "wave")
        );
        assert_eq!(
            (decoded.info.codec.as_str(), decoded.info.sample_rate),
            ("pcm_s16le", rate)
        );
        assert_eq!(decoded.fingerprint.words().len(), 175);
        assert_eq!(decoded.samples.len(), 28_000);
        let peak = decoded
            .samples
            .iter()
            .map(|x| x.unsigned_abs())
            .max()
            .unwrap();
        assert!((7900..8200).contains(&peak), "{peak}");
    }
}

#[test]
fn samples_are_kept_only_when_asked_for_and_not_too_many() {
    let samples = tone(8000, 2.0);
    let kept = |keep, max_kept_ms| {
        let limits = DecodeLimits {
            max_kept_ms,
            ..DecodeLimits::default()
        };
        decode(Wav::mono(8000, &samples).with(&samples), keep, &limits)
            .unwrap()
            .samples
            .len()
    };
    assert_eq!(kept(SampleKeeping::Samples, 2000), 16_000);
    assert_eq!(kept(SampleKeeping::Samples, 1999), 0);
    assert_eq!(kept(SampleKeeping::Nothing, 2000), 0);
}

#[test]
fn a_file_cut_off_counts_as_far_as_it_goes_and_says_what_is_missing() {
    let samples = tone(8000, 10.0);
    let mut file = Wav::mono(8000, &samples).with(&samples).into_inner();
    file.truncate(44 + 16_000 * 4 + 1);

    let info = decoded(Cursor::new(file)).unwrap().info;

    assert_eq!((info.duration_ms, info.missing_ms), (4000, 6000));
}

#[test]
fn a_file_that_claims_gigabytes_takes_no_more_than_it_has() {
    let samples = tone(8000, 2.0);
    for data_bytes in [u32::MAX, u32::MAX - 36, 0x7fff_ffff] {
        let wav = Wav {
            rate: 8000,
            n_channels: 1,
            data_bytes,
        };
        let info = decoded(wav.with(&samples)).unwrap().info;
        assert_eq!(info.duration_ms, 2000, "{data_bytes:x}");
    }
}

#[test]
fn absurd_headers_are_refused() {
    let samples = tone(8000, 2.0);
    let refused = |rate, n_channels| {
        let wav = Wav {
            rate,
            n_channels,
            data_bytes: 32_000,
        };
        decoded(wav.with(&samples)).unwrap_err().refusal().as_str()
    };
    for n_channels in [0, 17, 10_000, 65_535] {
        let code = refused(48_000, n_channels);
        assert!(
            [
                "channels",
                "damaged",
                "unknown_format",
                "unknown_codec",
                "crashed"
            ]
            .contains(&code),
            "{n_channels}: {code}"
        );
    }
    for rate in [0, 1, 5999, 384_001, 4_000_000_000] {
        let code = refused(rate, 1);
        assert!(
            ["sample_rate", "damaged", "crashed"].contains(&code),
            "{rate}: {code}"
        );
    }
}

#[test]
fn what_is_no_recording_is_refused() {
    for bytes in [
        &b""[..],
        b"RIFF",
        b"hello, this is a text",
        &[0; 100_000],
        &[0xff; 100_000],
    ] {
        let problem = decoded(Cursor::new(bytes.to_vec())).unwrap_err();
        assert!(
            ["unknown_format", "damaged"].contains(&problem.refusal().as_str()),
            "{problem:?}"
        );
    }
    let short = tone(8000, 0.1);
    let problem = decoded(Wav::mono(8000, &short).with(&short)).unwrap_err();
    assert_eq!(problem, DecodeProblem::TooShort { duration_ms: 100 });
}

#[test]
fn a_day_of_silence_is_stopped_at_the_limit() {
    let rate: u32 = 8000;
    let limits = DecodeLimits {
        max_duration_ms: 600_000,
        max_bytes: u64::MAX,
        ..DecodeLimits::default()
    };
    let header = Wav {
        rate,
        n_channels: 1,
        data_bytes: 24 * 3600 * 2 * rate,
    }
    .with(&[]);
    let file = Silence {
        start: header.into_inner(),
        at: 0,
        size: 44 + 24 * 3600 * 2 * u64::from(rate),
    };

    let problem = decode(file, SampleKeeping::Nothing, &limits).unwrap_err();

    assert_eq!(
        problem,
        DecodeProblem::TooLong {
            max_duration_ms: 600_000
        }
    );
    assert_eq!(
        problem.to_string(),
        "the recording is longer than 10 minutes"
    );
}

#[test]
fn a_file_that_is_too_large_is_not_looked_at() {
    let file = Silence {
        start: Vec::new(),
        at: 0,
        size: 1 << 40,
    };
    let problem = decode(file, SampleKeeping::Nothing, &DecodeLimits::default()).unwrap_err();
    assert_eq!(
        problem,
        DecodeProblem::TooLarge {
            max_bytes: 500 << 20
        }
    );
}

/// Ten seconds of Opus in Ogg.
fn opus() -> Vec<u8> {
    let mut encoder = OpusEncoder::new(48_000, 1, Application::Voip).unwrap();
    let head = OpusHead::for_encoder(&encoder, 48_000);
    let mut file = OggOpusWriter::new(Vec::new(), head).unwrap();
    let mut packet = vec![0; MAX_PACKET_BYTES];
    for block in tone(48_000, 10.0).chunks_exact(960) {
        let n = encoder.encode_s16(block, 960, &mut packet).unwrap();
        file.write_packet(&packet[..n]).unwrap();
    }
    file.finish().unwrap()
}

#[test]
fn opus_is_decoded() {
    let decoded = decoded(Cursor::new(opus())).unwrap();
    let info = decoded.info;
    assert_eq!(
        (info.container.as_str(), info.codec.as_str()),
        ("ogg", "opus")
    );
    assert!((9900..=10_100).contains(&info.duration_ms), "{info:?}");
    let level = decoded.fingerprint.levels()[250];
    // 8000 of 32,768 are −15.3 dB for a sine: (127.5 − 15.3) × 2.
    assert!((220..230).contains(&level), "{level}");
}

/// Some bytes, and zeros up to a size.
struct Silence {
    start: Vec<u8>,
    at: u64,
    size: u64,
}

impl Read for Silence {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = (self.size - self.at).min(buffer.len() as u64) as usize;
        for (i, byte) in buffer[..n].iter_mut().enumerate() {
            *byte = self.start.get(self.at as usize + i).copied().unwrap_or(0);
        }
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Silence {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?.min(self.size);
        Ok(self.at)
    }
}

/// The first bytes of each container, which lead the fuzz below into its reader.
const STARTS: [&[u8]; 9] = [
    b"RIFF\xff\xff\xff\x7fWAVEfmt ",
    b"FORM\x7f\xff\xff\xffAIFFCOMM",
    b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0",
    b"fLaC\0\0\0\x22",
    b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2\xff\xff\xff\xffmoov",
    b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff",
    b"ID3\x04\0\0\x7f\x7f\x7f\x7f",
    b"\xff\xfb\x90\x64",
    b"\xff\xf1\x50\x80",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_break_the_decoder(start in 0..STARTS.len(), bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        let mut file = STARTS[start].to_vec();
        file.extend(bytes);
        let _ = decoded(Cursor::new(file));
    }

    #[test]
    fn no_flipped_bytes_break_opus(flips in prop::collection::vec((0..8000usize, any::<u8>()), 1..20)) {
        static OPUS: LazyLock<Vec<u8>> = LazyLock::new(opus);
        let mut file = OPUS.clone();
        let n = file.len();
        for (at, byte) in flips {
            file[at % n] = byte;
        }
        let _ = decoded(Cursor::new(file));
    }

    #[test]
    fn no_flipped_bytes_break_the_decoder(flips in prop::collection::vec((0..60usize, any::<u8>()), 1..6)) {
        let samples = tone(8000, 0.5);
        let mut file = Wav::mono(8000, &samples).with(&samples).into_inner();
        for (at, byte) in flips {
            file[at] = byte;
        }
        let _ = decoded(Cursor::new(file));
    }
}
