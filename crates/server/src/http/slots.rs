//! Work that keeps a processor busy, away from the threads that answer.
//!
//! A few pieces are done at once, and of those of one client fewer, so that however much one asks for,
//! others find a slot free. Who waits is counted, and who would wait too long is told so at once.

mod pool;

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::RateLimits;
use crate::http::error::ApiError;
use crate::http::limits::Who;
use crate::http::seats::{Full, Max, Seat, Seats};
use pool::Pool;

/// So much of one client may wait and be done of what is made for it alone.
const MAX_OF_CLIENT: usize = 32;

/// The same of what is made for everyone who reads: many readers may share an address.
const MAX_READ_BY_CLIENT: usize = 256;

/// So much may wait and be done altogether.
const MAX_OF_ALL: usize = 512;

/// The slots of a server for one kind of work.
pub(crate) struct Slots {
    pool: Pool,
    n_each: usize,
    max: Max,
    /// Those whose work waits or is done, each with the slots of its own.
    seats: Seats<Who, Semaphore>,
}

impl Slots {
    /// For what is made for one client: texts, and what they are compared with.
    pub(crate) fn for_writing(limits: RateLimits) -> Self {
        Self::new(limits, MAX_OF_CLIENT)
    }

    /// For renderings.
    pub(crate) fn for_reading(limits: RateLimits) -> Self {
        Self::new(limits, MAX_READ_BY_CLIENT)
    }

    /// A slot for each processor, and half of them for one client where clients are told apart.
    fn new(limits: RateLimits, max_of_client: usize) -> Self {
        let n_processors = thread::available_parallelism().map_or(1, NonZero::get);
        let n_slots = n_processors.max(2);
        let (n_each, of_client) = match limits {
            RateLimits::On => (n_slots / 2, max_of_client),
            RateLimits::Off => (n_slots, MAX_OF_ALL),
        };
        Self {
            pool: Pool::new(n_slots),
            n_each,
            max: Max {
                of_client,
                of_all: MAX_OF_ALL,
            },
            seats: Seats::default(),
        }
    }

    /// Do `work` for `who` as soon as a slot is free, unless too much waits already. What has begun is
    /// finished, and keeps its slot, when nobody wants it any more.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        who: Who,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        self.turn(who).await?.run(work).await
    }

    /// The turn of `who`, as soon as it comes, unless too much waits already.
    pub(crate) async fn turn(&self, who: Who) -> Result<Turn, Full> {
        let seat = self.seat(who)?;
        let own = Arc::clone(seat.shared()).acquire_owned().await;
        let own = own.map_err(|_| Full::All)?;
        Ok(self.begin(own, seat))
    }

    /// The turn of `who`, unless something else of theirs has to be waited for.
    pub(crate) fn turn_at_once(&self, who: Who) -> Option<Turn> {
        let seat = self.seat(who).ok()?;
        let own = Arc::clone(seat.shared()).try_acquire_owned().ok()?;
        Some(self.begin(own, seat))
    }

    fn seat(&self, who: Who) -> Result<Seat<Who, Semaphore>, Full> {
        let slots = || Semaphore::new(self.n_each);
        self.seats.take(who, self.max, slots)
    }

    fn begin(&self, own: OwnedSemaphorePermit, seat: Seat<Who, Semaphore>) -> Turn {
        Turn {
            pool: self.pool.clone(),
            held: (own, seat),
        }
    }
}

/// A client's turn to have something done; given back when it is dropped.
pub(crate) struct Turn {
    pool: Pool,
    held: (OwnedSemaphorePermit, Seat<Who, Semaphore>),
}

impl Turn {
    /// Do `work`, to its end even when nobody wants it any more.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let Self { pool, held } = self;
        let done = pool.run(work, held).await;
        done.ok_or_else(|| ApiError::internal("work was not done"))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc};

    use rejoinder_core::identity::address::Network;
    use tokio::task::JoinSet;

    use super::*;

    fn client(address: &str) -> Who {
        Who::Network(Network::of(address.parse().unwrap()))
    }

    /// Work that is done when the sender is dropped.
    fn until_released() -> (mpsc::Sender<()>, impl FnOnce() + Send + Clone + 'static) {
        let (release, released) = mpsc::channel::<()>();
        let released = Arc::new(Mutex::new(released));
        let work = move || {
            let _ = released.lock().unwrap().recv();
        };
        (release, work)
    }

    #[tokio::test]
    async fn however_much_one_client_wants_another_finds_a_slot_free() {
        let slots = Arc::new(Slots::for_writing(RateLimits::On));
        let (release, work) = until_released();
        let mut wanted = JoinSet::new();
        for _ in 0..MAX_OF_CLIENT {
            let (slots, work) = (Arc::clone(&slots), work.clone());
            wanted.spawn(async move { slots.run(client("192.0.2.1"), work).await });
        }
        while slots.seats.n() != MAX_OF_CLIENT {
            tokio::task::yield_now().await;
        }

        let other = slots.run(client("198.51.100.1"), || "done").await;
        let more = slots.run(client("192.0.2.1"), || "done").await;

        assert_eq!(other.unwrap(), "done");
        assert_eq!(more.unwrap_err().retry_after, Some(1));
        drop(release);
        assert!(wanted.join_all().await.iter().all(Result::is_ok));
        assert_eq!(slots.seats.n(), 0);
    }

    #[tokio::test]
    async fn what_waits_is_bounded_whoever_wants_it() {
        let slots = Arc::new(Slots::for_writing(RateLimits::On));
        let places: Vec<_> = (0..MAX_OF_ALL)
            .map(|n| {
                let who = client(&format!("192.0.{}.{}", n / 256, n % 256));
                slots.seats.take(who, slots.max, || Semaphore::new(1))
            })
            .collect();

        let refused = slots
            .run(client("198.51.100.1"), || "done")
            .await
            .unwrap_err();

        assert_eq!(
            (refused.code, refused.retry_after),
            ("unavailable", Some(2))
        );
        drop(places);
        assert!(slots.run(client("198.51.100.1"), || "done").await.is_ok());
    }

    #[tokio::test]
    async fn work_that_breaks_gives_its_slot_back() {
        let slots = Slots::for_writing(RateLimits::On);
        for _ in 0..MAX_OF_CLIENT * 2 {
            let broken = slots.run(client("192.0.2.1"), || panic!("broken")).await;
            assert_eq!(broken.unwrap_err().code, "internal");
        }
    }

    #[tokio::test]
    async fn a_turn_that_has_to_be_waited_for_is_none_at_once() {
        let slots = Slots::for_reading(RateLimits::On);
        let mut turns = Vec::new();
        while let Some(turn) = slots.turn_at_once(client("192.0.2.1")) {
            turns.push(turn);
        }

        assert_eq!(turns.len(), slots.n_each);
        assert!(slots.turn_at_once(client("198.51.100.1")).is_some());
        turns.pop();
        assert!(slots.turn_at_once(client("192.0.2.1")).is_some());
    }
}
