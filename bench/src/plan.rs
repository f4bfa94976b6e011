//! What is measured, how often and how long.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::Result;

#[derive(Parser)]
#[command(
    name = "cargo xtask bench",
    about = "Measure Rejoinder against its budgets and its peers"
)]
pub(crate) struct Options {
    /// Measure only these
    #[arg(value_enum, value_name = "PROFILE")]
    only: Vec<Profile>,
    /// Fewer and shorter rounds, at most 3 minutes in all; the result is printed and not kept
    #[arg(long)]
    quick: bool,
    /// Keep the result, although not everything is measured
    #[arg(long, conflicts_with = "quick")]
    keep: bool,
    /// Read from a database of 10 million comments; it is built once and kept in target/bench
    #[arg(long)]
    ten_million: bool,
    /// Import into this database of PostgreSQL, too; it must be empty, and is full afterwards
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// The program to measure
    #[arg(long, value_name = "FILE", default_value = "target/release/rejoinder")]
    program: PathBuf,
}

/// Something to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// A thread from the page cache
    Cached,
    /// A thread that people write to while others read
    AfterWrite,
    /// A thread that is not in the page cache, in a small and a large database
    Cold,
    /// The first page of a thread of 100,000 comments
    Long,
    /// Comments that are on the disk when the answer comes
    Write,
    /// From start to first answer, and memory and size after
    Start,
    /// Script and style that a browser loads
    Weight,
    /// Reading an export, and writing a site as files
    Import,
    /// Readers who follow a page live
    Live,
    /// A reader beside someone who wants the server to be slow
    Hostile,
    /// Three nodes on PostgreSQL, while something breaks
    Nodes,
    /// Who a reader is, on a server of 100,000 publications
    Sites,
    /// The newsroom's pages with ever more comments; measured only where it is named
    Growth,
}

pub(crate) struct Plan {
    only: Vec<Profile>,
    pub(crate) is_quick: bool,
    keeps_part: bool,
    /// How many comments the large database has.
    pub(crate) n_large: u32,
    pub(crate) n_rounds: usize,
    /// How long each side is under load in a round.
    pub(crate) load: Duration,
    /// How many starts are timed.
    pub(crate) n_starts: usize,
    pub(crate) program: PathBuf,
    /// An empty database of PostgreSQL.
    pub(crate) postgres: Option<String>,
    /// What is kept from run to run.
    pub(crate) kept: PathBuf,
}

impl Plan {
    pub(crate) fn new(options: &Options) -> Result<Self> {
        let program = root().join(&options.program);
        if !program.is_file() {
            return Err(format!(
                "{} is not there; `cargo xtask bench` builds it",
                program.display()
            ));
        }
        let is_quick = options.quick;
        Ok(Self {
            only: options.only.clone(),
            is_quick,
            keeps_part: options.keep,
            n_large: match (options.ten_million, is_quick) {
                (true, _) => 10_000_000,
                (false, true) => 100_000,
                (false, false) => 1_000_000,
            },
            n_rounds: if is_quick { 2 } else { 5 },
            load: Duration::from_secs(if is_quick { 2 } else { 5 }),
            n_starts: if is_quick { 5 } else { 15 },
            program,
            postgres: options.postgres.clone(),
            kept: root().join("target/bench"),
        })
    }

    pub(crate) fn wants(&self, profile: Profile) -> bool {
        self.only.is_empty() && profile != Profile::Growth || self.only.contains(&profile)
    }

    /// A short or partial run says too little to be kept, unless someone wants the part.
    pub(crate) fn keeps_result(&self) -> bool {
        !self.is_quick && (self.only.is_empty() || self.keeps_part)
    }

    /// The names of what alone is measured, for the name of the result.
    pub(crate) fn parts(&self) -> String {
        let parts = self.only.iter().filter_map(Profile::to_possible_value);
        parts.map(|part| format!("-{}", part.get_name())).collect()
    }
}

/// The workspace's folder.
pub(crate) fn root() -> &'static Path {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    bench.parent().unwrap_or(bench)
}
