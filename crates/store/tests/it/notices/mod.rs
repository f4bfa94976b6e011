pub(crate) mod bells;
pub(crate) mod fates;
pub(crate) mod mails;
pub(crate) mod pushes;
