//! The log: lines for people, or one JSON object a line, on standard error.

use std::io::{IsTerminal as _, stderr};
use std::sync::OnceLock;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::reload::{self, Handle};
use tracing_subscriber::{Registry, fmt};

use crate::config::LogFormat;

/// What decides which lines are written, once the log is on.
static SHOWN: OnceLock<Handle<Targets, Registry>> = OnceLock::new();

/// Start the log. Before this, nothing is logged; a second start is ignored.
pub(crate) fn start(format: LogFormat, level: LevelFilter) {
    let (shown, handle) = reload::Layer::new(shown(level));
    let log = fmt::layer().with_target(false).with_writer(stderr);
    let started = match format {
        LogFormat::Text => {
            let log = log.with_ansi(stderr().is_terminal());
            let log = tracing_subscriber::registry().with(shown).with(log);
            tracing::subscriber::set_global_default(log)
        }
        LogFormat::Json => {
            let log = log.json().flatten_event(true);
            let log = tracing_subscriber::registry().with(shown).with(log);
            tracing::subscriber::set_global_default(log)
        }
    };
    if started.is_ok() {
        let _ = SHOWN.set(handle);
    }
}

/// Write lines of `level` and above from now on.
pub(crate) fn set_level(level: LevelFilter) {
    if let Some(handle) = SHOWN.get() {
        let _ = handle.reload(shown(level));
    }
}

/// What checks passkeys calls every one that it refuses an error; the server says it in a line.
fn shown(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level)
        .with_target("webauthn_rs", LevelFilter::OFF)
}
