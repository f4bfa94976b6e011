//! Authors, sessions, every way to sign in, and taking oneself back.

pub mod address_keys;
pub mod authors;
pub(crate) mod claims;
pub mod erasing_again;
pub mod erasures;
pub mod guests;
pub mod identities;
pub mod mail_sign_ins;
pub mod mailboxes;
pub mod mutes;
pub mod openid;
pub mod passkeys;
pub mod personal;
pub mod profiles;
pub mod renaming;
pub mod roles;
pub mod sessions;
pub mod sign_in_keys;
pub mod sign_ins;
pub(crate) mod supporting;
pub mod work;
