//! Recordings: fetched, read and compared.

pub(crate) mod citing;
mod comparing;
mod fetching;
pub(crate) mod reading;
