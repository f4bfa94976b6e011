//! A queue as a page.

use askama::Template;

use crate::catalogue;
use crate::moderation::list::CommentList;
use crate::page::rendered;
use crate::publication::crowd;
use crate::{moderation::row, newsroom::NewsroomFrame};
use rejoinder_core::{Page, Time};

/// A queue as a page.
#[derive(Debug, Template)]
#[template(path = "moderation/queue.html")]
pub struct QueuePage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The word of the queue.
    pub queue: &'a str,
    /// Whether the oldest comment comes first.
    pub is_oldest: bool,
    /// The only page whose comments are shown.
    pub page: Option<&'a Page>,
    /// A page that brought too many of a day's votes: how many percent, and when that was found.
    pub crowd: Option<&'a (Page, i64, Time)>,
    /// The comments.
    pub list: &'a CommentList<'a>,
}

/// A queue as a page.
pub fn queue_page(page: &QueuePage<'_>) -> String {
    rendered(page)
}

impl QueuePage<'_> {
    fn title<'p>(&self, page: &'p &Page) -> &'p str {
        row::title(page)
    }

    fn alarm(&self, percent: &i64, at: &Time) -> String {
        let texts = catalogue::of(self.frame.site.settings.language);
        crowd(texts, texts.agreement.owner.crowd, *percent, *at)
    }

    /// The same queue in another order, or without its page.
    fn address(&self, is_oldest: bool, page: Option<&Page>) -> String {
        let mut parts = Vec::new();
        if is_oldest {
            parts.push("order=oldest".to_owned());
        }
        parts.extend(page.map(|page| format!("page={}", page.id)));
        let query = match parts.is_empty() {
            true => String::new(),
            false => format!("?{}", parts.join("&")),
        };
        format!("{}/queues/{}{query}", self.frame.desk(), self.queue)
    }
}
