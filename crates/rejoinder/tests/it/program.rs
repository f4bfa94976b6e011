//! The real program, started as an operator starts it.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;

use serde_json::Value;

/// Lines that a program printed, from both of its streams.
type Lines = mpsc::Receiver<String>;

/// A folder with a database, and the program that works on it.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    database: Option<String>,
    program: PathBuf,
    user: Option<u32>,
    /// What the shell does that starts the program.
    shell: Option<String>,
}

/// The user that owns nothing, on every system.
const NOBODY: u32 = 65_534;

impl Place {
    /// An empty data directory.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            database: None,
            program: env!("CARGO_BIN_EXE_rejoinder").into(),
            user: None,
            shell: None,
        }
    }

    /// An empty data directory of someone who may open so many files, and allow themself so many.
    pub(crate) fn with_files(soft: u32, hard: u32) -> Self {
        Self {
            shell: Some(format!("ulimit -Sn {soft}; ulimit -Hn {hard}")),
            ..Self::new()
        }
    }

    /// An empty data directory of someone whom the rights of files bind, as they do not bind root.
    pub(crate) fn of_nobody() -> Self {
        let mut place = Self::new();
        if fs::metadata(place.folder.path()).unwrap().uid() == 0 {
            // The program itself may lie where only root may go.
            let program = place.path("rejoinder");
            fs::copy(&place.program, &program).unwrap();
            chown(place.folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
            place.program = program;
            place.user = Some(NOBODY);
        }
        place
    }

    /// An empty data directory, under a shell that lets everybody read what is written.
    pub(crate) fn open_to_all() -> Self {
        Self {
            shell: Some("umask 000".to_owned()),
            ..Self::new()
        }
    }

    /// Let nobody write a file or folder; gives its rights, for [`Place::open`].
    pub(crate) fn close(&self, name: &str) -> Permissions {
        let path = self.path(name);
        let was = fs::metadata(&path).unwrap().permissions();
        fs::set_permissions(path, Permissions::from_mode(was.mode() & 0o555)).unwrap();
        was
    }

    /// Give a file or folder the rights that it had.
    pub(crate) fn open(&self, name: &str, rights: Permissions) {
        fs::set_permissions(self.path(name), rights).unwrap();
    }

    /// An empty PostgreSQL database.
    pub(crate) fn on_postgres() -> Self {
        Self {
            database: Some(testing::fresh_database()),
            ..Self::new()
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Write a file into the folder; gives its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = match &self.shell {
            None => Command::new(&self.program),
            Some(first) => {
                let mut command = Command::new("sh");
                let all = format!("{first}; exec \"$0\" \"$@\"");
                command.args(["-c", &all]).arg(&self.program);
                command
            }
        };
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        command
            .args(args)
            .env_clear()
            .env("HOME", self.folder.path());
        command.env("REJOINDER_DATA", self.folder.path().join("data"));
        if let Some(url) = &self.database {
            command.env("REJOINDER_DATABASE", url);
        }
        command
    }

    /// Run a command to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        self.run_with(args, &[])
    }

    /// Run a command to its end, with more in its environment.
    pub(crate) fn run_with(&self, args: &[&str], environment: &[(&str, &str)]) -> Ended {
        let mut command = self.command(args);
        Ended::of(command.envs(environment.iter().copied()).output().unwrap())
    }

    /// Start a command, and kill it when it has printed so many lines; gives whether it got that far
    /// before it ended.
    pub(crate) fn kill_after(&self, args: &[&str], n_lines: usize) -> bool {
        let mut command = self.command(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = lines_of(&mut child);
        let n_seen = lines.iter().take(n_lines).count();
        let is_running = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        is_running && n_seen == n_lines
    }

    /// Start a server on any free port, and wait until it says where.
    pub(crate) fn start(&self, args: &[&str]) -> Server {
        let mut command = self.command(args);
        command.args(["--listen", "127.0.0.1:0", "--internal", "off"]);
        command
            .env("REJOINDER_RATE_LIMITS", "off")
            .env("REJOINDER_TRUSTED_PROXIES", "127.0.0.1");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = lines_of(&mut child);
        let mut said = Vec::new();
        for line in &lines {
            let address = line.split("http://").nth(1).map(|rest| {
                rest.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ':')
                    .next()
                    .unwrap()
            });
            said.push(line.clone());
            if let Some(address) = address {
                let base = format!("http://{}", address.trim_end_matches(['.', ':']));
                return Server {
                    child,
                    base,
                    said,
                    lines,
                    agent: agent(),
                };
            }
        }
        panic!("the server ended without an address: {said:#?}");
    }
}

impl Place {
    /// On the database at `url`.
    pub(crate) fn on(url: &str) -> Self {
        Self {
            database: Some(url.to_owned()),
            ..Self::new()
        }
    }

    /// An empty data directory, where the shell does something `first`.
    pub(crate) fn after(first: &str) -> Self {
        Self {
            shell: Some(first.to_owned()),
            ..Self::new()
        }
    }

    /// Start a server with nothing but these arguments, and wait until it says `ready`.
    pub(crate) fn start_until(&self, args: &[&str], input: Stdio, ready: &str) -> Server {
        let mut command = self.command(args);
        command
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = lines_of(&mut child);
        let server = Server {
            child,
            base: String::new(),
            said: Vec::new(),
            lines,
            agent: agent(),
        };
        server.wait_for(ready);
        server
    }
}

fn lines_of(child: &mut Child) -> Lines {
    let (send, lines) = mpsc::channel();
    let streams: [Box<dyn Read + Send>; 2] = [
        Box::new(child.stdout.take().unwrap()),
        Box::new(child.stderr.take().unwrap()),
    ];
    for stream in streams {
        let send = send.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
    }
    lines
}

/// A command that has ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Its output, if it did its work.
    #[track_caller]
    pub(crate) fn good(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self.out
    }
}

/// A running server. It is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) base: String,
    /// What it printed until it said where it is.
    pub(crate) said: Vec<String>,
    lines: Lines,
    agent: ureq::Agent,
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .into()
}

impl Server {
    /// Ask for `path`; gives the status and the body.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let answer = self.agent.get(format!("{}{path}", self.base)).call();
        let mut answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
        let body = answer.body_mut().read_to_vec().unwrap();
        (
            answer.status().as_u16(),
            String::from_utf8_lossy(&body).into_owned(),
        )
    }

    #[track_caller]
    pub(crate) fn json(&self, path: &str) -> Value {
        let (status, body) = self.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Wait until it has said something with `text` in it; gives the line.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) -> String {
        let mut said = Vec::new();
        for line in &self.lines {
            if line.contains(text) {
                return line;
            }
            said.push(line);
        }
        panic!("the server ended without `{text}`: {said:#?}");
    }

    /// Send it a signal, such as `HUP`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &pid])
            .status();
        assert!(sent.unwrap().success());
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: nothing is said, nothing is tidied up.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; gives the exit code and what was printed since the start.
    pub(crate) fn stop(mut self) -> (Option<i32>, Vec<String>) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        let code = self.child.wait().unwrap().code();
        (code, self.lines.iter().collect())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A path of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}
