//! What is spent at one node, told to the others.
//!
//! Each node counts for itself and asks nobody. A few times a second it tells the others, in one line, what
//! was spent at it since, and they count that, too. So what a client spends at one node is soon spent at all,
//! and while nobody hears anything, each node still limits what it sees. Clients are told of by names that
//! only nodes can make.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use moka::sync::Cache;
use rejoinder_core::Time;
use store::{Exchange, MAX_LINE};

use super::{Act, MAX_KNOWN, Who};

/// So long what is spent is gathered before it is told.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// Of so many clients at most, each time; the rest is counted here alone.
const MAX_UNTOLD: usize = 4_096;

/// What nodes call an act of a client.
type Name = (Act, [u8; 12]);

/// When an act of a client is due, as in [`super::Limits`].
#[derive(Default)]
pub(super) struct Bucket {
    pub(super) due_at: AtomicI64,
    name: Option<Name>,
    /// What was spent here, and told to nobody yet.
    untold: AtomicI64,
}

impl Bucket {
    /// Count what was spent at another node, as far as it could have been spent here.
    fn charge(&self, act: Act, n: i64, now: Time) {
        let (burst, period) = act.pace();
        let (now, n) = (now.micros(), n.clamp(0, burst));
        let full = now + burst * period;
        let next = |due: i64| Some(due.max((due.max(now) + n * period).min(full)));
        let _ = self
            .due_at
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
    }
}

/// The buckets that nodes have in common; a handle, cheap to clone.
#[derive(Clone)]
pub(super) struct Sharing(Arc<Known>);

struct Known {
    exchange: Exchange,
    buckets: Cache<Name, Arc<Bucket>>,
    /// Those of which something is untold.
    untold: Mutex<Vec<Arc<Bucket>>>,
}

impl Sharing {
    /// Share by `exchange`; `steady` tells the time.
    pub(super) fn by(
        exchange: Exchange,
        steady: impl Fn() -> Time + Send + Sync + 'static,
    ) -> Self {
        let known = Arc::new(Known {
            exchange,
            buckets: Cache::new(MAX_KNOWN),
            untold: Mutex::default(),
        });
        let hears = Arc::downgrade(&known);
        known.exchange.on_hearing(move |told| {
            if let Some(known) = hears.upgrade() {
                known.hear(told, steady());
            }
        });
        Self(known)
    }

    /// The bucket of an act of a client, which may be known by its name already.
    pub(super) fn bucket(&self, act: Act, who: &Who) -> Arc<Bucket> {
        let Some(name) = name(&self.0.exchange, act, who) else {
            return Arc::default();
        };
        self.0.bucket((act, name))
    }

    /// `n` were spent here. They are told soon.
    pub(super) fn spend(&self, bucket: &Arc<Bucket>, n: i64) {
        if bucket.name.is_none() || bucket.untold.fetch_add(n, Ordering::AcqRel) != 0 {
            return;
        }
        let mut untold = self.0.untold();
        if untold.len() == MAX_UNTOLD {
            bucket.untold.store(0, Ordering::Release);
            return;
        }
        untold.push(Arc::clone(bucket));
        if untold.len() == 1 {
            let known = Arc::clone(&self.0);
            tokio::spawn(async move {
                tokio::time::sleep(TELL_EVERY).await;
                known.tell();
            });
        }
    }
}

/// What nodes call a client that acts.
fn name(exchange: &Exchange, act: Act, who: &Who) -> Option<[u8; 12]> {
    let act = [act.letter()];
    match who {
        Who::Network(network) => exchange.name(&[&act, b"network", network.bytes()]),
        Who::Token(hash) => exchange.name(&[&act, b"token", &hash.0]),
        Who::Program(site, author) => {
            let (site, author) = (site.0.to_be_bytes(), author.0.to_be_bytes());
            exchange.name(&[&act, b"program", &site, &author])
        }
    }
}

impl Known {
    fn untold(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Bucket>>> {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bucket(&self, name: Name) -> Arc<Bucket> {
        self.buckets.get_with(name, || {
            Arc::new(Bucket {
                name: Some(name),
                ..Bucket::default()
            })
        })
    }

    /// Tell what is untold in one line: first what keeps its client waiting longest, as far as there is room.
    fn tell(&self) {
        let untold = std::mem::take(&mut *self.untold());
        let mut spent: Vec<(Name, i64)> = untold
            .iter()
            .filter_map(|bucket| Some((bucket.name?, bucket.untold.swap(0, Ordering::AcqRel))))
            .collect();
        spent.sort_by_key(|((act, _), n)| std::cmp::Reverse(n.saturating_mul(act.pace().1)));
        let mut line = String::new();
        for ((act, name), n) in spent {
            let name = URL_SAFE_NO_PAD.encode(name);
            let before = line.len();
            let _ = write!(line, " {}{name}{n}", char::from(act.letter()));
            if line.len() > MAX_LINE {
                line.truncate(before);
                break;
            }
        }
        self.exchange.tell(line.trim_start());
    }

    /// Count what another node told. What cannot be read is passed over.
    fn hear(&self, told: &str, now: Time) {
        for word in told.split(' ') {
            let Some((name, n)) = read(word) else {
                continue;
            };
            self.bucket(name).charge(name.0, n, now);
        }
    }
}

/// How many letters a name has.
const NAME_LETTERS: usize = 16;

fn read(word: &str) -> Option<(Name, i64)> {
    let (letter, rest) = word.split_at_checked(1)?;
    let (name, n) = rest.split_at_checked(NAME_LETTERS)?;
    let act = Act::of_letter(*letter.as_bytes().first()?)?;
    let name = URL_SAFE_NO_PAD.decode(name).ok()?.try_into().ok()?;
    Some(((act, name), n.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_node_told_counts_up_to_a_whole_burst() {
        let bucket = Bucket::default();
        let now = Time::from_micros(1_000_000_000);
        let waits = || (bucket.due_at.load(Ordering::Acquire) - now.micros()) / 10_000_000;
        bucket.charge(Act::Post, 2, now);
        assert_eq!(waits(), 2);
        bucket.charge(Act::Post, 1_000_000, now);
        assert_eq!(waits(), 5);
        bucket.charge(Act::Post, -7, now);
        assert_eq!(waits(), 5);
    }

    #[test]
    fn only_what_is_well_formed_is_read() {
        let name = [7; 12];
        let word = format!("p{}12", URL_SAFE_NO_PAD.encode(name));
        assert_eq!(read(&word), Some(((Act::Post, name), 12)));
        for odd in [
            "",
            "p",
            "é",
            "pBwcHBwcHBwcHBwcH",
            "?BwcHBwcHBwcHBwcH1",
            "pBwcHBwcHBwcHBwc 1",
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn each_act_has_a_letter_of_its_own() {
        for act in Act::ALL {
            assert_eq!(Act::of_letter(act.letter()), Some(act));
        }
    }
}
