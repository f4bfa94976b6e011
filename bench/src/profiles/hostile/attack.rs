//! What one client does to the server until it is told to stop.

use std::future::Future;
use std::net::{self, Ipv4Addr, SocketAddr};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::HUNDRED;
use crate::Result;
use crate::corpus::{self, SITE};
use crate::http::{Connection, connect, quoted, request, runtime};
use crate::load::good;
use crate::rejoinder::{PostRequest, origin, post, thread as thread_of};

pub(super) struct Attack {
    pub(super) name: &'static str,
    /// Whether the server may ask the pages of [`HOSTS`], which are on this machine. It has no rate
    /// limits then, so it is compared with one that has none.
    pub(super) is_open: bool,
    pub(super) run: fn(Attacker<'_>) -> Result,
}

pub(super) const ATTACKS: [Attack; 7] = [
    Attack::new("32 previews of `&` × 60,000 at once", |attacker| {
        attacker.previews(&"&".repeat(60_000))
    }),
    Attack::new(
        "32 previews at once of 10,000 characters that take longest",
        |attacker| attacker.previews(&"*a* ".repeat(2_500)),
    ),
    Attack::new(
        "1,024 connections that say nothing, opened anew when they are ended",
        |attacker| attacker.keep_up(1_024, say_nothing),
    ),
    Attack::new(
        "64 connections that ask without end and never read",
        |attacker| attacker.keep_up(64, never_read),
    ),
    Attack::new(
        "16 connections that ask for one thread in ever other sizes and orders",
        |attacker| attacker.keep_up(16, ask_oddly),
    ),
    Attack::new(
        "512 live streams of one page, opened anew when they are refused",
        |attacker| attacker.keep_up(512, follow),
    ),
    Attack {
        is_open: true,
        ..Attack::new("80 links to pages that never answer", |attacker| {
            attacker.slow_cards()
        })
    },
];

impl Attack {
    const fn new(name: &'static str, run: fn(Attacker<'_>) -> Result) -> Self {
        Self {
            name,
            is_open: false,
            run,
        }
    }
}

/// So much is asked at once by one who tries texts out.
const N_PREVIEWS: usize = 32;

/// Where the pages are that never answer.
pub(super) const HOSTS: [Ipv4Addr; 4] = [
    Ipv4Addr::new(127, 8, 0, 1),
    Ipv4Addr::new(127, 8, 0, 2),
    Ipv4Addr::new(127, 8, 0, 3),
    Ipv4Addr::new(127, 8, 0, 4),
];

/// How many of them are linked to, two in a comment.
const N_LINKS: usize = 80;

/// How often an attacker looks whether to stop.
const PAUSE: Duration = Duration::from_millis(10);

/// How soon one who was sent away comes again: sooner would be a flood of connections, which is for the
/// network to keep off.
const AGAIN: Duration = Duration::from_millis(100);

/// How long the server may take to ask the first of the pages that were linked to.
const PATIENCE: Duration = Duration::from_secs(20);

/// One client who attacks.
#[derive(Clone, Copy)]
pub(super) struct Attacker<'a> {
    pub(super) server: SocketAddr,
    pub(super) client: Ipv4Addr,
    /// The pages of [`HOSTS`].
    pub(super) pages: &'a net::TcpListener,
    /// Says that the victim is ready.
    pub(super) ready: &'a Barrier,
    pub(super) stop: &'a AtomicBool,
}

