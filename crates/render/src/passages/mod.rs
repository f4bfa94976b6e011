//! Comments on passages of articles, questions of them, and corrections: for readers, for programs, and for
//! editors.

pub(crate) mod correction;
mod corrections_desk;
mod desk;
pub(crate) mod errata;
pub(crate) mod question;
mod questions_desk;
pub(crate) mod sources;
mod web_annotation;

pub use correction::{CorrectionForm, correction_mail, correction_page};
pub use corrections_desk::{
    CorrectionRow, CorrectionsPage, corrections_flash, corrections_page, corrections_title,
};
pub use desk::{
    ArticleRow, ArticlesPage, FetchForm, FetchRow, LostPassage, PlacingForm, articles_page,
    fetch_problem, flash, title,
};
pub use errata::{ErratumRow, errata_fragment};
pub use sources::{
    AnsweredBody, SourceBody, SourceFields, SourceRow, SourcesBody, source_fields, source_status,
    sources_page,
};

pub use question::{AskedBody, QuestionBody};
pub use questions_desk::{
    QuestionsPage, TypedQuestion, questions_flash, questions_page, questions_title,
};
pub use web_annotation::{WebAnnotationCollection, WebAnnotationPage, web_annotations};

use rejoinder_core::passages::{Annotation, Question, Selector};
use rejoinder_core::{Comment, CommentId, QuestionId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::catalogue::Catalogue;
use crate::html::Html;

/// The text of a comment below the question that it answers and the passage that it is about, where there are
/// such, and above the sources that it carries.
pub(crate) fn with_context<'a>(
    texts: &'static Catalogue,
    comment: &Comment,
    html: Html<'a>,
) -> Html<'a> {
    let Some(annotation) = &comment.annotation else {
        return html;
    };
    let opening = markup::escape(&annotation.opening());
    let asked = match &comment.question {
        Some(asked) => format!("<p><strong>{}</strong></p>", markup::escape(&asked.text)),
        None => String::new(),
    };
    let check = comment.source_check.as_deref();
    let sources = check.map(|own| sources::plain(texts, &own.sources).into_string());
    let sources = sources.unwrap_or_default();
    Html::written_here(format!(
        "{asked}<blockquote><p>{opening}</p></blockquote>{html}{sources}"
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

/// All passages of a page that are commented on, the newest first, and those that something is asked of.
#[derive(Debug, Clone, Serialize)]
pub struct AnnotationsBody {
    /// The passages.
    pub annotations: Vec<AnnotatedBody>,
}

/// A passage, with the comment on it or the question of it.
#[derive(Debug, Clone, Serialize)]
pub struct AnnotatedBody {
    /// What it is: `comment` or `question`.
    pub kind: &'static str,
    /// The comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The question; of a comment, the one that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// What is asked, where this is a question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whether answers are taken, where this is a question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_open: Option<bool>,
    /// The passage as it is found in the newest version of the article.
    #[serde(flatten)]
    pub annotation: AnnotationBody,
    /// How many comments its discussion has, with the first; of a question 0, for its answers stand for
    /// themselves.
    pub n: i64,
    /// How many of them carry sources; missing where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checks: Option<i64>,
}

impl AnnotatedBody {
    /// A comment on a passage, whose discussion has `n` comments, which may carry sources and may answer
    /// `question`.
    pub fn of(
        comment: CommentId,
        annotation: &Annotation,
        n: i64,
        (has_sources, question): (bool, Option<QuestionId>),
    ) -> Self {
        Self {
            kind: "comment",
            comment: Some(comment.to_string()),
            question: question.map(|id| id.to_string()),
            text: None,
            is_open: None,
            annotation: AnnotationBody::to_find(annotation),
            n,
            checks: has_sources.then_some(1),
        }
    }

    /// A question of a passage; `takes_answers` where the site does.
    pub fn of_question(question: &Question, takes_answers: bool) -> Self {
        Self {
            kind: "question",
            comment: None,
            question: Some(question.id.to_string()),
            text: Some(question.text.clone()),
            is_open: Some(takes_answers && question.closed_at.is_none()),
            annotation: AnnotationBody::to_find(&question.annotation),
            n: 0,
            checks: None,
        }
    }
}
