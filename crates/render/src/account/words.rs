//! The words of account pages and of their mails. Browsers never load them.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::words::group;

/// The words of `language`, a BCP 47 tag; English where there is no catalogue.
pub(super) fn of(_language: &str) -> &'static AccountWords {
    &ENGLISH
}

#[expect(
    clippy::expect_used,
    reason = "the catalogue is compiled in, and a test reads it"
)]
static ENGLISH: LazyLock<AccountWords> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../words/en.account.json"))
        .expect("words/en.account.json has every word")
});

/// The catalogue of one language.
#[derive(Debug, Deserialize)]
pub(crate) struct AccountWords {
    pub(crate) sign_in: SignInWords,
    pub(crate) mail: MailWords,
}

group!(SignInWords {
    title: String,
    why: String,
    email: String,
    email_why: String,
    send: String,
    how: String,
    none: String,
    sent: String,
    sent_to: String,
    code: String,
    opened: String,
    again: String,
    r#as: String,
    elsewhere: String,
    code_field: String,
    code_wrong: String,
    name: String,
    go: String,
    here: String,
    here_as: String,
    go_on: String,
    back: String,
    close: String,
    out: String,
    other: String,
    gone: String,
    gone_why: String,
});
group!(MailWords {
    subject: String,
    intro: String,
    button: String,
    once: String,
    not_you: String,
});
