//! Isso under gunicorn, as its documentation says to run it, with its own limits off.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;

use crate::corpus::{self, CorpusPage};
use crate::http::{quoted, request};
use crate::load::{LoadWriter, good};
use crate::plan::root;
use crate::process::Process;
use crate::work::{WorkFolder, free_address, make, write};
use crate::{Result, clock, http, work};

/// How many processes its documentation has in its example.
const WORKERS: &str = "4";

/// A database of its own.
pub(crate) struct Database(PathBuf);

pub(crate) struct Isso {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    pub(crate) started_at: Instant,
}

impl Database {
    pub(crate) fn new(work: &WorkFolder) -> Result<Self> {
        let folder = work.join("isso");
        make(&folder)?;
        let database = folder.join("comments.db");
        let config = format!(
            "[general]\ndbpath = {}\nhost = {}\nmax-age = 15m\n\
             [moderation]\nenabled = false\n[guard]\nenabled = false\n",
            database.display(),
            crate::rejoinder::origin(),
        );
        write(&folder.join("isso.cfg"), config)?;
        Ok(Self(folder))
    }

    pub(crate) fn serve(&self) -> Result<Isso> {
        let mut isso = self.start()?;
        isso.process.wait(isso.address, "/info")?;
        Ok(isso)
    }

    /// Start to serve it, and do not wait.
    pub(crate) fn start(&self) -> Result<Isso> {
        let address = free_address()?;
        let started_at = clock::now();
        let bind = address.to_string();
        let config = self.0.join("isso.cfg").display().to_string();
        let args = [
            "--bind",
            &bind,
            "--workers",
            WORKERS,
            "--preload",
            "isso.run",
        ];
        let env = [("ISSO_SETTINGS", config.as_str())];
        let process = Process::start(&program("gunicorn"), &args, &env, &self.0.join("log"))?;
        Ok(Isso {
            process,
            address,
            started_at,
        })
    }
}

impl Isso {
    /// Post the comments of a page, one by one.
    pub(crate) fn fill(&self, page: &CorpusPage) -> Result {
        let mut ids = HashMap::new();
        for comment in page.comments() {
            // It knows one level of replies, and hangs all deeper ones there.
            let parent = comment
                .parent
                .map(|place| ids.get(&place).copied().unwrap_or_default());
            let sent = post(
                self.address,
                &page.name,
                parent,
                &comment.author,
                &comment.text,
            );
            let answer = good(http::send(self.address, &sent))?;
            let id = answer.json()["id"].as_i64();
            ids.insert(
                comment.place,
                id.ok_or_else(|| format!("no id in {}", answer.text()))?,
            );
        }
        Ok(())
    }
}

/// Where a thread is, as its widget asks for it.
pub(crate) fn thread(page: &str) -> String {
    format!("/?uri={}&nested_limit=5", quoted(&format!("/{page}")))
}

pub(crate) fn version() -> String {
    let pip = program("pip").display().to_string();
    let said = work::said(&pip, &["freeze"]);
    let wanted = said
        .lines()
        .filter(|line| line.starts_with("isso=") || line.starts_with("gunicorn="));
    wanted.collect::<Vec<_>>().join(", ")
}

fn program(name: &str) -> PathBuf {
    root().join("target/peers/isso/bin").join(Path::new(name))
}

/// Posts roots to pages in turn.
pub(crate) struct Poster {
    pub(crate) address: SocketAddr,
    pub(crate) pages: Vec<String>,
}

impl LoadWriter for Poster {
    fn request(&self, writer: usize, n: usize, _: Option<&str>) -> Vec<u8> {
        let page = &self.pages[(writer + n) % self.pages.len()];
        let text = corpus::text_of((writer as u64) << 32 | n as u64);
        post(self.address, page, None, "Reader", &text)
    }
}

/// Votes, and now and then replies, on one page.
pub(crate) struct Busy {
    pub(crate) address: SocketAddr,
    pub(crate) page: String,
    /// The first comment of the page.
    pub(crate) first: i64,
}

impl LoadWriter for Busy {
    fn request(&self, _: usize, n: usize, _: Option<&str>) -> Vec<u8> {
        let group = i64::try_from(n / 2 % 20).unwrap_or(0);
        let root = self.first + group * i64::from(corpus::GROUP);
        if n.is_multiple_of(crate::rejoinder::REPLY_EVERY) {
            return post(
                self.address,
                &self.page,
                Some(root),
                "Reader",
                &corpus::text_of(n as u64),
            );
        }
        let act = if n.is_multiple_of(2) {
            "like"
        } else {
            "dislike"
        };
        let target = format!("/id/{root}/{act}");
        request(
            self.address,
            "POST",
            &target,
            &[("Origin", &crate::rejoinder::origin())],
            "{}",
        )
    }
}

fn post(address: SocketAddr, page: &str, parent: Option<i64>, author: &str, text: &str) -> Vec<u8> {
    let body = json!({ "title": page, "author": author, "text": text, "parent": parent });
    let target = format!("/new?uri={}", quoted(&format!("/{page}")));
    let origin = crate::rejoinder::origin();
    request(
        address,
        "POST",
        &target,
        &[("Origin", &origin)],
        &body.to_string(),
    )
}
