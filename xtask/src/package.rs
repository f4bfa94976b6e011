//! The Debian package and the container, tried where nothing else is installed.
//!
//! Both are for machines that this one is not, so a small Debian is made beside it, used and removed again.
//! No registry of containers is asked: what the Containerfile does to its base is done to that Debian.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use clap::Args;

use crate::Result;
use crate::command::{command, find, output, root, run};
use crate::needs::{self, Need};
use crate::scratch::Scratch;
use crate::steps::{Notes, Steps};

#[derive(Args)]
pub(crate) struct PackageOptions {
    /// The Debian to try it on
    #[arg(long, value_name = "SUITE", default_value = "trixie")]
    suite: String,
    /// Take the program as it was built last
    #[arg(long)]
    no_build: bool,
}

/// What stands in the package beside documentation: rights, for root as the owner, and path.
const CONTENTS: [(&str, &str); 3] = [
    ("-rwxr-xr-x", "./usr/bin/rejoinder"),
    ("-rw-r--r--", "./usr/lib/systemd/system/rejoinder.service"),
    ("-rw-r--r--", "./etc/rejoinder.toml"),
];

const UNIT: &str = "/usr/lib/systemd/system/rejoinder.service";

/// The most that `systemd-analyze security` may say of the unit, in tenths.
const MAX_EXPOSURE: &str = "20";

/// Where the program keeps everything, in the package and in the container.
const STATE: &str = "/var/lib/rejoinder";

const LISTEN: &str = "127.0.0.1:28080";
const INTERNAL: &str = "127.0.0.1:28081";

/// Make the package, install it on a small Debian and use it there; then the same with the container.
pub(crate) fn check(options: &PackageOptions) -> Result {
    let scratch = Scratch::new()?;
    let trial = Trial {
        debian: scratch.path().join("debian"),
        package: scratch.path().join("rejoinder.deb"),
    };
    let mut steps = Steps::new();
    let _ = steps.take("tools", tools)
        && steps.take("package", || trial.make(options))
        && steps.take("debian", || trial.bootstrap(&options.suite))
        && steps.take("install", || trial.install())
        && steps.take("unit", || trial.look_at_unit())
        && steps.take("serve", || trial.serve())
        && steps.take("remove", || trial.remove())
        && steps.take("container", || trial.be_container());
    steps.finish(|_| "cargo xtask package".to_owned())
}

fn tools() -> Result<Notes> {
    if output(&mut command("id", &["-u"]))? != "0" {
        return Err("only root can make a Debian beside this one".to_owned());
    }
    needs::provide(&[Need::Debootstrap, Need::Curl])?;
    if find(&["cargo-deb"]).is_none() {
        run(&mut command("cargo", &["install", "cargo-deb", "--locked"]))?;
    }
    Ok(Notes::new())
}

struct Trial {
    /// The folder that the small Debian is in.
    debian: PathBuf,
    package: PathBuf,
}

impl Trial {
    /// Build the program, and the package with it.
    fn make(&self, options: &PackageOptions) -> Result<Notes> {
        if !options.no_build {
            run(&mut command("cargo", &["build", "--release", "--locked"]))?;
        }
        let package = shown(&self.package);
        let args = ["deb", "--no-build", "--package", "rejoinder", "--output"];
        run(command("cargo", &args).arg(&package))?;
        let contents = output(&mut command("dpkg-deb", &["--contents", &package]))?;
        for (rights, path) in CONTENTS {
            let is_it = |line: &str| {
                let words: Vec<_> = line.split_whitespace().collect();
                let owner = words.get(1).copied().unwrap_or_default();
                line.starts_with(rights)
                    && line.ends_with(path)
                    && matches!(owner, "0/0" | "root/root")
            };
            if !contents.lines().any(is_it) {
                return Err(format!("{path} is not there as {rights}:\n{contents}"));
            }
        }
        let is_odd = |line: &&str| {
            let is_known = CONTENTS.iter().any(|(_, path)| line.ends_with(path));
            !is_known && !line.ends_with('/') && !line.contains("./usr/share/doc/rejoinder/")
        };
        match contents.lines().find(is_odd) {
            Some(odd) => Err(format!("the package has more than it should: {odd}")),
            None => Ok(vec![format!("{} files", contents.lines().count())]),
        }
    }

