//! What a command says: its results on standard output, everything else on standard error.

use std::fmt::Display;
use std::io::{Write as _, stderr, stdout};

/// A line of the result. A reader that has gone away is no error.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(stdout(), "{line}");
}

/// A line about the result.
pub(crate) fn note(line: impl Display) {
    let _ = writeln!(stderr(), "{line}");
}
