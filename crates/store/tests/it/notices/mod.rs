pub(crate) mod author_notices;
pub(crate) mod bells;
pub(crate) mod mails;
pub(crate) mod pushes;
