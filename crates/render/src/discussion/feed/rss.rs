//! RSS 2.0.

use rejoinder_core::discussion::feed::FeedFormat;

use super::{Channel, FeedEntry};
use crate::xml::XmlWriter;

pub(super) fn write(channel: &Channel<'_>) -> String {
    let mut xml = XmlWriter::new();
    let namespaces = [
        ("version", "2.0"),
        ("xmlns:atom", "http://www.w3.org/2005/Atom"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ("xmlns:thr", "http://purl.org/syndication/thread/1.0"),
    ];
    xml.open("rss", &namespaces);
    xml.open("channel", &[]);
    xml.text("title", &channel.title);
    xml.text("link", &channel.home);
    xml.text("description", &channel.title);
    xml.text("language", channel.language.tag());
    let updated_at = channel.updated_at.in_http().to_string();
    xml.text("lastBuildDate", &updated_at);
    xml.text("generator", "Rejoinder");
    let own = [
        ("rel", "self"),
        ("type", FeedFormat::Rss.media_type()),
        ("href", channel.own(FeedFormat::Rss)),
    ];
    xml.empty("atom:link", &own);
    for entry in &channel.entries {
        write_entry(&mut xml, entry);
    }
    xml.close("channel");
    xml.close("rss");
    xml.finish()
}

fn write_entry(xml: &mut XmlWriter, entry: &FeedEntry<'_>) {
    xml.open("item", &[]);
    xml.text("title", &entry.title);
    xml.text("link", &entry.url);
    xml.text_with("guid", &[("isPermaLink", "false")], &entry.id);
    xml.text("pubDate", &entry.created_at.in_http().to_string());
    xml.text("dc:creator", entry.name);
    xml.text("description", entry.html.as_str());
    if let Some(to) = &entry.reply_to {
        let to = [("ref", &*to.id), ("href", &*to.url), ("type", "text/html")];
        xml.empty("thr:in-reply-to", &to);
    }
    xml.close("item");
}
