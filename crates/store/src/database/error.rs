//! Why an operation did not happen.

use std::error::Error;

use rejoinder_core::Refusal;
use rusqlite::ErrorCode;

/// An operation did not happen; nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A named constraint said no.
    #[error("the constraint {name} was violated")]
    Constraint {
        /// The constraint's name, the same on both databases.
        name: String,
    },
    /// The database cannot be reached or written now; it may heal.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The disk of the database is full: what is there can be read.
    #[error("the disk of the database is full: {0}")]
    DiskFull(String),
    /// The database took longer than anyone waits. What was asked for has not been done, unless it was being
    /// committed at that moment.
    #[error("the database takes too long: {0}")]
    TimedOut(String),
    /// More work is waiting than will be taken on.
    #[error("too much is waiting for the database")]
    Busy,
    /// Two transactions were in each other's way; trying again helps.
    #[error("transactions collided")]
    Collision,
    /// The database was written by a newer version of the program.
    #[error(
        "the database is at schema {found}, this program knows up to {known}: run the newer version"
    )]
    TooNew {
        /// The schema in the database.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// The database has the schema of an older version of the program, and must not be changed now.
    #[error(
        "the database is at schema {found}, this program at {known}: the server brings it up to date when \
         it starts"
    )]
    TooOld {
        /// The schema in the database.
        found: i64,
        /// The schema of this program.
        known: i64,
    },
    /// The database was written by the program as it was before its first schema.
    #[error(
        "the database is from before the first schema and is not brought along: export its sites with \
         the program that wrote it, and import them into a new database with this one"
    )]
    Unreleased,
    /// Something that should not happen.
    #[error("the database failed: {0}")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// Its word, in which nothing stands of what it is about.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Constraint { .. } => "constraint",
            Self::Unavailable(_) => "unavailable",
            Self::DiskFull(_) => "disk_full",
            Self::TimedOut(_) => "timed_out",
            Self::Busy => "busy",
            Self::Collision => "collision",
            Self::TooNew { .. } => "too_new",
            Self::TooOld { .. } => "too_old",
            Self::Unreleased => "unreleased",
            Self::Internal(_) => "internal",
        }
    }
}

/// Unique constraints as SQLite reports them, by their columns, and their names.
const BY_COLUMNS: [(&str, &str); 7] = [
    ("site.host", "site_host"),
    ("page.site_id, page.key", "page_key"),
    ("page_alias.site_id, page_alias.key", "page_alias_pkey"),
    ("vote.site_id, vote.comment_id, vote.author_id", "vote_pkey"),
    ("session.site_id, session.token_hash", "session_pkey"),
    ("comment.site_id, comment.id", "comment_pkey"),
    ("page_group.site_id, page_group.name", "page_group_name"),
];

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(code, detail) = &error else {
            return Self::Internal(error.into());
        };
        let detail = detail.clone().unwrap_or_default();
        match code.code {
            ErrorCode::ConstraintViolation => Self::Constraint {
                name: constraint_name(&detail),
            },
            // SQLite has waited for as long as each connection lets it.
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Unavailable(
                "another program writes to it, such as an import that has the file alone, and has \
                 not ended yet: try again when it has"
                    .to_owned(),
            ),
            ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::NotADatabase
            | ErrorCode::SystemIoFailure => Self::Unavailable(detail),
            ErrorCode::DiskFull => Self::DiskFull(detail),
            _ => Self::Internal(error.into()),
        }
    }
}

fn constraint_name(detail: &str) -> String {
    let (_, what) = detail.split_once(": ").unwrap_or(("", detail));
    let named = BY_COLUMNS.iter().find(|(columns, _)| *columns == what);
    named.map_or(what, |(_, name)| name).to_owned()
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> Self {
        let said = said(&error);
        let Some(db) = error.as_db_error() else {
            return match error.is_closed() || is_of_network(&error) {
                true => Self::Unavailable(said),
                false => Self::Internal(Box::new(Said { said, error })),
            };
        };
        match (db.code().code(), db.constraint()) {
            ("40001" | "40P01", _) => Self::Collision,
            // Another holds the lock, or the server takes no more connections.
            ("55P03" | "53300", _) => Self::Busy,
            ("53100", _) => Self::DiskFull(said),
            // Its time was over: of the statement, or of the whole transaction.
            ("57014" | "25P04", _) => Self::TimedOut(said),
            (code, Some(name)) if code.starts_with("23") => Self::Constraint {
                name: name.to_owned(),
            },
            // A standby, or a database that was set to be read only.
            // Or one of whose tables this user may do less than is needed.
            // Or it ended the connection of one that kept others waiting.
            ("25006" | "42501" | "25P03", _) => Self::Unavailable(said),
            (code, _)
                if ["57P", "53", "08"]
                    .iter()
                    .any(|kind| code.starts_with(kind)) =>
            {
                Self::Unavailable(said)
            }
            _ => Self::Internal(Box::new(Said { said, error })),
        }
    }
}

/// Whether it is the network that failed.
fn is_of_network(error: &postgres::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<std::io::Error>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// An error of PostgreSQL that shows what the server said.
#[derive(Debug, thiserror::Error)]
#[error("{said}")]
struct Said {
    said: String,
    #[source]
    error: postgres::Error,
}

/// What went wrong, in the server's own words where it is the server that says so. Its details are left out:
/// they quote what stands in rows.
fn said(error: &postgres::Error) -> String {
    if let Some(db) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", db.message(), db.code().code());
    }
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        said = format!("{said}: {error}");
        cause = error.source();
    }
    said
}
