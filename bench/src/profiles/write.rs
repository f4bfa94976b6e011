//! Comments that are on the disk when the answer comes, from 64 writers at once.

use std::process;
use std::sync::Arc;

use serde_json::json;

use super::BothServers;
use crate::load::{LoadResult, write};
use crate::rejoinder::Rejoinder;
use crate::report::{ReportRow, ReportRows, at_least};
use crate::samples::{median, ratio};
use crate::{Result, isso, rejoinder};

const WRITERS: usize = 64;

/// Over so many pages the writers spread.
const N_PAGES: usize = 50;

#[derive(Default)]
struct WriteFigures {
    per_second: Vec<f64>,
    p50_ms: Vec<f64>,
    p99_ms: Vec<f64>,
}

impl WriteFigures {
    fn push(&mut self, writes: &LoadResult) {
        self.per_second.push(writes.per_second);
        self.p50_ms.push(writes.p50_ms);
        self.p99_ms.push(writes.p99_ms);
    }

    fn shown(&self) -> String {
        let (rate, p50, p99) = (
            median(&self.per_second),
            median(&self.p50_ms),
            median(&self.p99_ms),
        );
        format!("{rate:.0}/s, p50 {p50:.1} ms, p99 {p99:.1} ms")
    }
}

pub(super) fn measure(sides: &BothServers<'_>, rows: &mut ReportRows) -> Result {
    let server = sides.rejoinder.serve()?;
    let isso = sides.isso.serve()?;
    let pages: Vec<_> = (0..N_PAGES).map(|n| format!("write-{n}")).collect();
    let (mut ours, mut one_page, mut theirs) =
        <(WriteFigures, WriteFigures, WriteFigures)>::default();
    for round in 0..sides.plan.n_rounds {
        ours.push(&post(sides, &server, &pages, &format!("many-{round}"))?);
        one_page.push(&post(
            sides,
            &server,
            &["write-one".to_owned()],
            &format!("one-{round}"),
        )?);
        let poster = isso::Poster {
            address: isso.address,
            pages: pages.clone(),
        };
        theirs.push(&write(
            isso.address,
            WRITERS,
            sides.plan.load,
            &Arc::new(poster),
        )?);
        isso.process.settle();
    }
    for (figures, name) in [(&ours, "50 pages"), (&one_page, "one page")] {
        let ratio = ratio(&figures.per_second, &theirs.per_second);
        rows.add(ReportRow {
            what: format!("durable comments over HTTP, 64 writers on {name}"),
            ours: figures.shown(),
            other: format!("Isso, 50 pages: {}", theirs.shown()),
            ratio: Some(ratio),
            budget: at_least("≥ 15 ×", ratio, 15.0),
            rounds: json!({ "rejoinder": figures.per_second, "isso": theirs.per_second }),
        });
    }
    Ok(())
}

/// One round on Rejoinder; every comment that was acknowledged must count afterwards.
fn post(
    sides: &BothServers<'_>,
    server: &Rejoinder,
    pages: &[String],
    run: &str,
) -> Result<LoadResult> {
    let count = || {
        pages
            .iter()
            .map(|page| server.count(page))
            .sum::<Result<u64>>()
    };
    let before = count()?;
    let poster = rejoinder::Poster {
        address: server.address,
        pages: pages.to_vec(),
        run: format!("{run}-{}", process::id()),
    };
    let writes = write(server.address, WRITERS, sides.plan.load, &Arc::new(poster))?;
    let (n_counted, n_said) = (count()? - before, u64::from(writes.n_done) + WRITERS as u64);
    if n_counted != n_said {
        return Err(format!(
            "{n_said} comments were acknowledged and {n_counted} are there"
        ));
    }
    Ok(writes)
}
