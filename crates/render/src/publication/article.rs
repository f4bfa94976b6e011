//! An article of the built-in publication.

use rejoinder_core::Time;

/// What stands on every page of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
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
    pub picture: Option<Picture>,
    /// The text as HTML, from `markup::article`.
    pub html: String,
}

impl Article {
    /// All that readers can mean a passage of, a line for each block: what stands between the page's tags
    /// `article`, as their browsers read it.
    pub fn text(&self) -> String {
        let caption = self
            .picture
            .as_ref()
            .map(|picture| picture.caption.as_str());
        let text = markup::article_text(&self.html);
        let blocks = [
            Some(&*self.headline),
            Some(&*self.lead),
            caption,
            Some(&*text),
        ];
        let blocks = blocks
            .into_iter()
            .flatten()
            .filter(|block| !block.is_empty());
        blocks.collect::<Vec<_>>().join("\n")
    }
}

/// A picture of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
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
