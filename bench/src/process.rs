//! A server that was started here and is stopped here.

use std::fmt::Display;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{Result, clock, http, work};

/// A running program with all that it has started; stopped when dropped.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
}

/// The longest that a server may take to its first answer.
const PATIENCE: Duration = Duration::from_secs(30);

impl Process {
    /// Start `program`; it ends with this one, however this one ends.
    pub(crate) fn start(
        program: &Path,
        args: &[&str],
        env: &[(&str, &str)],
        log: &Path,
    ) -> Result<Self> {
        let failed = |error| format!("{} did not start: {error}", program.display());
        let output = File::create(log).map_err(failed)?;
        let errors = output.try_clone().map_err(failed)?;
        let mut command = if Path::new("/usr/bin/setpriv").is_file() {
            let mut command = Command::new("/usr/bin/setpriv");
            command.args(["--pdeathsig", "TERM", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        let child = command
            .args(args)
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(failed)?;
        Ok(Self {
            child,
            log: log.to_owned(),
        })
    }

    /// Wait until a GET of `target` is answered with 200.
    pub(crate) fn wait(&mut self, address: SocketAddr, target: &str) -> Result {
        let started_at = clock::now();
        loop {
            if http::get(address, target, &[]).is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            let has_ended = matches!(self.child.try_wait(), Ok(Some(_)));
            if has_ended || started_at.elapsed() > PATIENCE {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                return Err(format!(
                    "http://{address}{target} does not answer; its log:\n{log}"
                ));
            }
            sleep(Duration::from_micros(300));
        }
    }

    /// Wait until it has nothing more to do: requests of clients that are gone are still answered.
    pub(crate) fn settle(&self) {
        let mut before = self.cpu_ms();
        for _ in 0..200 {
            sleep(Duration::from_millis(150));
            let now = self.cpu_ms();
            if now - before < 15.0 {
                return;
            }
            before = now;
        }
    }

    /// The processor time that it has used, in milliseconds.
    pub(crate) fn cpu_ms(&self) -> f64 {
        self.pids().iter().map(|pid| cpu_ms(*pid)).sum()
    }

    /// That without what it has started.
    pub(crate) fn own_cpu_ms(&self) -> f64 {
        cpu_ms(self.child.id())
    }

    /// The memory it has in use, in MiB. What several processes share counts once.
    pub(crate) fn memory_mib(&self) -> f64 {
        let pids = self.pids();
        let kib: f64 = match pids.as_slice() {
            [pid] => field(*pid, "status", "VmRSS:"),
            pids => pids
                .iter()
                .map(|pid| field(*pid, "smaps_rollup", "Pss:"))
                .sum(),
        };
        kib / 1_024.0
    }

    /// The most memory that it has had in use so far, in MiB.
    pub(crate) fn peak_mib(&self) -> f64 {
        field(self.child.id(), "status", "VmHWM:") / 1_024.0
    }

    /// Whether it has ended, and well.
    pub(crate) fn ended(&mut self) -> Result<bool> {
        match self.child.try_wait() {
            Ok(None) => Ok(false),
            Ok(Some(status)) if status.success() => Ok(true),
            _ => Err(fs::read_to_string(&self.log).unwrap_or_default()),
        }
    }

    /// End it at once, as a crash does.
    pub(crate) fn kill(mut self) -> Result {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        ended.map(drop).map_err(|error| error.to_string())
    }

    /// It and all that it has started.
    fn pids(&self) -> Vec<u32> {
        let mut pids = vec![self.child.id()];
        let parents: Vec<_> = fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter_map(|pid: u32| Some((pid, stat(pid, 1)?)))
            .collect();
        let mut at = 0;
        while let Some(parent) = pids.get(at).copied() {
            let children = parents.iter().filter(|(_, of)| *of == u64::from(parent));
            pids.extend(children.map(|(pid, _)| *pid));
            at += 1;
        }
        pids
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let _ = work::said("kill", &["-TERM", &pid]);
        for _ in 0..5_000 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            sleep(Duration::from_millis(1));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Let this process have as many connections as the machine allows it.
pub(crate) fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // With fewer it says later which connection was too many.
    let _ = setrlimit(Resource::Nofile, raised);
}

/// The processor time that this thread has used, in milliseconds.
pub(crate) fn thread_cpu_ms() -> f64 {
    cpu_ms("thread-self")
}

/// A number of /proc/PID/stat, counted from the one behind the state.
fn stat(pid: impl Display, at: usize) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(") ")?;
    rest.split(' ').nth(at)?.parse().ok()
}

fn cpu_ms(pid: impl Display + Copy) -> f64 {
    const MS_PER_TICK: u64 = 10;
    let ticks = stat(pid, 11).unwrap_or(0) + stat(pid, 12).unwrap_or(0);
    u32::try_from(ticks * MS_PER_TICK).map_or(0.0, f64::from)
}

/// A size of a file of /proc, in KiB.
fn field(pid: u32, file: &str, name: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0.0)
}
