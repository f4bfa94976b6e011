//! The owner's page about the keys by which the publisher signs tokens.

use askama::Template;
use rejoinder_core::Time;

use crate::newsroom::{Age, NewsroomFrame};
use crate::page::rendered;

/// A key, without what must stay secret.
#[derive(Debug, Clone)]
pub struct KeyLine {
    /// Names it; the `kid` of tokens.
    pub id: i64,
    /// How it signs.
    pub kind: &'static str,
    /// Since when it holds.
    pub created_at: Time,
}

/// A key that was just made, or could not be.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignInKeyForm<'a> {
    /// The secret, which is shown once.
    pub secret: Option<&'a str>,
    /// The public key as typed.
    pub typed: &'a str,
    /// Why it was not taken.
    pub problem: Option<&'a str>,
}

/// All keys of a site.
pub fn sign_in_keys_page(
    frame: &NewsroomFrame<'_>,
    keys: &[KeyLine],
    new: &SignInKeyForm<'_>,
) -> String {
    rendered(&SignInKeysPage { frame, keys, new })
}

#[derive(Template)]
#[template(path = "publication/sign_in_keys.html")]
struct SignInKeysPage<'a> {
    frame: &'a NewsroomFrame<'a>,
    keys: &'a [KeyLine],
    new: &'a SignInKeyForm<'a>,
}

impl SignInKeysPage<'_> {
    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }
}
