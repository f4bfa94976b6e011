//! Comments on passages of articles, and corrections: for readers, for programs, and for editors.

pub(crate) mod correction;
mod corrections_desk;
mod desk;
pub(crate) mod errata;
pub(crate) mod sources;
mod web_annotation;

pub use correction::{CorrectionForm, correction_mail, correction_page};
pub use corrections_desk::{
    CorrectionRow, CorrectionsPage, corrections_flash, corrections_page, corrections_title,
};
pub use desk::{ArticleRow, ArticlesPage, articles_page, flash, title};
pub use errata::{Listed, errata_fragment};
pub use sources::{
    AnsweredBody, SourceBody, SourceFields, SourceRow, SourcesBody, source_fields, source_status,
    sources_page,
};

pub use web_annotation::{WebAnnotationCollection, WebAnnotationPage, web_annotations};

use rejoinder_core::passages::{Annotation, Selector};
use rejoinder_core::{Comment, CommentId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::catalogue::Catalogue;
use crate::html::Html;

/// The text of a comment below the passage that it is about, where it is about one, and above the sources
/// that it carries.
pub(crate) fn around<'a>(texts: &'static Catalogue, comment: &Comment, html: Html<'a>) -> Html<'a> {
    let Some(annotation) = &comment.annotation else {
        return html;
    };
    let opening = markup::escape(&annotation.opening());
    let check = comment.source_check.as_deref();
    let sources = check.map(|own| sources::plain(texts, &own.sources).into_string());
    let sources = sources.unwrap_or_default();
    Html::written_here(format!(
        "<blockquote><p>{opening}</p></blockquote>{html}{sources}"
    ))
}

/// A passage of an article that a comment is about. `start` and `end` count Unicode scalars of the
/// article's text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AnnotationBody {
    /// The passage, as it was quoted.
    pub exact: String,
    /// What stood before it, at most 32 characters.
    pub prefix: String,
    /// What stood behind it, at most 32 characters.
    pub suffix: String,
    /// Where it started.
    pub start: Option<usize>,
    /// Where it ended.
    pub end: Option<usize>,
    /// How good the best other place was for it, of 1,000.
    pub rival: Option<usize>,
    /// `anchored`, `changed`, `orphaned`, or `unknown` where the server does not have the text.
    #[schema(example = "anchored")]
    pub state: &'static str,
}

impl AnnotationBody {
    /// The passage as it was quoted.
    pub(crate) fn of(annotation: &Annotation) -> Self {
        Self::by(annotation, &annotation.selector)
    }

    /// The passage as it is found in the article now.
    fn to_find(annotation: &Annotation) -> Self {
        Self::by(annotation, annotation.to_find())
    }

    fn by(annotation: &Annotation, selector: &Selector) -> Self {
        let quote = selector.quote.clone();
        Self {
            exact: quote.exact,
            prefix: quote.prefix,
            suffix: quote.suffix,
            start: selector.position.map(|position| position.start),
            end: selector.position.map(|position| position.end),
            rival: selector.rival,
            state: annotation.state.as_str(),
        }
    }
}

/// All passages of a page that are commented on, the newest first.
#[derive(Debug, Clone, Serialize)]
pub struct AnnotationsBody {
    /// The passages.
    pub annotations: Vec<AnnotatedBody>,
}

/// A passage, and the comment on it.
#[derive(Debug, Clone, Serialize)]
pub struct AnnotatedBody {
    /// The comment.
    pub comment: String,
    /// What it is: `comment`.
    pub kind: &'static str,
    /// The passage as it is found in the newest version of the article.
    #[serde(flatten)]
    pub annotation: AnnotationBody,
    /// How many comments its discussion has, with the first.
    pub n: i64,
    /// How many of them carry sources; missing where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checks: Option<i64>,
}

impl AnnotatedBody {
    /// A comment on a passage, whose discussion has `n` comments, and which may carry sources.
    pub fn of(comment: CommentId, annotation: &Annotation, n: i64, has_sources: bool) -> Self {
        Self {
            comment: comment.to_string(),
            kind: "comment",
            annotation: AnnotationBody::to_find(annotation),
            n,
            checks: has_sources.then_some(1),
        }
    }
}
