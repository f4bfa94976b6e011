//! The pages of a site, and one of them.

use askama::Template;
use rejoinder_core::settings::Mode;
use rejoinder_core::{Page, Time};

use super::log::LogRows;
use super::row::title;
use super::{Age, Frame};
use crate::pages::rendered;

/// The pages of a site as a page.
#[derive(Debug, Template)]
#[template(path = "desk/pages.html")]
pub struct PagesPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame<'a>,
    /// What was typed to find some.
    pub typed: &'a str,
    /// The pages.
    pub pages: &'a [Page],
    /// Where the list goes on.
    pub next: Option<String>,
}

/// The pages of a site as a page.
pub fn pages_page(page: &PagesPage<'_>) -> String {
    rendered(page)
}

impl<'a> PagesPage<'a> {
    fn title(&self, page: &'a Page) -> &'a str {
        title(page)
    }

    fn age(&self, time: &Time) -> Age {
        Age::of(*time, self.frame.now)
    }
}

/// One page of a site.
#[derive(Debug, Template)]
#[template(path = "desk/page.html")]
pub struct PagePage<'a> {
    /// What stands around it.
    pub frame: &'a Frame<'a>,
    /// The page.
    pub page: &'a Page,
    /// When comments appear on it, where that was said of it alone.
    pub mode: Option<Mode>,
    /// The names of the groups that it belongs to.
    pub groups: &'a [String],
    /// What was decided on it.
    pub log: &'a LogRows<'a>,
    /// Why a form was refused.
    pub problem: Option<&'a str>,
}

/// One page of a site as a page.
pub fn page_page(page: &PagePage<'_>) -> String {
    rendered(page)
}

impl PagePage<'_> {
    fn action(&self) -> String {
        format!("{}/pages/{}", self.frame.desk(), self.page.id)
    }

    fn age(&self, time: &Time) -> Age {
        Age::of(*time, self.frame.now)
    }

    fn modes(&self) -> [(&'static str, &'static str, bool); 3] {
        [
            (
                "site",
                "As its groups and the site say",
                self.mode.is_none(),
            ),
            ("after", "At once", self.mode == Some(Mode::After)),
            ("before", "After approval", self.mode == Some(Mode::Before)),
        ]
    }

    fn queues(&self) -> [(&'static str, &'static str); 6] {
        [
            ("held", "Held"),
            ("flagged", "Flagged"),
            ("unreviewed", "Unreviewed"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("spam", "Spam"),
        ]
    }
}
