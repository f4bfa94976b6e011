use clap::{Args, ValueEnum};
use testing::{LONG_VARIABLE, POSTGRES_VARIABLE, Postgres};

use crate::command::{self, command, find};
use crate::needs::{self, Need};
use crate::steps::{Notes, Steps};
use crate::{Result, browser, npm};

/// What proptest throws its cases from.
const SEED_VARIABLE: &str = "PROPTEST_RNG_SEED";

#[derive(Args)]
pub(crate) struct TestOptions {
    /// Run these checks alone (repeat it or separate them by commas)
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    only: Vec<Check>,
    /// Check the development build, which is quicker to build again after a change
    #[arg(long)]
    dev: bool,
    /// Let the tests that try many times try many more, and what nobody has tried yet
    #[arg(long)]
    long: bool,
    /// Words for the runner of the Rust tests, such as `-p rejoinder-store`; implies `--only rust`
    #[arg(last = true, value_name = "ARGS")]
    rest: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Check {
    /// Every Rust file is formatted
    Fmt,
    /// Clippy has nothing to say
    Clippy,
    /// The examples in the documentation run
    Doc,
    /// The JavaScript in web/ passes `tsc --checkJs --strict`
    Types,
    /// The tests of scripts that need no browser
    Unit,
    /// Unit, contract (SQLite and PostgreSQL) and router tests
    Rust,
    /// The browser tests, on Chromium
    Browser,
}

/// Install or start what the checks need, and run them.
pub(crate) fn run(options: &TestOptions) -> Result {
    let checks = options.checks();
    let mut steps = Steps::new();
    let needs = checks
        .iter()
        .flat_map(|check| check.needs())
        .copied()
        .collect::<Vec<_>>();
    if !steps.take("tools", || needs::provide(&needs).map(|()| Notes::new())) {
        return steps.finish(|_| "cargo xtask test".to_owned());
    }
    for check in checks {
        steps.take(&check.name(), || check.run(options));
    }
    steps.finish(|name| format!("cargo xtask test --only {name}"))
}

impl TestOptions {
    fn checks(&self) -> Vec<Check> {
        if !self.rest.is_empty() {
            return vec![Check::Rust];
        }
        let all = Check::value_variants().iter().copied();
        all.filter(|check| self.only.is_empty() || self.only.contains(check))
            .collect()
    }

    /// Which build the checks look at, in cargo's words. The browser tests need the one for release, as
    /// the README makes it: from nothing, one build for all is quicker than two.
    fn build(&self) -> &'static [&'static str] {
        match self.dev {
            true => &[],
            false => &["--release"],
        }
    }
}

impl Check {
    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    fn needs(self) -> &'static [Need] {
        match self {
            Self::Fmt | Self::Clippy | Self::Doc => &[],
            Self::Rust => &[Need::Postgres],
            Self::Types | Self::Unit => &[Need::Node],
            Self::Browser => &[
                Need::Node,
                Need::Chromium,
                Need::Postgres,
                Need::Nginx,
                Need::Openssl,
                Need::Curl,
            ],
        }
    }

    fn run(self, options: &TestOptions) -> Result<Notes> {
        let build = options.build();
        let outcome = match self {
            Self::Fmt => cargo(&["fmt", "--all", "--check"]),
            Self::Clippy => {
                let targets = ["clippy", "--workspace", "--all-targets"];
                cargo(&[&targets, build, &["--", "-D", "warnings"]].concat())
            }
            Self::Doc => cargo(&[&["test", "--quiet", "--workspace", "--doc"], build].concat()),
            Self::Types => npm::run_script("types"),
            Self::Unit => npm::run_script("unit"),
            Self::Rust => rust(options),
            Self::Browser => {
                cargo(&["build", "--release"])?;
                return browser::run(options.long);
            }
        };
        outcome.map(|()| Notes::new())
    }
}

fn rust(options: &TestOptions) -> Result {
    let server = Postgres::start()?;
    let is_nextest = find(&["cargo-nextest"]).is_some();
    let mut tests = if is_nextest {
        command("cargo", &["nextest", "run"])
    } else {
        command(
            "cargo",
            &["test", "--no-fail-fast", "--lib", "--bins", "--tests"],
        )
    };
    if options.rest.is_empty() {
        tests.arg("--workspace");
    }
    tests
        .args(options.build())
        .args(&options.rest)
        .env(POSTGRES_VARIABLE, server.url());
    if options.long {
        tests.env(LONG_VARIABLE, "1");
    } else {
        // The same cases each time, so that a failure is about the change; a long run throws new ones.
        tests.env(SEED_VARIABLE, "20261129");
    }
    command::run(&mut tests)
}

fn cargo(args: &[&str]) -> Result {
    command::run(&mut command("cargo", args))
}
