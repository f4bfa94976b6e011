//! Rejoinder, as an operator starts it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::corpus::{self, CorpusPage, SITE};
use crate::http::{self, quoted, request};
use crate::load::LoadWriter;
use crate::plan::Plan;
use crate::process::Process;
use crate::{Result, clock, work};

/// The origin of the publisher's pages, where readers write from.
pub(crate) fn origin() -> String {
    format!("https://{SITE}")
}

/// A database with its site.
pub(crate) struct Database<'p> {
    plan: &'p Plan,
    path: PathBuf,
}

/// How a command went that came to its end.
pub(crate) struct RunFigures {
    pub(crate) took: Duration,
    /// The processor time that it used, in seconds.
    pub(crate) cpu_s: f64,
    pub(crate) peak_mib: f64,
}

/// Run a command of the program to its end.
pub(crate) fn run(plan: &Plan, args: &[&str], log: &Path) -> Result<RunFigures> {
    let started_at = clock::now();
    let mut process = Process::start(&plan.program, args, &[], log)?;
    let (mut peak_mib, mut cpu_ms) = (0.0_f64, 0.0_f64);
    while !process.ended()? {
        peak_mib = peak_mib.max(process.peak_mib());
        cpu_ms = cpu_ms.max(process.own_cpu_ms());
        sleep(Duration::from_millis(5));
    }
    Ok(RunFigures {
        took: started_at.elapsed(),
        cpu_s: cpu_ms / 1e3,
        peak_mib,
    })
}

impl<'p> Database<'p> {
    /// One that is there already.
    pub(crate) fn existing(plan: &'p Plan, path: &Path) -> Self {
        Self {
            plan,
            path: path.to_owned(),
        }
    }

    /// A new one, with the comments of `pages`.
    pub(crate) fn with(
        plan: &'p Plan,
        path: &Path,
        pages: impl Iterator<Item = CorpusPage>,
    ) -> Result<(Self, RunFigures)> {
        let database = Self::existing(plan, path);
        add_site(plan, &database.url())?;
        let export = path.with_extension("xml");
        corpus::write_export(&export, pages)?;
        let imported = database.import(&export);
        let _ = std::fs::remove_file(&export);
        Ok((database, imported?))
    }

    /// A copy of its own, while nobody serves it.
    pub(crate) fn copy(&self, path: &Path) -> Result<Self> {
        let key = |path: &Path| PathBuf::from(format!("{}.key", path.display()));
        for (from, to) in [
            (self.path.clone(), path.to_owned()),
            (key(&self.path), key(path)),
        ] {
            std::fs::copy(&from, to)
                .map_err(|error| format!("{} cannot be copied: {error}", from.display()))?;
        }
        Ok(Self::existing(self.plan, path))
    }

    fn import(&self, export: &Path) -> Result<RunFigures> {
        let log = self.path.with_extension("log");
        import(self.plan, ("wordpress", export), &self.url(), &log)
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }

    /// Serve it.
    pub(crate) fn serve(&self) -> Result<Rejoinder> {
        let mut rejoinder = self.start()?;
        rejoinder.process.wait(rejoinder.address, "/embed.js")?;
        Ok(rejoinder)
    }

    /// Serve it with these options, and its rate limits unless they say otherwise.
    pub(crate) fn serve_with(&self, env: &[(&str, String)]) -> Result<Rejoinder> {
        let env: Vec<_> = env.iter().map(|(key, value)| (*key, &**value)).collect();
        let mut rejoinder = self.start_with(&env)?;
        rejoinder.process.wait(rejoinder.address, "/embed.js")?;
        Ok(rejoinder)
    }

    /// Start to serve it, and do not wait.
    pub(crate) fn start(&self) -> Result<Rejoinder> {
        self.start_with(&[("REJOINDER_RATE_LIMITS", "off")])
    }

    fn start_with(&self, env: &[(&str, &str)]) -> Result<Rejoinder> {
        let address = work::free_address()?;
        let started_at = clock::now();
        let log = self.path.with_extension("log");
        let process = serve(self.plan, address, &self.url(), env, &log)?;
        Ok(Rejoinder {
            process,
            address,
            started_at,
        })
    }
}

