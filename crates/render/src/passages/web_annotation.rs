//! Comments on passages as Web Annotations of the W3C (JSON-LD), for other tools.

use rejoinder_core::passages::{Annotation, Selector};
use rejoinder_core::{Comment, CommentId, PageKey};
use serde::Serialize;
use utoipa::ToSchema;

use crate::RenderContext;
use crate::links::{LinkTarget, Links};
use crate::recordings::times;

const CONTEXT: &str = "http://www.w3.org/ns/anno.jsonld";

/// A part of the annotations of a page, oldest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebAnnotationPage {
    /// The vocabulary.
    #[serde(rename = "@context", skip_serializing_if = "Option::is_none")]
    pub context: Option<&'static str>,
    /// Its own address.
    pub id: String,
    /// `AnnotationPage`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The address of the whole.
    #[serde(rename = "partOf")]
    pub part_of: String,
    /// Where it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The annotations.
    pub items: Vec<WebAnnotation>,
}

/// All annotations of a page, with their first part.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebAnnotationCollection {
    /// The vocabulary.
    #[serde(rename = "@context")]
    pub context: &'static str,
    /// Its own address.
    pub id: String,
    /// `AnnotationCollection`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// How many there are.
    pub total: i64,
    /// The first of them.
    pub first: WebAnnotationPage,
}

/// A comment on a passage, or a reply below one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebAnnotation {
    /// The address of the comment.
    pub id: String,
    /// `Annotation`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `commenting`, or `replying`.
    pub motivation: &'static str,
    /// When it was posted.
    pub created: String,
    /// When it was edited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// Who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator: Option<WebPerson>,
    /// What it says, and the sources that it carries.
    pub body: Vec<WebBody>,
    /// The passage, or the annotation that it replies to.
    pub target: WebTarget,
}

/// Who wrote an annotation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebPerson {
    /// `Person`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// As they call themselves.
    pub name: String,
}

/// A part of what an annotation says: its text as HTML, or the address of a source.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebBody {
    /// `TextualBody`, or `SpecificResource` for a source.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `commenting` or `replying`, or `linking` for a source.
    pub purpose: &'static str,
    /// `text/html`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<&'static str>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The address of a source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// What an annotation is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum WebTarget {
    /// A passage.
    Passage(WebPassage),
    /// Another annotation, by its `id`.
    Annotation(String),
}

/// A passage of a page.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebPassage {
    /// The page.
    pub source: String,
    /// How the passage is found in it.
    pub selector: Vec<WebSelector>,
}

/// One way to find a passage.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "type")]
pub enum WebSelector {
    /// By its words and those beside it.
    #[serde(rename = "TextQuoteSelector")]
    Quote {
        /// The passage.
        exact: String,
        /// What stands before it.
        prefix: String,
        /// What stands behind it.
        suffix: String,
    },
    /// By where it stands, in Unicode scalars.
    #[serde(rename = "TextPositionSelector")]
    Position {
        /// Its first character.
        start: usize,
        /// The one behind its last.
        end: usize,
    },
}

/// Some comments on passages of the page of `key`, and replies, each with what it replies to, of `total`; `after` is what they go on after, and `next` what more
/// of them would.
pub fn web_annotations(
    context: &RenderContext<'_>,
    key: &PageKey,
    comments: &[(Comment, Option<CommentId>)],
    after: Option<CommentId>,
    next: Option<CommentId>,
    total: i64,
) -> serde_json::Result<Vec<u8>> {
    let links = Links::new(context.base, context.site, key);
    let id = links.annotations();
    let at = |after: CommentId| format!("{id}&after={after}");
    let part = WebAnnotationPage {
        context: after.is_some().then_some(CONTEXT),
        id: at(after.unwrap_or(CommentId(0))),
        kind: "AnnotationPage",
        part_of: id.clone(),
        next: next.map(at),
        items: comments
            .iter()
            .filter_map(|(comment, above)| annotation(context, &links, comment, *above))
            .collect(),
    };
    match after {
        Some(_) => serde_json::to_vec(&part),
        None => serde_json::to_vec(&WebAnnotationCollection {
            context: CONTEXT,
            id,
            kind: "AnnotationCollection",
            total,
            first: part,
        }),
    }
}

/// A comment on a passage, or a reply to the comment `above`.
fn annotation(
    context: &RenderContext<'_>,
    links: &Links,
    comment: &Comment,
    above: Option<CommentId>,
) -> Option<WebAnnotation> {
    let id_of = |id| links.to(LinkTarget::Own(id)).to_string();
    let (motivation, target) = match above {
        Some(above) => ("replying", WebTarget::Annotation(id_of(above))),
        None => {
            let passage = WebPassage {
                source: links.reading().to_owned(),
                selector: selectors(comment.annotation.as_deref()?),
            };
            ("commenting", WebTarget::Passage(passage))
        }
    };
    let name = comment.author.name.clone();
    let text = WebBody {
        kind: "TextualBody",
        purpose: motivation,
        format: Some("text/html"),
        value: Some(times::beside(context.texts, &comment.html).into_string()),
        source: None,
    };
    let check = comment.source_check.as_deref();
    let sources = check.into_iter().flat_map(|own| &own.sources.list);
    let sources = sources.filter_map(|source| {
        Some(WebBody {
            kind: "SpecificResource",
            purpose: "linking",
            format: None,
            value: None,
            source: Some(markup::safe_url(&source.url)?),
        })
    });
    Some(WebAnnotation {
        id: id_of(comment.id),
        kind: "Annotation",
        motivation,
        created: comment.created_at.to_string(),
        modified: comment.edited_at.map(|time| time.to_string()),
        creator: (!name.is_empty()).then_some(WebPerson {
            kind: "Person",
            name,
        }),
        body: [text].into_iter().chain(sources).collect(),
        target,
    })
}

/// As the passage is found in the newest version of the article.
fn selectors(passage: &Annotation) -> Vec<WebSelector> {
    let Selector {
        quote, position, ..
    } = passage.to_find().clone();
    let quote = WebSelector::Quote {
        exact: quote.exact,
        prefix: quote.prefix,
        suffix: quote.suffix,
    };
    let position = position.map(|own| WebSelector::Position {
        start: own.start,
        end: own.end,
    });
    [quote].into_iter().chain(position).collect()
}
