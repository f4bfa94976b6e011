//! Three nodes on PostgreSQL with a synchronous standby, while something breaks: whether every comment
//! that was acknowledged is there, once, whether everyone who follows the page has heard of it, once, and
//! for how long the others could not write or read.

mod cluster;
mod followers;
mod readers;
mod writers;

use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::LocalSet;

use crate::plan::Plan;
use crate::report::{Budget, ReportRow, ReportRows};
use crate::samples::percentile;
use crate::{Result, clock, http};

use cluster::Cluster;
use followers::Follower;
use readers::ReadSample;
use writers::Acknowledged;

/// The page that all write on.
const PAGE: &str = "hot";

/// How long all goes well before something breaks, and again after it is mended.
const CALM: Duration = Duration::from_secs(5);

/// What breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Nothing,
    NodeKilled,
    Restart,
    LinkCut,
    Deaf,
    PrimaryVanishes,
    PrimaryHangs,
    StandbyLost,
}

/// What is measured of a fault, beside what is lost.
#[derive(Debug, Clone, Copy)]
enum Bar {
    /// For how long the nodes that are well acknowledge nothing, at most.
    Pause(&'static str, f64),
    /// The 99th percentile of reads of cached pages, none of which fails, in milliseconds.
    Cached(&'static str, f64),
    /// The same of pages that are not.
    Uncached(&'static str, f64),
}

impl Fault {
    const ALL: [Self; 8] = [
        Self::Nothing,
        Self::NodeKilled,
        Self::Restart,
        Self::LinkCut,
        Self::Deaf,
        Self::PrimaryVanishes,
        Self::PrimaryHangs,
        Self::StandbyLost,
    ];

    const fn text(self) -> &'static str {
        match self {
            Self::Nothing => "nothing breaks",
            Self::NodeKilled => "a node is killed (-9) and started again",
            Self::Restart => "PostgreSQL is restarted",
            Self::LinkCut => "a node's link is cut for 12 s",
            Self::Deaf => "the connections that hear of changes are ended",
            Self::PrimaryVanishes => "the primary vanishes, and the standby is promoted after 2 s",
            Self::PrimaryHangs => "the primary hangs for 20 s",
            Self::StandbyLost => "the standby is lost for 8 s",
        }
    }

    /// From the fault to its mending.
    const fn lasts(self) -> Duration {
        Duration::from_secs(match self {
            Self::Nothing | Self::Restart | Self::Deaf => 0,
            Self::NodeKilled => 3,
            Self::LinkCut => 12,
            Self::PrimaryVanishes => 2,
            Self::PrimaryHangs => 20,
            Self::StandbyLost => 8,
        })
    }

    const fn bar(self) -> Bar {
        match self {
            Self::Nothing | Self::NodeKilled | Self::Deaf => Bar::Pause("≤ 2 s", 2.0),
            Self::Restart | Self::LinkCut => Bar::Pause("≤ 6 s", 6.0),
            Self::PrimaryVanishes => Bar::Pause("≤ 8 s", 8.0),
            Self::PrimaryHangs => Bar::Cached("cached p99 ≤ 50 ms, 0 failed", 50.0),
            Self::StandbyLost => Bar::Uncached("uncached p99 ≤ 50 ms, 0 failed", 50.0),
        }
    }

    /// The node that the fault is of; the others are well.
    const fn hits(self, node: usize) -> bool {
        matches!(self, Self::NodeKilled | Self::LinkCut) && node == 0
    }
}

pub(super) fn measure(plan: &Plan, rows: &mut ReportRows) -> Result {
    let faults = if plan.is_quick {
        &Fault::ALL[..2]
    } else {
        &Fault::ALL[..]
    };
    for fault in faults {
        rows.add(suffer(plan, *fault)?);
    }
    Ok(())
}

/// What the clients saw of a run.
struct Seen {
    broke_at: Instant,
    acknowledged: Vec<Acknowledged>,
    reads: Vec<ReadSample>,
    followers: Vec<Follower>,
}

/// Let `fault` come over nodes that are in use.
fn suffer(plan: &Plan, fault: Fault) -> Result<ReportRow> {
    let mut cluster = Cluster::new(plan)?;
    let runtime = http::runtime().map_err(|error| error.to_string())?;
    let seen = LocalSet::new().block_on(&runtime, watch(&mut cluster, fault))?;
    Ok(seen.row(fault, &cluster.texts()?))
}

async fn watch(cluster: &mut Cluster<'_>, fault: Fault) -> Result<Seen> {
    let addresses: Rc<[_]> = cluster.addresses().into();
    let followers = followers::start(&addresses).await?;
    let writers = writers::start(&addresses).await?;
    let readers = readers::start(&addresses);
    tokio::time::sleep(CALM).await;
    let broke_at = clock::now();
    cluster.inflict(fault)?;
    tokio::time::sleep(fault.lasts()).await;
    cluster.mend(fault)?;
    tokio::time::sleep(CALM).await;
    let reads = readers.end().await?;
    let acknowledged = writers.end().await?;
    let followers = followers.end(&acknowledged).await?;
    Ok(Seen {
        broke_at,
        acknowledged,
        reads,
        followers,
    })
}

impl Seen {
    /// What came of it, when these are the texts of all comments that are there.
    fn row(&self, fault: Fault, there: &[String]) -> ReportRow {
        let times = |text: &str| there.iter().filter(|other| *other == text).count();
        let counts: Vec<_> = self
            .acknowledged
            .iter()
            .map(|one| times(&one.text))
            .collect();
        let (n_lost, n_doubled) = (
            counts.iter().filter(|n| **n == 0).count(),
            counts.iter().filter(|n| **n > 1).count(),
        );
        let n_missed: usize = self.followers.iter().map(|one| one.n_missed).sum();
        let n_repeated: usize = self.followers.iter().map(|one| one.n_repeated).sum();
        let pause_s = self.pause_s(fault);
        let (cached, uncached) = (self.reads(fault, true), self.reads(fault, false));
        let n_wrong = n_lost + n_doubled + n_missed + n_repeated;
        let (text, is_held) = match fault.bar() {
            Bar::Pause(text, most) => (text, pause_s <= most),
            Bar::Cached(text, most) => (text, cached.is_within(most)),
            Bar::Uncached(text, most) => (text, uncached.is_within(most)),
        };
        ReportRow {
            what: fault.text().to_owned(),
            ours: format!(
                "{} acknowledged, {n_lost} lost, {n_doubled} doubled; of {} followers {n_missed} missed, \
                 {n_repeated} repeated; no write for {pause_s:.1} s; reads {cached} cached, {uncached} not",
                self.acknowledged.len(),
                self.followers.len(),
            ),
            budget: Some(Budget {
                text,
                is_kept: is_held && n_wrong == 0,
            }),
            rounds: json!({
                "acknowledged": self.acknowledged.len(), "lost": n_lost, "doubled": n_doubled,
                "missed": n_missed, "repeated": n_repeated, "pause_s": pause_s,
                "cached_p99_ms": cached.p99_ms, "cached_failed": cached.n_failed,
                "uncached_p99_ms": uncached.p99_ms, "uncached_failed": uncached.n_failed,
            }),
            ..ReportRow::default()
        }
    }

    /// The longest time after the fault in which no node that is well acknowledged anything.
    fn pause_s(&self, fault: Fault) -> f64 {
        let well = self.acknowledged.iter().filter(|one| !fault.hits(one.node));
        let mut times: Vec<_> = well.map(|one| one.at).collect();
        times.sort();
        let mut before = self.broke_at;
        let mut longest = Duration::ZERO;
        for at in times.into_iter().filter(|at| *at > self.broke_at) {
            longest = longest.max(at - before);
            before = at;
        }
        longest.as_secs_f64()
    }

    fn reads(&self, fault: Fault, is_cached: bool) -> ReadFigures {
        let all = self.reads.iter().filter(|read| {
            read.is_cached == is_cached && !fault.hits(read.node) && read.at > self.broke_at
        });
        let times: Vec<_> = all.clone().filter_map(|read| read.took_ms).collect();
        ReadFigures {
            p99_ms: percentile(&times, 99.0),
            n_failed: all.filter(|read| read.took_ms.is_none()).count(),
        }
    }
}

/// How reads went after the fault, of the nodes that are well.
struct ReadFigures {
    p99_ms: f64,
    n_failed: usize,
}

impl ReadFigures {
    fn is_within(&self, most_ms: f64) -> bool {
        self.p99_ms <= most_ms && self.n_failed == 0
    }
}

impl std::fmt::Display for ReadFigures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "p99 {:.0} ms, {} failed", self.p99_ms, self.n_failed)
    }
}
