//! What a request says, turned into values that are already proven.

mod base;
mod body;
mod client;
mod form;
mod header_text;
mod json;
mod limited;
mod path_id;
mod query;
mod raw;
mod upload;
mod visitor;

pub(crate) use base::Base;
pub(crate) use body::{MAX_BODY, MAX_SETTINGS_BODY, MAX_TEXT_BODY, MAX_WORDS_BODY, MaxBody};
pub(crate) use client::network_of;
pub(crate) use form::Form;
pub(crate) use header_text::{bearer, text};
pub(crate) use json::Json;
pub(crate) use path_id::PathId;
pub(crate) use query::{Params, ThreadAsked};
pub(crate) use raw::Raw;
pub(crate) use upload::{NamedUploads, Upload};
pub(crate) use visitor::{KeptToken, SEC_FETCH_SITE, SiteCell, Visitor};
