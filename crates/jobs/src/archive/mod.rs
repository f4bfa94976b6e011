//! Moving in, and copies of the whole.

pub(crate) mod backing_up;
pub(crate) mod importing;
