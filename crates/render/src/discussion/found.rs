//! The comments of a page that hold what a reader looks for.

use askama::Template;
use rejoinder_core::discussion::text_search::{MAX_TYPED, Piece, TextSearch};
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Comment, PageKey};

use crate::RenderContext;
use crate::catalogue::{Catalogue, FormattedDay, fill};
use crate::discussion::comment::shown_name;
use crate::links::{LinkTarget, Links, ThreadLink};
use crate::look::PageLook;
use crate::page::rendered;

/// How many characters of a text are shown, as people count them.
const EXCERPT: usize = 240;

/// What was looked for, and what was found.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// The page.
    pub key: &'a PageKey,
    /// What was typed.
    pub typed: &'a str,
    /// The words of it; nothing where there was none.
    pub search: Option<&'a TextSearch>,
    /// The newest comments that were found, the newest first.
    pub comments: &'a [Comment],
    /// How many were found in all.
    pub n: usize,
}

/// A page with the field, and what was found. Its part `found` is what the widget shows.
pub fn found_page(context: &RenderContext<'_>, found: &Search<'_>) -> String {
    let language = context.site.settings.language;
    rendered(&FoundPage {
        texts: context.texts,
        language,
        direction: language.direction(),
        assets: context.look(),
        title: context.texts.search.title,
        links: Links::new(context.base, context.site, found.key),
        context,
        found,
    })
}

#[derive(Template)]
#[template(path = "discussion/found.html")]
struct FoundPage<'a> {
    texts: &'static Catalogue,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    links: Links,
    context: &'a RenderContext<'a>,
    found: &'a Search<'a>,
}

impl FoundPage<'_> {
    fn max(&self) -> usize {
        MAX_TYPED
    }

    /// How many were found, in words.
    fn counted(&self) -> String {
        let texts = &self.texts.search;
        match self.found.n {
            0 => texts.none.to_owned(),
            n => self.texts.counted(&texts.found, as_i64(n)),
        }
    }

    /// That not all of them stand here.
    fn cut(&self) -> Option<String> {
        let shown = self.found.comments.len();
        let n = self.texts.number(as_i64(shown));
        (shown < self.found.n).then(|| fill(self.texts.search.newest, &[("n", &n)]))
    }

    fn link(&self, comment: &Comment) -> ThreadLink<'_> {
        self.links.to(LinkTarget::Own(comment.id))
    }

    fn name<'b>(&'b self, comment: &'b Comment) -> &'b str {
        shown_name(self.texts, comment)
    }

    fn day(&self, comment: &Comment) -> FormattedDay<'_> {
        self.texts.long_date(comment.created_at)
    }

    fn pieces(&self, comment: &Comment) -> Vec<Piece> {
        let text = markup::plain_text(&comment.html);
        let search = self.found.search;
        search.map_or_else(Vec::new, |search| search.excerpt(&text, EXCERPT))
    }
}

fn as_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
