//! Readers who follow a page live: what each costs in memory, and how soon all hear of a comment.
//!
//! The readers are sockets of this one process. They share the machine's cores with the server, so the
//! times hold the reading of ten thousand sockets, too.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tokio::time::{sleep, timeout};

use crate::corpus::{self, SITE, page};
use crate::http::{self, quoted, request};
use crate::load::good;
use crate::plan::Plan;
use crate::rejoinder::{Database, PostRequest, Rejoinder, post};
use crate::report::{ReportRow, ReportRows, at_most};
use crate::samples::{median, percentile};
use crate::work::WorkFolder;
use crate::{Result, clock};

const PAGE: &str = "live";

/// So many readers connect at a time.
const AT_ONCE: usize = 200;

/// How long a comment may take to reach everyone before the measurement is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// How an event of a new comment begins.
const EVENT: &[u8] = b"event: published";

pub(super) fn measure(plan: &Plan, rows: &mut ReportRows) -> Result {
    let (n_streams, n_comments) = if plan.is_quick {
        (1_000, 5)
    } else {
        (10_000, 20)
    };
    let work = WorkFolder::new()?;
    let pages = std::iter::once(page(PAGE, 100));
    let (database, _) = Database::with(plan, &work.join("live.db"), pages)?;
    let server = database.serve()?;
    let runtime = http::runtime().map_err(|error| error.to_string())?;
    let local = LocalSet::new();
    let measured = local.block_on(&runtime, follow(&server, n_streams, n_comments));
    let LiveFigures {
        kib_a_stream,
        times_ms,
        worst_ms,
    } = measured?;
    rows.add(ReportRow {
        what: format!("memory of each of {n_streams} live streams"),
        ours: format!("{kib_a_stream:.1} KiB"),
        budget: at_most("≤ 16 KB", kib_a_stream * 1.024, 16.0),
        rounds: json!({ "kib": kib_a_stream }),
        ..ReportRow::default()
    });
    let p99 = percentile(&times_ms, 99.0);
    rows.add(ReportRow {
        what: format!("a comment at {n_streams} live readers, p99"),
        ours: format!("{p99:.0} ms"),
        other: format!("median {:.0} ms", median(&times_ms)),
        budget: at_most("≤ 250 ms", p99, 250.0),
        rounds: json!({ "last_reader_ms": worst_ms }),
        ..ReportRow::default()
    });
    Ok(())
}

struct LiveFigures {
    kib_a_stream: f64,
    /// From the sending of a comment to each reader, of all comments.
    times_ms: Vec<f64>,
    /// The last reader of each comment.
    worst_ms: Vec<f64>,
}

/// What all readers share.
struct Audience {
    /// When the comment that is on its way was sent.
    since: Cell<Instant>,
    times_ms: RefCell<Vec<f64>>,
    n_ready: Cell<usize>,
}

async fn follow(server: &Rejoinder, n_streams: usize, n_comments: usize) -> Result<LiveFigures> {
    let before = server.process.memory_mib();
    let audience = Rc::new(Audience {
        since: Cell::new(clock::now()),
        times_ms: RefCell::default(),
        n_ready: Cell::new(0),
    });
    for batch in 1..=n_streams.div_ceil(AT_ONCE) {
        let n = (batch * AT_ONCE).min(n_streams);
        for _ in (batch - 1) * AT_ONCE..n {
            tokio::task::spawn_local(listen(server.address, Rc::clone(&audience)));
        }
        reached(|| audience.n_ready.get() >= n, "readers connect").await?;
    }
    sleep(Duration::from_secs(1)).await;
    let grown_kib = (server.process.memory_mib() - before) * 1_024.0;
    let (mut times_ms, mut worst_ms) = (Vec::new(), Vec::new());
    for n in 0..n_comments {
        audience.times_ms.borrow_mut().clear();
        write(server.address, n, &audience).await?;
        reached(
            || audience.times_ms.borrow().len() >= n_streams,
            "all readers hear of a comment",
        )
        .await?;
        let heard = audience.times_ms.borrow();
        worst_ms.push(percentile(&heard, 100.0));
        times_ms.extend(heard.iter());
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of sockets")]
    let kib_a_stream = grown_kib / n_streams as f64;
    Ok(LiveFigures {
        kib_a_stream,
        times_ms,
        worst_ms,
    })
}

/// Post a comment. Its time counts from here, with the writing to the disk.
async fn write(address: SocketAddr, n: usize, audience: &Audience) -> Result {
    let text = corpus::text_of(n as u64);
    let request = post(
        address,
        &PostRequest {
            page: PAGE,
            parent: None,
            text: &text,
            key: &format!("live-{n}"),
            cookie: None,
        },
    );
    audience.since.set(clock::now());
    let mut connection = http::Connection::new(address);
    good(connection.send(&request).await)?;
    Ok(())
}

/// Follow the page until the connection ends.
async fn listen(address: SocketAddr, audience: Rc<Audience>) {
    let target = format!(
        "/api/v1/events?site={SITE}&page={}",
        quoted(&corpus::address(PAGE))
    );
    let request = request(
        address,
        "GET",
        &target,
        &[("Accept", "text/event-stream")],
        "",
    );
    let Ok(mut stream) = TcpStream::connect(address).await else {
        return;
    };
    if stream.write_all(&request).await.is_err() {
        return;
    }
    let mut is_ready = false;
    // What came last, so that an event that is cut in two is found.
    let (mut tail, mut buffer) = (Vec::new(), [0; 4_096]);
    while let Ok(n @ 1..) = stream.read(&mut buffer).await {
        if !is_ready {
            is_ready = true;
            audience.n_ready.set(audience.n_ready.get() + 1);
        }
        tail.extend_from_slice(&buffer[..n]);
        if tail.windows(EVENT.len()).any(|window| window == EVENT) {
            let time = audience.since.get().elapsed().as_secs_f64() * 1e3;
            audience.times_ms.borrow_mut().push(time);
            tail.clear();
        }
        let kept = tail.len().min(EVENT.len() - 1);
        tail.drain(..tail.len() - kept);
        tail.shrink_to(64);
    }
}

async fn reached(is_so: impl Fn() -> bool, what: &str) -> Result {
    let wait = async {
        while !is_so() {
            sleep(Duration::from_millis(2)).await;
        }
    };
    let late = |_| format!("waited {} s in vain until {what}", PATIENCE.as_secs());
    timeout(PATIENCE, wait).await.map_err(late)
}
