pub(crate) mod fates;
pub(crate) mod hostile;
pub(crate) mod mails;
pub(crate) mod push;
