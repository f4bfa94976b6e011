//! What the tests need and the program does not: a throw-away PostgreSQL, how long to try, whether
//! work stays linear, and how others read a mail.
//!
//! Knows nothing of Rejoinder, so that every crate's tests can use it.

mod databases;
mod linear;
mod link;
mod mail;
mod postgres;

pub use databases::{fresh_citus_database, fresh_database, prepared_database};
pub use linear::{assert_linear, assert_linear_of};
pub use link::Link;
pub use mail::{MailContent, hostile_texts};
pub use postgres::{Postgres, is_gone, postgres, programs};

/// Where `cargo xtask test` says which PostgreSQL it has started, as a URL without a database.
pub const POSTGRES_VARIABLE: &str = "REJOINDER_TEST_POSTGRES";

/// Where somebody says which Citus of one server the store's tests may fill with databases, as such a URL.
pub const CITUS_VARIABLE: &str = "REJOINDER_TEST_CITUS";

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

/// Texts that people and programs send where they should not: each may be right in one field and
/// wrong in another.
pub fn odd_texts() -> Vec<String> {
    let short = [
        "",
        "0",
        "-1",
        "1",
        "1.5",
        "true",
        "null",
        "\"quoted\"",
        "[\"a\",\"b\"]",
        " around ",
        "two\nlines",
        "two\r\nlines",
        "a\0b",
        "\u{1b}[31m",
        "<b>bold</b>",
        "akismet",
        "https://news.example/x",
        "news.example",
        "a, b",
        "…",
        "שלום",
        "99999999999999999999",
    ];
    let mut texts: Vec<String> = short.map(str::to_owned).to_vec();
    texts.extend(["字".repeat(2_000), "é".repeat(2_001), "x".repeat(10_001)]);
    texts
}
