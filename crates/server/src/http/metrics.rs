//! What operators watch, in the text format that Prometheus reads.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jobs::BackupStatus;
use rejoinder_core::Time;
use store::jobs::Backlog;

use crate::http::serve::connections::Counts;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counter {
    /// Requests answered from the page cache.
    CacheHits,
    /// Requests answered from memory while the database did not answer.
    Stale,
    /// Threads rendered.
    Renderings,
    /// Threads read from the replica.
    Nearby,
    /// Answers of 2xx and 3xx beside the page cache.
    Done,
    /// Answers of 4xx.
    Refused,
    /// Answers of 5xx.
    Failed,
    /// Comments posted.
    Comments,
    /// Votes cast.
    Votes,
}

impl Counter {
    const ALL: [Self; 9] = [
        Self::CacheHits,
        Self::Stale,
        Self::Renderings,
        Self::Nearby,
        Self::Done,
        Self::Refused,
        Self::Failed,
        Self::Comments,
        Self::Votes,
    ];

    /// The series' name, and what it means.
    const fn about(self) -> (&'static str, &'static str) {
        match self {
            Self::CacheHits => (
                "rejoinder_page_cache_hits_total",
                "Requests answered from the page cache.",
            ),
            Self::Stale => (
                "rejoinder_page_cache_stale_total",
                "Requests answered from memory while the database did not answer.",
            ),
            Self::Renderings => ("rejoinder_renderings_total", "Threads rendered."),
            Self::Nearby => (
                "rejoinder_replica_reads_total",
                "Threads read from the replica.",
            ),
            Self::Done => ("rejoinder_answers_done_total", "Answers of 2xx and 3xx."),
            Self::Refused => ("rejoinder_answers_refused_total", "Answers of 4xx."),
            Self::Failed => ("rejoinder_answers_failed_total", "Answers of 5xx."),
            Self::Comments => ("rejoinder_comments_total", "Comments posted."),
            Self::Votes => ("rejoinder_votes_total", "Votes cast."),
        }
    }
}

/// The upper bounds of the buckets of a histogram, in milliseconds.
const BOUNDS_MS: [u64; 9] = [1, 5, 10, 25, 100, 250, 1_000, 2_500, 10_000];

/// How long something took, each time.
#[derive(Debug, Default)]
struct Histogram {
    /// Those that took no longer than each bound, and longer than the one before; then the rest.
    buckets: [AtomicU64; BOUNDS_MS.len() + 1],
    sum_us: AtomicU64,
}

