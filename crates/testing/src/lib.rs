//! What the tests need and the program does not: a throw-away PostgreSQL, and how long to try.
//!
//! Knows nothing of Rejoinder, so that every crate's tests can use it.

mod postgres;

pub use postgres::{Postgres, fresh_database, is_gone, postgres, programs};

/// Where `cargo xtask test` says which PostgreSQL it has started, as a URL without a database.
pub const POSTGRES_VARIABLE: &str = "REJOINDER_TEST_POSTGRES";

/// Set by `cargo xtask test --long`.
pub const LONG_VARIABLE: &str = "REJOINDER_TEST_LONG";

/// `short` in an ordinary run, `long` under `cargo xtask test --long`.
///
/// For tests that try many times what may go wrong once.
pub fn rounds(short: usize, long: usize) -> usize {
    if std::env::var_os(LONG_VARIABLE).is_some() {
        long
    } else {
        short
    }
}
