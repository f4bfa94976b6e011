//! Writers, each waiting for an answer before writing again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::http::{Connection, HttpResponse, runtime};
use crate::{Result, clock, samples};

/// A kind of writer.
pub(crate) trait LoadWriter: Send + Sync + 'static {
    /// The `n`th request of one of the writers, who was handed `cookie`.
    fn request(&self, writer: usize, n: usize, cookie: Option<&str>) -> Vec<u8>;
}

/// What the writers were told.
#[derive(Debug, Default)]
pub(crate) struct LoadResult {
    pub(crate) n_done: u32,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

/// Let `n_writers` write for `time`. Each has written once before the clock starts, and has its
/// cookie then. A refusal ends it all, since refusing is quick.
pub(crate) fn write(
    address: SocketAddr,
    n_writers: usize,
    time: Duration,
    writer: &Arc<impl LoadWriter>,
) -> Result<LoadResult> {
    let runtime = runtime().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut joining = Vec::new();
        for number in 0..n_writers {
            joining.push(tokio::spawn(WriterState::join(
                address,
                number,
                Arc::clone(writer),
            )));
        }
        let mut writers = Vec::new();
        for one in joining {
            writers.push(one.await.map_err(|error| error.to_string())??);
        }
        let started_at = clock::now();
        let running: Vec<_> = writers
            .into_iter()
            .map(|one| tokio::spawn(one.write(time)))
            .collect();
        let mut latencies = Vec::new();
        for one in running {
            latencies.extend(one.await.map_err(|error| error.to_string())??);
        }
        let n_done = u32::try_from(latencies.len()).unwrap_or(u32::MAX);
        Ok(LoadResult {
            n_done,
            per_second: f64::from(n_done) / started_at.elapsed().as_secs_f64(),
            p50_ms: samples::median(&latencies),
            p99_ms: samples::percentile(&latencies, 99.0),
        })
    })
}

/// Write at a steady pace until told to stop, as the reader of `cookie`; theirs is given back.
pub(crate) fn trickle(
    address: SocketAddr,
    period: Duration,
    writer: &impl LoadWriter,
    mut cookie: Option<String>,
    stop: &AtomicBool,
) -> Result<Option<String>> {
    let runtime = runtime().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut connection = Connection::new(address);
        let mut ticks = tokio::time::interval(period);
        for n in 0.. {
            ticks.tick().await;
            if stop.load(Ordering::Acquire) {
                break;
            }
            let answer = connection
                .send(&writer.request(0, n, cookie.as_deref()))
                .await;
            let answer = good(answer)?;
            cookie = cookie.or_else(|| cookie_of(&answer));
        }
        Ok(cookie)
    })
}

struct WriterState<W> {
    connection: Connection,
    number: usize,
    cookie: Option<String>,
    writer: Arc<W>,
}

impl<W: LoadWriter> WriterState<W> {
    async fn join(address: SocketAddr, number: usize, writer: Arc<W>) -> Result<Self> {
        let mut connection = Connection::new(address);
        let answer = good(connection.send(&writer.request(number, 0, None)).await)?;
        let cookie = cookie_of(&answer);
        Ok(Self {
            connection,
            number,
            cookie,
            writer,
        })
    }

    /// How long each write took, in milliseconds.
    async fn write(mut self, time: Duration) -> Result<Vec<f64>> {
        let started_at = clock::now();
        let mut latencies = Vec::new();
        for n in 1.. {
            let request = self.writer.request(self.number, n, self.cookie.as_deref());
            let sent_at = clock::now();
            good(self.connection.send(&request).await)?;
            latencies.push(sent_at.elapsed().as_secs_f64() * 1e3);
            if started_at.elapsed() > time {
                break;
            }
        }
        Ok(latencies)
    }
}

/// An answer that takes what was sent.
pub(crate) fn good(answer: std::io::Result<HttpResponse>) -> Result<HttpResponse> {
    let answer = answer.map_err(|error| format!("a write got no answer: {error}"))?;
    if matches!(answer.status, 200..=202) {
        return Ok(answer);
    }
    Err(format!(
        "a write was refused: {} {}",
        answer.status,
        answer.text()
    ))
}

/// The first cookie that an answer sets, as a browser would send it back.
pub(crate) fn cookie_of(answer: &HttpResponse) -> Option<String> {
    let cookie = answer.header("set-cookie")?;
    Some(cookie.split(';').next()?.to_owned())
}
