//! The first page of a long thread costs what that of a short one costs.

use serde_json::json;

use super::{BothServers, HUNDRED, LONG, THOUSANDS};
use crate::http::{Connection, request_under, runtime};
use crate::rejoinder::{Rejoinder, thread};
use crate::report::{ReportRow, ReportRows, at_most};
use crate::samples::median;
use crate::{Result, clock};

/// Milliseconds of the short thread and of the long one.
type Pair = (Vec<f64>, Vec<f64>);

const SORTS: [&str; 5] = ["newest", "oldest", "votes", "best", "discussed"];

/// Each order is asked for under so many names of the server: under none is it in the page cache.
const N_NAMES: u32 = 10;

pub(super) fn measure(sides: &BothServers<'_>, rows: &mut ReportRows) -> Result {
    let mut samples = vec![(Vec::new(), Vec::new()); SORTS.len()];
    for _ in 0..sides.plan.n_rounds {
        let server = sides.rejoinder.serve()?;
        let runtime = runtime().map_err(|error| error.to_string())?;
        let round = runtime
            .block_on(round(&server))
            .map_err(|error| error.to_string())?;
        for (sort, (short, long)) in round.into_iter().enumerate() {
            samples[sort].0.extend(short);
            samples[sort].1.extend(long);
        }
    }
    let ratios: Vec<_> = samples
        .iter()
        .map(|(short, long)| median(long) / median(short))
        .collect();
    let all = |of: fn(&Pair) -> &Vec<f64>| samples.iter().flat_map(of).copied().collect::<Vec<_>>();
    let (short, long) = (median(&all(|pair| &pair.0)), median(&all(|pair| &pair.1)));
    let worst = ratios.iter().copied().fold(0.0, f64::max);
    let at = ratios.iter().position(|ratio| *ratio >= worst).unwrap_or(0);
    rows.add(ReportRow {
        what: format!(
            "first page of 100,000 comments, not cached; worst order: {}",
            SORTS[at]
        ),
        ours: format!("{long:.2} ms"),
        other: format!("first page of 100: {short:.2} ms"),
        ratio: Some(worst),
        budget: at_most("≤ 1.5 ×", worst, 1.5),
        rounds: json!({ "orders": SORTS, "ratios": ratios, "short_ms": short, "long_ms": long }),
    });
    Ok(())
}

/// Milliseconds for each page of the short and of the long thread, by order.
async fn round(server: &Rejoinder) -> std::io::Result<Vec<Pair>> {
    let mut connection = Connection::new(server.address);
    let mut samples = Vec::new();
    for sort in SORTS {
        let (mut short, mut long) = (Vec::new(), Vec::new());
        time(&mut connection, THOUSANDS, sort, 0).await?;
        for name in 0..N_NAMES {
            short.push(time(&mut connection, HUNDRED, sort, name).await?);
            long.push(time(&mut connection, LONG, sort, name).await?);
        }
        samples.push((short, long));
    }
    Ok(samples)
}

async fn time(
    connection: &mut Connection,
    page: &str,
    sort: &str,
    name: u32,
) -> std::io::Result<f64> {
    let target = format!("{}&sort={sort}", thread(page));
    let request = request_under(
        &format!("n{name}.localhost"),
        "GET",
        &target,
        &[("Accept-Encoding", "gzip")],
        "",
    );
    let sent_at = clock::now();
    let answer = connection.send(&request).await?;
    let took = sent_at.elapsed().as_secs_f64() * 1e3;
    if answer.status != 200 {
        return Err(std::io::Error::other(format!(
            "{target}: {} {}",
            answer.status,
            answer.text()
        )));
    }
    Ok(took)
}
