//! What is for one reader alone: pages around their account, and the mail that signs them in.
//!
//! Nothing here is ever part of a shared page.

mod account_notices;
pub(crate) mod door;
mod guest;
mod mail;
mod outcome;
mod own;
mod passkeys;
mod reader;
mod sign_in;
mod tabs;

pub(crate) use mail::publication;
pub(crate) use outcome::{note, refused};

pub use account_notices::{AccountSubscription, DeviceRow, account_notices_page};
pub use guest::{GuestComment, GuestRecord, GuestRecords, GuestView, guest_mail, guest_page};
pub use mail::{MailText, sign_in_mail};
pub use own::{AccountSettings, AccountTab, CommentLine, SessionRow, own_page, withheld};
pub use passkeys::{PasskeyProblem, PasskeyRow, PasskeysView, passkeys_page};
pub use reader::{ReaderLine, reader_page};
pub use sign_in::{
    MailedLink, OpenedLink, ProviderProblem, ProviderRedirect, SignInForm, SignInReferrer,
    ask_page, away_page, code_wrong, entered_page, here_page, link_page, reader_name, sent_page,
    signed_out_page, stopped_page,
};
