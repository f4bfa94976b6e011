use std::process::Command;

use clap::Args;

use crate::Result;
use crate::bench_peers;
use crate::command::{command, root, run};

#[derive(Args)]
pub(crate) struct BenchOptions {
    /// Handed to the benchmark; `cargo xtask bench --help` lists what it takes
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "OPTION"
    )]
    options: Vec<String>,
}

/// Build the program and the benchmark as they are released, see that the peers are there, and
/// measure.
pub(crate) fn measure(options: &BenchOptions) -> Result {
    let asks = |flag: &str| options.options.iter().any(|option| option == flag);
    if !asks("--help") && !asks("-h") {
        bench_peers::set_up()?;
        run(&mut command(
            "cargo",
            &["build", "--release", "-p", "rejoinder"],
        ))?;
    }
    run(&mut command(
        "cargo",
        &["build", "--release", "-p", "rejoinder-bench"],
    ))?;
    let mut bench = Command::new(root().join("target/release/rejoinder-bench"));
    run(bench.args(&options.options).current_dir(root()))
}
