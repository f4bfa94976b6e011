//! Moving comments in, and copies of the whole.

pub mod backup;
pub mod foreign;
pub mod imports;
