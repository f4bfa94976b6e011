//! Readers of quiet pages at each node: of one again and again, and of others that it has not shown yet.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio::time::{interval, timeout};

use crate::clock;
use crate::http::{Connection, request};
use crate::rejoinder::thread;

/// So many pages are there to be read.
pub(super) const N_QUIET: u32 = 2_000;

/// How often each reader reads.
const PERIOD: Duration = Duration::from_millis(25);

/// A reader waits no longer.
const PATIENCE: Duration = Duration::from_secs(15);

/// The name of a page that nobody writes on.
pub(super) fn quiet(number: u32) -> String {
    format!("quiet-{number}")
}

/// One read.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadSample {
    pub(super) node: usize,
    pub(super) at: Instant,
    pub(super) is_cached: bool,
    /// How long the answer took; none when there was none that is of use.
    pub(super) took_ms: Option<f64>,
}

pub(super) fn start(
    addresses: &[SocketAddr],
    is_stopped: &Rc<Cell<bool>>,
) -> Vec<JoinHandle<Vec<ReadSample>>> {
    let nodes = addresses.iter().enumerate();
    let reading = nodes.flat_map(|(node, address)| {
        [true, false].map(|is_cached| {
            let is_stopped = Rc::clone(is_stopped);
            tokio::task::spawn_local(read(node, *address, is_cached, is_stopped))
        })
    });
    reading.collect()
}

async fn read(
    node: usize,
    address: SocketAddr,
    is_cached: bool,
    is_stopped: Rc<Cell<bool>>,
) -> Vec<ReadSample> {
    let mut connection = Connection::new(address);
    let mut ticks = interval(PERIOD);
    let mut samples = Vec::new();
    for number in 1..N_QUIET {
        ticks.tick().await;
        if is_stopped.get() {
            break;
        }
        let page = quiet(if is_cached { 0 } else { number });
        let at = clock::now();
        let request = request(address, "GET", &thread(&page), &[], "");
        let answer = timeout(PATIENCE, connection.send(&request)).await;
        let is_good = matches!(&answer, Ok(Ok(answer)) if answer.status == 200);
        if !is_good {
            connection = Connection::new(address);
        }
        samples.push(ReadSample {
            node,
            at,
            is_cached,
            took_ms: is_good.then(|| at.elapsed().as_secs_f64() * 1e3),
        });
    }
    samples
}
