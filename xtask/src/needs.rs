use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::command::{command, find, output, run};

/// Something that the tests use and Cargo does not bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// PostgreSQL's server programs.
    Postgres,
    /// Chromium, driven by the browser tests.
    Chromium,
    /// Node 20 and npm, which run the browser tests and the type checker.
    Node,
    /// nginx, before the server as the documentation says.
    Nginx,
    /// The program `openssl`, which makes the certificates of tests.
    Openssl,
    /// curl, with which developers follow the documentation.
    Curl,
    /// debootstrap, which makes the small Debian that the package is tried on.
    Debootstrap,
    /// Python with pip, which fetches the scripts of another system that ours is held against.
    Python,
}

/// The oldest Node that runs the browser tests.
const MIN_NODE: u32 = 20;

/// The names under which Chromium is installed.
const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// Install what is missing, where that is possible; else say what it is and how to get it.
pub(crate) fn provide(needs: &[Need]) -> Result {
    let mut missing = still_missing(needs);
    if !missing.is_empty() && may_install()? {
        run(&mut apt(&["update", "-qq"]))?;
        let packages: Vec<_> = missing
            .iter()
            .flat_map(|need| need.packages())
            .copied()
            .collect();
        if !packages.is_empty() {
            let mut install = apt(&["install", "-qq", "-y", "--no-install-recommends"]);
            run(install.args(["-o", "Dpkg::Use-Pty=0"]).args(&packages))?;
        }
        missing = still_missing(needs);
    }
    if missing.is_empty() {
        return Ok(());
    }
    let advice: Vec<_> = missing.iter().map(|need| need.advice()).collect();
    Err(format!(
        "the tests need what this machine does not have:\n  {}",
        advice.join("\n  ")
    ))
}

/// Where Chromium is.
pub(crate) fn chromium() -> Result<String> {
    let found = find(CHROMIUM).ok_or_else(|| Need::Chromium.advice().to_owned())?;
    Ok(found.to_string_lossy().into_owned())
}

/// Where nginx is; Debian keeps it out of the path of everyone but root.
pub(crate) fn nginx() -> Result<PathBuf> {
    let kept = Path::new("/usr/sbin/nginx");
    find(&["nginx"])
        .or_else(|| kept.is_file().then(|| kept.to_owned()))
        .ok_or_else(|| Need::Nginx.advice().to_owned())
}

/// Where debootstrap is, which only root needs.
fn debootstrap() -> Option<PathBuf> {
    let kept = Path::new("/usr/sbin/debootstrap");
    find(&["debootstrap"]).or_else(|| kept.is_file().then(|| kept.to_owned()))
}

impl Need {
    fn is_met(self) -> bool {
        match self {
            Self::Postgres => testing::programs().is_some(),
            Self::Chromium => find(CHROMIUM).is_some(),
            Self::Node => {
                find(&["npm"]).is_some() && node_version().is_some_and(|major| major >= MIN_NODE)
            }
            Self::Nginx => nginx().is_ok(),
            Self::Openssl => find(&["openssl"]).is_some(),
            Self::Curl => find(&["curl"]).is_some(),
            Self::Debootstrap => debootstrap().is_some(),
            Self::Python => output(&mut command("python3", &["-c", "import ensurepip"])).is_ok(),
        }
    }

    /// What Debian calls it, with the fonts that a page needs to be looked at; nothing when
    /// this Debian's would not do.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &["postgresql"],
            Self::Chromium => &["chromium", "fonts-liberation", "fonts-dejavu-core"],
            Self::Node if node_offered().is_some_and(|major| major >= MIN_NODE) => {
                &["nodejs", "npm"]
            }
            Self::Node => &[],
            Self::Nginx => &["nginx"],
            Self::Openssl => &["openssl"],
            Self::Curl => &["curl"],
            Self::Debootstrap => &["debootstrap"],
            Self::Python => &["python3-venv"],
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Postgres => {
                "PostgreSQL's server (Debian: apt-get install postgresql; \
                 Fedora: dnf install postgresql-server; macOS: brew install postgresql)"
            }
            Self::Chromium => {
                "Chromium (Debian: apt-get install chromium; Fedora: dnf install chromium; \
                 elsewhere any Chromium or Chrome on the path)"
            }
            Self::Node => {
                "Node 20 or later with npm (Debian 13: apt-get install nodejs npm; \
                 Debian 12 has Node 18, so take it from nodejs.org; macOS: brew install node)"
            }
            Self::Nginx => {
                "nginx (Debian: apt-get install nginx; Fedora: dnf install nginx; \
                 macOS: brew install nginx)"
            }
            Self::Openssl => "openssl (Debian: apt-get install openssl)",
            Self::Curl => "curl (Debian: apt-get install curl)",
            Self::Debootstrap => "debootstrap (Debian: apt-get install debootstrap)",
            Self::Python => "Python 3 with pip (Debian: apt-get install python3-venv)",
        }
    }
}

fn still_missing(needs: &[Need]) -> Vec<Need> {
    needs
        .iter()
        .copied()
        .filter(|need| !need.is_met())
        .collect()
}

fn may_install() -> Result<bool> {
    Ok(find(&["apt-get"]).is_some() && output(&mut command("id", &["-u"]))? == "0")
}

fn apt(args: &[&str]) -> Command {
    let mut apt = command("apt-get", args);
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    apt
}

fn node_version() -> Option<u32> {
    major(
        output(&mut command("node", &["--version"]))
            .ok()?
            .trim_start_matches('v'),
    )
}

/// The Node that apt would install.
fn node_offered() -> Option<u32> {
    let policy = output(&mut command("apt-cache", &["policy", "nodejs"])).ok()?;
    let candidate = policy
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate:"))?;
    major(candidate.trim())
}

fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}
