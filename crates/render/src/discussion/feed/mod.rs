//! Feeds: Atom, RSS and JSON Feed of the same entries.
//!
//! An entry's content is the comment's own HTML and nothing else, where places in recordings lead to
//! the page. The formats are written by
//! writers that escape; characters that XML cannot hold are left out.

mod atom;
mod errata;
mod json_feed;
mod rss;

pub use errata::errata_feed;

use rejoinder_core::discussion::feed::{Feed, FeedFormat, FeedItem, FeedScope};
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Comment, Page, PageKey, Site, Time};

use crate::RenderContext;
use crate::catalogue::{IsolatedName, fill};
use crate::discussion::comment::shown_name;
use crate::html::Html;
use crate::links::{LinkTarget, Links, encoded};
use crate::passages;
use crate::recordings::times;

/// A feed in a format.
pub fn feed(
    context: &RenderContext<'_>,
    feed: &Feed,
    key: Option<&PageKey>,
    format: FeedFormat,
) -> String {
    written(&Channel::new(context, feed, key), format)
}

fn written(channel: &Channel<'_>, format: FeedFormat) -> String {
    match format {
        FeedFormat::Atom => atom::write(channel),
        FeedFormat::Rss => rss::write(channel),
        FeedFormat::Json => json_feed::write(channel),
    }
}

/// Where a feed is. That of a page or a branch needs to know the page's key or the comment.
pub fn address(
    base: &str,
    site: &Site,
    scope: FeedScope,
    key: Option<&PageKey>,
    format: FeedFormat,
) -> String {
    let (host, end) = (path_part(&site.host), format.as_str());
    match (scope, key) {
        (FeedScope::Branch(id), _) => format!("{base}/feeds/{host}/branches/{id}.{end}"),
        (FeedScope::Replies(author), _) => format!("{base}/feeds/{host}/replies/{author}.{end}"),
        (FeedScope::Page, Some(key)) => {
            format!("{base}/feeds/{host}/{}.{end}", path_part(key.as_str()))
        }
        (FeedScope::Site | FeedScope::Page, _) => format!("{base}/feeds/{host}.{end}"),
    }
}

/// Where a page says that it has a feed.
pub(crate) struct FeedLink {
    pub(crate) kind: &'static str,
    pub(crate) title: String,
    pub(crate) address: String,
}

/// The feeds of a page's comments.
pub(crate) fn alternates(context: &RenderContext<'_>, key: &PageKey) -> Vec<FeedLink> {
    let title = &context.texts.feeds.title;
    FeedFormat::ALL
        .iter()
        .map(|format| FeedLink {
            kind: format.media_type(),
            title: fill(title, &[("format", &format.name())]),
            address: address(
                context.base,
                context.site,
                FeedScope::Page,
                Some(key),
                *format,
            ),
        })
        .collect()
}

/// `text` as one part of a path.
fn path_part(text: &str) -> String {
    encoded(text).replace('+', "%20")
}

/// What all formats say about a feed.
struct Channel<'a> {
    title: String,
    publisher: &'a str,
    language: Language,
    /// Where people read it.
    home: String,
    /// Where the feed is, in each format.
    addresses: [String; 3],
    updated_at: Time,
    entries: Vec<FeedEntry<'a>>,
}

/// What all formats say about a comment.
struct FeedEntry<'a> {
    id: String,
    url: String,
    title: String,
    name: &'a str,
    website: Option<String>,
    /// Its links lead where they do from anywhere.
    html: Html<'a>,
    created_at: Time,
    edited_at: Option<Time>,
    reply_to: Option<InReplyTo>,
}

impl FeedEntry<'_> {
    fn updated_at(&self) -> Time {
        self.edited_at.unwrap_or(self.created_at)
    }
}

/// What an entry answers: another comment, or the page.
struct InReplyTo {
    id: String,
    url: String,
}

impl<'a> Channel<'a> {
    fn new(context: &RenderContext<'a>, feed: &'a Feed, key: Option<&PageKey>) -> Self {
        let site = context.site;
        let of = feed.scope;
        let known = feed.page.as_ref().map(|page| &page.key).or(key);
        let entries: Vec<_> = feed.items.iter().map(|item| entry(context, item)).collect();
        let newest = entries.iter().map(FeedEntry::updated_at).max();
        let started_at = feed.page.as_ref().map(|page| page.created_at);
        Self {
            title: title(context, feed, known),
            publisher: site.name(),
            language: site.settings.language,
            home: home(context, feed, known),
            addresses: FeedFormat::ALL.map(|format| address(context.base, site, of, known, format)),
            updated_at: newest.or(started_at).unwrap_or(Time::from_micros(0)),
            entries,
        }
    }

    fn own(&self, format: FeedFormat) -> &str {
        let at = FeedFormat::ALL.iter().position(|own| *own == format);
        &self.addresses[at.unwrap_or(0)]
    }
}

