pub(crate) mod canaries;
pub(crate) mod decisions;
pub(crate) mod desk;
pub(crate) mod desk_groups;
pub(crate) mod desk_hostile;
pub(crate) mod desk_pages;
pub(crate) mod flags;
mod invitations;
