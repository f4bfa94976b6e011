//! A queue as a page.

use askama::Template;

use crate::moderation::list::List;
use crate::page::rendered;
use crate::{moderation::row, newsroom::Frame};
use rejoinder_core::Page;

/// A queue as a page.
#[derive(Debug, Template)]
#[template(path = "moderation/queue.html")]
pub struct QueuePage<'a> {
    /// What stands around it.
    pub frame: &'a Frame<'a>,
    /// The word of the queue.
    pub queue: &'a str,
    /// Whether the oldest comment comes first.
    pub is_oldest: bool,
    /// The only page whose comments are shown.
    pub page: Option<&'a Page>,
    /// The comments.
    pub list: &'a List<'a>,
}

/// A queue as a page.
pub fn queue_page(page: &QueuePage<'_>) -> String {
    rendered(page)
}

impl QueuePage<'_> {
    fn title<'p>(&self, page: &'p &Page) -> &'p str {
        row::title(page)
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
