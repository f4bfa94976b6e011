//! The project's own chores: `cargo xtask --help`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it talks to the terminal"
)]

mod bench;
mod bench_peers;
mod browser;
#[cfg(test)]
mod circles;
mod command;
#[cfg(test)]
mod dependencies;
#[cfg(test)]
mod documents;
mod isso_scripts;
mod needs;
mod npm;
mod package;
#[cfg(test)]
mod safe_html;
mod scratch;
mod screenshots;
#[cfg(test)]
mod source;
mod steps;
mod test;
#[cfg(test)]
mod texts;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What a chore gives: nothing, or the sentence that says why not.
type Result<T = ()> = std::result::Result<T, String>;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "The project's own chores"
)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Measure against the budgets and the peers
    #[command(disable_help_flag = true)]
    Bench(bench::BenchOptions),
    /// Make the Debian package, and try it and the container on a small Debian made for that
    Package(package::PackageOptions),
    /// Install the programs that the benchmark measures against
    Peers,
    /// Install or start what the tests need, then run every check
    Test(test::TestOptions),
    /// Take pictures of the demo at three widths, light and dark
    Screenshots {
        /// The folder to put them in
        #[arg(long, value_name = "DIR", default_value = "target/screenshots")]
        out: PathBuf,
    },
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().chore {
        Chore::Bench(options) => bench::measure(&options),
        Chore::Package(options) => package::check(&options),
        Chore::Peers => bench_peers::set_up(),
        Chore::Test(options) => test::run(&options),
        Chore::Screenshots { out } => screenshots::take(&out),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
