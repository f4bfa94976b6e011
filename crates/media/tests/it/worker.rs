//! The process that decodes, as it answers, fails and is killed.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use rejoinder_core::recordings::RecordingProblem;
use rejoinder_media::{DecodeLimits, DecodeProblem, DecodedSound, SampleKeeping, decode, worker};
use tempfile::NamedTempFile;

use crate::wav::{Wav, tone};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_media-worker"))
}

/// A child that does something else.
fn script(text: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", text]);
    command
}

fn recording(seconds: f64) -> NamedTempFile {
    let samples = tone(44_100, seconds);
    let mut file = NamedTempFile::new().unwrap();
    let bytes = Wav::mono(44_100, &samples).with(&samples).into_inner();
    file.write_all(&bytes).unwrap();
    file
}

fn problem(command: Command, limits: &DecodeLimits) -> DecodeProblem {
    run(
        command,
        recording(1.0).path(),
        SampleKeeping::Nothing,
        limits,
    )
    .unwrap_err()
}

/// Lets the child come to its end.
fn run(
    command: Command,
    path: &Path,
    keep: SampleKeeping,
    limits: &DecodeLimits,
) -> Result<DecodedSound, DecodeProblem> {
    worker::run(command, path, keep, limits, &mut |_| {
        ControlFlow::Continue(())
    })
}

#[test]
fn a_child_decodes_as_its_parent_would() {
    let file = recording(5.0);
    for keep in [SampleKeeping::Nothing, SampleKeeping::Samples] {
        let there = run(program(), file.path(), keep, &DecodeLimits::default()).unwrap();
        let here = decode(file.reopen().unwrap(), keep, &DecodeLimits::default()).unwrap();
        assert!(there == here);
    }
}

#[test]
fn what_is_wrong_with_the_file_arrives() {
    let limits = DecodeLimits {
        max_duration_ms: 500,
        ..DecodeLimits::default()
    };
    assert_eq!(
        problem(program(), &limits),
        DecodeProblem::TooLong {
            max_duration_ms: 500
        }
    );
    let limits = DecodeLimits {
        max_bytes: 100,
        ..DecodeLimits::default()
    };
    assert_eq!(
        problem(program(), &limits),
        DecodeProblem::TooLarge { max_bytes: 100 }
    );
}

#[test]
fn a_child_that_takes_too_much_memory_is_stopped() {
    let limits = DecodeLimits {
        max_memory_bytes: 6 << 20,
        ..DecodeLimits::default()
    };
    assert_eq!(problem(program(), &limits), DecodeProblem::Memory);
}

#[test]
fn a_child_that_works_too_long_is_stopped() {
    let busy = script("ulimit -S -t 1; while :; do :; done");
    assert_eq!(problem(busy, &DecodeLimits::default()), DecodeProblem::Time);
    let limits = DecodeLimits {
        max_wall_ms: 50,
        ..DecodeLimits::default()
    };
    assert_eq!(
        problem(script("exec sleep 60"), &limits),
        DecodeProblem::Time
    );
}

#[test]
fn a_child_that_nobody_wants_any_more_is_stopped() {
    let sleep = script("exec sleep 60");
    let (file, limits) = (recording(1.0), DecodeLimits::default());
    let stopped = worker::run(
        sleep,
        file.path(),
        SampleKeeping::Nothing,
        &limits,
        &mut |_| ControlFlow::Break(()),
    );
    assert_eq!(stopped, Err(DecodeProblem::Stopped));
}

#[test]
fn a_child_tells_how_far_it_is() {
    let (file, limits) = (recording(600.0), DecodeLimits::default());
    let mut shares = Vec::new();
    let tell = &mut |share| {
        shares.push(share);
        ControlFlow::Continue(())
    };

    let decoded = worker::run(
        program(),
        file.path(),
        SampleKeeping::Nothing,
        &limits,
        tell,
    );

    assert_eq!(decoded.unwrap().info.duration_ms, 600_000);
    let is_between = |share: &&f64| (0.01..0.99).contains(*share);
    assert!(shares.is_sorted(), "{shares:?}");
    assert!(shares.iter().filter(is_between).count() > 50, "{shares:?}");
}

#[test]
fn a_child_that_dies_says_how() {
    for (text, expected) in [
        ("kill -SEGV $$", "crashed"),
        ("kill -ABRT $$", "memory"),
        ("kill -KILL $$", "memory"),
        ("kill -XCPU $$", "time"),
        ("exit 3", "crashed"),
        ("exit 0", "crashed"),
        ("echo hello", "crashed"),
        ("exec >&-; exec sleep 60", "time"),
    ] {
        assert_eq!(
            problem(script(text), &DecodeLimits::default())
                .refusal()
                .as_str(),
            expected,
            "{text}"
        );
    }
}

#[test]
fn a_child_that_does_not_stop_talking_is_stopped() {
    let limits = DecodeLimits {
        max_duration_ms: 1000,
        max_kept_ms: 1000,
        ..DecodeLimits::default()
    };
    let problem = problem(script("cat /dev/zero"), &limits);
    assert_eq!(problem.refusal(), RecordingProblem::Crashed);
}

#[test]
fn without_a_file_or_a_program_it_says_so() {
    let missing = run(
        program(),
        "/nowhere".as_ref(),
        SampleKeeping::Nothing,
        &DecodeLimits::default(),
    );
    assert_eq!(missing.unwrap_err().refusal().as_str(), "io");
    let nothing = problem(Command::new("/nowhere/program"), &DecodeLimits::default());
    assert_eq!(nothing.refusal().as_str(), "io");
}
