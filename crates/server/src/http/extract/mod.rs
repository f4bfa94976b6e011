//! What a request says, turned into values that are already proven.

mod body;
mod form;
mod json;
mod query;
mod visitor;

pub(crate) use body::{
    Bodies, MAX_BODY, MAX_SETTINGS_BODY, MAX_TEXT_BODY, MAX_WORDS_BODY, MaxBody,
};
pub(crate) use form::Form;
pub(crate) use json::Json;
pub(crate) use query::{Params, ThreadAsked};
pub(crate) use visitor::{Base, KeptToken, SEC_FETCH_SITE, SiteCell, Visitor, text};
