//! The log: lines for people, or one JSON object a line, on standard error.

use std::io::{IsTerminal as _, stderr};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt;

use crate::config::LogFormat;

/// Start the log. Before this, nothing is logged; a second start is ignored.
pub(crate) fn start(format: LogFormat, level: LevelFilter) {
    let log = fmt()
        .with_max_level(level)
        .with_target(false)
        .with_writer(stderr);
    let _ = match format {
        LogFormat::Text => {
            tracing::subscriber::set_global_default(log.with_ansi(stderr().is_terminal()).finish())
        }
        LogFormat::Json => {
            tracing::subscriber::set_global_default(log.json().flatten_event(true).finish())
        }
    };
}