fn title(context: &RenderContext<'_>, feed: &Feed, key: Option<&PageKey>) -> String {
    let texts = &context.texts.feeds;
    let headline = feed.page.as_ref().map(headline);
    let page = headline.or(key.map(PageKey::as_str)).unwrap_or_default();
    match (feed.scope, &feed.top) {
        (FeedScope::Page, _) => fill(texts.page, &[("page", &IsolatedName(page))]),
        (FeedScope::Branch(_), Some(top)) if top.is_published() => {
            let name = IsolatedName(shown_name(context.texts, top));
            fill(
                texts.branch,
                &[("name", &name), ("page", &IsolatedName(page))],
            )
        }
        (FeedScope::Branch(_), _) => fill(texts.removed_branch, &[("page", &IsolatedName(page))]),
        (FeedScope::Replies(_), _) => match feed.items.iter().find_map(parent) {
            Some(parent) => {
                let name = IsolatedName(shown_name(context.texts, parent));
                fill(texts.replies, &[("name", &name)])
            }
            None => texts.replies_to_someone.to_owned(),
        },
        (FeedScope::Site, _) => fill(texts.site, &[("site", &IsolatedName(context.site.name()))]),
    }
}

fn parent(item: &FeedItem) -> Option<&Comment> {
    item.parent.as_ref().filter(|parent| parent.is_published())
}

fn headline(page: &Page) -> &str {
    let title = page.title.as_deref().filter(|title| !title.is_empty());
    title.unwrap_or_else(|| page.key.as_str())
}

fn home(context: &RenderContext<'_>, feed: &Feed, key: Option<&PageKey>) -> String {
    let site = context.site;
    let links = key.map(|key| Links::new(context.base, site, key));
    match (feed.scope, links) {
        (FeedScope::Branch(id), Some(links)) => links.to(LinkTarget::Comment(id)).to_string(),
        (FeedScope::Page, Some(links)) => links.reading().to_owned(),
        _ => front(site),
    }
}

/// Where a site begins.
fn front(site: &Site) -> String {
    let origin = site.origins.first();
    origin.map_or_else(|| format!("https://{}", site.host), |own| format!("{own}/"))
}

fn entry<'a>(context: &RenderContext<'a>, item: &'a FeedItem) -> FeedEntry<'a> {
    let (site, comment) = (context.site, &item.comment);
    let links = Links::new(context.base, site, &item.page.key);
    let reply_to = match &item.parent {
        Some(parent) => Some(InReplyTo {
            id: id(site, parent),
            url: links.to(LinkTarget::Comment(parent.id)).to_string(),
        }),
        None => links.people().map(|page| InReplyTo {
            id: page.to_owned(),
            url: page.to_owned(),
        }),
    };
    FeedEntry {
        id: id(site, comment),
        url: links.to(LinkTarget::Comment(comment.id)).to_string(),
        title: entry_title(context, item),
        name: shown_name(context.texts, comment),
        website: comment.author.website.as_deref().and_then(markup::safe_url),
        html: passages::with_context(
            context.texts,
            comment,
            times::elsewhere(links.reading(), &comment.html),
        ),
        created_at: comment.created_at,
        edited_at: comment.edited_at,
        reply_to,
    }
}

fn entry_title(context: &RenderContext<'_>, item: &FeedItem) -> String {
    let texts = &context.texts.feeds;
    let name = IsolatedName(shown_name(context.texts, &item.comment));
    let page = IsolatedName(headline(&item.page));
    match parent(item) {
        Some(parent) => {
            let to = IsolatedName(shown_name(context.texts, parent));
            let values: [(&str, &dyn std::fmt::Display); 3] =
                [("name", &name), ("to", &to), ("page", &page)];
            fill(texts.reply, &values)
        }
        None if item.comment.parent.is_some() => {
            fill(texts.reply_to_removed, &[("name", &name), ("page", &page)])
        }
        None => fill(texts.comment, &[("name", &name), ("page", &page)]),
    }
}

fn id(site: &Site, comment: &Comment) -> String {
    tag(
        site,
        comment.created_at,
        &format!("comments/{}", comment.id),
    )
}

/// A name that outlives every address (RFC 4151).
fn tag(site: &Site, at: Time, what: &str) -> String {
    let host = site
        .host
        .rsplit_once(':')
        .map_or(&*site.host, |(host, port)| {
            match port.bytes().all(|b| b.is_ascii_digit()) {
                true => host,
                false => &site.host,
            }
        });
    let authority: String = host
        .chars()
        .map(|c| match c {
            'a'..='z' | '0'..='9' | '.' | '-' => c,
            _ => '-',
        })
        .collect();
    let time = at.to_string();
    let day = time.split('T').next().unwrap_or_default();
    format!("tag:{authority},{day}:{what}")
}
