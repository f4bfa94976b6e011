//! A site as files that need no server: each page with its whole thread, and a list of all.

use askama::Template;
use rejoinder_core::discussion::frozen::IMAGES;
use rejoinder_core::discussion::thread::ThreadEntry;
use rejoinder_core::publication::language::Language;
use rejoinder_core::publication::settings::Images;
use rejoinder_core::{ImageId, Page, Site};

use crate::RenderContext;
use crate::catalogue::{Catalogue, fill};
use crate::discussion::comment;
use crate::discussion::target::RenderTarget;
use crate::discussion::tree::CommentTree;
use crate::links::Links;
use crate::page::rendered;

/// A frozen page as the list names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenPage {
    /// Where it is, from the list.
    pub path: String,
    /// Its headline, or its address where it has none.
    pub title: String,
    /// How many comments everyone could read.
    pub n_comments: i64,
}

/// The whole thread of `page`, whose comments are `entries` in their order. `root` leads from where the
/// file lies to the folder of the list and of `style.css`: `../../`.
pub fn frozen_page(
    context: &RenderContext<'_>,
    page: &Page,
    entries: &[ThreadEntry],
    root: &str,
) -> String {
    let links = Links::new(context.base, context.site, &page.key);
    let links = links.with_images_in(format!("{root}{IMAGES}"));
    let comments = comment::CommentContext::new(context, &links, RenderTarget::Frozen);
    let texts = context.texts;
    let title = frozen_title(page);
    rendered(&FrozenThread {
        texts,
        count: texts.counted(&texts.thread.count, page.n_comments),
        tree: CommentTree {
            frame: &comments,
            entries,
            reply: None,
            divider: None,
        },
        frame: FrozenFrame {
            canonical: page.key.url(),
            index: Some(format!("{root}index.html")),
            ..FrozenFrame::new(context, &title, root)
        },
    })
}

/// The pictures that [`frozen_page`] shows.
pub fn frozen_images(site: &Site, entries: &[ThreadEntry]) -> Vec<ImageId> {
    if site.settings.images == Images::Off {
        return Vec::new();
    }
    let comments = entries.iter().map(|entry| &entry.comment);
    let shown = comments.filter(|comment| comment.is_published());
    shown
        .flat_map(|comment| comment.images.iter().map(|image| image.id))
        .collect()
}

/// The list of all pages that were frozen.
pub fn frozen_index(context: &RenderContext<'_>, pages: &[FrozenPage]) -> String {
    rendered(&FrozenIndex {
        texts: context.texts,
        pages,
        frame: FrozenFrame::new(context, &context.site.host, ""),
    })
}

/// What a page is called: its headline, else its address.
pub fn frozen_title(page: &Page) -> String {
    let title = page.title.as_deref().filter(|title| !title.is_empty());
    title.unwrap_or_else(|| page.key.name()).to_owned()
}

/// What every file has around it.
struct FrozenFrame<'a> {
    language: Language,
    title: String,
    heading: &'a str,
    canonical: Option<&'a str>,
    style: String,
    index: Option<String>,
    kept: String,
}

impl<'a> FrozenFrame<'a> {
    fn new(context: &RenderContext<'a>, heading: &'a str, root: &str) -> Self {
        let texts = context.texts;
        let date = texts.long_date(context.now);
        Self {
            language: context.site.settings.language,
            title: fill(texts.page.comments_on, &[("title", &heading)]),
            heading,
            canonical: None,
            style: format!("{root}style.css"),
            index: None,
            kept: fill(texts.frozen.kept, &[("date", &date)]),
        }
    }
}

#[derive(Template)]
#[template(path = "archive/frozen_thread.html")]
struct FrozenThread<'a> {
    texts: &'static Catalogue,
    count: String,
    tree: CommentTree<'a>,
    frame: FrozenFrame<'a>,
}

#[derive(Template)]
#[template(path = "archive/frozen_index.html")]
struct FrozenIndex<'a> {
    texts: &'static Catalogue,
    pages: &'a [FrozenPage],
    frame: FrozenFrame<'a>,
}

impl FrozenIndex<'_> {
    fn count(&self, page: &FrozenPage) -> String {
        self.texts
            .counted(&self.texts.thread.count, page.n_comments)
    }
}
