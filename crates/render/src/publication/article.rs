//! An article of the built-in publication.

use rejoinder_core::Time;

use crate::html::Html;

/// What stands on every page of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masthead {
    /// Its name.
    pub title: String,
    /// The line under its name.
    pub tagline: String,
    /// Where it appears.
    pub town: String,
    /// What stands at the end of each page.
    pub footer: String,
}

/// An article that the server publishes itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Its name in addresses.
    pub slug: String,
    /// The headline.
    pub headline: String,
    /// The paragraph that says what it is about.
    pub lead: String,
    /// Who wrote it.
    pub byline: String,
    /// When it was published.
    pub published_at: Time,
    /// The part of the paper it belongs to.
    pub section: String,
    /// The picture above the text.
    pub picture: Option<ArticlePicture>,
    /// The text as HTML, from `markup::article`.
    pub html: String,
}

impl Article {
    /// All that readers can mean a passage of, a line for each block: what stands between the page's tags
    /// `article`, as their browsers read it.
    pub fn text(&self) -> String {
        let text = markup::article_text(&self.html);
        let blocks = self.heads().into_iter().chain([text.as_str()]);
        let blocks = blocks.filter(|block| !block.is_empty());
        blocks.collect::<Vec<_>>().join("\n")
    }

    /// What stands above the text: headline, lead, and the line under the picture.
    fn heads(&self) -> [&str; 3] {
        let caption = self.picture.as_ref().map(|picture| &*picture.caption);
        [&self.headline, &self.lead, caption.unwrap_or_default()]
    }

    /// The blocks of [`Self::text`] as HTML, with `marks` in them: headline, lead, the line under the picture, and
    /// the text. Of each mark, where it stands in the whole and its HTML, in their order.
    pub(crate) fn marked(&self, marks: &[(usize, String)]) -> [Html<'static>; 4] {
        let mut first = 0;
        // Those that end in the block that begins at `first`, as they stand in it.
        let of_block = |first: usize, len: usize| -> Vec<(usize, String)> {
            let own = marks
                .iter()
                .filter(|(end, _)| *end > first && *end <= first.saturating_add(len));
            own.map(|(end, html)| (end - first, html.clone())).collect()
        };
        let heads = self.heads().map(|head| {
            let len = head.chars().count();
            let html = markup::article_marked(&markup::escape(head), &of_block(first, len));
            first += if len == 0 { 0 } else { len + 1 };
            Html::written_here(html)
        });
        let text = markup::article_marked(&self.html, &of_block(first, usize::MAX));
        let [headline, lead, caption] = heads;
        [headline, lead, caption, Html::written_here(text)]
    }
}

/// A picture of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticlePicture {
    /// Where it is, on this server.
    pub src: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
    /// The line under it.
    pub caption: String,
    /// Who made it.
    pub credit: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}
