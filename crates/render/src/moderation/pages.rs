//! The pages of a site, and one of them.

use askama::Template;
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{Author, Comment, Page, Time};

use crate::catalogue;
use crate::moderation::log::LogRows;
use crate::moderation::modes;
use crate::moderation::row::{excerpt, name, title};
use crate::newsroom::{Age, NewsroomFrame};
use crate::page::rendered;
use crate::publication::crowd;

/// So much of a pinned comment is shown, in letters.
const EXCERPT: usize = 80;

/// The pages of a site as a page.
#[derive(Debug, Template)]
#[template(path = "moderation/pages.html")]
pub struct PagesPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
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
        self.frame.age(time)
    }
}

/// One page of a site.
#[derive(Debug, Template)]
#[template(path = "moderation/one_page.html")]
pub struct PagePage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The page.
    pub page: &'a Page,
    /// When comments appear on it, where that was said of it alone.
    pub mode: Option<ModerationMode>,
    /// What it asks while nobody has commented.
    pub invitation: Option<&'a str>,
    /// Whether it brought too many of a day's votes: how many percent, and when that was found.
    pub crowd: Option<(i64, Time)>,
    /// The names of the groups that it belongs to.
    pub groups: &'a [String],
    /// The accounts that its article is by.
    pub authors: &'a [Author],
    /// The account as typed, where it was not taken.
    pub typed: Option<&'a str>,
    /// Its pinned comments, in their order.
    pub pinned: &'a [Comment],
    /// What was decided on it.
    pub log: &'a LogRows<'a>,
    /// Why a form was refused.
    pub problem: Option<&'a str>,
}

/// One page of a site as a page.
pub fn page_page(page: &PagePage<'_>) -> String {
    rendered(page)
}

impl<'a> PagePage<'a> {
    fn name(&self, comment: &'a Comment) -> &'a str {
        name(self.frame.texts(), &comment.author)
    }

    fn called(&self, author: &'a Author) -> &'a str {
        name(self.frame.texts(), author)
    }

    fn excerpt(&self, comment: &Comment) -> String {
        excerpt(&comment.text, EXCERPT)
    }

    fn alarm(&self) -> Option<String> {
        let (percent, at) = self.crowd?;
        let texts = catalogue::of(self.frame.site.settings.language);
        Some(crowd(texts, texts.agreement.owner.crowd_here, percent, at))
    }

    /// The comment and its revision, as the form names it.
    fn judged(&self, comment: &Comment) -> String {
        format!("{}.{}", comment.id, comment.revision)
    }

    fn action(&self) -> String {
        format!("{}/pages/{}", self.frame.desk(), self.page.id)
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }

    fn modes(&self) -> [(&'static str, &'static str, bool); 3] {
        let texts = &self.frame.texts().modes;
        modes::choices(texts, texts.of_groups, self.mode)
    }

    fn queues(&self) -> [(&'static str, &'static str); 6] {
        let texts = &self.frame.texts().queues;
        [
            ("held", texts.held),
            ("flagged", texts.flagged),
            ("unreviewed", texts.unreviewed),
            ("approved", texts.approved),
            ("rejected", texts.rejected),
            ("spam", texts.spam),
        ]
    }
}
