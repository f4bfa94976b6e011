//! Moving in.

pub(crate) mod importing;
