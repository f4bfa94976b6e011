//! What is for one reader alone: pages around their account, and the mail that signs them in.
//!
//! Nothing here is ever part of a shared page.

mod mail;
mod own;
mod passkeys;
mod sign_in;
mod told;
mod words;

pub(crate) use mail::publication;
pub(crate) use words::{note, reason};

pub use mail::{MailText, sign_in_mail};
pub use own::{Line, Own, Signed, Tab, own_page, withheld};
pub use passkeys::{Key, Keys, Trouble, passkeys_page};
pub use sign_in::{
    Asking, Door, Link, Sent, ask_page, code_wrong, here_page, link_page, sent_page,
    signed_out_page,
};
pub use told::{Device, ToldOf, told_page};
