//! Telling other nodes what was changed here, after it was committed.
//!
//! A notice inside the transaction would make all commits of the database wait for one another:
//! PostgreSQL holds one lock for all transactions that notify until each has reached the disk and the
//! standby. So one thread of a node tells of many commits at once, on a connection of its own, which
//! does not wait for the disk.

use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::database::error::StoreError;
use crate::database::lines::Lines;
use crate::database::overseer::{Overseer, Shift};
use crate::database::tls::Address;
use crate::database::tx::Change;

/// The channel of notices.
pub(crate) const CHANNEL: &str = "rejoinder";

/// How long a node is silent at most.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(1);

/// How long the server may take for one notice.
const SILENT_AFTER: Duration = Duration::from_secs(3);

/// How long to wait before a lost connection is made again.
const PAUSE: Duration = Duration::from_secs(1);

/// The most that one payload holds, in bytes; PostgreSQL takes 8,000.
const MAX_PAYLOAD: usize = 7_000;

/// How many notices wait to be sent. Of more nobody is told, and nodes find out by themselves.
const MAX_WAITING: usize = 65_536;

/// A change as other nodes are told of it: ids only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) site: i64,
    pub(crate) page: i64,
    pub(crate) version: i64,
    /// Whether something must vanish at once.
    pub(crate) urgent: bool,
}

impl Notice {
    fn of(change: &Change) -> Self {
        Self {
            site: change.site.0,
            page: change.page.0,
            version: change.version,
            urgent: change.urgent,
        }
    }

    /// Its line of a payload.
    fn line(self) -> String {
        let Self {
            site,
            page,
            version,
            urgent,
        } = self;
        format!("{site} {page} {version} {}", i64::from(urgent))
    }

    /// The notices of a payload, one on each line. What is none is passed over: a heartbeat is empty,
    /// and a newer node may tell of something else.
    pub(crate) fn read(payload: &str) -> impl Iterator<Item = Self> {
        payload.lines().filter_map(|line| {
            let mut words = line.split(' ').map(str::parse::<i64>);
            let mut next = || words.next()?.ok();
            let notice = Self {
                site: next()?,
                page: next()?,
                version: next()?,
                urgent: next()? == 1,
            };
            next().is_none().then_some(notice)
        })
    }
}

/// What other nodes are told.
#[derive(Debug)]
enum Told {
    Change(Notice),
    Line(String),
}

impl Told {
    fn line(self) -> String {
        match self {
            Self::Change(notice) => notice.line(),
            Self::Line(line) => line,
        }
    }
}

/// Takes what other nodes are to be told.
#[derive(Debug, Clone)]
pub(crate) struct Notifier(Sender<Told>);

impl Notifier {
    /// Start the thread that tells.
    pub(crate) fn start(
        overseer: &Overseer,
        address: Address,
        lines: Lines,
    ) -> Result<Self, StoreError> {
        let (queue, waiting) = bounded(MAX_WAITING);
        let work = move |shift: &Shift| {
            let mut telling = Telling {
                address: address.clone(),
                lines: lines.clone(),
                waiting: waiting.clone(),
                unsent: String::new(),
                next: None,
            };
            telling.run(shift);
        };
        overseer.keep("store-notifier".to_owned(), Some(SILENT_AFTER), work)?;
        Ok(Self(queue))
    }

    /// Tell other nodes of `changes`, soon.
    pub(crate) fn tell(&self, changes: &[Change]) {
        for change in changes {
            let _ = self.0.try_send(Told::Change(Notice::of(change)));
        }
    }

    /// Tell other nodes a line that changes nothing, soon.
    pub(crate) fn tell_line(&self, line: String) {
        let _ = self.0.try_send(Told::Line(line));
    }
}

struct Telling {
    address: Address,
    lines: Lines,
    waiting: Receiver<Told>,
    /// The payload that was not sent when the connection broke.
    unsent: String,
    /// A line for which there was no room in it.
    next: Option<String>,
}

impl Telling {
    /// Tell until there is nobody left who could change something.
    fn run(&mut self, shift: &Shift) {
        while !shift.is_relieved() {
            match self.tell(shift) {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(%error, "Other nodes are not told of changes for now");
                }
            }
            thread::sleep(PAUSE);
        }
    }

    fn tell(&mut self, shift: &Shift) -> Result<(), StoreError> {
        let timeline = self.address.timelines.newest();
        let mut client = self.address.connect()?;
        shift.is_on(timeline);
        shift.call(|| client.batch_execute("set synchronous_commit = off"))??;
        let own = shift.call(|| client.query_one("select pg_backend_pid()", &[]))??;
        self.lines.tells_by(own.get(0));
        let notify = shift.call(|| client.prepare("select pg_notify($1, $2)"))??;
        loop {
            if let (true, Some(next)) = (self.unsent.is_empty(), self.next.take()) {
                self.unsent = next;
            }
            if self.unsent.is_empty() {
                match self.waiting.recv_timeout(HEARTBEAT) {
                    Ok(first) => self.unsent = first.line(),
                    // An empty payload is a heartbeat.
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                }
            }
            while !self.unsent.is_empty() && self.next.is_none() {
                let Ok(next) = self.waiting.try_recv() else {
                    break;
                };
                let next = next.line();
                if self.unsent.len() + 1 + next.len() > MAX_PAYLOAD {
                    self.next = Some(next);
                    break;
                }
                self.unsent.push('\n');
                self.unsent.push_str(&next);
            }
            self.address.timelines.expect(timeline)?;
            shift.call(|| client.query(&notify, &[&CHANNEL, &self.unsent]))??;
            self.unsent.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::exchange;

    fn notice(page: i64) -> Notice {
        Notice {
            site: 7,
            page,
            version: 3,
            urgent: page == 2,
        }
    }

    #[test]
    fn what_was_told_reads_back_and_a_heartbeat_says_nothing() {
        let payload = format!("{}\n{}", notice(1).line(), notice(2).line());
        let read: Vec<Notice> = Notice::read(&payload).collect();
        assert_eq!(read, [notice(1), notice(2)]);
        assert_eq!(Notice::read("").count(), 0);
    }

    #[test]
    fn what_a_newer_node_says_is_passed_over() {
        let payload = format!("7 1 3\nhello\n{}\n7 1 3 0 9", notice(1).line());
        assert_eq!(Notice::read(&payload).collect::<Vec<_>>(), [notice(1)]);
    }

    #[test]
    fn a_full_payload_is_one_that_postgresql_takes() {
        const { assert!(MAX_PAYLOAD < 8_000 && exchange::MAX_LINE + 10 < MAX_PAYLOAD) };
    }
}
