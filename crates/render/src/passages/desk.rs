//! The editors' page about articles and what became of their passages.

use askama::Template;
use rejoinder_core::passages::{Annotation, AnnotationState, Report};
use rejoinder_core::publication::settings::Passages;
use rejoinder_core::{CommentId, Page, Site, Time};

use crate::catalogue::{self, PassagesDeskTexts, fill};
use crate::links::{Links, Place};
use crate::moderation;
use crate::newsroom::{Age, FlashMessage, Frame};
use crate::page::rendered;

/// An article with the passages of it that are not as they were quoted.
#[derive(Debug)]
pub struct ArticleRow {
    /// Its page.
    pub page: Page,
    /// Its newest version.
    pub number: i64,
    /// When that came.
    pub made_at: Time,
    /// What became of the passages, once they were looked for.
    pub report: Option<Report>,
    /// What readers may do, where that was said of the page itself.
    pub passages: Option<Passages>,
    /// Those that are gone or have other words, with the comments on them.
    pub lost: Vec<(CommentId, Annotation)>,
}

/// The articles of a site as a page.
#[derive(Debug, Template)]
#[template(path = "passages/articles.html")]
pub struct ArticlesPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame<'a>,
    /// The articles, the one that changed last first.
    pub rows: &'a [ArticleRow],
}

/// What the list of articles is called.
pub fn title(site: &Site) -> &'static str {
    &texts(site).title
}

/// What was just done, by the word that the address carries.
pub fn flash(site: &Site, did: &str) -> Option<FlashMessage> {
    (did == "saved").then(|| FlashMessage::new(&texts(site).flash_saved))
}

/// The articles of a site as a page.
pub fn articles_page(page: &ArticlesPage<'_>) -> String {
    rendered(page)
}

fn texts(site: &Site) -> &'static PassagesDeskTexts {
    &catalogue::of(site.settings.language).passages.desk
}

impl<'a> ArticlesPage<'a> {
    fn texts(&self) -> &'static PassagesDeskTexts {
        texts(self.frame.site)
    }

    fn page_title(&self, page: &'a Page) -> &'a str {
        moderation::title(page)
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }

    /// What readers of an article can be allowed: the word, what it is called, and whether it is so. First
    /// what the site's setting says.
    fn choices(&self, passages: &Option<Passages>) -> Vec<(&'static str, String, bool)> {
        let choices = &catalogue::of(self.frame.site.settings.language)
            .settings
            .choices;
        let name = |passages: Passages| {
            let text = choices.get(&format!("passages.{}", passages.as_str()));
            text.cloned().unwrap_or_default()
        };
        let site = name(self.frame.site.settings.passages);
        let usual = fill(&self.texts().as_site, &[("choice", &site)]);
        let own = Passages::ALL.map(|own| (own.as_str(), name(own), *passages == Some(own)));
        let mut all = vec![("", usual, passages.is_none())];
        all.extend(own);
        all
    }

    /// Where a comment is with its discussion.
    fn link(&self, page: &Page, comment: &CommentId) -> String {
        let links = Links::new("", self.frame.site, &page.key);
        links.to(Place::Own(*comment)).to_string()
    }

    /// The words that stand where the passage stood.
    fn now(&self, annotation: &'a Annotation) -> Option<&'a str> {
        let is_changed = annotation.state == AnnotationState::Changed;
        is_changed.then(|| annotation.to_find().quote.exact.as_str())
    }
}
