//! Places that are counted by client, so that nobody takes them all, and given back when they are dropped.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::http::error::ApiError;

/// How many places there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Max {
    pub(crate) of_client: usize,
    pub(crate) of_all: usize,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// The client has as many as it may.
    Client,
    /// All are taken.
    All,
}

impl From<Full> for ApiError {
    fn from(full: Full) -> Self {
        match full {
            Full::Client => Self::rate_limited(1),
            Full::All => Self::unavailable(),
        }
    }
}

/// The places that clients have taken, and what those of one client share. Cheap to clone.
#[derive(Debug)]
pub(crate) struct Seats<C, S = ()>(Arc<Mutex<Taken<C, S>>>);

#[derive(Debug)]
struct Taken<C, S> {
    n: usize,
    clients: HashMap<C, Client<S>>,
}

#[derive(Debug)]
struct Client<S> {
    n: usize,
    shared: Arc<S>,
}

impl<C, S> Clone for Seats<C, S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C, S> Default for Seats<C, S> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Taken {
            n: 0,
            clients: HashMap::new(),
        })))
    }
}

impl<C: Clone + Eq + Hash, S> Seats<C, S> {
    /// A place for `client`; what its places share is made with the first of them.
    pub(crate) fn take(
        &self,
        client: C,
        max: Max,
        shared: impl FnOnce() -> S,
    ) -> Result<Seat<C, S>, Full> {
        let mut taken = self.taken();
        if taken.n >= max.of_all {
            return Err(Full::All);
        }
        let n_own = taken.clients.get(&client).map_or(0, |own| own.n);
        if n_own >= max.of_client {
            return Err(Full::Client);
        }
        let own = taken.clients.entry(client.clone());
        let own = own.or_insert_with(|| Client {
            n: 0,
            shared: Arc::new(shared()),
        });
        own.n += 1;
        let shared = Arc::clone(&own.shared);
        taken.n += 1;
        Ok(Seat {
            seats: self.clone(),
            client,
            shared,
        })
    }

    /// How many places are taken.
    pub(crate) fn n(&self) -> usize {
        self.taken().n
    }

    fn taken(&self) -> MutexGuard<'_, Taken<C, S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Seat<C: Clone + Eq + Hash, S = ()> {
    seats: Seats<C, S>,
    client: C,
    shared: Arc<S>,
}

impl<C: Clone + Eq + Hash, S> Seat<C, S> {
    /// What the places of this client share.
    pub(crate) const fn shared(&self) -> &Arc<S> {
        &self.shared
    }
}

impl<C: Clone + Eq + Hash, S> Drop for Seat<C, S> {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        taken.n -= 1;
        if let Some(own) = taken.clients.get_mut(&self.client) {
            own.n -= 1;
            if own.n == 0 {
                taken.clients.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: Max = Max {
        of_client: 2,
        of_all: 3,
    };

    #[test]
    fn a_client_takes_no_more_than_its_own_and_all_no_more_than_there_are() {
        let seats = Seats::<_>::default();
        let take = |client| seats.take(client, MAX, || ());
        let own = [take("ann").unwrap(), take("ann").unwrap()];
        assert_eq!(take("ann").unwrap_err(), Full::Client);
        let _last = take("bob").unwrap();
        assert_eq!(take("kim").unwrap_err(), Full::All);

        drop(own);

        assert_eq!(seats.n(), 1);
        assert!(take("ann").is_ok() && take("kim").is_ok());
    }

    #[test]
    fn the_places_of_a_client_share_one_thing_while_it_has_any() {
        let seats = Seats::default();
        let take = |shared| seats.take("ann", MAX, move || shared).unwrap();
        let (first, second) = (take(1), take(2));
        assert_eq!((**first.shared(), **second.shared()), (1, 1));

        drop((first, second));

        assert_eq!(**take(3).shared(), 3);
        assert!(seats.taken().clients.is_empty());
    }
}
