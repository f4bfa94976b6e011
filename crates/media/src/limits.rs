//! How much a file may be, and how much work it may make.

use serde::{Deserialize, Serialize};

/// What decoding may take in and use up.
///
/// The first ones are looked at while a file is decoded; memory, time of the processor and time of
/// the clock bound the process that decodes, whatever goes on inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecodeLimits {
    /// The size of the file.
    pub max_bytes: u64,
    /// The length of the sound, decoded, whatever the file says of itself.
    pub max_duration_ms: u64,
    /// The length of sound that is kept when it is asked for; longer sound is not kept at all.
    pub max_kept_ms: u64,
    /// Channels of the sound.
    pub max_channels: u32,
    /// Samples a second in the file.
    pub max_sample_rate: u32,
    /// Address space of the process that decodes.
    pub max_memory_bytes: u64,
    /// Time of the processor for one file.
    pub max_cpu_s: u64,
    /// Time of the clock for one file.
    pub max_wall_ms: u64,
}

impl Default for DecodeLimits {
    /// Three hours and 500 MiB.
    fn default() -> Self {
        Self {
            max_bytes: 500 << 20,
            max_duration_ms: 3 * 3_600_000,
            max_kept_ms: 3_600_000,
            max_channels: 16,
            max_sample_rate: 384_000,
            max_memory_bytes: 1 << 30,
            max_cpu_s: 300,
            max_wall_ms: 900_000,
        }
    }
}
