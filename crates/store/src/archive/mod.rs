//! Moving in and out, and copies of the whole.

pub mod annotating;
pub mod arriving;
pub mod backup;
pub mod export;
pub mod foreign;
pub mod freezing;
mod imported;
pub mod imports;
pub mod leaving;
mod revealing;
mod rows;
pub mod runs;
pub mod undoing;
