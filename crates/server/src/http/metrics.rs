//! Counters for operators, in the text format that Prometheus reads.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::http::serve::connections::Counts;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counter {
    /// Requests answered from the page cache.
    CacheHits,
    /// Threads rendered.
    Renderings,
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
    const ALL: [Self; 7] = [
        Self::CacheHits,
        Self::Renderings,
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
            Self::Renderings => ("rejoinder_renderings_total", "Threads rendered."),
            Self::Done => ("rejoinder_answers_done_total", "Answers of 2xx and 3xx."),
            Self::Refused => ("rejoinder_answers_refused_total", "Answers of 4xx."),
            Self::Failed => ("rejoinder_answers_failed_total", "Answers of 5xx."),
            Self::Comments => ("rejoinder_comments_total", "Comments posted."),
            Self::Votes => ("rejoinder_votes_total", "Votes cast."),
        }
    }
}

/// The counters of a running server.
#[derive(Debug, Default)]
pub(crate) struct Metrics([AtomicU64; Counter::ALL.len()]);

impl Metrics {
    pub(crate) fn count(&self, counter: Counter) {
        self.0[counter as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// All counters as text, with those of the connections and of the live streams that are open now.
    pub(crate) fn text(&self, connections: &Counts, n_streams: usize) -> String {
        let mut text = String::new();
        let mut add = |kind: &str, (name, help): (&str, &str), value: u64| {
            let _ = write!(
                text,
                "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"
            );
        };
        let streams = ("rejoinder_live_streams", "Live streams that are open.");
        add("gauge", streams, n_streams as u64);
        let open = ("rejoinder_connections", "Connections that are open.");
        add("gauge", open, connections.open);
        let refused = (
            "rejoinder_connections_refused_total",
            "Connections for which there was no room.",
        );
        add("counter", refused, connections.refused);
        let ended = (
            "rejoinder_connections_ended_total",
            "Connections ended because they kept the server waiting or others out.",
        );
        add("counter", ended, connections.ended);
        for counter in Counter::ALL {
            let value = self.0[counter as usize].load(Ordering::Relaxed);
            add("counter", counter.about(), value);
        }
        text
    }
}
