//! What a server of 100,000 publications takes to answer who a reader is, on either database.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use testing::Postgres;

use crate::corpus::SITE;
use crate::http::{Connection, expect, quoted, request, runtime};
use crate::place::Place;
use crate::plan::Plan;
use crate::rejoinder::{add_site, sign_in};
use crate::report::{ReportRow, ReportRows, at_most};
use crate::samples::{median, percentile};
use crate::work::WorkFolder;
use crate::{Result, clock};

const N_SITES: u32 = 100_000;

/// One read in so many is of a publication that nobody has asked for yet.
const ONE_IN: u32 = 5;

/// What is looked after by the clock has its turn in this.
const READ_FOR: Duration = Duration::from_secs(15);

/// What was measured, in milliseconds and MiB.
struct Answered {
    own: Vec<f64>,
    others: Vec<f64>,
    memory_mib: [f64; 2],
}

pub(super) fn measure(plan: &Plan, rows: &mut ReportRows) -> Result {
    let work = WorkFolder::new()?;
    let server = Postgres::start_with("-c shared_buffers=256MB")?;
    for place in [Place::sqlite(&work), Place::postgres(&server)?] {
        add_site(plan, &place.url)?;
        fill(&place)?;
        place.settle()?;
        let (process, address) = place.serve(plan, &work)?;
        let cookie = sign_in(plan, &place.url, address)?;
        let before = process.memory_mib();
        let (own, others) = read(plan, address, &cookie)?;
        let memory_mib = [before, process.memory_mib()];
        report(
            rows,
            place.name,
            &Answered {
                own,
                others,
                memory_mib,
            },
        );
    }
    Ok(())
}

/// Give the database publications that are like the one it has.
fn fill(place: &Place<'_>) -> Result {
    let sites = format!(
        "with recursive more(n) as (select 1 union all select n + 1 from more where n < {N_SITES})
         insert into site (id, host, origins, settings, created_at, version)
         select id + n, 'paper-' || n || '.example', replace(origins, '{SITE}', 'paper-' || n || '.example'),
             settings, created_at, version
         from site, more where host = '{SITE}'"
    );
    let origins = format!(
        "insert into site_origin (site_id, origin)
         select id, 'https://' || host from site where host <> '{SITE}'"
    );
    place.run(&[&sites, &origins])
}

/// How long `me` takes a reader of one publication, and at others that nobody has asked for yet.
fn read(plan: &Plan, at: SocketAddr, cookie: &str) -> Result<(Vec<f64>, Vec<f64>)> {
    let (mut own, mut others) = (Vec::new(), Vec::new());
    let runtime = runtime().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut connection = Connection::new(at);
        let ends = clock::now()
            + if plan.is_quick {
                READ_FOR / 5
            } else {
                READ_FOR
            };
        let mut n = 0;
        while clock::now() < ends {
            n += 1;
            let is_other = n % ONE_IN == 0 && n / ONE_IN <= N_SITES;
            let host = match is_other {
                true => format!("paper-{}.example", n / ONE_IN),
                false => SITE.to_owned(),
            };
            let page = quoted(&format!("https://{host}/page-0"));
            let path = format!("/api/v1/me?site={host}&page={page}");
            let asked = request(at, "GET", &path, &[("Cookie", cookie)], "");
            let sent_at = clock::now();
            let answer = connection.send(&asked).await;
            let answer = answer.map_err(|error| format!("{path}: {error}"))?;
            let took = sent_at.elapsed().as_secs_f64() * 1e3;
            if is_other { &mut others } else { &mut own }.push(took);
            expect(&answer, 200, &path)?;
        }
        Ok((own, others))
    })
}

fn report(rows: &mut ReportRows, name: &str, answered: &Answered) {
    let kinds = [
        ("what is one's own", &answered.own),
        ("the first reader of a publication", &answered.others),
    ];
    for (what, took) in kinds {
        let (p99, most) = (percentile(took, 99.0), percentile(took, 100.0));
        rows.add(ReportRow {
            what: format!("{name}: {what}"),
            ours: format!("p99 {p99:.1}, most {most:.1} ms"),
            other: format!("{} reads, {N_SITES} publications", took.len()),
            budget: at_most("p99 ≤ 5 ms", p99, 5.0),
            rounds: json!({ "p50_ms": median(took), "p99_ms": p99, "most_ms": most }),
            ..ReportRow::default()
        });
    }
    let [before, after] = answered.memory_mib;
    rows.add(ReportRow {
        what: format!(
            "{name}: memory after {} publications were asked for",
            answered.others.len()
        ),
        ours: format!("{after:.0} MiB"),
        other: format!("{before:.0} MiB before"),
        ratio: Some(after / before),
        ..ReportRow::default()
    });
}
