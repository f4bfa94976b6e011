//! How many large bodies are read at once.

use crate::config::RateLimits;
use crate::http::error::ApiError;
use crate::http::limits::Who;
use crate::http::seats::{Max, Seat, Seats};

/// So many large bodies of one client are read at once.
const MAX_OF_CLIENT: usize = 4;

/// So many large bodies are read at once altogether.
const MAX_OF_ALL: usize = 64;

/// The large bodies that arrive, counted by client.
#[derive(Debug, Clone)]
pub(crate) struct Bodies {
    max: Max,
    arriving: Seats<Who>,
}

impl Bodies {
    pub(crate) fn new(limits: RateLimits) -> Self {
        let of_client = match limits {
            RateLimits::On => MAX_OF_CLIENT,
            RateLimits::Off => MAX_OF_ALL,
        };
        Self {
            max: Max {
                of_client,
                of_all: MAX_OF_ALL,
            },
            arriving: Seats::default(),
        }
    }

    pub(crate) fn enter(&self, who: Who) -> Result<Seat<Who>, ApiError> {
        Ok(self.arriving.take(who, self.max, || ())?)
    }
}

#[cfg(test)]
mod tests {
    use rejoinder_core::identity::address::Network;

    use super::*;

    fn client(n: usize) -> Who {
        let address = format!("192.0.2.{n}").parse();
        Who::Network(Network::of(address.unwrap()))
    }

    #[test]
    fn few_large_bodies_arrive_at_once_of_one_client_and_altogether() {
        let bodies = Bodies::new(RateLimits::On);
        let mut arriving: Vec<_> = (0..MAX_OF_CLIENT)
            .map(|_| bodies.enter(client(0)))
            .collect();
        assert_eq!(bodies.enter(client(0)).unwrap_err().code, "rate_limited");
        arriving.extend((MAX_OF_CLIENT..MAX_OF_ALL).map(|n| bodies.enter(client(n))));
        assert!(arriving.iter().all(Result::is_ok));
        assert_eq!(bodies.enter(client(99)).unwrap_err().code, "unavailable");

        drop(arriving);

        assert!(bodies.enter(client(0)).is_ok() && bodies.enter(client(99)).is_ok());
    }
}