impl Attacker<'_> {
    /// Try out `text`, as often at once as a client can; whatever the answer is.
    fn previews(self, text: &str) -> Result {
        let body = json!({ "site": SITE, "text": text }).to_string();
        let origin = origin();
        let headers = [
            ("Origin", origin.as_str()),
            ("Sec-Fetch-Site", "cross-site"),
        ];
        let bomb = request(self.server, "POST", "/api/v1/preview", &headers, &body);
        let runtime = runtime().map_err(|error| error.to_string())?;
        runtime.block_on(async {
            self.ready.wait();
            let mut under_way = JoinSet::new();
            for _ in 0..N_PREVIEWS {
                let (bomb, Self { server, client, .. }) = (bomb.clone(), self);
                under_way.spawn(async move {
                    let mut connection = Connection::from(server, client);
                    // It may be refused, and it may be hung up on.
                    let _ = connection.send(&bomb).await;
                });
            }
            self.stopped().await
        })
    }

    /// Do `one` with `n` connections at once, and anew with each that the server ends.
    fn keep_up<F>(self, n: usize, one: fn(SocketAddr, Ipv4Addr, usize) -> F) -> Result
    where
        F: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        let Self { server, client, .. } = self;
        let runtime = runtime().map_err(|error| error.to_string())?;
        runtime.block_on(async {
            self.ready.wait();
            let mut under_way = JoinSet::new();
            for number in 0..n {
                under_way.spawn(async move {
                    loop {
                        // Being sent away is what an attacker has to expect.
                        let _ = one(server, client, number).await;
                        sleep(AGAIN).await;
                    }
                });
            }
            self.stopped().await
        })
    }

    /// Comment with links to pages that take every request and answer none, until the server asks.
    fn slow_cards(self) -> Result {
        let runtime = runtime().map_err(|error| error.to_string())?;
        runtime.block_on(async {
            let linked = self.link().await;
            self.ready.wait();
            let (pages, first) = linked?;
            let mut asked = vec![first];
            tokio::select! {
                stopped = self.stopped() => stopped,
                () = async {
                    while let Ok((page, _)) = pages.accept().await {
                        asked.push(page);
                    }
                } => Ok(()),
            }
        })
    }

    /// The pages, and the first of them that the server has asked for.
    async fn link(self) -> Result<(TcpListener, TcpStream)> {
        let failed = |error: std::io::Error| format!("no pages to link to: {error}");
        let pages = self.pages.try_clone().and_then(TcpListener::from_std);
        let pages = pages.map_err(failed)?;
        let port = pages.local_addr().map_err(failed)?.port();
        for n in (0..N_LINKS).step_by(2) {
            let page = |n: usize| format!("http://{}:{port}/{n}", HOSTS[n % 4]);
            let comment = PostRequest {
                page: "linked",
                parent: None,
                text: &format!("{}\n\n{}", page(n), page(n + 1)),
                key: &format!("link-{n}"),
                cookie: None,
            };
            let mut connection = Connection::from(self.server, self.client);
            good(connection.send(&post(self.server, &comment)).await)?;
        }
        let first = timeout(PATIENCE, pages.accept()).await;
        let first = first.map_err(|_| "no page that was linked to is asked for")?;
        let (first, _) = first.map_err(failed)?;
        Ok((pages, first))
    }

    async fn stopped(self) -> Result {
        while !self.stop.load(Ordering::Acquire) {
            sleep(PAUSE).await;
        }
        Ok(())
    }
}

/// Half of them begin a request, and the others do not even that.
async fn say_nothing(server: SocketAddr, client: Ipv4Addr, number: usize) -> std::io::Result<()> {
    let mut stream = connect(server, Some(client)).await?;
    if number.is_multiple_of(2) {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: ").await?;
    }
    // Nothing comes but the end.
    stream.read_u8().await.map(|_| ())
}

/// Ask for a thread again and again, and take none of the answers.
async fn never_read(server: SocketAddr, client: Ipv4Addr, _: usize) -> std::io::Result<()> {
    let requests = request(server, "GET", &thread_of(HUNDRED), &[], "").repeat(64);
    let mut stream = connect(server, Some(client)).await?;
    loop {
        stream.write_all(&requests).await?;
    }
}

/// Ask for a thread in every way that there is to show it, and in some that are none.
async fn ask_oddly(server: SocketAddr, client: Ipv4Addr, number: usize) -> std::io::Result<()> {
    const SORTS: [&str; 5] = ["newest", "oldest", "votes", "best", "discussed"];
    let mut connection = Connection::from(server, client);
    for n in (number..).step_by(16) {
        let (limit, replies, sort) = (n % 100 + 1, n % 21, SORTS[n % 5]);
        let odd = format!("&limit={limit}&replies={replies}&sort={sort}&n={n}");
        let target = thread_of(HUNDRED) + &odd;
        connection
            .send(&request(server, "GET", &target, &[], ""))
            .await?;
    }
    Ok(())
}

/// Follow a page live, if one may.
async fn follow(server: SocketAddr, client: Ipv4Addr, _: usize) -> std::io::Result<()> {
    let page = quoted(&corpus::address(HUNDRED));
    let target = format!("/api/v1/events?site={SITE}&page={page}");
    let accept = [("Accept", "text/event-stream")];
    let mut stream = connect(server, Some(client)).await?;
    stream
        .write_all(&request(server, "GET", &target, &accept, ""))
        .await?;
    let mut buffer = [0; 4_096];
    let n = stream.read(&mut buffer).await?;
    if buffer[..n].starts_with(b"HTTP/1.1 200 ") {
        while stream.read(&mut buffer).await? > 0 {}
    }
    Ok(())
}
