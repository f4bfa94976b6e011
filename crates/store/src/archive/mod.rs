//! Moving comments in, and copies of the whole.

pub mod backup;
pub mod imports;
