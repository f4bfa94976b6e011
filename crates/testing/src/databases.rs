//! Databases of a PostgreSQL server that no other test uses.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{fs, process};

use crate::CITUS_VARIABLE;
use crate::postgres::{Postgres, is_gone, named_by, owner, postgres, programs, version};

const DATABASE_PREFIX: &str = "test_";
const PATTERN_PREFIX: &str = "like_";

impl Postgres {
    /// Create an empty database and give its URL.
    ///
    /// Databases of processes that have ended are dropped on the way, so that a long run of
    /// short-lived test processes does not fill the disk.
    ///
    /// # Errors
    ///
    /// What `psql` said.
    pub fn fresh_database(&self) -> Result<String, String> {
        let name = fresh_name();
        let answer = self.sql(&[
            &format!("drop database if exists {name} with (force)"),
            &format!("create database {name}"),
            "select datname from pg_database",
        ])?;
        self.drop_left_over(&answer);
        Ok(format!("{}/{name}", self.url()))
    }

    /// The same, and as `prepare` makes one of which it is given the URL: what is there after `prepare` has
    /// closed its connections is in each copy. It is called once for each program that runs tests.
    ///
    /// # Errors
    ///
    /// What `psql` said, and where the program of this process is not known.
    pub fn prepared_database(&self, prepare: impl FnOnce(&str)) -> Result<String, String> {
        let pattern = pattern_name()?;
        let name = fresh_name();
        // Quicker than by way of the log, which is what newer servers do unless they are told.
        let strategy = match programs().map_or(0, |folder| version(&folder)) {
            ..15 => "",
            15.. => "strategy file_copy",
        };
        let copy = format!("create database {name} template {pattern} {strategy}");
        let copy = [
            &format!("drop database if exists {name} with (force)"),
            copy.as_str(),
            "select datname from pg_database",
        ];
        let answer = self.sql(&copy).or_else(|_| {
            self.make_pattern(&pattern, prepare)?;
            self.sql(&copy)
        })?;
        self.drop_left_over(&answer);
        Ok(format!("{}/{name}", self.url()))
    }

    /// Make the database that others are copies of, unless another process is quicker.
    fn make_pattern(&self, pattern: &str, prepare: impl FnOnce(&str)) -> Result<(), String> {
        let made = self.fresh_database()?;
        prepare(&made);
        let made = made.rsplit('/').next().unwrap_or_default();
        let program = pattern
            .rsplit_once('_')
            .map_or(pattern, |(program, _)| program);
        let older = self.sql(&[&format!(
            "select datname from pg_database where datname ~ '^{program}_' and datname <> '{pattern}'"
        )])?;
        for older in older.lines() {
            let _ = self.sql(&[&format!("drop database if exists {older} with (force)")]);
        }
        self.sql(&[
            &format!("alter database {made} with allow_connections false"),
            &format!(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{made}'"
            ),
        ])?;
        match self.sql(&[&format!("alter database {made} rename to {pattern}")]) {
            Err(error) if error.contains("already exists") => Ok(()),
            renamed => renamed.map(drop),
        }
    }

    /// Drop the databases among these of processes that have ended.
    fn drop_left_over(&self, databases: &str) {
        let left_over = databases
            .lines()
            .filter(|name| owner(name, DATABASE_PREFIX, '_').is_some_and(is_gone));
        let drops: Vec<_> = left_over
            .map(|name| format!("drop database if exists {name} with (force)"))
            .collect();
        if !drops.is_empty() {
            // Another process may be dropping the same ones, which is as good.
            let _ = self.sql(&drops.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}

/// An empty PostgreSQL database that no other test uses, as the URL to connect to.
///
/// # Panics
///
/// Fails the test when the database cannot be had.
pub fn fresh_database() -> String {
    postgres()
        .fresh_database()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A PostgreSQL database that no other test uses, as [`Postgres::prepared_database`] makes it.
///
/// # Panics
///
/// Fails the test when the database cannot be had.
pub fn prepared_database(prepare: impl FnOnce(&str)) -> String {
    postgres()
        .prepared_database(prepare)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn fresh_name() -> String {
    static CREATED: AtomicU32 = AtomicU32::new(0);
    let number = CREATED.fetch_add(1, Ordering::Relaxed);
    format!("{DATABASE_PREFIX}{}_{number}", process::id())
}

/// What the database is called whose copies this program takes: by where the program is, and by when it was
/// built, since another build may have another schema.
fn pattern_name() -> Result<String, String> {
    let unknown = |error: std::io::Error| format!("this program cannot be found: {error}");
    let program = std::env::current_exe().map_err(unknown)?;
    let built = fs::metadata(&program).and_then(|program| program.modified());
    let digest = |what: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        what(&mut hasher);
        hasher.finish()
    };
    let of_program = digest(&|hasher| program.hash(hasher));
    let built = built.map_err(unknown)?;
    let of_build = digest(&|hasher| built.hash(hasher));
    Ok(format!("{PATTERN_PREFIX}{of_program:016x}_{of_build:016x}"))
}

/// An empty database that can be distributed, where [`CITUS_VARIABLE`] names a server of Citus.
///
/// # Panics
///
/// Fails the test when the database cannot be had.
pub fn fresh_citus_database() -> Option<String> {
    static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
    let server = SERVER.get_or_init(|| named_by(CITUS_VARIABLE)).as_ref()?;
    let made = server.fresh_database().and_then(|url| {
        let name = url.rsplit('/').next().unwrap_or_default();
        // A test has a few rows, and each shard of each table is a table.
        let few = format!("alter database {name} set citus.shard_count = 4");
        server.sql_in(name, &["create extension citus", &few])?;
        Ok(url)
    });
    Some(made.unwrap_or_else(|error| panic!("{error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::{quiet, run};

    #[test]
    fn two_fresh_databases_are_apart() {
        let (one, two) = (fresh_database(), fresh_database());
        let psql = programs().unwrap().join("psql");
        let ask = |url: &str, sql| run(quiet(&psql).args(["-X", "-A", "-t", url, "-c", sql]));

        ask(&one, "create table t (id bigint)").unwrap();

        assert_ne!(one, two);
        assert!(
            ask(&two, "select * from t")
                .unwrap_err()
                .contains("does not exist")
        );
    }

    #[test]
    fn a_prepared_database_is_a_copy_of_what_was_prepared_once() {
        let server = Postgres::start().unwrap();
        let psql = programs().unwrap().join("psql");
        let ask = |url: &str, sql| run(quiet(&psql).args(["-X", "-A", "-t", url, "-c", sql]));
        let prepare = |url: &str| {
            ask(url, "create table t (id bigint)").unwrap();
        };

        let one = server.prepared_database(prepare).unwrap();
        ask(&one, "insert into t values (1)").unwrap();
        let two = server
            .prepared_database(|_| panic!("it is prepared already"))
            .unwrap();

        assert_eq!(ask(&one, "select count(*) from t").unwrap().trim(), "1");
        assert_eq!(ask(&two, "select count(*) from t").unwrap().trim(), "0");
    }
}
