//! The owner's view of what is done in the background: parked jobs, and the mails of a demo.

use askama::Template;
use rejoinder_core::Time;

use crate::newsroom::{Age, Frame};
use crate::page::rendered;

/// A job that did not work out.
#[derive(Debug, Clone)]
pub struct ParkedJob {
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

impl ParkedJob {
    /// What it was to do.
    fn what(&self) -> &str {
        match self.kind.as_str() {
            "mail" => "Send a mail",
            "notice" => "Tell a subscriber by mail",
            "fan_out" => "Find who is to be told of a comment",
            "push" => "Tell a subscriber on a device",
            "desk_mail" => "Tell a moderator by mail",
            "webhook" => "Deliver a webhook",
            "card" => "Fetch a link card",
            "forget_card" => "Forget a link card",
            "spam_check" => "Ask the external filter",
            "spam_check_correction" => "Tell the external filter that it was wrong",
            "erase_account" => "Delete an account",
            other => other,
        }
    }
}

/// The jobs that did not work out, newest first.
pub fn jobs_page(frame: &Frame<'_>, parked: &[ParkedJob]) -> String {
    rendered(&JobsPage { frame, parked })
}

#[derive(Template)]
#[template(path = "publication/jobs.html")]
struct JobsPage<'a> {
    frame: &'a Frame<'a>,
    parked: &'a [ParkedJob],
}

impl JobsPage<'_> {
    fn age(&self, time: &Time) -> Age {
        Age::of(*time, self.frame.now)
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
pub fn mails_page(frame: &Frame<'_>, mails: &[MailLine<'_>]) -> String {
    rendered(&MailsPage { frame, mails })
}

#[derive(Template)]
#[template(path = "publication/mails.html")]
struct MailsPage<'a> {
    frame: &'a Frame<'a>,
    mails: &'a [MailLine<'a>],
}

/// One mail, with its links to follow.
pub fn mail_page(frame: &Frame<'_>, mail: &MailLine<'_>, text: &str) -> String {
    rendered(&MailPage { frame, mail, text })
}

#[derive(Template)]
#[template(path = "publication/mail.html")]
struct MailPage<'a> {
    frame: &'a Frame<'a>,
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
