pub(crate) mod caching;
pub(crate) mod connections;
pub(crate) mod documented;
pub(crate) mod forms;
pub(crate) mod headers;
pub(crate) mod internal;
pub(crate) mod languages;
pub(crate) mod origins;
