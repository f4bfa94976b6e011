//! A thread that people write to while others read it.

use std::net::SocketAddr;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use serde_json::json;

use super::{BUSY, BothServers, SHOWN};
use crate::load::{LoadWriter, cookie_of, good, trickle};
use crate::nginx::Nginx;
use crate::rejoinder::{PostRequest, Rejoinder, post, thread};
use crate::report::{ReportRow, ReportRows};
use crate::samples::{median, percentile, ratio};
use crate::wrk::{self, ReadFigures};
use crate::{Result, clock, corpus, http, isso, rejoinder};

/// Between two writes: 20 a second, of which two are replies and the others votes.
const PERIOD: Duration = Duration::from_millis(50);

pub(super) fn measure(sides: &BothServers<'_>, rows: &mut ReportRows) -> Result {
    let server = sides.rejoinder.serve()?;
    let bytes = server.check(BUSY, SHOWN)?;
    let nginx = Nginx::start(&sides.work, &[(BUSY, &bytes)])?;
    let isso = sides.isso.serve()?;
    let roots = server.roots(BUSY)?;
    let (mut ours, mut p99, mut quiet, mut theirs) = (vec![], vec![], vec![], vec![]);
    // An address may vote once on a comment, so one reader votes in all rounds.
    let mut cookie = None;
    for round in 0..sides.plan.n_rounds {
        let run = format!("busy-{}-{round}", process::id());
        let busy = rejoinder::Busy {
            address: server.address,
            page: BUSY.to_owned(),
            roots: roots.clone(),
            run,
        };
        let reads = read(sides, server.address, &thread(BUSY), &busy, &mut cookie)?;
        ours.push(reads.per_second);
        p99.push(reads.p99_ms);
        quiet.push(wrk::read(sides.plan, nginx.address, &format!("/{BUSY}"))?.per_second);
        // The second page that was posted to it, so its ids begin at 101.
        let busy = isso::Busy {
            address: isso.address,
            page: BUSY.to_owned(),
            first: 101,
        };
        theirs.push(read(sides, isso.address, &isso::thread(BUSY), &busy, &mut None)?.per_second);
        isso.process.settle();
    }
    let shown = format!("{:.0}/s, p99 {:.1} ms", median(&ours), median(&p99));
    for (other, name) in [
        (&quiet, "nginx, nobody writing"),
        (&theirs, "Isso, 20 writes/s"),
    ] {
        rows.add(ReportRow {
            what: "thread of 100 comments with 20 writes/s".to_owned(),
            ours: shown.clone(),
            other: format!("{name}: {:.0}/s", median(other)),
            ratio: Some(ratio(&ours, other)),
            rounds: json!({ "rejoinder": ours, "other": other }),
            ..ReportRow::default()
        });
    }
    let seen = seen_after(sides, &server)?;
    rows.add(ReportRow {
        what: "a comment on a page just rendered is seen by others after".to_owned(),
        ours: format!(
            "p50 {:.0} ms, p99 {:.0} ms",
            median(&seen),
            percentile(&seen, 99.0)
        ),
        rounds: json!(seen),
        ..ReportRow::default()
    });
    Ok(())
}

/// Read while `writer` writes.
fn read(
    sides: &BothServers<'_>,
    address: SocketAddr,
    target: &str,
    writer: &impl LoadWriter,
    cookie: &mut Option<String>,
) -> Result<ReadFigures> {
    let stop = AtomicBool::new(false);
    let known = cookie.clone();
    scope(|scope| {
        let writing = scope.spawn(|| trickle(address, PERIOD, writer, known, &stop));
        let reads = wrk::read(sides.plan, address, target);
        stop.store(true, Ordering::Release);
        let written = writing
            .join()
            .map_err(|_| "the writer stopped".to_owned())?;
        *cookie = written?;
        reads
    })
}

/// How long after the answer to a post someone else's thread holds it, in milliseconds.
fn seen_after(sides: &BothServers<'_>, server: &Rejoinder) -> Result<Vec<f64>> {
    let (page, mut cookie) = ("seen", None);
    let mut seen = Vec::new();
    for n in 0..sides.plan.n_starts * 4 {
        let (text, key) = (
            corpus::text_of(n as u64),
            format!("seen-{}-{n}", process::id()),
        );
        let sent = post(
            server.address,
            &PostRequest {
                page,
                parent: None,
                text: &text,
                key: &key,
                cookie: cookie.as_deref(),
            },
        );
        let answer = good(http::send(server.address, &sent))?;
        let posted_at = clock::now();
        cookie = cookie.or_else(|| cookie_of(&answer));
        let id = answer.json()["comment"]["id"]
            .as_str()
            .unwrap_or("no id")
            .to_owned();
        loop {
            let thread =
                http::get(server.address, &thread(page), &[]).map_err(|error| error.to_string())?;
            if thread.text().contains(&id) {
                break;
            }
            if posted_at.elapsed() > Duration::from_secs(10) {
                return Err(format!("comment {id} is not seen"));
            }
            sleep(Duration::from_millis(1));
        }
        seen.push(posted_at.elapsed().as_secs_f64() * 1e3);
    }
    Ok(seen)
}
