//! The owner's view of what is done in the background: parked jobs, and the mails of a demo.

use askama::Template;
use rejoinder_core::Time;

use crate::catalogue::NewsroomTexts;
use crate::newsroom::{Age, NewsroomFrame};
use crate::page::rendered;

/// A job that did not work out.
#[derive(Debug, Clone)]
pub struct ParkedJobRow {
    /// Names it.
    pub id: i64,
    /// The word of its kind.
    pub kind: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it did not work out.
    pub error: String,
    /// Since when it waits for a person.
    pub parked_at: Time,
}

impl ParkedJobRow {
    /// What it was to do.
    fn what<'a>(&'a self, texts: &'a NewsroomTexts) -> &'a str {
        let texts = &texts.jobs_of;
        match self.kind.as_str() {
            "mail" => texts.mail,
            "notice" => texts.notice,
            "fan_out" => texts.fan_out,
            "push" => texts.push,
            "desk_mail" => texts.desk_mail,
            "correction_mail" => texts.correction_mail,
            "receipt_mail" => texts.receipt_mail,
            "webhook" => texts.webhook,
            "card" => texts.card,
            "fetch_article" => texts.fetch_article,
            "import" => texts.import,
            "forget_card" => texts.forget_card,
            "spam_check" => texts.spam_check,
            "spam_check_correction" => texts.spam_check_correction,
            "ask_processor" => texts.ask_processor,
            "erase_account" => texts.erase_account,
            other => other,
        }
    }
}

/// The jobs that did not work out, newest first.
pub fn jobs_page(frame: &NewsroomFrame<'_>, parked: &[ParkedJobRow]) -> String {
    rendered(&JobsPage { frame, parked })
}

#[derive(Template)]
#[template(path = "publication/jobs.html")]
struct JobsPage<'a> {
    frame: &'a NewsroomFrame<'a>,
    parked: &'a [ParkedJobRow],
}

impl JobsPage<'_> {
    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }
}

/// A mail in the list.
#[derive(Debug, Clone, Copy)]
pub struct MailLine<'a> {
    /// Names it.
    pub name: &'a str,
    /// To whom it is.
    pub to: &'a str,
    /// What it is about.
    pub subject: &'a str,
}

/// The mails that were written, newest first.
pub fn mails_page(frame: &NewsroomFrame<'_>, mails: &[MailLine<'_>]) -> String {
    rendered(&MailsPage { frame, mails })
}

#[derive(Template)]
#[template(path = "publication/mails.html")]
struct MailsPage<'a> {
    frame: &'a NewsroomFrame<'a>,
    mails: &'a [MailLine<'a>],
}

/// One mail, with its links to follow.
pub fn mail_page(frame: &NewsroomFrame<'_>, mail: &MailLine<'_>, text: &str) -> String {
    rendered(&MailPage { frame, mail, text })
}

#[derive(Template)]
#[template(path = "publication/mail.html")]
struct MailPage<'a> {
    frame: &'a NewsroomFrame<'a>,
    mail: &'a MailLine<'a>,
    text: &'a str,
}

impl<'a> MailPage<'a> {
    /// The text in pieces, each with whether it is an address.
    fn pieces(&self) -> impl Iterator<Item = (&'a str, bool)> {
        let is_address =
            |piece: &str| piece.starts_with("https://") || piece.starts_with("http://");
        self.text
            .split_inclusive(char::is_whitespace)
            .map(move |piece| (piece, is_address(piece)))
    }
}
