use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{fs, process};

use crate::POSTGRES_VARIABLE;

/// Sockets need a short path, and the server's own user must reach it.
const FOLDER: &str = "/tmp";
const FOLDER_PREFIX: &str = "rejoinder-postgres-";

/// The user that the server runs as where it would be root, which PostgreSQL refuses.
const SERVER_USER: &str = "postgres";

/// Durability is not what these tests ask of PostgreSQL, and where cargo-nextest is missing one process
/// opens every store of a crate.
const OPTIONS: &str = "-F -c full_page_writes=off -c synchronous_commit=off \
    -c max_connections=1000 -c listen_addresses=''";

/// Starts a server, says so, waits until whoever holds the other end of its input is gone, and
/// stops it. One script does all of it, so that a starter killed half-way leaves nothing.
const KEEPER: &str = r#"
trap '' PIPE
programs=$1 folder=$2 options=$3 from=$4
mkdir "$folder" || exit
initialise() {
    if [ -n "$from" ]; then
        "$programs/pg_basebackup" -d "$from" -D "$folder/data" -R -X stream -c fast --no-sync
    else
        "$programs/initdb" -U rejoinder -A trust -E UTF8 --locale=C.UTF-8 --no-sync -D "$folder/data"
    fi
}
start() {
    "$programs/pg_ctl" -w -t 60 -o "$options -k $folder" -l "$folder/log" -D "$folder/data" start
}
if initialise >"$folder/steps" 2>&1 && start >>"$folder/steps" 2>&1; then
    echo ready
    read -r _
    "$programs/pg_ctl" -m immediate -w -D "$folder/data" stop >/dev/null
else
    cat "$folder/steps" "$folder/log"
fi
rm -rf "$folder"
"#;

/// A PostgreSQL server for tests: in a folder of its own, on a socket, gone with its starter.
///
/// It also goes when the starter is killed, because a keeper process waits on a pipe from it.
#[derive(Debug)]
pub struct Postgres {
    url: String,
    /// What it is started with, besides [`OPTIONS`].
    options: String,
    keeper: Option<Child>,
}

impl Postgres {
    /// Start a server of one's own; takes about half a second.
    ///
    /// # Errors
    ///
    /// Says what to install when PostgreSQL is missing, and shows its log when it did not start.
    pub fn start() -> Result<Self, String> {
        Self::start_with("")
    }

    /// The same, with these options of `postgres` besides, which win over those of tests.
    ///
    /// # Errors
    ///
    /// As [`Self::start`].
    pub fn start_with(options: &str) -> Result<Self, String> {
        Self::keep(options, "")
    }

    /// Start a server that follows this one, with the same options.
    ///
    /// # Errors
    ///
    /// As [`Self::start`].
    pub fn standby(&self) -> Result<Self, String> {
        let folder = self.folder();
        let from = format!("host={} user=rejoinder", folder.display());
        Self::keep(&self.options, &from)
    }

