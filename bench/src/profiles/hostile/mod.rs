//! What one client can do to another: a reader's times alone, and beside each attack.
//!
//! The server runs with its rate limits, and clients are told apart by their addresses on the loopback
//! network. Each side of each round has a server and a database of its own, so that no thread is cached
//! before it is read, no attacker has used up what they may, and nothing is left to do of an attack.

mod attack;
mod mail;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::HUNDRED;
use crate::Result;
use crate::corpus::{self, SITE, page, pages_of_100};
use crate::http::{Connection, quoted, request, runtime};
use crate::load::good;
use crate::plan::Plan;
use crate::process;
use crate::rejoinder::{Database, PostRequest, post, thread as thread_of};
use crate::report::{ReportRow, ReportRows, at_most};
use crate::samples::{median, percentile, ratio};
use crate::work::WorkFolder;
use attack::{ATTACKS, Attack, Attacker, HOSTS};
use mail::MailArrivals;

/// For so long a victim is looked at in a round, and so much they do in it.
const WINDOW: Duration = Duration::from_secs(2);
const N_CACHED: usize = 400;
const N_READS: usize = 100;
const N_POSTS: usize = 25;
const N_MAILS: usize = 10;

/// A victim's times in milliseconds.
#[derive(Default)]
struct Times {
    cached: Vec<f64>,
    uncached: Vec<f64>,
    post: Vec<f64>,
    /// From asking for a sign-in mail until it is at the mail server.
    mail: Vec<f64>,
    cpu: Cpu,
}

/// The processor time that was used meanwhile, in milliseconds: all three share one machine.
#[derive(Default, Clone, Copy)]
struct Cpu {
    server: f64,
    attacker: f64,
}

/// The p50 and p99 of each round, and all times.
#[derive(Default)]
struct VictimFigures {
    all: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
    cpu: Vec<Cpu>,
}

impl VictimFigures {
    fn push(&mut self, times: &[f64], cpu: Cpu) {
        self.cpu.push(cpu);
        self.p50.push(median(times));
        self.p99.push(percentile(times, 99.0));
        self.all.extend(times);
    }

    fn cpu_ms(&self, of: fn(&Cpu) -> f64) -> Vec<f64> {
        self.cpu.iter().map(of).collect()
    }

    fn shown(&self) -> String {
        let (p50, p99) = (median(&self.all), percentile(&self.all, 99.0));
        format!("p50 {p50:.2} ms, p99 {p99:.2} ms")
    }
}

/// The figures of what the victim does, in the order of [`NAMES`].
type Sides = [VictimFigures; 4];

const NAMES: [&str; 4] = [
    "a cached thread",
    "a thread not cached",
    "a post",
    "a sign-in mail",
];

pub(super) fn measure(plan: &Plan, rows: &mut ReportRows) -> Result {
    let work = WorkFolder::new()?;
    let n_comments = u32::try_from(N_READS * 100).unwrap_or(u32::MAX);
    let pages = pages_of_100(n_comments).chain(std::iter::once(page(HUNDRED, 100)));
    let names: Vec<String> = pages_of_100(n_comments).map(|page| page.name).collect();
    let (database, _) = Database::with(plan, &work.join("hostile.db"), pages)?;
    let mut alone: [Sides; 2] = Default::default();
    let mut beside: [Sides; ATTACKS.len()] = Default::default();
    for round in 0..plan.n_rounds {
        let copy = |name: &str| database.copy(&work.join(name));
        for (is_open, sides) in [false, true].into_iter().zip(&mut alone) {
            let own = copy(&format!("alone-{round}-{is_open}.db"))?;
            push(sides, &once(&own, &names, is_open, None)?);
        }
        for (n, (attack, sides)) in ATTACKS.iter().zip(&mut beside).enumerate() {
            let own = copy(&format!("attacked-{round}-{n}.db"))?;
            push(sides, &once(&own, &names, attack.is_open, Some(attack))?);
        }
    }
    for (attack, sides) in ATTACKS.iter().zip(&beside) {
        let alone = &alone[usize::from(attack.is_open)];
        for ((side, alone), name) in sides.iter().zip(alone).zip(NAMES) {
            let slower = ratio(&side.p99, &alone.p99);
            rows.add(ReportRow {
                what: format!("{name} beside {}", attack.name),
                ours: side.shown(),
                other: format!("alone: {}", alone.shown()),
                ratio: Some(slower),
                budget: at_most("p99 ≤ 2 ×", slower, 2.0),
                rounds: json!({
                    "p50_ms": side.p50, "p99_ms": side.p99,
                    "alone_p50_ms": alone.p50, "alone_p99_ms": alone.p99,
                    "server_cpu_ms": side.cpu_ms(|cpu| cpu.server),
                    "attacker_cpu_ms": side.cpu_ms(|cpu| cpu.attacker),
                    "alone_server_cpu_ms": alone.cpu_ms(|cpu| cpu.server),
                }),
            });
        }
    }
    Ok(())
}

fn push(sides: &mut Sides, times: &Times) {
    let cpu = times.cpu;
    let times = [&times.cached, &times.uncached, &times.post, &times.mail];
    for (figures, times) in sides.iter_mut().zip(times) {
        figures.push(times, cpu);
    }
}

