//! What search engines read: schema.org in JSON-LD, as a data block that no text can leave.

use rejoinder_core::discussion::thread::MAX_LEVELS;
use rejoinder_core::passages::source_check::Stance;
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Comment, Thread};
use serde_json::{Map, Value, json};

use crate::RenderContext;
use crate::catalogue;
use crate::discussion::thread::{key, links, n_comments, title};
use crate::html::Html;
use crate::links::{LinkTarget, Links};
use crate::passages::sources::stance;
use crate::publication::article::{Article, Masthead};

/// The thread as a posting of its own, for the page that shows it alone.
pub(crate) fn discussion(context: &RenderContext<'_>, thread: &Thread) -> Html<'static> {
    let links = links(context, thread);
    let publisher = context.site.name();
    let posting = json!({
        "@context": "https://schema.org",
        "@type": "DiscussionForumPosting",
        "headline": title(thread).unwrap_or_else(|| key(thread).as_str()),
        "url": links.people().unwrap_or_else(|| links.thread()),
        "author": { "@type": "Organization", "name": publisher },
        "datePublished": thread.page.as_ref().map(|page| page.created_at.to_string()),
        "commentCount": n_comments(thread),
        "comment": comments(&links, thread),
    });
    let mut checks = thread.entries.iter().map(|entry| &entry.comment);
    let checks: Vec<Value> = checks
        .by_ref()
        .filter_map(|comment| fact_check(context, &links, comment))
        .collect();
    match checks.is_empty() {
        true => block(&posting),
        false => block(&Value::Array([vec![posting], checks].concat())),
    }
}

/// A check that an editor made as fact checkers do. What readers say of sources is none.
fn fact_check(context: &RenderContext<'_>, links: &Links, comment: &Comment) -> Option<Value> {
    let check = comment.source_check.as_deref()?;
    if !comment.is_published() || !check.is_rated_by(comment.author.role) {
        return None;
    }
    let sources = &check.sources;
    let rating = match sources.stance {
        Stance::Supports => 5,
        Stance::Context => 3,
        Stance::Contradicts => 1,
        Stance::CannotTell => return None,
    };
    Some(json!({
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": links.to(LinkTarget::Own(comment.id)).to_string(),
        "datePublished": comment.created_at.to_string(),
        "author": { "@type": "Organization", "name": context.site.name() },
        "claimReviewed": sources.claim,
        "itemReviewed": {
            "@type": "Claim",
            "author": { "@type": "Thing", "name": sources.claimant },
            "appearance": links.people().map(|url| json!({ "@type": "CreativeWork", "url": url })),
        },
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": rating,
            "bestRating": 5,
            "worstRating": 1,
            "alternateName": stance(context.texts, sources.stance),
        },
    }))
}

/// An article with its comments.
pub(crate) fn article(
    context: &RenderContext<'_>,
    publication: &Masthead,
    article: &Article,
    thread: &Thread,
) -> Html<'static> {
    let base = context.base;
    let picture = article.picture.as_ref();
    let value = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.headline,
        "description": article.lead,
        "url": format!("{base}/articles/{}", article.slug),
        "image": picture.map(|picture| format!("{base}{}", picture.src)),
        "datePublished": article.published_at.to_string(),
        "author": { "@type": "Person", "name": article.byline },
        "publisher": { "@type": "NewsMediaOrganization", "name": publication.title },
        "commentCount": n_comments(thread),
        "comment": comments(&links(context, thread), thread),
    });
    block(&value)
}

/// The published comments, nested as they stand. A tombstone says nothing, so its replies stand in
/// its place.
fn comments(links: &Links, thread: &Thread) -> Vec<Value> {
    let mut roots = Vec::new();
    let mut path: Vec<(usize, Map<String, Value>)> = Vec::with_capacity(MAX_LEVELS);
    for entry in thread
        .entries
        .iter()
        .filter(|entry| entry.comment.is_published())
    {
        let level = entry.level.min(MAX_LEVELS);
        while path.last().is_some_and(|(above, _)| *above >= level) {
            close(&mut path, &mut roots);
        }
        path.push((level, comment(links, &entry.comment)));
    }
    while !path.is_empty() {
        close(&mut path, &mut roots);
    }
    roots
}

fn close(path: &mut Vec<(usize, Map<String, Value>)>, roots: &mut Vec<Value>) {
    let Some((_, done)) = path.pop() else { return };
    let list = match path.last_mut() {
        Some((_, parent)) => parent
            .entry("comment")
            .or_insert_with(|| Value::Array(Vec::new())),
        None => return roots.push(Value::Object(done)),
    };
    if let Value::Array(list) = list {
        list.push(Value::Object(done));
    }
}

fn comment(links: &Links, comment: &Comment) -> Map<String, Value> {
    let name = match comment.author.name.as_str() {
        "" => catalogue::of(Language::English).comment.nameless,
        name => name,
    };
    let fields = [
        ("@type", json!("Comment")),
        (
            "url",
            json!(links.to(LinkTarget::Comment(comment.id)).to_string()),
        ),
        ("author", json!({ "@type": "Person", "name": name })),
        ("datePublished", json!(comment.created_at.to_string())),
        (
            "dateModified",
            json!(comment.edited_at.map(|time| time.to_string())),
        ),
        ("text", json!(markup::plain_text(&comment.html))),
    ];
    let known = fields.into_iter().filter(|(_, value)| !value.is_null());
    known
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// `value` as the inside of a `<script>`: no character of it means anything to an HTML parser.
fn block(value: &Value) -> Html<'static> {
    let json = value.to_string();
    let mut out = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
    Html::written_here(out)
}
