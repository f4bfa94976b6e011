pub(crate) mod bells;
pub(crate) mod devices;
pub(crate) mod mails;
