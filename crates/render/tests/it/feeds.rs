//! Feeds, held to the published rules of their formats.

use std::collections::BTreeSet;

use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};
use rejoinder_core::Time;
use rejoinder_core::discussion::feed::{Feed, FeedFormat, FeedItem, FeedScope};
use rejoinder_core::{AuthorId, CommentId, PageKey};
use rejoinder_render::discussion::feed::{address, feed};
use serde_json::Value;
use url::Url;

use crate::fixture::{BASE, comment, context, key, page, removed, site};

const HOSTILE: &str = "</title>]]>&amp;<script>\u{0}\u{8}\u{b}\u{1b}\u{fffe}\u{ffff}\u{202e}\"'Zoë";

/// An element of an XML document that was read by the rules of XML.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Self>,
}

impl Element {
    fn all(&self, name: &str) -> Vec<&Self> {
        let children = self.children.iter();
        children.filter(|child| child.name == name).collect()
    }

    /// The only child of this name.
    fn one(&self, name: &str) -> &Self {
        let all = self.all(name);
        assert_eq!(all.len(), 1, "{name} in {}", self.name);
        all[0]
    }

    fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(own, _)| own == name);
        found.map_or("", |(_, value)| value)
    }

    /// The address of the link that is `rel`.
    fn link(&self, name: &str, rel: &str) -> &str {
        let links = self.all(name);
        let found = links.iter().find(|link| link.attribute("rel") == rel);
        found.unwrap().attribute("href")
    }
}

/// The root of a well-formed document; panics on any other.
fn parse(xml: &str) -> Element {
    let is_held = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(is_held), "a character that XML cannot hold");
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => open.push(element(&start)),
            Event::Empty(start) => open.last_mut().unwrap().children.push(element(&start)),
            Event::End(_) => {
                let done = open.pop().unwrap();
                open.last_mut().unwrap().children.push(done);
            }
            Event::Text(text) => {
                let text = text.xml10_content();
                open.last_mut().unwrap().text.push_str(&text);
            }
            Event::GeneralRef(name) => {
                let text = match name.resolve_char_ref().unwrap() {
                    Some(c) => c.to_string(),
                    None => quick_xml::escape::resolve_xml_entity(name.as_ref())
                        .unwrap()
                        .to_owned(),
                };
                open.last_mut().unwrap().text.push_str(&text);
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            other => panic!("{other:?} has no place in a feed"),
        }
    }
    let [document] = <[_; 1]>::try_from(open).unwrap();
    let [root] = <[_; 1]>::try_from(document.children).unwrap();
    root
}

fn element(start: &quick_xml::events::BytesStart<'_>) -> Element {
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.unwrap().into_owned();
        let name = attribute.key.as_ref().to_owned();
        (name, value)
    });
    Element {
        name: start.name().as_ref().to_owned(),
        attributes: attributes.collect(),
        ..Element::default()
    }
}

/// A root by `name`, an edited reply, a reply to something removed, and another page's comment.
fn example(of: FeedScope, name: &str) -> Feed {
    let root = comment(1, None, name);
    let mut reply = comment(2, Some(1), name);
    reply.edited_at = Some(crate::fixture::time(9));
    reply.author.website = Some("https://ann.example/".to_owned());
    let orphan = comment(3, Some(8), name);
    let mut elsewhere = page(name);
    elsewhere.key = PageKey::stored(format!("a key of {name}"), None);
    let item = |comment, parent, page| FeedItem {
        comment,
        page,
        parent,
    };
    Feed {
        scope: of,
        page: Some(page(name)),
        top: Some(root.clone()),
        items: vec![
            item(comment(4, None, name), None, elsewhere),
            item(orphan, Some(removed(8, None)), page(name)),
            item(reply, Some(root.clone()), page(name)),
            item(root, None, page(name)),
        ],
    }
}

fn rendered(example: &Feed, format: FeedFormat) -> String {
    let site = site();
    feed(&context(&site), example, Some(&key()), format)
}

fn is_web_address(text: &str) {
    let url = Url::parse(text).unwrap_or_else(|_| panic!("{text} is no address"));
    assert!(matches!(url.scheme(), "http" | "https"), "{text}");
}

fn is_unique(ids: &[&str]) {
    let different: BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(different.len(), ids.len(), "{ids:?}");
}

const KINDS: [FeedScope; 4] = [
    FeedScope::Site,
    FeedScope::Page,
    FeedScope::Branch(CommentId(1)),
    FeedScope::Replies(AuthorId(7)),
];

#[test]
fn atom_keeps_the_rules_of_rfc_4287_and_4685() {
    for (of, name) in KINDS.iter().flat_map(|of| [(*of, "Ann"), (*of, HOSTILE)]) {
        let root = parse(&rendered(&example(of, name), FeedFormat::Atom));
        assert_eq!(root.attribute("xmlns"), "http://www.w3.org/2005/Atom");
        assert_eq!(root.one("id").text, root.link("link", "self"));
        is_web_address(root.link("link", "self"));
        is_web_address(root.link("link", "alternate"));
        assert!(!root.one("title").text.is_empty());
        root.one("updated").text.parse::<Time>().unwrap();
        let entries = root.all("entry");
        is_unique(
            &entries
                .iter()
                .map(|e| &*e.one("id").text)
                .collect::<Vec<_>>(),
        );
        for entry in &entries {
            let id = &entry.one("id").text;
            assert!(
                id.starts_with("tag:news.example,2026-09-05:comments/"),
                "{id}"
            );
            assert!(!entry.one("title").text.is_empty());
            assert!(!entry.one("author").one("name").text.is_empty());
            entry.one("published").text.parse::<Time>().unwrap();
            entry.one("updated").text.parse::<Time>().unwrap();
            is_web_address(entry.link("link", "alternate"));
            assert_eq!(entry.one("content").attribute("type"), "html");
            assert!(entry.one("content").text.starts_with("<p>Text of <em>"));
        }
        let answered = |at: usize| entries[at].one("thr:in-reply-to").attribute("ref");
        assert_eq!(answered(2), entries[3].one("id").text, "a reply");
        assert_eq!(answered(3), "https://news.example/story", "a root");
        assert!(
            entries[0].all("thr:in-reply-to").is_empty(),
            "without address"
        );
    }
}

