//! The seam: transactions, statements, both databases, and what keeps them whole.

pub mod distribution;
pub mod doctor;
pub(crate) mod error;
pub(crate) mod estimates;
pub mod exchange;
pub(crate) mod job;
pub(crate) mod lines;
pub(crate) mod listen;
pub mod migrations;
pub mod nodes;
pub(crate) mod notify;
#[cfg(test)]
mod one_shard;
pub(crate) mod operation;
mod overseer;
pub(crate) mod postgres;
pub(crate) mod pulse;
mod reaching;
pub(crate) mod recount;
pub mod repair;
pub(crate) mod replica;
pub(crate) mod sealed;
pub(crate) mod seals;
pub(crate) mod sql;
pub(crate) mod sqlite;
#[cfg(test)]
pub(crate) mod statements;
pub(crate) mod timelines;
pub(crate) mod timeouts;
pub(crate) mod tls;
pub(crate) mod tx;
pub(crate) mod value;
mod watching;
pub(crate) mod wrong;
