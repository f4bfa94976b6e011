//! How quickly comments come in from a Disqus export, and go out as files, and with how much memory.

use std::path::Path;

use serde_json::json;

use crate::Result;
use crate::corpus::{SITE, pages_of_100};
use crate::disqus::write_export;
use crate::plan::Plan;
use crate::rejoinder::{Database, RunFigures, add_site, import, run};
use crate::report::{ReportRow, ReportRows, at_least, at_most};
use crate::work::WorkFolder;

const N_SMALL: u32 = 10_000;

pub(super) fn measure(plan: &Plan, rows: &mut ReportRows) -> Result {
    let work = WorkFolder::new()?;
    let (small, large) = (work.join("small.xml"), work.join("large.xml"));
    write_export(&small, pages_of_100(N_SMALL))?;
    write_export(&large, pages_of_100(plan.n_large))?;
    let database = |name: &str| Database::existing(plan, &work.join(name)).url();
    // A file with nothing in it: what the command takes for itself.
    let nothing = work.join("nothing.xml");
    write_export(&nothing, pages_of_100(0))?;
    let idle = into(plan, &nothing, &database("idle.db"), &work)?;
    let of_small = into(plan, &small, &database("small.db"), &work)?;
    let of_large = into(plan, &large, &database("large.db"), &work)?;
    add(plan, rows, "SQLite", &idle, &of_large);
    rows.add(ReportRow {
        what: format!("the same of {N_SMALL}"),
        ours: format!("{:.0} MiB", of_small.peak_mib - idle.peak_mib),
        rounds: json!({ "small_mib": of_small.peak_mib }),
        ..ReportRow::default()
    });
    freeze(plan, rows, &database("large.db"), &work)?;
    if let Some(url) = &plan.postgres {
        let idle = into(plan, &nothing, url, &work)?;
        let log = work.join("import.log");
        let of_large = import(plan, ("disqus", &large), url, &log)?;
        add(plan, rows, "PostgreSQL", &idle, &of_large);
    }
    Ok(())
}

fn into(plan: &Plan, file: &Path, url: &str, work: &WorkFolder) -> Result<RunFigures> {
    add_site(plan, url)?;
    import(plan, ("disqus", file), url, &work.join("import.log"))
}

fn add(plan: &Plan, rows: &mut ReportRows, database: &str, idle: &RunFigures, large: &RunFigures) {
    let RunFigures {
        took,
        cpu_s,
        peak_mib,
    } = large;
    let took_s = took.as_secs_f64();
    let per_second = f64::from(plan.n_large) / took_s;
    rows.add(ReportRow {
        what: format!(
            "import of {} comments from Disqus into {database}",
            plan.n_large
        ),
        ours: format!("{per_second:.0} comments/s, {took_s:.1} s, {cpu_s:.1} s CPU"),
        budget: at_least("≥ 50,000/s", per_second, 50_000.0),
        rounds: json!({ "took_s": took_s, "cpu_s": cpu_s }),
        ..ReportRow::default()
    });
    let over_idle = peak_mib - idle.peak_mib;
    rows.add(ReportRow {
        what: "most memory during that import, over one of nothing".to_owned(),
        ours: format!("{over_idle:.0} MiB"),
        other: format!("of nothing: {:.0} MiB", idle.peak_mib),
        budget: at_most("≤ 64 MiB", over_idle, 64.0),
        rounds: json!({ "large_mib": peak_mib, "idle_mib": idle.peak_mib }),
        ..ReportRow::default()
    });
}

fn freeze(plan: &Plan, rows: &mut ReportRows, url: &str, work: &WorkFolder) -> Result {
    let folder = work.join("frozen").display().to_string();
    let args = ["freeze", "--site", SITE, "--database", url, &folder];
    let RunFigures {
        took,
        cpu_s,
        peak_mib,
    } = run(plan, &args, &work.join("freeze.log"))?;
    let took_s = took.as_secs_f64();
    rows.add(ReportRow {
        what: format!("freezing {} comments", plan.n_large),
        ours: format!("{took_s:.1} s, {cpu_s:.1} s CPU, {peak_mib:.0} MiB"),
        budget: at_most("≤ 60 s", took_s, 60.0),
        rounds: json!({ "took_s": took_s, "cpu_s": cpu_s, "peak_mib": peak_mib }),
        ..ReportRow::default()
    });
    Ok(())
}
