//! JSON Feed 1.1.

use rejoinder_core::discussion::feed::FeedFormat;
use serde_json::{Map, Value, json};

use super::{Channel, FeedEntry};

pub(super) fn write(channel: &Channel<'_>) -> String {
    let items: Vec<Value> = channel.entries.iter().map(item).collect();
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.own(FeedFormat::Json),
        "language": channel.language,
        "authors": [{ "name": channel.publisher }],
        "items": items,
    })
    .to_string()
}

fn item(entry: &FeedEntry<'_>) -> Value {
    let mut author = Map::new();
    author.insert("name".to_owned(), json!(entry.name));
    if let Some(website) = &entry.website {
        author.insert("url".to_owned(), json!(website));
    }
    let mut item = json!({
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html.as_str(),
        "date_published": entry.created_at.to_string(),
        "authors": [author],
    });
    if let Some(edited_at) = entry.edited_at {
        item["date_modified"] = json!(edited_at.to_string());
    }
    if let Some(to) = &entry.reply_to {
        item["_rejoinder"] = json!({ "in_reply_to": to.id, "in_reply_to_url": to.url });
    }
    item
}
