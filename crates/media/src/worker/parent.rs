//! The process that waits for the one that decodes.

use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::os::unix::process::{CommandExt as _, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use super::frames::ChildMessage;
use super::{DecodeRequest, frames};
use crate::{DecodeLimits, DecodeProblem, DecodedSound, SampleKeeping};

/// How long a child may take to end after it has answered.
const GRACE: Duration = Duration::from_secs(2);

/// How often the caller is asked whether to go on.
const ASK: Duration = Duration::from_millis(100);

/// Decodes the file at `path` in a child that `command` starts and that calls
/// [`serve`](super::serve).
///
/// Adds one argument, and sets the standard input and output. Waits until the child has answered, and
/// kills it when that takes longer than [`DecodeLimits::max_wall_ms`]; it never outlives this call. Calls
/// `progress` some times a second with the share of the file that is read, from 0 to 1; `Break` ends the
/// child as [`DecodeProblem::Stopped`].
pub fn run(
    command: Command,
    path: &Path,
    keep: SampleKeeping,
    limits: &DecodeLimits,
    progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<DecodedSound, DecodeProblem> {
    let io = |error: io::Error| DecodeProblem::io(&error);
    let file = File::open(path).map_err(io)?;
    let size_bytes = file.metadata().map_err(io)?.len();
    if size_bytes > limits.max_bytes {
        return Err(DecodeProblem::TooLarge {
            max_bytes: limits.max_bytes,
        });
    }
    let ask = DecodeRequest {
        keep,
        limits: *limits,
    };
    let mut child = start(command, file, &ask).map_err(io)?;
    let answer = match listen(&mut child, limits, progress) {
        Ok(answer) => answer,
        Err(problem) => {
            kill(&mut child).map_err(io)?;
            return Err(problem);
        }
    };
    let Some(status) = wait(&mut child).map_err(io)? else {
        kill(&mut child).map_err(io)?;
        return Err(DecodeProblem::Time);
    };
    if !status.success() {
        return Err(death(status));
    }
    answer.unwrap_or_else(|| {
        Err(DecodeProblem::Crashed {
            detail: "its answer makes no sense".to_owned(),
        })
    })
}

fn start(mut command: Command, file: File, ask: &DecodeRequest) -> io::Result<Child> {
    command
        .arg(serde_json::to_string(ask)?)
        .stdin(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // What stops the program from its terminal leaves the child to it.
        .process_group(0)
        .spawn()
}

/// Listens until the child has said all that it has to say; `None` when that is no answer.
fn listen(
    child: &mut Child,
    limits: &DecodeLimits,
    progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Option<Result<DecodedSound, DecodeProblem>>, DecodeProblem> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let Some(stdout) = child.stdout.take() else {
        return Ok(None);
    };
    let own = *limits;
    // It ends with the child, whose end closes the pipe.
    thread::spawn(move || {
        frames::read(stdout, &own, |said| {
            let _ = sender.send(said);
        });
    });
    let (mut share, mut left) = (0.0, Duration::from_millis(limits.max_wall_ms));
    loop {
        let step = ASK.min(left);
        match receiver.recv_timeout(step) {
            Ok(ChildMessage::Answer(answer)) => return Ok(answer),
            Ok(ChildMessage::Progress(percent)) => share = f64::from(percent.min(100)) / 100.0,
            Err(RecvTimeoutError::Timeout) if step == left => return Err(DecodeProblem::Time),
            // What a child says takes no time to speak of, and it says little.
            Err(RecvTimeoutError::Timeout) => left -= step,
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        }
        if progress(share).is_break() {
            return Err(DecodeProblem::Stopped);
        }
    }
}

/// Waits for a child that has closed its output, or had too much to say; `None` when it lives on.
fn wait(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    const STEP: Duration = Duration::from_millis(5);
    for _ in 0..GRACE.as_millis() / STEP.as_millis() {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(STEP);
    }
    Ok(None)
}

fn kill(child: &mut Child) -> io::Result<()> {
    child.kill()?;
    child.wait().map(|_| ())
}

fn death(status: ExitStatus) -> DecodeProblem {
    let Some(signal) = status.signal() else {
        return DecodeProblem::Crashed {
            detail: status.to_string(),
        };
    };
    let is = |other: Signal| signal == other.as_raw();
    if is(Signal::XCPU) {
        DecodeProblem::Time
    } else if is(Signal::ABORT) || is(Signal::KILL) {
        // An allocation that fails aborts; a system that runs out of memory kills.
        DecodeProblem::Memory
    } else {
        DecodeProblem::Crashed {
            detail: status.to_string(),
        }
    }
}
