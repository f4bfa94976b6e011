//! Questions of passages, as readers and programs see them.

use askama::Template;
use rejoinder_core::passages::AnsweredQuestion;
use rejoinder_core::passages::{AnnotationState, Passage, Question};
use serde::Serialize;
use utoipa::ToSchema;

use crate::RenderContext;
use crate::catalogue::{Catalogue, IsolatedName, QuestionsTexts, fill};
use crate::html::Html;
use crate::passages::AnnotationBody;

/// The question that a comment answers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AskedBody {
    /// Names it.
    pub id: String,
    /// What is asked.
    pub text: String,
}

impl AskedBody {
    pub(crate) fn of(asked: &AnsweredQuestion) -> Self {
        Self {
            id: asked.id.to_string(),
            text: asked.text.clone(),
        }
    }
}

/// A question that editors ask of a passage.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QuestionBody {
    /// Names it.
    pub id: String,
    /// What is asked.
    pub text: String,
    /// Who asks.
    pub by: Option<String>,
    /// Whether it takes answers.
    pub is_open: bool,
    /// How many published comments answer it.
    pub n_answers: i64,
    /// When it was asked.
    pub made_at: String,
    /// When its text last changed.
    pub edited_at: Option<String>,
    /// Since when it takes no more answers.
    pub closed_at: Option<String>,
    /// The passage.
    pub annotation: AnnotationBody,
}

impl QuestionBody {
    /// A question as JSON.
    pub fn of(question: &Question) -> Self {
        Self {
            id: question.id.to_string(),
            text: question.text.clone(),
            by: question.by.as_ref().map(|author| author.name.clone()),
            is_open: question.closed_at.is_none(),
            n_answers: question.n_answers,
            made_at: question.made_at.to_string(),
            edited_at: question.edited_at.map(|time| time.to_string()),
            closed_at: question.closed_at.map(|time| time.to_string()),
            annotation: AnnotationBody::of(&question.annotation),
        }
    }
}

/// A passage with what is asked of it, above what is said of it. `reading` is where the article is read, unless
/// it is around.
pub(crate) fn head(
    context: &RenderContext<'_>,
    passage: &Passage,
    reading: Option<&str>,
) -> Html<'static> {
    Html::of(&QuestionHead {
        texts: context.texts,
        own: &context.texts.questions,
        passage,
        reading,
    })
}

#[derive(Template)]
#[template(path = "passages/head.html")]
struct QuestionHead<'a> {
    texts: &'static Catalogue,
    own: &'static QuestionsTexts,
    passage: &'a Passage,
    reading: Option<&'a str>,
}

impl<'a> QuestionHead<'a> {
    fn quote(&self) -> &'a str {
        &self.passage.annotation.selector.quote.exact
    }

    fn state(&self) -> AnnotationState {
        self.passage.annotation.state
    }

    /// Who asks, in a sentence.
    fn by(&self, question: &Question) -> String {
        let name = question.by.as_ref().map(|author| author.name.as_str());
        match name.filter(|name| !name.is_empty()) {
            Some(name) => fill(self.own.asked_by, &[("name", &IsolatedName(name))]),
            None => self.own.asked.to_owned(),
        }
    }

    fn badge(&self, question: &Question) -> Option<&'static str> {
        self.texts.badge(question.by.as_ref()?.role)
    }
}