    /// Make a small Debian, which reaches what this machine reaches.
    fn bootstrap(&self, suite: &str) -> Result<Notes> {
        let debian = shown(&self.debian);
        let args = ["--variant=minbase", "--include=ca-certificates,systemd"];
        run(command("debootstrap", &args).args([suite, &debian]))?;
        for file in ["/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt"] {
            fs::copy(file, self.path(file)).map_err(|error| format!("{file}: {error}"))?;
        }
        let settings = "/etc/apt/apt.conf.d/.";
        run(&mut command(
            "cp",
            &["-r", settings, &shown(&self.path(settings))],
        ))?;
        Ok(vec![format!("Debian {suite}")])
    }

    fn install(&self) -> Result<Notes> {
        let there = self.path("/rejoinder.deb");
        fs::copy(&self.package, there).map_err(|error| format!("the package: {error}"))?;
        run(&mut self.inside(&["dpkg", "--install", "/rejoinder.deb"]))?;
        // Says nothing of files that are as the package has them.
        let changed = output(&mut self.inside(&["dpkg", "--verify", "rejoinder"]))?;
        if !changed.is_empty() {
            return Err(format!("installed otherwise than packed:\n{changed}"));
        }
        let version = output(&mut self.inside(&["rejoinder", "--version"]))?;
        let enabled = self.path("/etc/systemd/system/multi-user.target.wants/rejoinder.service");
        match enabled.exists() {
            true => Err("the package starts the server before anybody said its address".to_owned()),
            false => Ok(vec![version]),
        }
    }

    fn look_at_unit(&self) -> Result<Notes> {
        let verify = ["systemd-analyze", "verify", "--man=no", "rejoinder.service"];
        run(&mut self.inside(&verify))?;
        let threshold = format!("--threshold={MAX_EXPOSURE}");
        let rate = [
            "systemd-analyze",
            "security",
            "--offline=true",
            &threshold,
            UNIT,
        ];
        let rated = output(&mut self.inside(&rate))?;
        Ok(rated
            .lines()
            .last()
            .map(str::to_owned)
            .into_iter()
            .collect())
    }

    /// Serve as the unit does: as a user of its own, who may write to one folder.
    fn serve(&self) -> Result<Notes> {
        let install = [
            "install",
            "--directory",
            "--owner=nobody",
            "--mode=0700",
            STATE,
        ];
        run(&mut self.inside(&install))?;
        let config = ["--config", "/etc/rejoinder.toml"];
        let add = ["rejoinder", "site", "add", "news.example"];
        run(self.as_nobody(&add).args(config))?;
        let serve = [
            "rejoinder",
            "serve",
            "--listen",
            LISTEN,
            "--internal",
            INTERNAL,
        ];
        let mut server = self.as_nobody(&serve);
        use_and_stop(server.args(config), None)
    }

    /// Take the package away: what was written stays.
    fn remove(&self) -> Result<Notes> {
        run(&mut self.inside(&["dpkg", "--purge", "rejoinder"]))?;
        for gone in CONTENTS.map(|(_, path)| path.trim_start_matches('.')) {
            if self.path(gone).exists() {
                return Err(format!("{gone} is still there"));
            }
        }
        match self.path(STATE).join("rejoinder.db").exists() {
            true => Ok(vec![format!("{STATE} stays")]),
            false => Err(format!("{STATE} is gone")),
        }
    }