/// The victim's times on a server of their own, beside an attack.
fn once(
    database: &Database<'_>,
    pages: &[String],
    is_open: bool,
    attack: Option<&Attack>,
) -> Result<Times> {
    let failed = |error: std::io::Error| format!("no port is free: {error}");
    let runtime = runtime().map_err(|error| error.to_string())?;
    let arrived = Arc::default();
    let mail = runtime.block_on(mail::take(Arc::clone(&arrived)));
    let mail = mail.map_err(failed)?;
    let pages_linked = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).map_err(failed)?;
    pages_linked.set_nonblocking(true).map_err(failed)?;
    let port = pages_linked.local_addr().map_err(failed)?.port();
    let server = database.serve_with(&options(mail, is_open.then_some(port)))?;
    let address = server.address;
    let (ready, stop) = (Barrier::new(2), AtomicBool::new(false));
    let attacker = Attacker {
        server: address,
        client: Ipv4Addr::new(127, 9, 0, 1),
        pages: &pages_linked,
        ready: &ready,
        stop: &stop,
    };
    let victim = Victim {
        server: address,
        pages,
        arrived: &arrived,
    };
    thread::scope(|scope| {
        let attacker = scope.spawn(move || {
            match attack {
                Some(attack) => (attack.run)(attacker)?,
                None => drop(attacker.ready.wait()),
            }
            Ok::<_, String>(process::thread_cpu_ms())
        });
        let before = server.process.cpu_ms();
        let times = runtime.block_on(victim.act(&ready));
        let used = server.process.cpu_ms() - before;
        stop.store(true, Ordering::Release);
        let attacked = attacker.join();
        let attacker = attacked.map_err(|_| "the attacker panicked".to_owned())??;
        let cpu = Cpu {
            server: used,
            attacker,
        };
        Ok(Times { cpu, ..times? })
    })
}

/// The options of a server that hands its mail to `mail`, and may ask the pages at `port`.
fn options(mail: SocketAddr, port: Option<u16>) -> Vec<(&'static str, String)> {
    let mut options = vec![
        ("REJOINDER_MAIL_SERVER", format!("smtp://{mail}")),
        ("REJOINDER_MAIL_FROM", format!("talk@{SITE}")),
    ];
    if let Some(port) = port {
        let pages: Vec<_> = HOSTS
            .iter()
            .map(|host| format!("cards={host}:{port}"))
            .collect();
        options.push(("REJOINDER_REACHABLE", pages.join(",")));
        options.push(("REJOINDER_RATE_LIMITS", "off".to_owned()));
    }
    options
}

/// Readers who want nothing but to read, to write and to sign in. They come at their own pace, however
/// long the ones before must wait, and each time begins when they come.
struct Victim<'a> {
    server: SocketAddr,
    pages: &'a [String],
    arrived: &'a MailArrivals,
}

impl Victim<'_> {
    async fn act(&self, ready: &Barrier) -> Result<Times> {
        let cached = vec![self.get(HUNDRED); N_CACHED];
        let uncached = self.pages.iter().take(N_READS);
        let uncached = uncached.map(|page| self.get(page)).collect();
        let posts = (0..N_POSTS).map(|n| self.comment(n)).collect();
        // Whoever reads stays who they are; those who write are many.
        let readers = self.connected(1, 1).await?;
        let others = self.connected(2, 1).await?;
        let writers = self.connected(3, N_POSTS).await?;
        let members = self.connected(4, N_MAILS).await?;
        ready.wait();
        let (cached, uncached, post, mail) = tokio::join!(
            at_pace(readers, cached),
            at_pace(others, uncached),
            at_pace(writers, posts),
            self.mails(members)
        );
        Ok(Times {
            cached: cached?,
            uncached: uncached?,
            post: post?,
            mail: mail?,
            cpu: Cpu::default(),
        })
    }

    fn get(&self, page: &str) -> Vec<u8> {
        let headers = [("Accept-Encoding", "gzip")];
        request(self.server, "GET", &thread_of(page), &headers, "")
    }

    fn comment(&self, n: usize) -> Vec<u8> {
        let comment = PostRequest {
            page: &self.pages[n],
            parent: None,
            text: &corpus::text_of(n as u64),
            key: &format!("victim-{n}"),
            cookie: None,
        };
        post(self.server, &comment)
    }

    /// Ask for sign-in mails within [`WINDOW`]; how long each took to be at the mail server.
    async fn mails(&self, members: Vec<Connection>) -> Result<Vec<f64>> {
        let own = format!("http://{}", self.server);
        let headers = [
            ("Origin", own.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        let mut ticks = tokio::time::interval(WINDOW / u32::try_from(N_MAILS).unwrap_or(u32::MAX));
        let mut due = Vec::new();
        for (n, mut member) in members.into_iter().enumerate() {
            let to = format!("ann-{n}@reader.example");
            let body = format!("site={SITE}&email={}", quoted(&to));
            let asking = request(self.server, "POST", "/auth/mail", &headers, &body);
            let due_at = ticks.tick().await;
            good(member.send(&asking).await)?;
            due.push((to, due_at));
        }
        let mut times = Vec::new();
        for (to, due_at) in due {
            let at = self.arrived.when(&to).await?;
            times.push((at - due_at.into_std()).as_secs_f64() * 1e3);
        }
        Ok(times)
    }

    /// Clients, each at an address of their own, who have been answered once.
    async fn connected(&self, group: u8, n: usize) -> Result<Vec<Connection>> {
        let mut clients = Vec::new();
        for client in (1..=u8::MAX).take(n) {
            let client = Ipv4Addr::new(127, 1, group, client);
            let mut client = Connection::from(self.server, client);
            good(client.send(&self.get(HUNDRED)).await)?;
            clients.push(client);
        }
        Ok(clients)
    }
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
