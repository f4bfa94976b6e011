//! `rejoinder`: the discussion under an article, in one program.
//!
//! Only wiring: what was typed becomes options, options become a store and a server, and the
//! machine's clock and chance are handed to them.

mod cli;
mod commands;
mod config;
mod demo;
mod failure;
mod keys;
mod log;
mod output;
mod private;
mod progress;
mod system;

use std::io;
use std::process::ExitCode;

use clap::Parser as _;
use media::worker;

use crate::cli::Command;
use crate::commands::{
    backup, distribute, doctor, erasures, export, freeze, import, serve, site, staff,
};
use crate::failure::Failure;

fn main() -> ExitCode {
    system::keep_private();
    match run(cli::Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::note(format_args!("rejoinder: {}", failure.text()));
            failure.exit_code()
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo(args) => demo::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Site(args) => site::run(&args),
        Command::Staff(args) => staff::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Freeze(args) => freeze::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Distribute(args) => distribute::run(&args),
        Command::Backup(args) => backup::back_up(&args),
        Command::Restore(args) => backup::restore(&args),
        Command::Erasures(args) => erasures::run(&args),
        Command::DecodeRecording { ask } => decode_recording(&ask),
    }
}

/// Read the recording on standard input, in this process alone.
fn decode_recording(ask: &str) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::failed("The recording could not be read", &error);
    let input = worker::stdin().map_err(failed)?;
    worker::serve(input, ask, io::stdout().lock()).map_err(failed)
}
