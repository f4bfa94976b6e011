//! The page of a reader: what an account wrote that everyone may read.

use askama::Template;
use rejoinder_core::publication::language::Language;
use rejoinder_core::publication::settings::{Pictures, ReaderPages};
use rejoinder_core::{Author, Comment, CommentId, Page, Time};

use super::mail::publication;
use crate::RenderContext;
use crate::catalogue::{self, AccountTexts, Catalogue, IsolatedName, fill};
use crate::discussion::avatar::Avatar;
use crate::html::Html;
use crate::links::{LinkTarget, Links, picture_path, reader_path};
use crate::look::PageLook;
use crate::page::rendered;
use crate::recordings::times;

/// A comment, and the page that it stands on.
#[derive(Debug, Clone, Copy)]
pub struct ReaderLine<'a> {
    /// The comment.
    pub comment: &'a Comment,
    /// Where it stands.
    pub page: &'a Page,
}

/// The page of `author` with `lines`, newest first; it goes on after `next` where there is more.
pub fn reader_page(
    context: &RenderContext<'_>,
    author: &Author,
    lines: &[ReaderLine<'_>],
    next: Option<CommentId>,
) -> String {
    let language = context.site.settings.language;
    let own = &catalogue::of(language).account;
    let names: [(&str, &dyn std::fmt::Display); 2] = [
        ("name", &IsolatedName(&author.name)),
        ("site", &IsolatedName(publication(context))),
    ];
    rendered(&ReaderPage {
        texts: context.texts,
        own,
        language,
        direction: language.direction(),
        assets: context.look(),
        title: fill(own.reader.title, &names),
        context,
        author,
        lines,
        next,
    })
}

#[derive(Template)]
#[template(path = "identity/reader.html")]
struct ReaderPage<'a> {
    texts: &'static Catalogue,
    own: &'static AccountTexts,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: String,
    context: &'a RenderContext<'a>,
    author: &'a Author,
    lines: &'a [ReaderLine<'a>],
    next: Option<CommentId>,
}

impl ReaderPage<'_> {
    fn is_listed(&self) -> bool {
        self.context.site.settings.reader_pages == ReaderPages::Listed
    }

    fn picture(&self) -> Option<String> {
        let site = self.context.site;
        let name = self.author.profile.picture.as_deref()?;
        (site.settings.pictures == Pictures::On)
            .then(|| format!("{}{}", self.context.base, picture_path(&site.host, name)))
    }

    fn avatar(&self) -> Avatar<'_> {
        Avatar::of(self.author.id, &self.author.name)
    }

    fn badge(&self) -> Option<&str> {
        self.texts.badge(self.author.role)
    }

    fn website(&self) -> Option<String> {
        self.author.website.as_deref().and_then(markup::safe_url)
    }

    fn link(&self, line: &ReaderLine<'_>) -> String {
        let links = Links::new(self.context.base, self.context.site, &line.page.key);
        links.to(LinkTarget::Comment(line.comment.id)).to_string()
    }

    fn html<'l>(&self, line: &ReaderLine<'l>) -> Html<'l> {
        let links = Links::new(self.context.base, self.context.site, &line.page.key);
        times::elsewhere(links.reading(), &line.comment.html)
    }

    fn headline<'l>(&self, line: &ReaderLine<'l>) -> &'l str {
        let title = line.page.title.as_deref().filter(|title| !title.is_empty());
        title.unwrap_or_else(|| line.page.key.url().unwrap_or(line.page.key.as_str()))
    }

    fn day(&self, time: &Time) -> String {
        self.texts.date(*time).to_string()
    }

    fn older(&self, next: &CommentId) -> String {
        format!(
            "{}?before={next}",
            reader_path(&self.context.site.host, self.author.id)
        )
    }
}
