//! From start to first answer; what it takes at rest.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use super::{BothServers, HUNDRED};
use crate::report::{ReportRow, ReportRows, at_most};
use crate::samples::{median, ratio};
use crate::{Result, isso, rejoinder};

/// After the first answer, until a server is at rest.
const REST: Duration = Duration::from_millis(500);

pub(super) fn measure(sides: &BothServers<'_>, rows: &mut ReportRows) -> Result {
    let (mut ours, mut theirs) = (vec![], vec![]);
    let (mut our_memory, mut their_memory) = (vec![], vec![]);
    for _ in 0..sides.plan.n_starts {
        let mut server = sides.rejoinder.start()?;
        server
            .process
            .wait(server.address, &rejoinder::thread(HUNDRED))?;
        ours.push(server.started_at.elapsed().as_secs_f64() * 1e3);
        sleep(REST);
        our_memory.push(server.process.memory_mib());
        drop(server);
        let mut isso = sides.isso.start()?;
        isso.process.wait(isso.address, &isso::thread(HUNDRED))?;
        theirs.push(isso.started_at.elapsed().as_secs_f64() * 1e3);
        sleep(REST);
        their_memory.push(isso.process.memory_mib());
    }
    let time = median(&ours);
    rows.add(ReportRow {
        what: "start to the first thread".to_owned(),
        ours: format!("{time:.0} ms"),
        other: format!("Isso: {:.0} ms", median(&theirs)),
        ratio: Some(ratio(&ours, &theirs)),
        budget: at_most("≤ 100 ms", time, 100.0),
        rounds: json!({ "rejoinder_ms": ours, "isso_ms": theirs }),
    });
    let memory = median(&our_memory);
    rows.add(ReportRow {
        what: "memory, idle".to_owned(),
        ours: format!("{memory:.1} MiB"),
        other: format!("Isso, 4 workers: {:.0} MiB", median(&their_memory)),
        ratio: Some(ratio(&our_memory, &their_memory)),
        budget: at_most("≤ 30 MB", memory * 1.048_576, 30.0),
        rounds: json!({ "rejoinder_mib": our_memory, "isso_mib": their_memory }),
    });
    let program = fs::metadata(&sides.plan.program).map_err(|error| error.to_string())?;
    let size = f64::from(u32::try_from(program.len()).unwrap_or(u32::MAX)) / 1e6;
    rows.add(ReportRow {
        what: "size of the program".to_owned(),
        ours: format!("{size:.1} MB"),
        budget: at_most("≤ 40 MB", size, 40.0),
        rounds: json!(size),
        ..ReportRow::default()
    });
    Ok(())
}