/// Serve the database at `url` on `address`, and do not wait.
pub(crate) fn serve(
    plan: &Plan,
    address: SocketAddr,
    url: &str,
    env: &[(&str, &str)],
    log: &Path,
) -> Result<Process> {
    let listen = address.to_string();
    let args = [
        "serve",
        "--listen",
        &listen,
        "--internal",
        "off",
        "--database",
        url,
    ];
    Process::start(&plan.program, &args, env, log)
}

/// Add the site to the database at `url`.
pub(crate) fn add_site(plan: &Plan, url: &str) -> Result {
    let mut add = Command::new(&plan.program);
    work::done(add.args(["site", "add", SITE, "--database", url])).map(drop)
}

/// Make someone an owner of the site; gives the secret that signs them in, once.
fn add_owner(plan: &Plan, url: &str) -> Result<String> {
    let mut add = Command::new(&plan.program);
    add.args(["staff", "add", "owner@bench.example", "--site", SITE]);
    let said = work::done(add.args(["--role", "owner", "--database", url]))?;
    let token = said.split("token=").nth(1).unwrap_or_default();
    Ok(token.trim().to_owned())
}

/// Sign an owner in by the link of the command line; gives their cookie.
pub(crate) fn sign_in(plan: &Plan, url: &str, at: SocketAddr) -> Result<String> {
    let token = add_owner(plan, url)?;
    let body = format!("site={SITE}&token={token}&name=Owner");
    let own = format!("http://{at}");
    let headers = [
        ("Origin", own.as_str()),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    let asked = request(at, "POST", "/auth/sign-in", &headers, &body);
    let answer = http::send(at, &asked).map_err(|error| error.to_string())?;
    http::expect(&answer, 200, "signing in")?;
    let cookie = answer.header("set-cookie").unwrap_or_default();
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

/// Import a file of the format with this word into the database at `url`.
pub(crate) fn import(
    plan: &Plan,
    (format, file): (&str, &Path),
    url: &str,
    log: &Path,
) -> Result<RunFigures> {
    let file = file.display().to_string();
    let args = ["import", format, &file, "--site", SITE, "--database", url];
    run(plan, &args, log)
}

/// A running server.
pub(crate) struct Rejoinder {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    pub(crate) started_at: Instant,
}

impl Rejoinder {
    /// How many comments a page has, as the server counts.
    pub(crate) fn count(&self, page: &str) -> Result<u64> {
        let page = corpus::address(page);
        let target = format!("/api/v1/counts?site={SITE}&page={}", quoted(&page));
        let answer = http::get(self.address, &target, &[]).map_err(|error| error.to_string())?;
        let counts = answer.json();
        counts["counts"][&page]
            .as_u64()
            .ok_or_else(|| format!("no count for {page}: {} {}", answer.status, answer.text()))
    }

    /// The ids of a page's first roots.
    pub(crate) fn roots(&self, page: &str) -> Result<Vec<String>> {
        let target = thread(page).replace("/embed/thread", "/api/v1/thread");
        let answer = http::get(self.address, &target, &[]).map_err(|error| error.to_string())?;
        let thread = answer.json();
        let ids = thread["comments"].as_array().into_iter().flatten();
        let ids: Vec<_> = ids
            .filter_map(|comment| comment["id"].as_str().map(str::to_owned))
            .collect();
        if ids.is_empty() {
            return Err(format!(
                "{page} has no comments: {} {}",
                answer.status,
                answer.text()
            ));
        }
        Ok(ids)
    }

    /// Whether the first page of a thread shows `n` comments.
    pub(crate) fn check(&self, page: &str, n: usize) -> Result<ServedBytes> {
        let get = |headers: &[(&str, &str)]| {
            http::get(self.address, &thread(page), headers).map_err(|error| error.to_string())
        };
        let (plain, gzip) = (get(&[])?, get(&[("Accept-Encoding", "gzip")])?);
        let target = thread(page).replace("/embed/thread", "/api/v1/thread");
        let json = http::get(self.address, &target, &[]).map_err(|error| error.to_string())?;
        let n_shown = json.json()["comments"]
            .as_array()
            .map_or(0, |comments| n_in(comments));
        if n_shown != n || gzip.header("content-encoding") != Some("gzip") {
            return Err(format!(
                "{page} shows {n_shown} comments, and not {n}, or is not compressed"
            ));
        }
        Ok(ServedBytes {
            plain: plain.body,
            gzip: gzip.body,
        })
    }
}

/// What is served.
pub(crate) struct ServedBytes {
    pub(crate) plain: Vec<u8>,
    pub(crate) gzip: Vec<u8>,
}

fn n_in(comments: &[Value]) -> usize {
    let below = |comment: &Value| {
        comment["replies"]
            .as_array()
            .map_or(0, |replies| n_in(replies))
    };
    comments.iter().map(|comment| 1 + below(comment)).sum()
}

/// Where the first page of a thread is.
pub(crate) fn thread(page: &str) -> String {
    format!(
        "/embed/thread?site={SITE}&page={}",
        quoted(&corpus::address(page))
    )
}

/// Posts comments as the widget does.
pub(crate) struct Poster {
    pub(crate) address: SocketAddr,
    /// The pages that are written on, in turn.
    pub(crate) pages: Vec<String>,
    /// Tells this run's keys from others'.
    pub(crate) run: String,
}

impl LoadWriter for Poster {
    fn request(&self, writer: usize, n: usize, cookie: Option<&str>) -> Vec<u8> {
        let page = &self.pages[(writer + n) % self.pages.len()];
        let text = corpus::text_of((writer as u64) << 32 | n as u64);
        let key = format!("{}-{writer}-{n}", self.run);
        post(
            self.address,
            &PostRequest {
                page,
                parent: None,
                text: &text,
                key: &key,
                cookie,
            },
        )
    }
}

/// Votes, and now and then replies, on one page.
pub(crate) struct Busy {
    pub(crate) address: SocketAddr,
    pub(crate) page: String,
    pub(crate) roots: Vec<String>,
    pub(crate) run: String,
}

/// Of so many writes one is a reply.
pub(crate) const REPLY_EVERY: usize = 10;

impl LoadWriter for Busy {
    fn request(&self, _: usize, n: usize, cookie: Option<&str>) -> Vec<u8> {
        let root = &self.roots[n / 2 % self.roots.len()];
        if n.is_multiple_of(REPLY_EVERY) {
            let (text, key) = (corpus::text_of(n as u64), format!("{}-{n}", self.run));
            let parent = Some(root.as_str());
            return post(
                self.address,
                &PostRequest {
                    page: &self.page,
                    parent,
                    text: &text,
                    key: &key,
                    cookie,
                },
            );
        }
        // A vote, and the same one back.
        let body = json!({ "value": 1 - n % 2 }).to_string();
        let target = format!("/api/v1/comments/{root}/vote?site={SITE}");
        let origin = origin();
        let mut headers = vec![
            ("Origin", origin.as_str()),
            ("Sec-Fetch-Site", "cross-site"),
        ];
        headers.extend(cookie.map(|cookie| ("Cookie", cookie)));
        request(self.address, "PUT", &target, &headers, &body)
    }
}

/// A comment to post.
pub(crate) struct PostRequest<'a> {
    pub(crate) page: &'a str,
    pub(crate) parent: Option<&'a str>,
    pub(crate) text: &'a str,
    pub(crate) key: &'a str,
    pub(crate) cookie: Option<&'a str>,
}

/// The request that posts it, as a browser sends it from a page of the publisher.
pub(crate) fn post(address: SocketAddr, post: &PostRequest<'_>) -> Vec<u8> {
    let mut body = json!({
        "site": SITE, "page": corpus::address(post.page), "title": post.page,
        "text": post.text, "name": "Reader",
    });
    if let Some(parent) = post.parent {
        body["parent"] = parent.into();
    }
    let origin = origin();
    let mut headers = vec![
        ("Origin", origin.as_str()),
        ("Sec-Fetch-Site", "cross-site"),
        ("Idempotency-Key", post.key),
    ];
    headers.extend(post.cookie.map(|cookie| ("Cookie", cookie)));
    request(
        address,
        "POST",
        "/api/v1/comments",
        &headers,
        &body.to_string(),
    )
}