#[test]
fn rss_keeps_the_rules_of_rss_2() {
    for (of, name) in KINDS.iter().flat_map(|of| [(*of, "Ann"), (*of, HOSTILE)]) {
        let root = parse(&rendered(&example(of, name), FeedFormat::Rss));
        assert_eq!((&*root.name, root.attribute("version")), ("rss", "2.0"));
        let channel = root.one("channel");
        assert!(!channel.one("title").text.is_empty());
        assert!(!channel.one("description").text.is_empty());
        is_web_address(&channel.one("link").text);
        is_web_address(channel.link("atom:link", "self"));
        let date = |text: &str| drop(jiff::fmt::rfc2822::parse(text).unwrap());
        date(&channel.one("lastBuildDate").text);
        let items = channel.all("item");
        is_unique(
            &items
                .iter()
                .map(|i| &*i.one("guid").text)
                .collect::<Vec<_>>(),
        );
        for item in items {
            assert_eq!(item.one("guid").attribute("isPermaLink"), "false");
            assert!(!item.one("title").text.is_empty());
            assert!(item.one("description").text.starts_with("<p>"));
            assert!(
                item.all("author").is_empty(),
                "it would be an e-mail address"
            );
            assert!(!item.one("dc:creator").text.is_empty());
            is_web_address(&item.one("link").text);
            date(&item.one("pubDate").text);
        }
    }
}

#[test]
fn json_feed_keeps_the_rules_of_version_1_1() {
    for (of, name) in KINDS.iter().flat_map(|of| [(*of, "Ann"), (*of, HOSTILE)]) {
        let json: Value =
            serde_json::from_str(&rendered(&example(of, name), FeedFormat::Json)).unwrap();
        assert_eq!(json["version"], "https://jsonfeed.org/version/1.1");
        assert!(!json["title"].as_str().unwrap().is_empty());
        is_web_address(json["feed_url"].as_str().unwrap());
        is_web_address(json["home_page_url"].as_str().unwrap());
        let items = json["items"].as_array().unwrap();
        is_unique(
            &items
                .iter()
                .map(|i| i["id"].as_str().unwrap())
                .collect::<Vec<_>>(),
        );
        for item in items {
            is_web_address(item["url"].as_str().unwrap());
            assert!(item["content_html"].as_str().unwrap().starts_with("<p>"));
            let published = item["date_published"].as_str().unwrap();
            published.parse::<Time>().unwrap();
            assert!(item["authors"][0]["name"].is_string());
        }
        assert_eq!(items[2]["date_modified"], "2026-09-05T06:39:00Z");
        assert_eq!(items[2]["authors"][0]["url"], "https://ann.example/");
        assert_eq!(items[2]["_rejoinder"]["in_reply_to"], items[3]["id"]);
    }
}

#[test]
fn an_empty_feed_is_a_whole_feed() {
    let empty = Feed {
        scope: FeedScope::Page,
        page: None,
        top: None,
        items: Vec::new(),
    };
    let atom = parse(&rendered(&empty, FeedFormat::Atom));
    assert_eq!(atom.one("updated").text, "1970-01-01T00:00:00Z");
    assert_eq!(atom.one("title").text, "Comments on news.example/story");
    assert_eq!(
        parse(&rendered(&empty, FeedFormat::Rss))
            .one("channel")
            .all("item")
            .len(),
        0
    );
    let json: Value = serde_json::from_str(&rendered(&empty, FeedFormat::Json)).unwrap();
    assert_eq!(json["items"], serde_json::json!([]));
}

#[test]
fn nothing_of_what_was_removed_is_in_a_feed() {
    let mut example = example(FeedScope::Branch(CommentId(8)), "Ann");
    example.top = Some(removed(8, None));
    for format in FeedFormat::ALL {
        let text = rendered(&example, format).to_lowercase();
        assert!(!text.contains("secret"), "{text}");
    }
}

#[test]
fn an_address_names_the_page_in_one_part_of_its_path() {
    let site = site();
    let of = |key: &str, of| {
        let key = PageKey::parse(key).unwrap();
        address(BASE, &site, of, Some(&key), FeedFormat::Atom)
    };
    assert_eq!(
        of("https://news.example/a/b?c=d e", FeedScope::Page),
        "https://comments.example/feeds/news.example/news.example%2Fa%2Fb%3Fc%3Dd%2Be.atom"
    );
    assert_eq!(
        of("a key & more", FeedScope::Page),
        "https://comments.example/feeds/news.example/a%20key%20%26%20more.atom"
    );
    assert_eq!(
        of("x", FeedScope::Site),
        "https://comments.example/feeds/news.example.atom"
    );
    assert_eq!(
        of("x", FeedScope::Branch(CommentId(1))),
        "https://comments.example/feeds/news.example/branches/0000000000001.atom"
    );
}
