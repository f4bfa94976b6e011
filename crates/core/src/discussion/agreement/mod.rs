//! "Agreed across divides": what readers like who otherwise disagree.
//!
//! From who voted how on what, a model finds the one line along which a site's readers differ most
//! ([`model`]). Readers who stand clearly on either end of it are placed on a side ([`sides`]); which side
//! is which means nothing, and nobody is ever told. A comment's votes are then counted for each side, and
//! it ranks by the product of both shares ([`score`]): to rank high, both have to like it.

pub mod alarm;
pub mod ballots;
pub mod model;
pub mod score;
pub mod sides;

#[cfg(test)]
mod tests;

pub use ballots::{Ballot, Ballots, Voter};
pub use score::{Agreement, SideTallies};
pub use sides::{Side, Sides, SidesOutcome};
