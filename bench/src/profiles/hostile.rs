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
use crate::Result;
use crate::corpus::{self, SITE, page, pages_of_100};
use crate::http::{Connection, request, runtime};
use crate::load::good;
use crate::plan::Plan;
use crate::rejoinder::{Database, Post, origin, post, thread as thread_of};
use crate::report::{Row, Rows, at_most};
use crate::samples::{median, percentile, ratio};
use crate::work::Work;

/// Something that one client does to the server until it is told to stop.
struct Attack {
    name: &'static str,
    /// Does it from the address of a client, once the barrier says that the victim is ready.
    run: fn(SocketAddr, Ipv4Addr, &Barrier, &AtomicBool) -> Result,
}

const ATTACKS: [Attack; 2] = [
    Attack {
        name: "32 previews of `&` × 60,000 at once",
        run: |address, client, ready, stop| {
            previews(address, client, &"&".repeat(60_000), ready, stop)
        },
    },
    Attack {
        name: "32 previews at once of 10,000 characters that take longest",
        run: |address, client, ready, stop| {
            previews(address, client, &"*a* ".repeat(2_500), ready, stop)
        },
    },
];

/// So much is asked at once by one who tries texts out.
const N_PREVIEWS: usize = 32;

/// For so long a victim is looked at in a round, and so much they do in it.
const WINDOW: Duration = Duration::from_secs(2);
const N_CACHED: usize = 400;
const N_READS: usize = 100;
const N_POSTS: usize = 25;

/// How often an attacker looks whether to stop.
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
    let address = server.address;
    let name = attack.map_or("alone", |attack| attack.name);
    let run = format!("{round}-{}", name.len());
    let (ready, stop) = (Barrier::new(2), AtomicBool::new(false));
    let client = Ipv4Addr::new(127, 9, 0, 1);
    thread::scope(|scope| {
        let attacker = scope.spawn(|| match attack {
            Some(attack) => (attack.run)(address, client, &ready, &stop),
            None => {
                ready.wait();
                Ok(())
            }
        });
        let times = victim(address, pages, &run, &ready);
        stop.store(true, Ordering::Release);
        let attacked = attacker.join();
        attacked.map_err(|_| "the attacker panicked".to_owned())??;
        times
    })
}

/// Read and post as readers do. They come at their own pace, however long the ones before must wait,
/// and each time begins when they come.
fn victim(address: SocketAddr, pages: &[String], run: &str, ready: &Barrier) -> Result<Times> {
    let get = |page: &str| {
        let headers = [("Accept-Encoding", "gzip")];
        request(address, "GET", &thread_of(page), &headers, "")
    };
    let comment = |n: usize| {
        let comment = Post {
            page: &pages[n],
            parent: None,
            text: &corpus::text_of(n as u64),
            key: &format!("{run}-{n}"),
            cookie: None,
        };
        post(address, &comment)
    };
    let cached = vec![get(HUNDRED); N_CACHED];
    let uncached = pages.iter().take(N_READS).map(|page| get(page)).collect();
    let posts = (0..N_POSTS).map(comment).collect();
    let runtime = runtime().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        // Whoever reads stays who they are; those who post are many, each with a few comments.
        let readers = connected(address, 1, 1, &get(HUNDRED)).await?;
        let others = connected(address, 2, 1, &get(HUNDRED)).await?;
        let writers = connected(address, 3, N_POSTS, &get(HUNDRED)).await?;
        ready.wait();
        let (cached, uncached, post) = tokio::join!(
            at_pace(readers, cached),
            at_pace(others, uncached),
            at_pace(writers, posts)
        );
        Ok(Times {
            cached: cached?,
            uncached: uncached?,
            post: post?,
        })
    })
}

/// Clients, each at an address of their own, who have been answered once.
async fn connected(
    address: SocketAddr,
    group: u8,
    n: usize,
    request: &[u8],
) -> Result<Vec<Connection>> {
    let mut clients = Vec::new();
    for client in (1..=u8::MAX).take(n) {
        let mut client = Connection::from(address, Ipv4Addr::new(127, 1, group, client));
        good(client.send(request).await)?;
        clients.push(client);
    }
    Ok(clients)
}

/// Send all requests within [`WINDOW`], by the clients in turn; how long each took, in milliseconds,
/// from when it was due.
async fn at_pace(mut clients: Vec<Connection>, requests: Vec<Vec<u8>>) -> Result<Vec<f64>> {
    let n_clients = clients.len();
    let period = WINDOW / u32::try_from(requests.len()).unwrap_or(u32::MAX);
    let mut ticks = tokio::time::interval(period);
    let mut times = Vec::new();
    for (n, request) in requests.iter().enumerate() {
        let due_at = ticks.tick().await;
        good(clients[n % n_clients].send(request).await)?;
        times.push(due_at.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times)
}

/// Try out `text`, as often at once as a client can; whatever the answer is.
fn previews(
    address: SocketAddr,
    client: Ipv4Addr,
    text: &str,
    ready: &Barrier,
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
        ready.wait();
        let mut under_way = tokio::task::JoinSet::new();
        for _ in 0..N_PREVIEWS {
            let bomb = bomb.clone();
            under_way.spawn(async move {
                let mut connection = Connection::from(address, client);
                // It may be refused, and it may be hung up on.
                let _ = connection.send(&bomb).await;
            });
        }
        while !stop.load(Ordering::Acquire) {
            sleep(PAUSE).await;
        }
        Ok(())
    })
}
