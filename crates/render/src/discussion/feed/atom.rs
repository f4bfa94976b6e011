//! Atom (RFC 4287) with threads (RFC 4685).

use rejoinder_core::discussion::feed::FeedFormat;

use super::{Channel, FeedEntry};
use crate::xml::XmlWriter;

const ATOM: &str = "http://www.w3.org/2005/Atom";
const THREADS: &str = "http://purl.org/syndication/thread/1.0";

pub(super) fn write(channel: &Channel<'_>) -> String {
    let mut xml = XmlWriter::new();
    let own = channel.own(FeedFormat::Atom);
    let namespaces = [
        ("xmlns", ATOM),
        ("xmlns:thr", THREADS),
        ("xml:lang", channel.language.tag()),
    ];
    xml.open("feed", &namespaces);
    xml.text("id", own);
    xml.text("title", &channel.title);
    xml.text("updated", &channel.updated_at.to_string());
    xml.open("author", &[]);
    xml.text("name", channel.publisher);
    xml.close("author");
    let kind = FeedFormat::Atom.media_type();
    xml.empty("link", &[("rel", "self"), ("type", kind), ("href", own)]);
    let home = [
        ("rel", "alternate"),
        ("type", "text/html"),
        ("href", &channel.home),
    ];
    xml.empty("link", &home);
    xml.text("generator", "Rejoinder");
    for entry in &channel.entries {
        write_entry(&mut xml, entry);
    }
    xml.close("feed");
    xml.finish()
}

fn write_entry(xml: &mut XmlWriter, entry: &FeedEntry<'_>) {
    xml.open("entry", &[]);
    xml.text("id", &entry.id);
    xml.text("title", &entry.title);
    xml.text("published", &entry.created_at.to_string());
    xml.text("updated", &entry.updated_at().to_string());
    xml.open("author", &[]);
    xml.text("name", entry.name);
    if let Some(website) = &entry.website {
        xml.text("uri", website);
    }
    xml.close("author");
    let link = [
        ("rel", "alternate"),
        ("type", "text/html"),
        ("href", entry.url.as_str()),
    ];
    xml.empty("link", &link);
    if let Some(to) = &entry.reply_to {
        let to = [("ref", &*to.id), ("href", &*to.url), ("type", "text/html")];
        xml.empty("thr:in-reply-to", &to);
    }
    xml.text_with("content", &[("type", "html")], entry.html.as_str());
    xml.close("entry");
}
