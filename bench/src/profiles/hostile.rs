//! What one client can do to another: a reader's times alone, and beside each attack.
//!
//! The server runs with its rate limits, and clients are told apart by their addresses on the loopback
//! network. Each side of each round has a server of its own, so that no thread is cached before it is
//! read and no attacker has used up what they may.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::HUNDRED;
use crate::corpus::{self, SITE, page, pages_of_100};
use crate::http::{Connection, request, runtime};
use crate::load::good;
use crate::plan::Plan;
use crate::rejoinder::{Database, Post, Rejoinder, origin, post, thread as thread_of};
use crate::report::{Row, Rows, at_most};
use crate::samples::{median, percentile, ratio};
use crate::work::Work;
use crate::{Result, clock};

/// Something that one client does to the server until it is told to stop.
struct Attack {
    name: &'static str,
    /// Does it from the address of a client, and calls the barrier once it is under way.
    run: fn(SocketAddr, Ipv4Addr, &Barrier, &AtomicBool) -> Result,
}

const ATTACKS: [Attack; 2] = [
    Attack {
        name: "32 previews of `&` × 60,000 at once",
        run: |address, client, begun, stop| {
            previews(address, client, &"&".repeat(60_000), begun, stop)
        },
    },
    Attack {
        name: "32 previews at once of 10,000 characters that take longest",
        run: |address, client, begun, stop| {
            previews(address, client, &"*a* ".repeat(2_500), begun, stop)
        },
    },
];

/// So much is asked at once by one who tries texts out.
const N_PREVIEWS: usize = 32;

/// What the victim asks of an uncached thread in a round, and how often they post.
const N_READS: usize = 100;
const POST_EVERY: usize = 4;

/// How long the victim looks at what came.
const PAUSE: Duration = Duration::from_millis(10);

/// A victim's times in milliseconds.
#[derive(Default)]
struct Times {
    cached: Vec<f64>,
    uncached: Vec<f64>,
    post: Vec<f64>,
}

/// The p50 and p99 of each round, and all times.
#[derive(Default)]
struct Figures {
    all: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
}

impl Figures {
    fn push(&mut self, times: &[f64]) {
        self.p50.push(median(times));
        self.p99.push(percentile(times, 99.0));
        self.all.extend(times);
    }

    fn shown(&self) -> String {
        let (p50, p99) = (median(&self.all), percentile(&self.all, 99.0));
        format!("p50 {p50:.2} ms, p99 {p99:.2} ms")
    }
}

/// The figures of what the victim does, in the order of [`NAMES`].
type Sides = [Figures; 3];

const NAMES: [&str; 3] = ["a cached thread", "a thread not cached", "a post"];

pub(super) fn measure(plan: &Plan, rows: &mut Rows) -> Result {
    let work = Work::new()?;
    let n_comments = u32::try_from(N_READS * 100).unwrap_or(u32::MAX);
    let pages = pages_of_100(n_comments).chain(std::iter::once(page(HUNDRED, 100)));
    let names: Vec<String> = pages_of_100(n_comments).map(|page| page.name).collect();
    let (database, _) = Database::with(plan, &work.join("hostile.db"), pages)?;
    let mut alone = Sides::default();
    let mut beside: [Sides; ATTACKS.len()] = Default::default();
    for round in 0..plan.n_rounds {
        push(&mut alone, &once(&database, &names, round, None)?);
        for (attack, sides) in ATTACKS.iter().zip(&mut beside) {
            push(sides, &once(&database, &names, round, Some(attack))?);
        }
    }
    for (attack, sides) in ATTACKS.iter().zip(&beside) {
        for ((side, alone), name) in sides.iter().zip(&alone).zip(NAMES) {
            let slower = ratio(&side.p99, &alone.p99);
            rows.add(Row {
                what: format!("{name} beside {}", attack.name),
                ours: side.shown(),
                other: format!("alone: {}", alone.shown()),
                ratio: Some(slower),
                budget: at_most("p99 ≤ 2 ×", slower, 2.0),
                rounds: json!({
                    "p50_ms": side.p50, "p99_ms": side.p99,
                    "alone_p50_ms": alone.p50, "alone_p99_ms": alone.p99,
                }),
            });
        }
    }
    Ok(())
}

