//! A site as a file that another Rejoinder, or anybody's program, reads: JSON lines.
//!
//! [`tables`] says what of each table goes into it, and of the others why nothing does; what is
//! written and what is read both follow it. The file begins with a line about itself, then comes the
//! site, then each row as an object whose only key is the table's name, and at last a line that says how
//! many there were. Rows stand where what they
//! refer to stands before them, and always in the same order, so that a site that was read from an
//! export gives the same export again, on either database.

mod read;
mod tables;
mod value;
mod write;

pub use read::{NotTaken, Taken, read};
pub use tables::{EXPORTED, Holds, LEFT_OUT, Table};
pub use write::{Written, write};

/// The word for the format at the command line.
pub const WORD: &str = "rejoinder";

/// The form of the file; it is raised when an older program could not read a newer file rightly.
pub const FORMAT: i64 = 1;

/// Whether a file is an export, by its start.
pub fn recognises(start: &[u8]) -> bool {
    let line = start
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let first: Option<serde_json::Value> = serde_json::from_slice(line).ok();
    first.is_some_and(|first| first.get(WORD).is_some_and(serde_json::Value::is_i64))
}

/// How long a line can be, in bytes: a part of a recording is far below.
const MAX_LINE_BYTES: usize = 64 << 20;
