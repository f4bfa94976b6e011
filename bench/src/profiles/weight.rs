//! What a browser loads before its reader can read and post.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::BothServers;
use crate::report::{ReportRow, ReportRows, at_most};
use crate::{Result, http};

/// What the loader brings in, and what it takes to post.
const READ_AND_POST: [&str; 4] = [
    "/embed.js",
    "/static/thread.js",
    "/static/thread.css",
    "/static/compose.js",
];

/// What only comes when it is used, or, as what shows new comments live, after the thread.
const ON_USE: [&str; 15] = [
    "/static/browse.js",
    "/static/controls.js",
    "/static/counter.js",
    "/static/dress.js",
    "/static/extras.css",
    "/static/find.js",
    "/static/items.js",
    "/static/live.js",
    "/static/mine.js",
    "/static/own.js",
    "/static/reply.js",
    "/static/tools.js",
    "/static/unread.js",
    "/static/vote.js",
    "/static/work.js",
];

pub(super) fn measure(sides: &BothServers<'_>, rows: &mut ReportRows) -> Result {
    let server = sides.rejoinder.serve()?;
    let sizes = |paths: &[&str]| -> Result<Vec<usize>> {
        let size = |path: &&str| {
            let asked = [("Accept-Encoding", "gzip")];
            let answer =
                http::get(server.address, path, &asked).map_err(|error| error.to_string())?;
            match (answer.status, answer.header("content-encoding")) {
                (200, Some("gzip")) => Ok(answer.body.len()),
                (status, encoding) => Err(format!("{path}: {status}, encoding {encoding:?}")),
            }
        };
        paths.iter().map(size).collect()
    };
    let (needed, on_use, counter) = (
        sizes(&READ_AND_POST)?,
        sizes(&ON_USE)?,
        sizes(&["/count.js"])?,
    );
    let isso = sides.isso.serve()?;
    let mut theirs = 0;
    for path in ["/js/embed.min.js", "/css/isso.css"] {
        let answer = http::get(isso.address, path, &[]).map_err(|error| error.to_string())?;
        theirs += compressed(&answer.body).map_err(|error| error.to_string())?;
    }
    let total = kb(needed.iter().sum());
    rows.add(ReportRow {
        what: "script and style to read and post, gzip".to_owned(),
        ours: format!("{total:.2} KB"),
        other: format!("Isso, compressed here: {:.2} KB", kb(theirs)),
        ratio: Some(total / kb(theirs)),
        budget: at_most("≤ 10 KB", total, 10.0),
        rounds: json!({ "files": READ_AND_POST, "bytes": needed }),
    });
    rows.add(ReportRow {
        what: "script and style that come when they are used, gzip".to_owned(),
        ours: format!("{:.2} KB", kb(on_use.iter().sum())),
        rounds: json!({ "files": ON_USE, "bytes": on_use }),
        ..ReportRow::default()
    });
    let counter = kb(counter.iter().sum());
    rows.add(ReportRow {
        what: "counter, gzip".to_owned(),
        ours: format!("{counter:.2} KB"),
        budget: at_most("≤ 0.6 KB", counter, 0.6),
        rounds: json!(counter),
        ..ReportRow::default()
    });
    Ok(())
}

fn kb(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e3
}

fn compressed(bytes: &[u8]) -> std::io::Result<usize> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    Ok(gzip.finish()?.len())
}
