//! What the newsroom's pages take, and a comment on the disk, when there are ever more comments, on either
//! database.

use std::collections::HashMap;
use std::net::SocketAddr;

use serde_json::json;
use testing::Postgres;

use crate::corpus::{SITE, address, pages_of_100};
use crate::disqus::write_export;
use crate::http::{self, Connection, expect, quoted, request, runtime};
use crate::place::Place;
use crate::plan::Plan;
use crate::rejoinder::{add_site, import, sign_in, thread};
use crate::report::{ReportRow, ReportRows, at_most};
use crate::samples::{median, percentile};
use crate::work::WorkFolder;
use crate::{Result, clock};

const N_SMALL: u32 = 10_000;
const N_MIDDLE: u32 = 1_000_000;

/// How often each page is asked for, and as often before that: PostgreSQL plans a statement anew until each
/// connection has run it some times.
const N_READS: usize = 100;

/// The newsroom's pages: how they are called in the report, and where they are.
const PAGES: [(&str, &str); 14] = [
    ("what waits", "/moderate/SITE"),
    ("what is approved", "/moderate/SITE/queues/approved"),
    ("spam", "/moderate/SITE/queues/spam"),
    ("a search that finds much", "/moderate/SITE/search?q=bridge"),
    (
        "a search that finds nothing",
        "/moderate/SITE/search?q=xylophone",
    ),
    ("a prolific author", "/moderate/SITE/authors/AUTHOR"),
    ("who is banned", "/moderate/SITE/authors"),
    ("what was decided", "/moderate/SITE/log"),
    ("the pages", "/moderate/SITE/pages"),
    ("the overview", "/admin/SITE"),
    ("the settings", "/admin/SITE/settings"),
    ("the people", "/admin/SITE/people"),
    ("the audit log", "/admin/SITE/audit"),
    ("the jobs", "/admin/SITE/jobs"),
];

pub(super) fn measure(plan: &Plan, rows: &mut ReportRows) -> Result {
    let mut sizes = vec![N_SMALL, N_MIDDLE.min(plan.n_large), plan.n_large];
    sizes.dedup();
    let work = WorkFolder::new()?;
    let server = Postgres::start_with("-c shared_buffers=256MB")?;
    let mut grown = Vec::new();
    for n in sizes {
        let export = work.join("export.xml");
        write_export(&export, pages_of_100(n))?;
        for place in [Place::sqlite(&work), Place::postgres(&server)?] {
            println!("  {n} comments in {}", place.name);
            add_site(plan, &place.url)?;
            import(
                plan,
                ("disqus", &export),
                &place.url,
                &work.join("import.log"),
            )?;
            grown.push(Grown::measure(plan, &work, &place, n)?);
        }
    }
    for name in ["SQLite", "PostgreSQL"] {
        let of_name: Vec<_> = grown.iter().filter(|grown| grown.name == name).collect();
        report(rows, name, &of_name);
    }
    Ok(())
}

/// What was measured of a database of that many comments.
struct Grown {
    name: &'static str,
    n_comments: u32,
    bytes_each: f64,
    /// By what was asked for, in the order of asking; in milliseconds.
    took: Vec<(String, Vec<f64>)>,
}

impl Grown {
    fn measure(plan: &Plan, work: &WorkFolder, place: &Place<'_>, n: u32) -> Result<Self> {
        let bytes = place.n_bytes()?;
        place.settle()?;
        let (server, address) = place.serve(plan, work)?;
        let took = read_all(plan, place, address, n);
        let took = took.map_err(|error| {
            let log = std::fs::read_to_string(work.join("serve.log")).unwrap_or_default();
            format!("{error}; its log:\n{log}")
        })?;
        drop(server);
        Ok(Self {
            name: place.name,
            n_comments: n,
            #[expect(clippy::cast_precision_loss, reason = "it is to be read")]
            bytes_each: bytes as f64 / f64::from(n),
            took,
        })
    }
}

