//! Searching, and the searches that a moderator keeps.

use askama::Template;

use crate::moderation::list::CommentList;
use crate::newsroom::NewsroomFrame;
use crate::page::rendered;

/// A search that a moderator keeps.
#[derive(Debug, Clone)]
pub struct SavedSearchRow {
    /// Names it.
    pub id: i64,
    /// As the moderator calls it.
    pub name: String,
    /// Where it leads.
    pub href: String,
    /// What is wrong with it, as a sentence.
    pub problem: Option<String>,
}

/// The search as a page.
#[derive(Debug, Template)]
#[template(path = "moderation/search.html")]
pub struct SearchPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// What was typed.
    pub typed: &'a str,
    /// What is wrong with it, as a sentence.
    pub problem: Option<&'a str>,
    /// What was found, once something was looked for.
    pub found: Option<&'a CommentList<'a>>,
    /// The searches that the moderator keeps.
    pub kept: &'a [SavedSearchRow],
}

/// The search as a page.
pub fn search_page(page: &SearchPage<'_>) -> String {
    rendered(page)
}
