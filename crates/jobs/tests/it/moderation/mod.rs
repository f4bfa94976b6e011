pub(crate) mod corrections;
pub(crate) mod desk_mails;
pub(crate) mod external;
