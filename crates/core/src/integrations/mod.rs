//! What programs may do here, and what is told to them.

pub mod api_scope;
pub mod webhook;