fn read_all(
    plan: &Plan,
    place: &Place<'_>,
    at: SocketAddr,
    n: u32,
) -> Result<Vec<(String, Vec<f64>)>> {
    let cookie = sign_in(plan, &place.url, at)?;
    let author = prolific(at, &cookie)?;
    let mut took = Vec::new();
    for (name, path) in PAGES {
        let path = path.replace("SITE", SITE).replace("AUTHOR", &author);
        took.push((
            name.to_owned(),
            times(at, &cookie, N_READS, |_| path.clone())?,
        ));
    }
    let page = quoted(&address("page-0"));
    let me = format!("/api/v1/me?site={SITE}&page={page}");
    took.push((
        "what is one's own".to_owned(),
        times(at, &cookie, N_READS, |_| me.clone())?,
    ));
    // Each is asked for once, and so is not kept yet.
    let n_pages = n as usize / 100;
    let cold = |read: usize| thread(&format!("page-{}", (read * 7_919 + 1) % n_pages));
    took.push((
        "a thread that is not kept".to_owned(),
        times(at, &cookie, N_READS.min(n_pages / 2), cold)?,
    ));
    Ok(took)
}

/// How long each of `n` reads took, in milliseconds, after as many that are not counted.
fn times(
    at: SocketAddr,
    cookie: &str,
    n: usize,
    path: impl Fn(usize) -> String,
) -> Result<Vec<f64>> {
    let runtime = runtime().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut connection = Connection::new(at);
        let mut times = Vec::new();
        for read in 0..2 * n {
            let path = path(read);
            let asked = request(at, "GET", &path, &[("Cookie", cookie)], "");
            let sent_at = clock::now();
            let answer = connection.send(&asked).await;
            let answer = answer.map_err(|error| format!("{path}: {error}"))?;
            if read >= n {
                times.push(sent_at.elapsed().as_secs_f64() * 1e3);
            }
            expect(&answer, 200, &path)?;
        }
        Ok(times)
    })
}

/// Who has written most of what a search shows first.
fn prolific(at: SocketAddr, cookie: &str) -> Result<String> {
    let path = format!("/moderate/{SITE}/search?q=bridge");
    let asked = request(at, "GET", &path, &[("Cookie", cookie)], "");
    let answer = http::send(at, &asked).map_err(|error| error.to_string())?;
    expect(&answer, 200, &path)?;
    let page = answer.text();
    let mut n_by_author = HashMap::new();
    for rest in page.split("/authors/").skip(1) {
        let id: String = rest
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        *n_by_author.entry(id).or_insert(0) += 1;
    }
    let most = n_by_author.into_iter().max_by_key(|(_, n)| *n);
    most.map(|(id, _)| id)
        .ok_or_else(|| format!("{path} names no author"))
}

fn report(rows: &mut ReportRows, name: &str, grown: &[&Grown]) {
    let [first, .., last] = grown else {
        return;
    };
    let sizes: Vec<_> = grown
        .iter()
        .map(|grown| grown.n_comments.to_string())
        .collect();
    for (at, (what, of_last)) in last.took.iter().enumerate() {
        let p99 = |grown: &Grown| percentile(&grown.took[at].1, 99.0);
        let all: Vec<_> = grown
            .iter()
            .map(|grown| format!("{:.1}", p99(grown)))
            .collect();
        let (budget, most) = match what.as_str() {
            "what is one's own" | "a thread that is not kept" => ("p99 ≤ 5 ms", 5.0),
            _ => ("p99 ≤ 100 ms", 100.0),
        };
        let medians: Vec<_> = grown
            .iter()
            .map(|grown| median(&grown.took[at].1))
            .collect();
        rows.add(ReportRow {
            what: format!("{name}: {what}"),
            ours: format!("p99 {} ms", all.join(" · ")),
            other: format!("of {} comments", sizes.join(" · ")),
            ratio: Some(percentile(of_last, 50.0) / medians[0]),
            budget: at_most(budget, p99(last), most),
            rounds: json!({ "p50_ms": medians, "p99_ms": grown.iter().map(|one| p99(one)).collect::<Vec<_>>() }),
        });
    }
    let each: Vec<_> = grown
        .iter()
        .map(|grown| format!("{:.0}", grown.bytes_each))
        .collect();
    rows.add(ReportRow {
        what: format!("{name}: bytes on the disk for each comment"),
        ours: each.join(" · "),
        other: format!("of {} comments", sizes.join(" · ")),
        ratio: Some(last.bytes_each / first.bytes_each),
        budget: at_most("≤ 1,000", last.bytes_each, 1_000.0),
        ..ReportRow::default()
    });
}