    /// Start a server with data of its own, or with those of the one at `from`, to follow it.
    fn keep(options: &str, from: &str) -> Result<Self, String> {
        let programs = programs().ok_or_else(advice)?;
        let is_root = is_root()?;
        sweep_folders(&programs, is_root);

        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = Path::new(FOLDER).join(format!("{FOLDER_PREFIX}{}-{number}", process::id()));
        let mut keeper = as_server(is_root, "sh")
            .args(["-c", KEEPER, "sh"])
            .args([programs.as_os_str(), folder.as_os_str()])
            .args([&format!("{OPTIONS} {options}"), from])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("PostgreSQL could not be started: {error}"))?;
        let mut said = BufReader::new(keeper.stdout.take().ok_or("the keeper has no output")?);
        let mut answer = String::new();
        let read = said.read_line(&mut answer);
        if read.is_ok() && answer.trim() == "ready" {
            let url = format!("postgres://rejoinder@{}", encode(&folder));
            return Ok(Self {
                url,
                options: options.to_owned(),
                keeper: Some(keeper),
            });
        }
        let _ = said.read_to_string(&mut answer);
        let _ = keeper.wait();
        Err(format!(
            "PostgreSQL did not start in {}:\n{}",
            folder.display(),
            answer.trim()
        ))
    }

    /// Its address without a database, as [`POSTGRES_VARIABLE`] carries it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Take the server down, as an operator would; its data stay.
    ///
    /// # Errors
    ///
    /// What `pg_ctl` said.
    pub fn stop(&self) -> Result<(), String> {
        self.control(&["stop", "-w", "-m", "fast"])
    }

    /// Take the server down as a crash does; it recovers when it is [brought up](Self::resume).
    ///
    /// # Errors
    ///
    /// What `pg_ctl` said.
    pub fn crash(&self) -> Result<(), String> {
        self.control(&["stop", "-w", "-m", "immediate"])
    }

    /// Let a [standby](Self::standby) follow no longer, and take writes.
    ///
    /// # Errors
    ///
    /// What `pg_ctl` said.
    pub fn promote(&self) -> Result<(), String> {
        self.control(&["promote", "-w"])
    }

    /// Bring a server up again that was [stopped](Self::stop).
    ///
    /// # Errors
    ///
    /// What `pg_ctl` said.
    pub fn resume(&self) -> Result<(), String> {
        self.resume_with("")
    }

    /// The same, on a port of this machine that asks for encryption, too, with a certificate and its key
    /// as PEM.
    ///
    /// # Errors
    ///
    /// What `pg_ctl` or the shell said.
    pub fn resume_encrypted(&self, port: u16, certificate: &str, key: &str) -> Result<(), String> {
        let mut options = format!("-c listen_addresses=localhost -c port={port} -c ssl=on");
        for (name, text) in [("cert", certificate), ("key", key)] {
            let path = self.folder().join(name);
            let write = r#"umask 077; printf %s "$2" >"$1""#;
            run(as_server(is_root()?, "sh")
                .args(["-c", write, "sh"])
                .arg(&path)
                .arg(text))?;
            options = format!("{options} -c ssl_{name}_file={}", path.display());
        }
        self.resume_with(&options)
    }

    fn resume_with(&self, more: &str) -> Result<(), String> {
        let folder = self.folder();
        let options = format!("{OPTIONS} {} -k {} {more}", self.options, folder.display());
        let log = folder.join("log").display().to_string();
        self.control(&["start", "-w", "-t", "60", "-l", &log, "-o", &options])
    }

    fn control(&self, words: &[&str]) -> Result<(), String> {
        let program = programs().ok_or_else(advice)?.join("pg_ctl");
        let mut command = as_server(is_root()?, program);
        command
            .args(words)
            .arg("-D")
            .arg(self.folder().join("data"));
        // Not `run`: the server would hold the other end of the pipes that it reads.
        let status = command.status().map_err(|error| error.to_string())?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("{command:?} failed ({status})"))
        }
    }

    /// Where the server keeps everything, as its address says.
    fn folder(&self) -> PathBuf {
        let host = self.url.rsplit('@').next().unwrap_or_default();
        PathBuf::from(host.replace("%2F", "/"))
    }

    /// Run statements, each by itself, in the database `postgres`; gives what they printed.
    ///
    /// # Errors
    ///
    /// What `psql` said.
    pub fn sql(&self, statements: &[&str]) -> Result<String, String> {
        self.sql_in("postgres", statements)
    }

    /// The same in one of its databases, by its name.
    ///
    /// # Errors
    ///
    /// What `psql` said.
    pub fn sql_in(&self, database: &str, statements: &[&str]) -> Result<String, String> {
        let psql = programs().ok_or_else(advice)?.join("psql");
        let mut command = quiet(psql);
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]);
        command.arg(format!("{}/{database}", self.url));
        command.args(statements.iter().flat_map(|statement| ["-c", statement]));
        run(&mut command)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        }
    }
}

/// The server of this run: the one that [`POSTGRES_VARIABLE`] names, else this process's own.
///
/// # Panics
///
/// Fails the test, and says what to install, when there is no PostgreSQL.
pub fn postgres() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(|| match named_by(POSTGRES_VARIABLE) {
        Some(server) => server,
        None => Postgres::start().unwrap_or_else(|error| panic!("{error}")),
    })
}

/// The server that an environment variable names.
pub(crate) fn named_by(variable: &str) -> Option<Postgres> {
    let url = std::env::var_os(variable)?;
    Some(Postgres {
        url: url.to_string_lossy().trim_end_matches('/').to_owned(),
        options: String::new(),
        keeper: None,
    })
}

/// The folder of PostgreSQL's programs, when its server is installed.
pub fn programs() -> Option<PathBuf> {
    // Debian keeps servers off the path, and its `psql` on the path is a slow wrapper.
    let mut installed: Vec<_> = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"]
        .iter()
        .filter_map(|parent| fs::read_dir(parent).ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|folder| folder.join("initdb").is_file())
        .collect();
    installed.sort_by_key(|folder| version(folder));
    installed.pop().or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file())
    })
}

