//! Many readers at once, by wrk.

use std::net::SocketAddr;
use std::process::Command;

use serde_json::Value;

use crate::plan::Plan;
use crate::work::done;
use crate::{Result, plan};

/// What the readers saw.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadFigures {
    pub(crate) per_second: f64,
    pub(crate) p99_ms: f64,
    pub(crate) n_requests: f64,
}

/// How many read at once.
pub(crate) const READERS: &str = "32";

/// Let 32 readers ask for `target` again and again.
pub(crate) fn read(plan: &Plan, address: SocketAddr, target: &str) -> Result<ReadFigures> {
    let script = plan::root().join("bench/src/wrk.lua");
    let seconds = format!("{}s", plan.load.as_secs());
    let mut wrk = Command::new("wrk");
    wrk.args([
        "-t2",
        "-c",
        READERS,
        "-d",
        &seconds,
        "--latency",
        "--timeout",
        "60s",
    ])
    .args(["-H", "Accept-Encoding: gzip", "-s"])
    .arg(script)
    .arg(format!("http://{address}{target}"));
    let said = done(&mut wrk)?;
    let summary = said
        .lines()
        .find(|line| line.starts_with('{'))
        .unwrap_or_default();
    let summary: Value = serde_json::from_str(summary).unwrap_or_default();
    let number = |name: &str| summary[name].as_f64().unwrap_or(f64::NAN);
    if number("status_errors") > 0.0 {
        return Err(format!(
            "http://{address}{target} answered with errors: {summary}"
        ));
    }
    Ok(ReadFigures {
        per_second: number("requests") / number("duration_us") * 1e6,
        p99_ms: number("p99_us") / 1e3,
        n_requests: number("requests"),
    })
}
