//! The pages of the newsroom: the moderators' desk and what the owner decides.
//!
//! They are for few people and made anew for each request. Each is a template that extends
//! `newsroom/layout.html` and has a field `frame`, the [`NewsroomFrame`] around its own matter. Their texts
//! are the group `newsroom` of the catalogue, in the language of the site.

mod age;
pub(crate) mod phrases;

use rejoinder_core::{Author, Site, Time};

use crate::catalogue::{self, NewsroomTexts};

pub use age::Age;
pub use phrases::{FlashMessage, done};

/// The newsroom's texts in the language of `site`.
pub fn texts(site: &Site) -> &'static NewsroomTexts {
    &catalogue::of(site.settings.language).newsroom
}

/// What stands around the matter of every newsroom page.
#[derive(Debug, Clone, Copy)]
pub struct NewsroomFrame<'a> {
    /// The site that the page is about.
    pub site: &'a Site,
    /// Who looks at it.
    pub member: &'a Author,
    /// The time of rendering.
    pub now: Time,
    /// The version of the files under `/static`.
    pub assets: &'a str,
    /// What the page is called.
    pub title: &'a str,
    /// The way to the other pages.
    pub rail: &'a [RailSection],
    /// What was just done.
    pub flash: Option<&'a FlashMessage>,
}

impl NewsroomFrame<'_> {
    pub(crate) fn texts(&self) -> &'static NewsroomTexts {
        texts(self.site)
    }

    /// How long ago `time` was.
    pub(crate) fn age(&self, time: &Time) -> Age {
        Age::of(*time, self.now, self.site.settings.language)
    }

    /// A number that was counted to its end.
    pub(crate) fn number(&self, n: &i64) -> String {
        catalogue::of(self.site.settings.language)
            .number(*n)
            .to_string()
    }

    /// A number that was counted only so far.
    pub(crate) fn count(&self, n: &i64) -> String {
        phrases::count(self.site.settings.language, *n)
    }

    /// The part of an address that keeps browsers from showing an old file.
    pub(crate) fn version(&self) -> String {
        if self.assets.is_empty() {
            return String::new();
        }
        format!("?v={}", self.assets)
    }

    /// The start of every address of the desk.
    pub(crate) fn desk(&self) -> String {
        format!("/moderate/{}", self.site.host)
    }

    pub(crate) fn name(&self) -> &str {
        match self.member.name.as_str() {
            "" => self.texts().log.nameless,
            name => name,
        }
    }

    pub(crate) fn role(&self) -> &'static str {
        phrases::role(self.texts(), self.member.role)
    }
}

/// A part of the rail.
#[derive(Debug, Clone)]
pub struct RailSection {
    /// What its pages have in common.
    pub title: &'static str,
    /// The pages.
    pub entries: Vec<RailEntry>,
}

/// A page, as the rail leads to it.
#[derive(Debug, Clone)]
pub struct RailEntry {
    /// What it is called.
    pub label: &'static str,
    /// Where it is.
    pub href: String,
    /// How much waits there, and the word by which scripts keep the number up to date.
    pub count: Option<(&'static str, i64)>,
    /// Whether it is the page that is shown.
    pub is_current: bool,
}
