//! Who writes: authors, their names and addresses.

pub mod address;
pub mod author;
pub mod names;
pub mod policy;
pub mod proof_of_work;