pub(crate) fn version(folder: &Path) -> u32 {
    let name = folder.to_string_lossy();
    let digits = name
        .split(|c: char| !c.is_ascii_digit())
        .find(|part| !part.is_empty());
    digits.and_then(|part| part.parse().ok()).unwrap_or(0)
}

fn advice() -> String {
    "PostgreSQL's server is not installed; these tests need its programs initdb, pg_ctl and psql \
     (Debian: apt-get install postgresql; Fedora: dnf install postgresql-server; \
     macOS: brew install postgresql)"
        .to_owned()
}

/// Remove what starters left behind that were stopped together with their keeper.
fn sweep_folders(programs: &Path, is_root: bool) {
    for entry in fs::read_dir(FOLDER).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name
            .to_str()
            .and_then(|name| owner(name, FOLDER_PREFIX, '-'))
            .is_some_and(is_gone)
        {
            let data = entry.path().join("data");
            let stop = ["-m", "immediate", "-w", "stop", "-D"];
            let _ = run(as_server(is_root, programs.join("pg_ctl"))
                .args(stop)
                .arg(data));
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The process that made what is called `{prefix}{process}{separator}{number}`.
pub(crate) fn owner(name: &str, prefix: &str, separator: char) -> Option<u32> {
    name.strip_prefix(prefix)?
        .split_once(separator)?
        .0
        .parse()
        .ok()
}

/// Whether the process `pid` has ended.
pub fn is_gone(pid: u32) -> bool {
    if Path::new("/proc/self").exists() {
        return !Path::new("/proc").join(pid.to_string()).exists();
    }
    run(quiet("ps").args(["-p", &pid.to_string()])).is_err()
}

fn is_root() -> Result<bool, String> {
    Ok(run(quiet("id").arg("-u"))?.trim() == "0")
}

/// `program` as the user that the server runs as.
fn as_server(is_root: bool, program: impl AsRef<OsStr>) -> Command {
    if !is_root {
        return quiet(program);
    }
    let mut command = quiet("setpriv");
    command.args([
        "--reuid",
        SERVER_USER,
        "--regid",
        SERVER_USER,
        "--clear-groups",
        "--",
    ]);
    command.arg(program);
    command
}

/// `program` with nothing of ours: no input, no output that would outlive a test.
pub(crate) fn quiet(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

pub(crate) fn run(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| format!("{program} did not start: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "{command:?} failed ({}): {}",
            output.status,
            said.trim()
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A folder as the host of a connection URL.
fn encode(folder: &Path) -> String {
    folder.to_string_lossy().replace('/', "%2F")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_goes_with_its_starter() {
        let server = Postgres::start().unwrap();
        let folder = server.folder();
        assert!(folder.join("data/postmaster.pid").exists());

        drop(server);

        assert!(!folder.exists());
    }

    #[test]
    fn a_server_comes_back_with_its_data() {
        let server = Postgres::start().unwrap();
        server.sql(&["create database kept"]).unwrap();

        server.stop().unwrap();
        assert!(server.sql(&["select 1"]).is_err());
        server.resume().unwrap();

        let names = server.sql(&["select datname from pg_database"]).unwrap();
        assert!(names.contains("kept"));
    }

    #[test]
    fn a_standby_has_what_was_written_and_takes_writes_once_it_is_promoted() {
        let server = Postgres::start_with("-c synchronous_commit=remote_apply").unwrap();
        let standby = server.standby().unwrap();
        server
            .sql(&[
                "alter system set synchronous_standby_names = '*'",
                "select pg_reload_conf()",
            ])
            .unwrap();
        server.sql(&["create database kept"]).unwrap();
        assert!(standby.sql(&["create database refused"]).is_err());

        server.crash().unwrap();
        standby.promote().unwrap();

        standby.sql(&["create database taken"]).unwrap();
        let names = standby.sql(&["select datname from pg_database"]).unwrap();
        assert!(names.contains("kept") && names.contains("taken"), "{names}");
    }

    #[test]
    fn names_tell_their_process() {
        assert_eq!(owner("test_12_0", "test_", '_'), Some(12));
        assert_eq!(owner("rejoinder-postgres-7-1", FOLDER_PREFIX, '-'), Some(7));
        assert_eq!(owner("postgres", "test_", '_'), None);
    }
}
