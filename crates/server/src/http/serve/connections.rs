//! Who is connected, and who has to go.
//!
//! No connection has a timer of its own: each notes what it waits for and since when, and a sweep
//! over all of them ends those that have waited for too long. When there is no room, those go first
//! that have been idle for longest, then those that began a request and do not end it; what is being
//! answered stays.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rejoinder_core::identity::address::Network;
use tokio::time::Instant;

use super::connection::Connection;
use super::pace::Pace;
use crate::config::ConnectionLimits;

/// When there is no room, one in so many of those that are allowed is ended at once, so that a flood
/// does not make the server look through all of them for each newcomer.
const SHED_SHARE: usize = 64;

/// How often it is said in the log that a network has reached its limit.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// The connections of a listener. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Connections(Arc<Shared>);

struct Shared {
    limits: ConnectionLimits,
    epoch: Instant,
    pace: Option<Pace>,
    open: Mutex<Open>,
    n_refused: AtomicU64,
    n_ended: AtomicU64,
}

#[derive(Default)]
struct Open {
    networks: HashMap<Network, HashMap<u64, Arc<Connection>>>,
    n_open: usize,
    last_id: u64,
    /// When a network was last said to have reached its limit.
    told_at: Option<Instant>,
}

/// How many connections there are and were.
pub(crate) struct Counts {
    /// Open now.
    pub(crate) open: u64,
    /// Refused, because there was no room.
    pub(crate) refused: u64,
    /// Ended, because they kept the server waiting or others out.
    pub(crate) ended: u64,
}

impl Connections {
    pub(crate) fn new(limits: ConnectionLimits) -> Self {
        let epoch = Instant::now();
        Self(Arc::new(Shared {
            limits,
            epoch,
            pace: limits.pace.map(|pace| Pace::new(pace, epoch)),
            open: Mutex::default(),
            n_refused: AtomicU64::new(0),
            n_ended: AtomicU64::new(0),
        }))
    }

    /// Take a connection from `peer`, if there is room or room can be made. An exempt peer speaks for
    /// many clients.
    pub(super) fn admit(&self, peer: IpAddr, is_exempt: bool) -> Option<Admitted> {
        let network = Network::of(peer);
        let limits = &self.0.limits;
        let mut open = self.open();
        let n_own = open.networks.get(&network).map_or(0, HashMap::len);
        let is_network_full = !is_exempt && n_own >= limits.max_per_network;
        if is_network_full {
            open.tell_of(peer);
        }
        let has_room = match is_network_full {
            true => self.shed(&mut open, Some(network), share(limits.max_per_network)),
            false => open.n_open < limits.max || self.shed(&mut open, None, share(limits.max)),
        };
        if !has_room {
            self.0.n_refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        let connection = open.add(|id| Connection::new(network, id, self.0.epoch, *limits));
        Some(Admitted {
            connection,
            connections: self.clone(),
        })
    }

    /// How quickly networks may ask, if that is bounded.
    pub(super) fn pace(&self) -> Option<&Pace> {
        self.0.pace.as_ref()
    }

    /// End some connections that wait for nothing, whoever has them.
    pub(super) fn make_room(&self) {
        self.shed(&mut self.open(), None, share(self.0.limits.max));
    }

    /// End all that wait for nothing: no more is to be asked.
    pub(super) fn wind_up(&self) {
        self.shed(&mut self.open(), None, usize::MAX);
    }

    /// End the connections that have kept the server waiting for too long.
    pub(super) fn sweep(&self) {
        let mut open = self.open();
        let all = open.of(None);
        let late: Vec<_> = all.filter(|it| it.end_if_late()).cloned().collect();
        self.forget(&mut open, &late);
    }

    /// How often to sweep, which is how much longer than allowed a connection may live.
    pub(super) fn sweep_every(&self) -> Duration {
        let limits = &self.0.limits;
        let shortest = limits.head_timeout.min(limits.idle_timeout);
        let shortest = shortest.min(limits.write_timeout);
        (shortest / 8).clamp(Duration::from_millis(10), Duration::from_secs(1))
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            open: self.open().n_open as u64,
            refused: self.0.n_refused.load(Ordering::Relaxed),
            ended: self.0.n_ended.load(Ordering::Relaxed),
        }
    }

    /// End `n` of a network, or of all, those that have been idle for longest; whether there were any.
    fn shed(&self, open: &mut Open, network: Option<Network>, n: usize) -> bool {
        let mut idle: Vec<_> = open
            .of(network)
            .filter_map(|connection| Some((connection.waits()?, connection.clone())))
            .collect();
        idle.sort_unstable_by_key(|(waiting, connection)| (*waiting, connection.id));
        let ended: Vec<_> = idle
            .into_iter()
            .filter(|(waiting, connection)| connection.end_if_still(*waiting))
            .map(|(_, connection)| connection)
            .take(n)
            .collect();
        self.forget(open, &ended);
        !ended.is_empty()
    }

    /// Those that were told to go make room at once; they are gone in a moment.
    fn forget(&self, open: &mut Open, ended: &[Arc<Connection>]) {
        for connection in ended {
            open.remove(connection);
        }
        let n_ended = ended.len() as u64;
        self.0.n_ended.fetch_add(n_ended, Ordering::Relaxed);
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many are ended at once of so many that are allowed.
const fn share(n_allowed: usize) -> usize {
    n_allowed.div_ceil(SHED_SHARE)
}

impl Open {
    fn add(&mut self, connection: impl FnOnce(u64) -> Connection) -> Arc<Connection> {
        self.last_id += 1;
        self.n_open += 1;
        let connection = Arc::new(connection(self.last_id));
        let own = self.networks.entry(connection.network).or_default();
        own.insert(connection.id, connection.clone());
        connection
    }

    fn remove(&mut self, connection: &Connection) {
        let Some(own) = self.networks.get_mut(&connection.network) else {
            return;
        };
        if own.remove(&connection.id).is_some() {
            self.n_open -= 1;
        }
        if own.is_empty() {
            self.networks.remove(&connection.network);
        }
    }

    /// The connections of a network, or all.
    fn of(&self, network: Option<Network>) -> impl Iterator<Item = &Arc<Connection>> {
        let one = network.and_then(|network| self.networks.get(&network));
        let all = self.networks.values().filter(move |_| network.is_none());
        one.into_iter().chain(all).flat_map(HashMap::values)
    }

    /// Tell the operator, who may have forgotten to name a proxy; but not all the time.
    fn tell_of(&mut self, peer: IpAddr) {
        let now = Instant::now();
        let is_told = |at: Instant| now.duration_since(at) < TELL_EVERY;
        if self.told_at.is_some_and(is_told) {
            return;
        }
        self.told_at = Some(now);
        tracing::warn!(
            %peer,
            "{peer} has as many connections as one network may have; if it is a proxy of yours, name \
             it in `trusted_proxies`"
        );
    }
}

/// A connection that was taken; dropped when its handle is closed.
pub(super) struct Admitted {
    pub(super) connection: Arc<Connection>,
    connections: Connections,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.connections.open().remove(&self.connection);
    }
}
