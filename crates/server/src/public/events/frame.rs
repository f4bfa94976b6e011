//! One thing that happened, as it goes over the wire.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::discussion::thread::ThreadEntry;
use rejoinder_core::{Comment, Page, PageKey, Site};
use render::discussion::json::ReactionBody;
use serde::Serialize;
use store::discussion::happenings::CommentUpdate;

use crate::http::live::Frame;
use crate::public::threads::{context, placed};
use crate::state::App;

/// The data of an event, as JSON.
#[derive(Serialize)]
struct EventData<'a> {
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    /// The comment as it stands in the thread; for a removed one its tombstone, or nothing. Of a page
    /// that takes no comments, the sentence that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    votes: Option<(i64, i64)>,
    /// Where the site has reactions: all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reactions: Vec<ReactionBody>,
    n_comments: i64,
    /// Of a page: how many of its passages are spoken of or asked about, where any is.
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<i64>,
}

/// What everyone may be told of `happening`; `None` when that is nothing.
pub(super) fn frame(
    app: &App,
    site: &Site,
    base: &str,
    page: &Page,
    happening: CommentUpdate,
) -> Option<Frame> {
    let version = happening.event.version;
    if happening.event.is_inside() {
        return None;
    }
    let Some(comment) = happening.comment else {
        let closed = render::closed_notice(&context(app, site, base), page);
        let data = EventData {
            annotations: Some(happening.n_spoken).filter(|n| *n > 0),
            ..data(site, page, None, closed.as_deref())
        };
        return Some(written(version, "page", &data));
    };
    if comment.is_published() {
        let kind = match (happening.is_new, happening.event.kind.as_str()) {
            (true, _) => "published",
            (false, "voted") => "voted",
            (false, _) => "edited",
        };
        let html = (kind != "voted").then(|| html(app, site, base, page, &comment));
        return Some(written(
            version,
            kind,
            &data(site, page, Some(&comment), html.as_deref()),
        ));
    }
    if happening.event.kind == EventKind::Withheld || happening.is_new {
        return None;
    }
    let tombstone = (comment.n_replies > 0).then(|| html(app, site, base, page, &blank(&comment)));
    Some(written(
        version,
        "removed",
        &data(site, page, Some(&blank(&comment)), tombstone.as_deref()),
    ))
}

/// More happened to `page` than can be told.
pub(super) fn reload(site: &Site, page: &Page) -> Frame {
    written(page.version, "reload", &data(site, page, None, None))
}

/// A comment that is not for everyone, without all but its place.
fn blank(comment: &Comment) -> Comment {
    let mut blank = comment.clone();
    store::discussion::threads::blank(&mut blank);
    blank
}

fn html(app: &App, site: &Site, base: &str, page: &Page, comment: &Comment) -> String {
    let context = context(app, site, base);
    let key: PageKey = placed(app, site, base, page.key.clone());
    let level = usize::try_from(comment.depth).unwrap_or(0);
    render::comment_html(
        &context,
        &key,
        &ThreadEntry {
            comment: comment.clone(),
            level,
            more: None,
        },
    )
}

fn data<'a>(
    site: &Site,
    page: &Page,
    comment: Option<&Comment>,
    html: Option<&'a str>,
) -> EventData<'a> {
    let published = comment.filter(|comment| comment.is_published());
    EventData {
        id: comment.map(|comment| comment.id.to_string()),
        parent: comment
            .and_then(|comment| comment.parent)
            .map(|id| id.to_string()),
        root: comment.map(|comment| comment.root.to_string()),
        html,
        votes: published.map(|comment| (comment.tally.up, comment.tally.down)),
        reactions: published.map_or_else(Vec::new, |comment| {
            ReactionBody::all(&site.settings, &comment.reactions)
        }),
        n_comments: page.n_comments,
        annotations: None,
    }
}

/// JSON holds no line break, so one `data` line is enough.
fn written(version: i64, kind: &str, data: &EventData<'_>) -> Frame {
    let json = serde_json::to_string(data).unwrap_or_default();
    Frame {
        version,
        bytes: format!("id: {version}\nevent: {kind}\ndata: {json}\n\n").into(),
    }
}
