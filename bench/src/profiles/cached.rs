//! A thread from the page cache, read by 32 readers.

use serde_json::json;

use super::{BothServers, HUNDRED, SHOWN, THOUSANDS};
use crate::nginx::Nginx;
use crate::process::Process;
use crate::report::{ReportRow, ReportRows, at_least};
use crate::samples::{median, ratio};
use crate::wrk::{self, ReadFigures};
use crate::{Result, isso, rejoinder};

/// One side's figures, a round each.
#[derive(Default)]
struct CachedFigures {
    per_second: Vec<f64>,
    p99_ms: Vec<f64>,
    /// Processor time of the server for each request, in microseconds.
    cpu_us: Vec<f64>,
}

impl CachedFigures {
    /// Read once from a server, and wait until it is at rest again.
    fn round(&mut self, process: &Process, read: impl FnOnce() -> Result<ReadFigures>) -> Result {
        let before = process.cpu_ms();
        let reads = read()?;
        self.cpu_us
            .push((process.cpu_ms() - before) * 1e3 / reads.n_requests.max(1.0));
        self.per_second.push(reads.per_second);
        self.p99_ms.push(reads.p99_ms);
        process.settle();
        Ok(())
    }

    fn shown(&self) -> String {
        let (rate, p99, cpu) = (
            median(&self.per_second),
            median(&self.p99_ms),
            median(&self.cpu_us),
        );
        format!("{rate:.0}/s, p99 {p99:.1} ms, {cpu:.0} µs CPU each")
    }
}

pub(super) fn measure(sides: &BothServers<'_>, rows: &mut ReportRows) -> Result {
    let server = sides.rejoinder.serve()?;
    let hundred = server.check(HUNDRED, SHOWN)?;
    let thousands = server.check(THOUSANDS, SHOWN)?;
    let nginx = Nginx::start(&sides.work, &[(HUNDRED, &hundred), (THOUSANDS, &thousands)])?;
    let isso = sides.isso.serve()?;
    for (page, n_comments) in [(HUNDRED, "100"), (THOUSANDS, "2,000")] {
        let with_isso = page == HUNDRED;
        let (mut ours, mut static_file, mut theirs) =
            <(CachedFigures, CachedFigures, CachedFigures)>::default();
        for _ in 0..sides.plan.n_rounds {
            let read = |address, target: &str| wrk::read(sides.plan, address, target);
            ours.round(&server.process, || {
                read(server.address, &rejoinder::thread(page))
            })?;
            static_file.round(&nginx.process, || read(nginx.address, &format!("/{page}")))?;
            if with_isso {
                theirs.round(&isso.process, || read(isso.address, &isso::thread(page)))?;
            }
        }
        let bytes = if with_isso { &hundred } else { &thousands };
        let to_nginx = ratio(&ours.per_second, &static_file.per_second);
        rows.add(ReportRow {
            what: format!(
                "cached thread of {n_comments} comments, {} KB gzip",
                bytes.gzip.len() / 1_000
            ),
            ours: ours.shown(),
            other: format!("nginx gzip_static, same bytes: {}", static_file.shown()),
            ratio: Some(to_nginx),
            budget: at_least("≥ 1.0 ×", to_nginx, 1.0),
            rounds: json!({
                "rejoinder": ours.per_second, "nginx": static_file.per_second,
                "rejoinder_cpu_us": ours.cpu_us, "nginx_cpu_us": static_file.cpu_us,
            }),
        });
        if with_isso {
            rows.add(ReportRow {
                what: format!(
                    "cached thread of {n_comments} comments, {} KB plain",
                    bytes.plain.len() / 1_000
                ),
                ours: ours.shown(),
                other: format!("Isso: {}", theirs.shown()),
                ratio: Some(ratio(&ours.per_second, &theirs.per_second)),
                rounds: json!({ "rejoinder": ours.per_second, "isso": theirs.per_second }),
                ..ReportRow::default()
            });
        }
    }
    let memory = server.process.memory_mib();
    rows.add(ReportRow {
        what: "memory after these reads".to_owned(),
        ours: format!("{memory:.1} MiB"),
        rounds: json!(memory),
        ..ReportRow::default()
    });
    Ok(())
}
