//! Groups of pages.

use askama::Template;
use rejoinder_core::PageId;
use rejoinder_core::publication::settings::ModerationMode;

use crate::catalogue::NewsroomTexts;
use crate::moderation::modes;
use crate::newsroom::NewsroomFrame;
use crate::page::rendered;

/// A group of pages.
#[derive(Debug, Clone, Default)]
pub struct GroupForm {
    /// Names it; `None` for one that is to be added.
    pub id: Option<i64>,
    /// As the newsroom calls it.
    pub name: String,
    /// Pages whose key starts like this belong to it.
    pub prefix: String,
    /// When comments appear on its pages.
    pub mode: Option<ModerationMode>,
    /// The pages that were put into it by hand.
    pub pages: Vec<(PageId, String)>,
    /// Why its form was refused.
    pub problem: Option<String>,
}

impl GroupForm {
    fn modes<'a>(&self, texts: &'a NewsroomTexts) -> [(&'static str, &'a str, bool); 3] {
        modes::choices(&texts.modes, texts.modes.of_site, self.mode)
    }
}

/// The groups of pages as a page.
#[derive(Debug, Template)]
#[template(path = "moderation/groups.html")]
pub struct GroupsPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The groups, and what was typed into one that was refused.
    pub groups: &'a [GroupForm],
    /// What was typed for a new one.
    pub new: &'a GroupForm,
}

/// The groups of pages as a page.
pub fn groups_page(page: &GroupsPage<'_>) -> String {
    rendered(page)
}