fn push(sides: &mut Sides, times: &Times) {
    let times = [&times.cached, &times.uncached, &times.post];
    for (figures, times) in sides.iter_mut().zip(times) {
        figures.push(times);
    }
}

/// The victim's times on a server of their own, beside an attack.
fn once(
    database: &Database<'_>,
    pages: &[String],
    round: usize,
    attack: Option<&Attack>,
) -> Result<Times> {
    let server = database.serve_guarded()?;
    let run = format!(
        "{round}-{}",
        attack.map_or("alone", |attack| attack.name).len()
    );
    let Some(attack) = attack else {
        return victim(&server, pages, &run);
    };
    let (begun, stop) = (Barrier::new(2), AtomicBool::new(false));
    let client = Ipv4Addr::new(127, 9, 0, 1);
    thread::scope(|scope| {
        let attacker = scope.spawn(|| (attack.run)(server.address, client, &begun, &stop));
        begun.wait();
        let times = victim(&server, pages, &run);
        stop.store(true, Ordering::Release);
        let attacked = attacker.join();
        attacked.map_err(|_| "the attacker panicked".to_owned())??;
        times
    })
}

/// Read and post as readers do, each from an address of their own.
fn victim(server: &Rejoinder, pages: &[String], run: &str) -> Result<Times> {
    let address = server.address;
    let runtime = runtime().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut times = Times::default();
        for (n, page) in pages.iter().take(N_READS).enumerate() {
            let [.., high, low] = n.to_be_bytes();
            let mut reader = Connection::from(address, Ipv4Addr::new(127, 1, high, low + 1));
            let get = |page: &str| {
                let headers = [("Accept-Encoding", "gzip")];
                request(address, "GET", &thread_of(page), &headers, "")
            };
            // The first answer is awaited for the connection.
            good(reader.send(&get(HUNDRED)).await)?;
            timed(&mut reader, &get(HUNDRED), &mut times.cached).await?;
            timed(&mut reader, &get(page), &mut times.uncached).await?;
            if n.is_multiple_of(POST_EVERY) {
                let key = format!("{run}-{n}");
                let comment = Post {
                    page,
                    parent: None,
                    text: &corpus::text_of(n as u64),
                    key: &key,
                    cookie: None,
                };
                timed(&mut reader, &post(address, &comment), &mut times.post).await?;
            }
            sleep(PAUSE).await;
        }
        Ok(times)
    })
}

async fn timed(reader: &mut Connection, request: &[u8], times: &mut Vec<f64>) -> Result {
    let sent_at = clock::now();
    good(reader.send(request).await)?;
    times.push(sent_at.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

/// Try out `text` over and over, as much at once as a client can; whatever the answer is.
fn previews(
    address: SocketAddr,
    client: Ipv4Addr,
    text: &str,
    begun: &Barrier,
    stop: &AtomicBool,
) -> Result {
    let body = json!({ "site": SITE, "text": text }).to_string();
    let origin = origin();
    let headers = [
        ("Origin", origin.as_str()),
        ("Sec-Fetch-Site", "cross-site"),
    ];
    let bomb = request(address, "POST", "/api/v1/preview", &headers, &body);
    let runtime = runtime().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut under_way = tokio::task::JoinSet::new();
        for _ in 0..N_PREVIEWS {
            let bomb = bomb.clone();
            under_way.spawn(async move {
                let mut connection = Connection::from(address, client);
                // It may be refused, and it may be hung up on.
                let _ = connection.send(&bomb).await;
            });
        }
        // Let all of them be sent.
        tokio::task::yield_now().await;
        begun.wait();
        while !stop.load(Ordering::Acquire) {
            let _ = tokio::time::timeout(PAUSE, under_way.join_next()).await;
        }
        Ok(())
    })
}
