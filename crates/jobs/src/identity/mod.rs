//! Taking an account's traces away, step by step.

pub(crate) mod erase;
