//! What a page of the web says about itself in its head, for a card that stands for a link to it.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Token as TextToken, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::shape::{HtmlToken, HtmlTokens, attribute};
use crate::url_gate::is_invisible;

/// What a page says about itself. Every text is one line of plain text, no longer than it is shown;
/// an address is as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageMetadata {
    /// What it wants to be called elsewhere.
    pub title: Option<String>,
    /// What it calls itself in a browser's window.
    pub heading: Option<String>,
    /// The name of the site that it is on.
    pub site: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// The address of its picture.
    pub picture: Option<String>,
    /// Where more is said about it, in oEmbed's JSON.
    pub oembed: Option<String>,
    /// The address of the sign that stands for its site.
    pub icon: Option<String>,
    /// Whether it asks that nothing of it be shown elsewhere.
    pub is_quiet: bool,
}

/// The longest title that is shown, in letters.
pub const MAX_TITLE: usize = 120;

/// The longest name that is shown, in letters.
pub const MAX_NAME: usize = 60;

const MAX_DESCRIPTION: usize = 200;

/// The side of the largest icon that is not too large, in pixels.
const MAX_ICON: u32 = 96;

/// The longest text that is looked at, in bytes.
const MAX_READ: usize = 4_096;

/// What the page of `html` says about itself. Reads its head, and takes time that grows with it.
pub fn page_metadata(html: &str) -> PageMetadata {
    let mut found = RawMetadata::default();
    let mut tokens = HtmlTokens::new(html);
    let mut is_in_title = false;
    while let Some(token) = tokens.next() {
        match token {
            HtmlToken::Start { name, .. } if name == "body" => break,
            HtmlToken::End { name } if name == "head" => break,
            HtmlToken::Start { name, .. } if name == "title" => is_in_title = true,
            HtmlToken::End { name } if name == "title" => is_in_title = false,
            HtmlToken::Start { name, attributes } if name == "meta" => found.meta(attributes),
            HtmlToken::Start { name, attributes } if name == "link" => found.link(attributes),
            HtmlToken::Text(text) if is_in_title && found.heading.is_none() => {
                found.heading = line(text, MAX_TITLE);
            }
            _ => {}
        }
    }
    PageMetadata {
        title: found.og_title.or(found.twitter_title),
        heading: found.heading,
        site: found.site,
        description: found
            .og_description
            .or(found.twitter_description)
            .or(found.description)
            .filter(|_| !found.is_quiet),
        picture: found
            .og_picture
            .or(found.twitter_picture)
            .filter(|_| !found.is_quiet),
        oembed: found.oembed.filter(|_| !found.is_quiet),
        icon: found.icon.map(|(_, href)| href).filter(|_| !found.is_quiet),
        is_quiet: found.is_quiet,
    }
}

#[derive(Default)]
struct RawMetadata {
    og_title: Option<String>,
    twitter_title: Option<String>,
    heading: Option<String>,
    og_description: Option<String>,
    twitter_description: Option<String>,
    description: Option<String>,
    og_picture: Option<String>,
    twitter_picture: Option<String>,
    site: Option<String>,
    oembed: Option<String>,
    icon: Option<(u32, String)>,
    is_quiet: bool,
}

impl RawMetadata {
    fn meta(&mut self, attributes: &str) {
        let name = attribute(attributes, "property").or_else(|| attribute(attributes, "name"));
        let (Some(name), Some(content)) = (name, attribute(attributes, "content")) else {
            return;
        };
        let (place, max) = match name.to_ascii_lowercase().as_str() {
            "og:title" => (&mut self.og_title, MAX_TITLE),
            "twitter:title" => (&mut self.twitter_title, MAX_TITLE),
            "og:description" => (&mut self.og_description, MAX_DESCRIPTION),
            "twitter:description" => (&mut self.twitter_description, MAX_DESCRIPTION),
            "description" => (&mut self.description, MAX_DESCRIPTION),
            "og:site_name" => (&mut self.site, MAX_NAME),
            "og:image" | "og:image:url" | "og:image:secure_url" => (&mut self.og_picture, MAX_READ),
            "twitter:image" | "twitter:image:src" => (&mut self.twitter_picture, MAX_READ),
            "robots" => {
                let wishes = content.to_ascii_lowercase();
                self.is_quiet |= wishes.contains("nosnippet") || wishes.contains("noarchive");
                return;
            }
            _ => return,
        };
        if place.is_none() {
            *place = line(&content, max);
        }
    }

