//! The owner's page about who else signs readers in.

use askama::Template;
use rejoinder_core::Time;

use crate::newsroom::{Age, NewsroomFrame};
use crate::page::rendered;

/// A provider, without its secret.
#[derive(Debug, Clone)]
pub struct ProviderLine {
    /// Names it.
    pub id: i64,
    /// What readers know it by.
    pub label: String,
    /// Its address.
    pub issuer: String,
    /// What it knows this server by.
    pub client_id: String,
    /// Since when it signs in.
    pub created_at: Time,
}

/// A provider as typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProviderForm<'a> {
    /// What readers know it by.
    pub label: &'a str,
    /// Its address.
    pub issuer: &'a str,
    /// What it knows this server by.
    pub client_id: &'a str,
    /// Why it was not taken.
    pub problem: Option<&'a str>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct OpenidView<'a> {
    /// All providers of the site.
    pub providers: Vec<ProviderLine>,
    /// Where they send their users back to.
    pub redirect: String,
    /// What was typed.
    pub new: ProviderForm<'a>,
}

/// All providers of a site.
pub fn openid_page(frame: &NewsroomFrame<'_>, view: &OpenidView<'_>) -> String {
    rendered(&OpenidPage {
        frame,
        of: view,
        new: view.new,
    })
}

#[derive(Template)]
#[template(path = "publication/openid.html")]
struct OpenidPage<'a> {
    frame: &'a NewsroomFrame<'a>,
    of: &'a OpenidView<'a>,
    new: ProviderForm<'a>,
}

impl OpenidPage<'_> {
    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }
}
