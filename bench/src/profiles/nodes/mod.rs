//! Three nodes on PostgreSQL with a synchronous standby, while something breaks: whether every comment
//! that was acknowledged is there, once, whether everyone who follows the page has heard of it, once, and
//! for how long the others could not write or read.

mod cluster;
mod followers;
mod readers;
mod writers;

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::{JoinHandle, LocalSet};

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

/// How long all goes well before something breaks.
const BEFORE: Duration = Duration::from_secs(5);

/// How long it is watched after it is mended.
const AFTER: Duration = Duration::from_secs(10);

/// What breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Nothing,
    NodeKilled,
    Restart,
    LinkCut,
    Deaf,
    PrimaryKilled,
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
        Self::PrimaryKilled,
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
            Self::PrimaryKilled => "the primary is killed, and the standby is promoted after 2 s",
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
            Self::PrimaryKilled => 2,
            Self::PrimaryHangs => 20,
            Self::StandbyLost => 8,
        })
    }

    const fn bar(self) -> Bar {
        match self {
            Self::Nothing | Self::NodeKilled | Self::Deaf => Bar::Pause("≤ 2 s", 2.0),
            Self::Restart | Self::LinkCut => Bar::Pause("≤ 6 s", 6.0),
            Self::PrimaryKilled => Bar::Pause("≤ 8 s", 8.0),
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

/// Let `fault` come over nodes that are in use.
fn suffer(plan: &Plan, fault: Fault) -> Result<ReportRow> {
    let mut cluster = Cluster::new(plan)?;
    let (addresses, stop) = (cluster.addresses(), &AtomicBool::new(false));
    let seen = std::thread::scope(|scope| {
        let (ready, is_ready) = mpsc::channel();
        let clients = scope.spawn(move || Seen::by_clients(addresses, stop, &ready));
        // Without clients there is nothing to wait for: they say why.
        let broke_at = is_ready.recv().ok().map(|()| cluster.suffer(fault));
        stop.store(true, Ordering::Release);
        let gone = |_| "the clients broke".to_owned();
        let seen = clients.join().map_err(gone)??;
        Ok::<_, String>((seen, broke_at.unwrap_or_else(|| Ok(clock::now()))?))
    });
    let (seen, broke_at) = seen?;
    Ok(seen.row((fault, broke_at), &cluster.texts()?))
}

impl Cluster<'_> {
    /// Break it and mend it; when it broke.
    fn suffer(&mut self, fault: Fault) -> Result<Instant> {
        sleep(BEFORE);
        let broke_at = clock::now();
        self.inflict(fault)?;
        sleep(fault.lasts());
        self.mend(fault)?;
        sleep(AFTER);
        Ok(broke_at)
    }
}

/// What the clients saw of a run.
struct Seen {
    ended_at: Instant,
    acknowledged: Vec<Acknowledged>,
    reads: Vec<ReadSample>,
    followers: Vec<Follower>,
}

impl Seen {
    /// Use the nodes until `stop`, all of it on this thread.
    fn by_clients(
        addresses: Vec<SocketAddr>,
        stop: &AtomicBool,
        ready: &mpsc::Sender<()>,
    ) -> Result<Self> {
        let runtime = http::runtime().map_err(|error| error.to_string())?;
        let addresses: Rc<[_]> = addresses.into();
        let is_stopped = Rc::<Cell<bool>>::default();
        LocalSet::new().block_on(&runtime, async {
            let followers = followers::start(&addresses).await?;
            let writers = writers::start(&addresses, &is_stopped).await?;
            let readers = readers::start(&addresses, &is_stopped);
            let _ = ready.send(());
            while !stop.load(Ordering::Acquire) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            is_stopped.set(true);
            let ended_at = clock::now();
            let reads = all(readers).await?;
            let acknowledged = all(writers).await?;
            let acknowledged = acknowledged.into_iter().collect::<Result<Vec<_>>>()?;
            let acknowledged = acknowledged.concat();
            Ok(Self {
                ended_at,
                followers: followers.end(&acknowledged).await?,
                reads: reads.concat(),
                acknowledged,
            })
        })
    }
}

/// What each of these gave.
async fn all<T>(tasks: Vec<JoinHandle<T>>) -> Result<Vec<T>> {
    let mut given = Vec::new();
    for task in tasks {
        given.push(task.await.map_err(|error| error.to_string())?);
    }
    Ok(given)
}

impl Seen {
    /// What came of it, when these are the texts of all comments that are there.
    fn row(&self, (fault, broke_at): (Fault, Instant), there: &[String]) -> ReportRow {
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
        let pause_s = self.pause_s(fault, broke_at);
        let reads = |is_cached| self.reads((fault, broke_at), is_cached);
        let (cached, uncached) = (reads(true), reads(false));
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
    fn pause_s(&self, fault: Fault, broke_at: Instant) -> f64 {
        let well = self.acknowledged.iter().filter(|one| !fault.hits(one.node));
        let mut times: Vec<_> = well.map(|one| one.at).collect();
        times.push(self.ended_at);
        times.sort();
        let mut before = broke_at;
        let mut longest = Duration::ZERO;
        for at in times.into_iter().filter(|at| *at > broke_at) {
            longest = longest.max(at - before);
            before = at;
        }
        longest.as_secs_f64()
    }

    fn reads(&self, (fault, broke_at): (Fault, Instant), is_cached: bool) -> ReadFigures {
        let all = self.reads.iter().filter(|read| {
            read.is_cached == is_cached && !fault.hits(read.node) && read.at > broke_at
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
