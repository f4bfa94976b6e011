pub(crate) mod author_notices;
pub(crate) mod hostile;
pub(crate) mod mails;
pub(crate) mod push;
