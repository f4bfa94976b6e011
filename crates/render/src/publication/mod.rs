//! The built-in newspaper, and the owners' pages.

mod api_docs;
pub(crate) mod article;
pub(crate) mod articles;
mod audit;
mod imports;
mod jobs;
mod openid;
mod overview;
mod owner;
mod sign_in_keys;
pub(crate) mod welcome;

pub use api_docs::api_docs;
pub use audit::{AuditPage, AuditRow, audit_page};
pub use imports::{
    ImportPage, ImportProblem, ImportsPage, import_page, import_problem, import_reached,
    imports_page,
};
pub use jobs::{MailLine, ParkedJobRow, jobs_page, mail_page, mails_page};
pub use openid::{OpenidView, ProviderForm, ProviderLine, openid_page};
pub(crate) use overview::crowd;
pub use overview::{AgreedSortStatus, OverviewDay, OverviewPage, overview_page};
pub use owner::{
    InvitationForm, PeoplePage, PersonRow, SettingField, SettingsPage, WordsPage, people_page,
    settings_page, words_page,
};
pub use sign_in_keys::{KeyLine, SignInKeyForm, sign_in_keys_page};
