//! What the process that decodes does.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;

use rustix::process::{Resource, Rlimit, setrlimit};

use super::{DecodeRequest, frames};
use crate::{DecodeLimits, decode_telling};

/// Decodes `input` as `ask` says, which is the argument that [`run`](super::run) added, and writes the
/// answer to `out`.
///
/// Tells each hundredth of the file on the way there. Bounds the memory and the time of the whole process first; call it in one that does nothing else.
/// What it returns as an error is that nobody listens.
pub fn serve(input: File, ask: &str, mut out: impl Write) -> io::Result<()> {
    let ask: DecodeRequest = serde_json::from_str(ask)?;
    bound(&ask.limits)?;
    let mut last = 0;
    let answer = decode_telling(input, ask.keep, &ask.limits, &mut |share| {
        let percent = (share * 100.0) as u8;
        if percent > last {
            last = percent;
            // Whether anybody listens is seen when the answer is written.
            let _ = frames::write_progress(percent, &mut out);
        }
    });
    frames::write(answer, out)
}

/// Returns the standard input as the file that the parent opened.
pub fn stdin() -> io::Result<File> {
    Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
}

fn bound(limits: &DecodeLimits) -> io::Result<()> {
    let both = |soft: u64, hard: u64| Rlimit {
        current: Some(soft),
        maximum: Some(hard),
    };
    let memory = limits.max_memory_bytes;
    setrlimit(Resource::As, both(memory, memory))?;
    // The signal of the soft limit ends the process and says why; the hard one would only kill it.
    setrlimit(Resource::Cpu, both(limits.max_cpu_s, limits.max_cpu_s + 5))?;
    setrlimit(Resource::Core, both(0, 0))?;
    Ok(())
}
