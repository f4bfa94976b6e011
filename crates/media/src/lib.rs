//! Recordings: decoded, fingerprinted and compared.
//!
//! A newsroom publishes a recording in full; others publish cuts of it. [`decode()`] turns a file into
//! mono sound at 8000 Hz and takes from it, while it streams by, a [`Fingerprint`], the [`Waveform`]
//! and what the file says of itself; [`compare`](compare()) finds the pieces of the full recording in
//! a cut and tells what was left out. Memory grows with the length of the fingerprint alone (about
//! 300 bytes a second), unless the sound itself is asked for.
//!
//! Files come from strangers, and decoders are large. So the server decodes in a process of its own
//! that can be killed: [`worker::run`] starts it, [`worker::serve`] is what it does. Nothing here is
//! asynchronous, asks the network or knows the store; whoever calls this does it on a thread that may
//! be busy.

pub mod compare;
pub mod decode;
pub mod fingerprint;
mod limits;
mod problem;
mod resample;
mod waveform;
pub mod worker;

pub use compare::{Comparison, Cut, compare};
pub use decode::{DecodedSound, MediaInfo, SampleKeeping, decode, decode_telling};
pub use fingerprint::Fingerprint;
pub use limits::DecodeLimits;
pub use problem::DecodeProblem;
pub use waveform::Waveform;

/// Samples a second of everything that was decoded.
pub const SAMPLE_RATE: u32 = 8000;
