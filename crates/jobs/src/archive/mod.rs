//! Moving in, and copies of the whole.

pub(crate) mod backing_up;
mod copies;
pub(crate) mod importing;
