mod answers;
pub(crate) mod bells;
pub(crate) mod devices;
pub(crate) mod hostile;
pub(crate) mod mails;
