//! The process that waits for the one that decodes.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::process::{CommandExt as _, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use super::{Ask, frames};
use crate::{Decoded, Keep, Limits, Problem};

/// How long a child may take to end after it has answered.
const GRACE: Duration = Duration::from_secs(2);

/// Decodes the file at `path` in a child that `command` starts and that calls
/// [`serve`](super::serve).
///
/// Adds one argument, and sets the standard input and output. Waits until the child has answered, and
/// kills it when that takes longer than [`Limits::max_wall_ms`]; it never outlives this call.
pub fn run(command: Command, path: &Path, keep: Keep, limits: &Limits) -> Result<Decoded, Problem> {
    let io = |error: io::Error| Problem::io(&error);
    let file = File::open(path).map_err(io)?;
    let size_bytes = file.metadata().map_err(io)?.len();
    if size_bytes > limits.max_bytes {
        return Err(Problem::TooLarge {
            max_bytes: limits.max_bytes,
        });
    }
    let mut child = start(
        command,
        file,
        &Ask {
            keep,
            limits: *limits,
        },
    )
    .map_err(io)?;
    let answer = listen(&mut child, limits);
    let ended = if answer.is_ok() {
        wait(&mut child)
    } else {
        Ok(None)
    };
    let Some(status) = ended.map_err(io)? else {
        kill(&mut child).map_err(io)?;
        return Err(Problem::Time);
    };
    if !status.success() {
        return Err(death(status));
    }
    let answer = answer.map_err(|_| Problem::Time)?.map_err(io)?;
    let nonsense = || {
        Err(Problem::Crashed {
            detail: "its answer makes no sense".to_owned(),
        })
    };
    frames::read(&answer, limits).unwrap_or_else(nonsense)
}

fn start(mut command: Command, file: File, ask: &Ask) -> io::Result<Child> {
    command
        .arg(serde_json::to_string(ask)?)
        .stdin(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // What stops the program from its terminal leaves the child to it.
        .process_group(0)
        .spawn()
}

/// Reads all that the child says, for as long and as much as it may say.
fn listen(child: &mut Child, limits: &Limits) -> Result<io::Result<Vec<u8>>, RecvTimeoutError> {
    let max = frames::max_answer_bytes(limits);
    let (sender, receiver) = mpsc::sync_channel(1);
    let Some(stdout) = child.stdout.take() else {
        return Ok(Err(io::ErrorKind::BrokenPipe.into()));
    };
    // It ends with the child, whose end closes the pipe.
    thread::spawn(move || {
        let mut answer = Vec::new();
        let done = stdout.take(max).read_to_end(&mut answer);
        let _ = sender.send(done.map(|_| answer));
    });
    let wait = Duration::from_millis(limits.max_wall_ms);
    receiver.recv_timeout(wait)
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

fn death(status: ExitStatus) -> Problem {
    let Some(signal) = status.signal() else {
        return Problem::Crashed {
            detail: status.to_string(),
        };
    };
    let is = |other: Signal| signal == other.as_raw();
    if is(Signal::XCPU) {
        Problem::Time
    } else if is(Signal::ABORT) || is(Signal::KILL) {
        // An allocation that fails aborts; a system that runs out of memory kills.
        Problem::Memory
    } else {
        Problem::Crashed {
            detail: status.to_string(),
        }
    }
}
