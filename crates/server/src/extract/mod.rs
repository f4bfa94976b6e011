//! What a request says, turned into values that are already proven.

mod form;
mod json;
mod query;
mod visitor;

pub(crate) use form::Form;
pub(crate) use json::Json;
pub(crate) use query::{Params, ThreadAsked};
pub(crate) use visitor::{Base, KeptToken, SEC_FETCH_SITE, SiteCell, Visitor, text};

/// The largest body that is read, in bytes.
pub(crate) const MAX_BODY: usize = 64 * 1_024;
