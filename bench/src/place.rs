//! An empty database of either kind, and what only its own tools can do.

use std::net::SocketAddr;
use std::path::PathBuf;

use rusqlite::Connection;
use testing::Postgres;

use crate::plan::Plan;
use crate::process::Process;
use crate::work::{self, WorkFolder};
use crate::{Result, rejoinder};

/// An empty database.
pub(crate) struct Place<'s> {
    pub(crate) name: &'static str,
    pub(crate) url: String,
    file: PathBuf,
    server: Option<&'s Postgres>,
}

impl<'s> Place<'s> {
    pub(crate) fn sqlite(work: &WorkFolder) -> Self {
        let file = work.join("grown.db");
        for end in ["", "-wal", "-shm", ".key"] {
            let _ = std::fs::remove_file(format!("{}{end}", file.display()));
        }
        Self {
            name: "SQLite",
            url: format!("sqlite:{}", file.display()),
            file,
            server: None,
        }
    }

    pub(crate) fn postgres(server: &'s Postgres) -> Result<Self> {
        Ok(Self {
            name: "PostgreSQL",
            url: server.fresh_database()?,
            file: PathBuf::new(),
            server: Some(server),
        })
    }

    /// What it takes on the disk, in bytes.
    pub(crate) fn n_bytes(&self) -> Result<u64> {
        let Some(server) = self.server else {
            let file = std::fs::metadata(&self.file);
            return file
                .map(|file| file.len())
                .map_err(|error| error.to_string());
        };
        let size = ["checkpoint", "select pg_database_size(current_database())"];
        let size = server.sql_in(self.database(), &size)?;
        let last = size.lines().last().unwrap_or_default();
        last.parse().map_err(|_| format!("no size: {size}"))
    }

    fn database(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }

    /// Let PostgreSQL do now what it does by itself within minutes of an import, beside whoever reads then.
    pub(crate) fn settle(&self) -> Result {
        match self.server {
            Some(server) => server
                .sql_in(self.database(), &["vacuum (analyze)", "checkpoint"])
                .map(drop),
            None => Ok(()),
        }
    }

    /// Serve it, with its rate limits off; gives where.
    pub(crate) fn serve(&self, plan: &Plan, work: &WorkFolder) -> Result<(Process, SocketAddr)> {
        let address = work::free_address()?;
        let data = work.join("data").display().to_string();
        let env = [("REJOINDER_RATE_LIMITS", "off"), ("REJOINDER_DATA", &data)];
        let log = work.join("serve.log");
        let mut process = rejoinder::serve(plan, address, &self.url, &env, &log)?;
        process.wait(address, "/embed.js")?;
        Ok((process, address))
    }

    /// Run statements that both databases understand, while nobody serves it.
    pub(crate) fn run(&self, statements: &[&str]) -> Result {
        match self.server {
            Some(server) => server.sql_in(self.database(), statements).map(drop),
            None => Connection::open(&self.file)
                .and_then(|database| database.execute_batch(&statements.join(";\n")))
                .map_err(|error| error.to_string()),
        }
    }
}
