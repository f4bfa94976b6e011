//! Measures Rejoinder against its budgets and its peers, side by side on one machine.
//!
//! It knows Rejoinder only from the outside: its command line, its routes, its process. So what it
//! measures is what an operator gets. `cargo xtask bench` builds and runs it.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it talks to the terminal"
)]

mod clock;
mod corpus;
mod disqus;
mod http;
mod isso;
mod load;
mod nginx;
mod place;
mod plan;
mod process;
mod profiles;
mod rejoinder;
mod report;
mod samples;
mod work;
mod wrk;

use std::process::ExitCode;

use clap::Parser;

use plan::{Options, Plan};

/// What a step gives: nothing, or the sentence that says why not.
type Result<T = ()> = std::result::Result<T, String>;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result {
    let started_at = clock::now();
    let plan = Plan::new(options)?;
    process::raise_file_limit();
    let report = profiles::run(&plan)?;
    let report = report.finish(&plan, started_at.elapsed())?;
    println!("\n{}", report.table());
    if plan.keeps_result() {
        println!("Written to {}", report.write(&plan)?.display());
    }
    Ok(())
}
