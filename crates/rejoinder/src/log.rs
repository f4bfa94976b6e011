//! The log: lines for people, or one JSON object a line, on standard error.

use std::io::{IsTerminal as _, stderr};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::config::LogFormat;

/// Start the log. Before this, nothing is logged; a second start is ignored.
pub(crate) fn start(format: LogFormat, level: LevelFilter) {
    let log = fmt()
        .with_max_level(level)
        .with_target(false)
        .with_writer(stderr);
    // What checks passkeys calls every one that it refuses an error; the server says it in a line.
    let shown = Targets::new()
        .with_default(level)
        .with_target("webauthn_rs", LevelFilter::OFF);
    let _ = match format {
        LogFormat::Text => {
            let log = log.with_ansi(stderr().is_terminal()).finish();
            tracing::subscriber::set_global_default(log.with(shown))
        }
        LogFormat::Json => {
            let log = log.json().flatten_event(true).finish();
            tracing::subscriber::set_global_default(log.with(shown))
        }
    };
}