impl Histogram {
    fn add(&self, took: Duration) {
        let fits = |bound: &u64| took <= Duration::from_millis(*bound);
        let bucket = BOUNDS_MS.iter().position(fits).unwrap_or(BOUNDS_MS.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.sum_us.fetch_add(us, Ordering::Relaxed);
    }

    fn write(&self, text: &mut String, name: &str, label: &str) {
        let mut n = 0;
        let bounds = BOUNDS_MS.iter().map(|ms| seconds(*ms * 1_000));
        let bounds = bounds.chain(["+Inf".to_owned()]);
        for (bucket, bound) in self.buckets.iter().zip(bounds) {
            n += bucket.load(Ordering::Relaxed);
            let _ = writeln!(text, "{name}_bucket{{{label},le=\"{bound}\"}} {n}");
        }
        let sum = seconds(self.sum_us.load(Ordering::Relaxed));
        let _ = writeln!(
            text,
            "{name}_sum{{{label}}} {sum}\n{name}_count{{{label}}} {n}"
        );
    }
}

/// Microseconds as seconds, without a rounding that an operator could see.
fn seconds(us: u64) -> String {
    let decimals = format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
    decimals
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

/// What is counted and measured of a running server.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    counters: [AtomicU64; Counter::ALL.len()],
    reads: Histogram,
    writes: Histogram,
}

/// What is looked up when an operator asks.
pub(crate) struct Now {
    pub(crate) at: Time,
    pub(crate) connections: Counts,
    pub(crate) n_streams: usize,
    /// How backups by the clock go, where there are some.
    pub(crate) backups: Option<BackupStatus>,
    /// The jobs, unless the database did not say.
    pub(crate) backlog: Option<Vec<Backlog>>,
    /// How many spans were sent, where an operator wants traces.
    pub(crate) spans: Option<traces::Counts>,
    /// How large the file beside a database of SQLite is.
    pub(crate) wal_bytes: Option<u64>,
}

impl Metrics {
    pub(crate) fn count(&self, counter: Counter) {
        self.counters[counter as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// An answer took so long.
    pub(crate) fn measure(&self, is_read: bool, took: Duration) {
        let histogram = if is_read { &self.reads } else { &self.writes };
        histogram.add(took);
    }

    /// All of it as text.
    pub(crate) fn text(&self, now: &Now) -> String {
        let mut text = String::new();
        let version = env!("CARGO_PKG_VERSION");
        head(
            &mut text,
            "gauge",
            "rejoinder_build_info",
            "Which program this is.",
        );
        let _ = writeln!(text, "rejoinder_build_info{{version=\"{version}\"}} 1");
        let mut add = |kind: &str, (name, help): (&str, &str), value: u64| {
            head(&mut text, kind, name, help);
            let _ = writeln!(text, "{name} {value}");
        };
        let streams = ("rejoinder_live_streams", "Live streams that are open.");
        add("gauge", streams, now.n_streams as u64);
        let open = ("rejoinder_connections", "Connections that are open.");
        add("gauge", open, now.connections.open);
        let refused = (
            "rejoinder_connections_refused_total",
            "Connections for which there was no room.",
        );
        add("counter", refused, now.connections.refused);
        let ended = (
            "rejoinder_connections_ended_total",
            "Connections ended because they kept the server waiting or others out.",
        );
        add("counter", ended, now.connections.ended);
        if let Some(backups) = now.backups {
            let failed = (
                "rejoinder_backups_failed_total",
                "Backups by the clock that failed.",
            );
            add("counter", failed, backups.n_failed);
            let done = (
                "rejoinder_backup_timestamp_seconds",
                "When the newest good backup by the clock was made; 0 if there is none.",
            );
            let done_at = backups.done_at.map_or(0, Time::seconds);
            add("gauge", done, u64::try_from(done_at).unwrap_or(0));
        }
        if let Some(spans) = now.spans {
            let sent = (
                "rejoinder_trace_spans_sent_total",
                "Spans that the collector took.",
            );
            add("counter", sent, spans.sent);
            let dropped = (
                "rejoinder_trace_spans_dropped_total",
                "Spans that it did not take, or for which there was no room.",
            );
            add("counter", dropped, spans.dropped);
        }
        for counter in Counter::ALL {
            let value = self.counters[counter as usize].load(Ordering::Relaxed);
            add("counter", counter.about(), value);
        }
        let up = ("rejoinder_database_up", "Whether the database answers.");
        add("gauge", up, u64::from(now.backlog.is_some()));
        if let Some(bytes) = now.wal_bytes {
            let wal = (
                "rejoinder_sqlite_wal_bytes",
                "How large the file beside the database is, which has what was written last.",
            );
            add("gauge", wal, bytes);
        }
        let took = "rejoinder_answer_seconds";
        let help = "How long answers took, beside those from the page cache.";
        head(&mut text, "histogram", took, help);
        self.reads.write(&mut text, took, "class=\"read\"");
        self.writes.write(&mut text, took, "class=\"write\"");
        write_backlog(&mut text, now);
        text
    }
}

fn head(text: &mut String, kind: &str, name: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// What a series says of a kind of jobs.
type Value = fn(&Backlog, Time) -> u64;

fn write_backlog(text: &mut String, now: &Now) {
    let backlog = now.backlog.as_deref().unwrap_or_default();
    let series: [(&str, &str, Value); 3] = [
        (
            "rejoinder_jobs_due",
            "Jobs that could be done now.",
            |own, _| own.n_due,
        ),
        (
            "rejoinder_jobs_oldest_seconds",
            "For how long the oldest of them has been due.",
            |own, at| own.due_since.map_or(0, |since| at.since(since).as_secs()),
        ),
        (
            "rejoinder_jobs_failed",
            "Jobs that were given up, and wait for an owner.",
            |own, _| own.n_parked,
        ),
    ];
    for (name, help, value) in series {
        head(text, "gauge", name, help);
        for own in backlog {
            let value = value(own, now.at);
            let _ = writeln!(text, "{name}{{kind=\"{}\"}} {value}", own.kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bucket_counts_what_took_no_longer() {
        let histogram = Histogram::default();
        for ms in [0, 1, 2, 30, 20_000] {
            histogram.add(Duration::from_millis(ms));
        }
        let mut text = String::new();
        histogram.write(&mut text, "took", "class=\"read\"");
        for line in [
            "took_bucket{class=\"read\",le=\"0.001\"} 2",
            "took_bucket{class=\"read\",le=\"0.005\"} 3",
            "took_bucket{class=\"read\",le=\"0.1\"} 4",
            "took_bucket{class=\"read\",le=\"10\"} 4",
            "took_bucket{class=\"read\",le=\"+Inf\"} 5",
            "took_sum{class=\"read\"} 20.033",
            "took_count{class=\"read\"} 5",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}\n{text}");
        }
    }
}