    fn link(&mut self, attributes: &str) {
        let (Some(rel), Some(href)) = (attribute(attributes, "rel"), attribute(attributes, "href"))
        else {
            return;
        };
        let is = |word: &str| {
            rel.split_whitespace()
                .any(|own| own.eq_ignore_ascii_case(word))
        };
        if is("alternate") && self.oembed.is_none() && is_oembed(attributes) {
            self.oembed = line(&href, MAX_READ);
        }
        if is("icon")
            && let Some(worth) = icon_worth(attributes)
            && self.icon.as_ref().is_none_or(|(best, _)| worth > *best)
        {
            self.icon = line(&href, MAX_READ).map(|href| (worth, href));
        }
    }
}

/// How well an icon of these attributes suits; a drawing, which could hold anything, not at all. The
/// largest that is not too large is best, then one of which nothing is said.
fn icon_worth(attributes: &str) -> Option<u32> {
    let kind = attribute(attributes, "type").unwrap_or_default();
    if kind.to_ascii_lowercase().contains("svg") {
        return None;
    }
    let sizes = attribute(attributes, "sizes").unwrap_or_default();
    let sides = sizes.split_whitespace().filter_map(|size| {
        let (width, _) = size.split_once(['x', 'X'])?;
        width.parse::<u32>().ok()
    });
    let worths = sides.map(|side| match side {
        0..=MAX_ICON => 10_000 + side,
        _ => 9_000 - side.min(9_000),
    });
    Some(worths.max().unwrap_or(9_999))
}

fn is_oembed(attributes: &str) -> bool {
    let kind = attribute(attributes, "type").unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json+oembed")
}

/// `html` text in one line of at most `max` letters; nothing when nothing can be seen of it.
pub fn line(html: &str, max: usize) -> Option<String> {
    let mut end = html.len().min(MAX_READ);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    let text = decoded(&html[..end]);
    let seen: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .collect();
    let words: Vec<&str> = seen.split_whitespace().collect();
    let line = crate::excerpt(&words.join(" "), max);
    (!line.is_empty()).then_some(line)
}

/// The text that a browser reads in `html`, whose tags are text, too.
pub(crate) fn decoded(html: &str) -> String {
    let tokenizer = Tokenizer::new(Letters::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html.replace('<', "&lt;")));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[derive(Default)]
struct Letters(RefCell<String>);

impl TokenSink for Letters {
    type Handle = ();

