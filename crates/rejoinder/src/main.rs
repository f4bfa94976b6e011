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

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    system::keep_private();
    match commands::run(cli::Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::note(format_args!("rejoinder: {}", failure.text()));
            failure.exit_code()
        }
    }
}