    /// Do what the Containerfile does, and start what it starts as the first process.
    fn be_container(&self) -> Result<Notes> {
        let written = root().join("packaging/Containerfile");
        let written = fs::read_to_string(written).map_err(|error| error.to_string())?;
        let text = written.replace("\\\n", " ");
        let last = text.rsplit("\nFROM ").next().unwrap_or_default();
        let of = |word: &'static str| last.lines().filter_map(move |line| line.strip_prefix(word));
        fs::remove_dir_all(self.path(STATE)).map_err(|error| error.to_string())?;
        for commands in of("RUN ") {
            run(&mut self.inside(&["sh", "-c", commands]))?;
        }
        let built = root().join("target/release/rejoinder");
        fs::copy(built, self.path("/usr/bin/rejoinder")).map_err(|error| error.to_string())?;
        let user = of("USER ").next().ok_or("the container has no user")?;
        let mut env: Vec<_> = of("ENV ").flat_map(str::split_whitespace).collect();
        let listen = format!("REJOINDER_LISTEN={LISTEN}");
        let internal = format!("REJOINDER_INTERNAL={INTERNAL}");
        // This machine may have something at the ports of the container.
        let base = "REJOINDER_BASE=https://comments.news.example";
        env.extend([&*listen, &*internal, base]);
        let named = |args: &[&str]| {
            let mut inside = self.inside_as(user, &["env"]);
            inside.args(&env).args(args);
            inside
        };
        run(&mut named(&["rejoinder", "site", "add", "news.example"]))?;
        let server = named(&["rejoinder", "serve"]);
        let mut first = command("unshare", &["--pid", "--fork", "--kill-child"]);
        first.arg(server.get_program()).args(server.get_args());
        use_and_stop(&mut first, Some("its own first process"))
    }

    /// The place of a path of the small Debian.
    fn path(&self, path: &str) -> PathBuf {
        self.debian.join(path.trim_start_matches('/'))
    }

    fn inside(&self, args: &[&str]) -> Command {
        self.inside_as("root", args)
    }

    fn as_nobody(&self, args: &[&str]) -> Command {
        self.inside_as("nobody", args)
    }

    fn inside_as(&self, user: &str, args: &[&str]) -> Command {
        let group = if user == "root" { "root" } else { "nogroup" };
        let user = format!("--userspec={user}:{group}");
        let mut inside = command("chroot", &[&user, &shown(&self.debian)]);
        inside
            .args(args)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("DEBIAN_FRONTEND", "noninteractive");
        inside
    }
}

/// Start a server, write a comment, read it again, and let it end in peace.
fn use_and_stop(server: &mut Command, parent: Option<&str>) -> Result<Notes> {
    let mut server = Running(server.spawn().map_err(|error| error.to_string())?);
    let ready = format!("http://{INTERNAL}/readyz");
    let mut tries = 0;
    while output(&mut curl(&[&ready])).is_err() {
        tries += 1;
        if tries > 100 {
            return Err("the server is not ready after ten seconds".to_owned());
        }
        thread::sleep(Duration::from_millis(100));
    }
    let api = format!("http://{LISTEN}/api/v1");
    let body = r#"{"site":"news.example","page":"story","text":"It works","name":"Ann"}"#;
    let origin = ["--header", "Origin: https://news.example"];
    let json = ["--header", "Content-Type: application/json", "--data", body];
    let mut post = curl(&[&format!("{api}/comments")]);
    run(post.args(origin).args(json))?;
    let thread = output(&mut curl(&[&format!(
        "{api}/thread?site=news.example&page=story"
    )]))?;
    if !thread.contains("It works") {
        return Err(format!("the comment is not there: {thread}"));
    }
    let own = server.0.id().to_string();
    let pid = match parent {
        Some(_) => output(&mut command("pgrep", &["--parent", &own]))?,
        None => own,
    };
    run(&mut command("kill", &["-TERM", &pid]))?;
    let ended = server.0.wait().map_err(|error| error.to_string())?;
    match ended.success() {
        true => Ok(vec![format!(
            "served, and ended in peace{}",
            parent.map_or_else(String::new, |what| format!(" as {what}"))
        )]),
        false => Err(format!("SIGTERM ended the server with {ended}")),
    }
}

fn curl(args: &[&str]) -> Command {
    let mut curl = command(
        "curl",
        &["--silent", "--show-error", "--fail", "--noproxy", "*"],
    );
    curl.args(args);
    curl
}

/// A server that ends with its trial, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