    fn process_token(&self, token: TextToken, _: u64) -> TokenSinkResult<()> {
        if let TextToken::CharacterTokens(text) = token {
            self.0.borrow_mut().push_str(&text);
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_read_and_nothing_else() {
        let metadata = page_metadata(
            "<!doctype html><html><head><title>Plain &amp; <b>simple</b></title>
             <meta property=og:title content='The &quot;bridge&quot;&#10;of  Ham&shy;burg &mdash; now'>
             <meta content=\"What it is about\" name=\"Description\">
             <meta property='og:site_name' content='The Courier'>
             <meta property='og:image' content='/a.png?b=1&amp;c=2'>
             <script>var x = \"<meta property='og:title' content='script'>\"</script>
             </head><body><meta property='og:description' content='late'></body>",
        );
        assert_eq!(
            metadata.title.as_deref(),
            Some("The \"bridge\" of Hamburg — now")
        );
        assert_eq!(metadata.description.as_deref(), Some("What it is about"));
        assert_eq!(metadata.site.as_deref(), Some("The Courier"));
        assert_eq!(metadata.picture.as_deref(), Some("/a.png?b=1&c=2"));
    }

    #[test]
    fn the_first_oembed_of_its_own_kind_is_named() {
        let metadata = page_metadata(
            "<link rel=alternate type=application/rss+xml href=/feed>
             <link rel=stylesheet type=application/json+oembed href=/no>
             <link rel=alternate type=text/xml+oembed href=/xml>
             <link rel=alternate type=application/json+oembed>
             <link REL='x Alternate' type='Application/JSON+oEmbed ' href='/o?url=a&amp;b=c'>
             <link rel=alternate type=application/json+oembed href=/second>",
        );
        assert_eq!(metadata.oembed.as_deref(), Some("/o?url=a&b=c"));
    }

    #[test]
    fn a_hostile_head_is_text() {
        let metadata = page_metadata(
            "<title>&lt;script&gt;alert(1)&lt;/script&gt;\u{202e}x\u{0}\u{7}</title>\
             <meta name=description content=\"<img src=x onerror=alert(1)>\">",
        );
        assert_eq!(
            metadata.heading.as_deref(),
            Some("<script>alert(1)</script>x")
        );
        assert_eq!(
            metadata.description.as_deref(),
            Some("<img src=x onerror=alert(1)>")
        );
    }

    #[test]
    fn the_icon_that_suits_best_is_named() {
        let icon = |links: &str| page_metadata(links).icon;
        let check =
            |links: &str, expected: &str| assert_eq!(icon(links).as_deref(), Some(expected));
        check("<link rel='shortcut ICON' href='/a?b&amp;c'>", "/a?b&c");
        check(
            "<link rel=icon href=/any><link rel=icon sizes=16x16 href=/16>\
             <link rel=icon sizes='32x32 48X48' href=/48><link rel=icon sizes=192x192 href=/192>",
            "/48",
        );
        check(
            "<link rel=icon sizes=512x512 href=/512><link rel=icon sizes=192x192 href=/192>",
            "/192",
        );
        check(
            "<link rel=icon type=image/svg+xml href=/a.svg><link rel=icon sizes=any href=/b.ico>",
            "/b.ico",
        );
        check(
            "<link rel=icon sizes='99999999999999999x1 x -3x0' href=/odd>",
            "/odd",
        );
        assert_eq!(
            icon("<link rel=icon><link rel=apple-touch-icon href=/a>"),
            None
        );
        let quiet = "<meta name=robots content=nosnippet><link rel=icon href=/a>";
        assert_eq!(icon(quiet), None);
    }

    #[test]
    fn what_is_long_is_cut_and_what_is_nothing_is_left_out() {
        let long = format!("<title>{}</title>", "word ".repeat(10_000));
        assert!(page_metadata(&long).heading.unwrap().chars().count() <= MAX_TITLE + 1);
        assert_eq!(
            page_metadata("<title> \u{200b} </title>"),
            PageMetadata::default()
        );
        assert_eq!(page_metadata(""), PageMetadata::default());
        assert_eq!(
            page_metadata("<meta property='og:title' content='never ends"),
            PageMetadata::default()
        );
    }

    #[test]
    fn a_page_that_wants_to_stay_quiet_shows_its_title_alone() {
        let metadata = page_metadata(
            "<title>Quiet</title><meta name=robots content='index, NOSNIPPET'>\
             <meta name=description content=about><meta property=og:image content=/a.png>\
             <link rel=alternate type=application/json+oembed href=/o>",
        );
        assert_eq!(metadata.heading.as_deref(), Some("Quiet"));
        assert_eq!(
            (metadata.description, metadata.picture, metadata.oembed),
            (None, None, None)
        );
    }

    #[test]
    fn half_a_megabyte_of_anything_is_read_in_no_time() {
        // A tag with very many attributes, tags that never end, titles in titles.
        for piece in [
            "<meta ",
            "<meta a=b ",
            "a=\"",
            "<title>",
            "<!--",
            "&",
            "&#",
            "<script>",
            "<link rel=alternate href=",
            "<link rel=alternate type=application/json+oembed href=/a>",
        ] {
            let html = piece.repeat(512 * 1_024 / piece.len());
            page_metadata(&html);
        }
    }
}
