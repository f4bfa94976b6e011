//! Threads that are not in the page cache, in a small database and in a large one.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::corpus::{BenchRandom, pages_of_100};
use crate::http::{Connection, request_under, runtime};
use crate::plan::Plan;
use crate::rejoinder::{Database, thread};
use crate::report::{ReportRow, ReportRows, at_most};
use crate::samples::{median, percentile};
use crate::work::{WorkFolder, make};
use crate::{Result, clock};

const N_SMALL: u32 = 10_000;

pub(super) fn measure(plan: &Plan, rows: &mut ReportRows) -> Result {
    let work = WorkFolder::new()?;
    println!(
        "Building databases of {N_SMALL} and {} comments",
        plan.n_large
    );
    let (small, _) = Database::with(plan, &work.join("small.db"), pages_of_100(N_SMALL))?;
    let large = large(plan, &work)?;
    read(plan, rows, &small, &large)
}

/// The large database; one of 10 million comments is kept for the next time.
fn large<'p>(plan: &'p Plan, work: &WorkFolder) -> Result<Database<'p>> {
    if plan.n_large <= 1_000_000 {
        let pages = pages_of_100(plan.n_large);
        return Database::with(plan, &work.join("large.db"), pages).map(|(database, _)| database);
    }
    let kept = plan.kept.join(format!("{}.db", plan.n_large));
    if kept.is_file() {
        return Ok(Database::existing(plan, &kept));
    }
    make(&plan.kept)?;
    let unfinished = plan.kept.join("unfinished.db");
    remove(&unfinished);
    Database::with(plan, &unfinished, pages_of_100(plan.n_large))?;
    // Serving it once moves all that was written into the one file.
    drop(Database::existing(plan, &unfinished).serve()?);
    fs::rename(&unfinished, &kept).map_err(|error| error.to_string())?;
    remove(&unfinished);
    Ok(Database::existing(plan, &kept))
}

fn remove(database: &Path) {
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{end}", database.display()));
    }
}

fn read(plan: &Plan, rows: &mut ReportRows, small: &Database<'_>, large: &Database<'_>) -> Result {
    let (mut of_small, mut of_large) = (vec![], vec![]);
    let (mut p99_small, mut p99_large) = (vec![], vec![]);
    for round in 0..plan.n_rounds {
        let seed = round as u64;
        let samples = read_once(plan, small, N_SMALL / 100, seed)?;
        p99_small.push(percentile(&samples, 99.0));
        of_small.extend(samples);
        let samples = read_once(plan, large, plan.n_large / 100, seed)?;
        p99_large.push(percentile(&samples, 99.0));
        of_large.extend(samples);
    }
    let (p50, p99) = (median(&of_large), percentile(&of_large, 99.0));
    let (p50_small, p99_of_small) = (median(&of_small), percentile(&of_small, 99.0));
    let rounds = json!({
        "p99_large_ms": p99_large, "p99_small_ms": p99_small, "p50_large_ms": p50, "p50_small_ms": p50_small,
    });
    rows.add(ReportRow {
        what: format!(
            "thread not cached, {} comments in the database",
            plan.n_large
        ),
        ours: format!("p50 {p50:.2} ms, p99 {p99:.2} ms"),
        budget: at_most("p99 ≤ 5 ms", p99, 5.0),
        rounds: rounds.clone(),
        ..ReportRow::default()
    });
    let ratio = p50 / p50_small;
    rows.add(ReportRow {
        what: "the same, large database against small".to_owned(),
        ours: format!("p50 {p50:.2} ms, p99 {p99:.2} ms"),
        other: format!("{N_SMALL} comments: p50 {p50_small:.2} ms, p99 {p99_of_small:.2} ms"),
        ratio: Some(ratio),
        budget: at_most("≤ 1.5 ×", ratio, 1.5),
        rounds,
    });
    Ok(())
}

/// Start a server, ask for threads that it has not rendered, one after the other; how long each
/// took, in milliseconds.
fn read_once(plan: &Plan, database: &Database<'_>, n_pages: u32, seed: u64) -> Result<Vec<f64>> {
    let server = database.serve()?;
    let n_reads = if plan.is_quick { 300 } else { 1_000 };
    let mut chance = BenchRandom(seed);
    let runtime = runtime().map_err(|error| error.to_string())?;
    let reading = async {
        let mut connection = Connection::new(server.address);
        let mut samples = Vec::new();
        for n in 0..n_reads {
            // Under another name of the server a thread is rendered anew.
            let (page, name) = match n_pages {
                0..=100 => (n % n_pages, n / n_pages),
                _ => (chance.below(n_pages), 0),
            };
            let target = thread(&format!("page-{page}"));
            let request = request_under(
                &format!("n{name}.localhost"),
                "GET",
                &target,
                &[("Accept-Encoding", "gzip")],
                "",
            );
            let sent_at = clock::now();
            let answer = connection.send(&request).await?;
            samples.push(sent_at.elapsed().as_secs_f64() * 1e3);
            if answer.status != 200 || answer.body.len() < 4_000 {
                return Err(std::io::Error::other(format!(
                    "{target}: {} {}",
                    answer.status,
                    answer.text()
                )));
            }
        }
        Ok(samples)
    };
    runtime.block_on(reading).map_err(|error| error.to_string())
}
