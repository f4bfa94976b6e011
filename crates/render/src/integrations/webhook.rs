//! What webhooks tell: an event as JSON, with what everyone may see of it and nothing else.

use rejoinder_core::discussion::thread::Entry;
use rejoinder_core::integrations::webhook::Kind;
use rejoinder_core::{Comment, CommentId, Page, Time};
use serde::Serialize;

use crate::Context;
use crate::discussion::json::{self, CommentBody, PageBody};

/// An event to be told.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// What happened.
    pub kind: Kind,
    /// When.
    pub at: Time,
    /// On which page.
    pub page: &'a Page,
    /// To which comment.
    pub id: Option<CommentId>,
    /// The comment as it is now; what is not published is not told.
    pub comment: Option<&'a Comment>,
}

#[derive(Serialize)]
struct Message<'a> {
    r#type: &'static str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    site: &'a str,
    page: PageBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<Told>,
    #[serde(skip_serializing_if = "Option::is_none")]
    featured: Option<bool>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Told {
    Whole(Box<CommentBody>),
    Name { id: String },
}

/// The body of a message.
pub fn message(context: &Context<'_>, event: &Event<'_>) -> String {
    let Event {
        kind, at, page, id, ..
    } = *event;
    let published = event.comment.filter(|comment| comment.is_published());
    let comment = match (published, kind) {
        (Some(comment), Kind::CommentPublished | Kind::CommentEdited | Kind::CommentFeatured) => {
            let entry = Entry {
                comment: comment.clone(),
                level: usize::try_from(comment.depth).unwrap_or(0),
                more: None,
            };
            let body = json::comment(context, &page.key, &entry);
            Some(Told::Whole(Box::new(body)))
        }
        _ => id.map(|id| Told::Name { id: id.to_string() }),
    };
    let featured = published
        .filter(|_| kind == Kind::CommentFeatured)
        .map(|comment| comment.featured_at.is_some());
    let message = Message {
        r#type: kind.as_str(),
        timestamp: at.to_string(),
        data: Data {
            site: &context.site.host,
            page: json::page(context, page),
            comment,
            featured,
        },
    };
    serde_json::to_string(&message).unwrap_or_default()
}
