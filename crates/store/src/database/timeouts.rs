//! How long a database may take.

use std::time::Duration;

/// How long a database, and the way there, may take before whoever waits is told so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// The time to reach a server of PostgreSQL.
    pub connect: Duration,
    /// For how long sent bytes may stay unanswered, and a transaction idle, before the connection counts
    /// as lost: at either end, so that a node whose link is cut keeps no lock for longer.
    pub link: Duration,
    /// For how long an operation waits for another's lock before it stands back and tries again. Shorter
    /// than `link`: of a node that is cut off, those that wait for its own lock would each hold it in turn
    /// until they are found out.
    pub lock: Duration,
    /// For how long one statement runs for someone who waits; `None` for no end.
    pub statement: Option<Duration>,
    /// For how long someone waits for an operation, from its place in the queue to its commit; `None` for
    /// no end.
    pub operation: Option<Duration>,
}

impl Timeouts {
    /// Those of a server, whose readers wait.
    pub const SERVING: Self = Self {
        connect: Duration::from_secs(2),
        link: Duration::from_secs(5),
        lock: Duration::from_secs(2),
        statement: Some(Duration::from_secs(10)),
        operation: Some(Duration::from_secs(10)),
    };

    /// Those of work that takes as long as it takes, such as an export.
    pub const PATIENT: Self = Self::SERVING.patient();

    /// The same for work that nobody waits for.
    #[must_use]
    pub const fn patient(self) -> Self {
        Self {
            statement: None,
            operation: None,
            ..self
        }
    }

    /// The same for a standby, which need not be waited for.
    pub(crate) fn of_replica(self) -> Self {
        let second = Duration::from_secs(1);
        Self {
            connect: self.connect.min(second),
            statement: Some(self.statement.map_or(second, |own| own.min(second))),
            ..self
        }
    }

    /// After how long a silent server is asked whether it is there; it is asked each second then.
    pub(crate) fn probe_after(&self) -> Duration {
        Duration::from_secs((self.link.as_secs() * 3 / 5).max(1))
    }

    /// How often it is asked in vain before the connection counts as lost.
    pub(crate) fn n_probes(&self) -> u32 {
        let left = self.link.saturating_sub(self.probe_after()).as_secs();
        u32::try_from(left).unwrap_or(u32::MAX).max(1)
    }

    /// What is said once to each new connection of PostgreSQL.
    pub(crate) fn greeting(&self) -> String {
        let Self { link, .. } = self;
        format!(
            "{};
             set tcp_user_timeout = {};
             set tcp_keepalives_idle = {};
             set tcp_keepalives_interval = 1;
             set tcp_keepalives_count = {}",
            self.limits("set"),
            link.as_millis(),
            self.probe_after().as_secs(),
            self.n_probes(),
        )
    }

    /// What is said at the start of each transaction where connections are shared with others.
    pub(crate) fn greeting_of_transaction(&self) -> String {
        self.limits("set local")
    }

    fn limits(&self, set: &str) -> String {
        let statement = self.statement.map_or(0, |statement| statement.as_millis());
        format!(
            "{set} lock_timeout = {};
             {set} statement_timeout = {statement};
             {set} idle_in_transaction_session_timeout = {}",
            self.lock.as_millis(),
            self.link.as_millis(),
        )
    }
}
