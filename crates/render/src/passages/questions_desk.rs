//! The editors' page about the questions that they ask of passages.

use askama::Template;
use rejoinder_core::passages::question::MAX_CHARS;
use rejoinder_core::passages::{AnnotationState, Question};
use rejoinder_core::publication::settings::Questions;
use rejoinder_core::{Page, PassageId, Site, Time};

use crate::catalogue::{self, Catalogue, IsolatedName, QuestionsDeskTexts, fill};
use crate::links::{LinkTarget, Links};
use crate::moderation;
use crate::newsroom::{Age, FlashMessage, NewsroomFrame};
use crate::page::rendered;

/// The questions of a site as a page.
#[derive(Debug, Template)]
#[template(path = "passages/questions.html")]
pub struct QuestionsPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// Whether those are shown that take no more answers, or the others.
    pub is_closed: bool,
    /// The questions, the newest first, each with its page and whether questions are asked there.
    pub rows: &'a [(Question, Page, bool)],
    /// Where the list goes on.
    pub next: Option<String>,
    /// What was typed for a new question.
    pub typed: TypedQuestion<'a>,
}

/// What was typed for a question that was not taken.
#[derive(Debug, Clone, Copy, Default)]
pub struct TypedQuestion<'a> {
    /// The article's address.
    pub page: &'a str,
    /// The passage.
    pub exact: &'a str,
    /// What is asked.
    pub text: &'a str,
    /// Why it was not taken.
    pub problem: Option<&'a str>,
}

/// What the list of questions is called.
pub fn questions_title(site: &Site) -> &'static str {
    texts(site).title
}

/// What was just done, by the word that the address carries.
pub fn questions_flash(site: &Site, code: &str) -> Option<FlashMessage> {
    let texts = texts(site);
    match code {
        "asked" => Some(FlashMessage::new(texts.flash_asked)),
        "saved" => Some(FlashMessage::new(texts.flash_saved)),
        "closed" => Some(FlashMessage::new(texts.flash_closed)),
        "reopened" => Some(FlashMessage::new(texts.flash_reopened)),
        "deleted" => Some(FlashMessage::new(texts.flash_deleted)),
        _ => None,
    }
}

/// The questions of a site as a page.
pub fn questions_page(page: &QuestionsPage<'_>) -> String {
    rendered(page)
}

fn texts(site: &Site) -> &'static QuestionsDeskTexts {
    &catalogue::of(site.settings.language).questions.desk
}

impl<'a> QuestionsPage<'a> {
    fn texts(&self) -> &'static QuestionsDeskTexts {
        texts(self.frame.site)
    }

    fn catalogue(&self) -> &'static Catalogue {
        catalogue::of(self.frame.site.settings.language)
    }

    fn are_on(&self) -> bool {
        self.frame.site.settings.questions == Questions::On
    }

    fn here(&self) -> String {
        format!("/edit/{}/questions", self.frame.site.host)
    }

    fn page_title(&self, page: &'a Page) -> &'a str {
        moderation::title(page)
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }

    fn by(&self, question: &Question) -> Option<String> {
        let name = &question.by.as_ref()?.name;
        let text = &self.catalogue().questions.asked_by;
        Some(fill(text, &[("name", &IsolatedName(name))]))
    }

    fn answers(&self, question: &Question) -> String {
        self.catalogue()
            .counted(&self.texts().answers, question.n_answers)
    }

    /// Where the answers are read.
    fn link(&self, page: &Page, question: &Question) -> String {
        let links = Links::new("", self.frame.site, &page.key);
        links
            .to(LinkTarget::Passage(PassageId::from(question.id)))
            .to_string()
    }

    fn is_gone(&self, question: &Question) -> bool {
        question.annotation.state == AnnotationState::Orphaned
    }

    /// The words that stand where the passage stood.
    fn now(&self, question: &'a Question) -> Option<&'a str> {
        let annotation = &question.annotation;
        let is_changed = annotation.state == AnnotationState::Changed;
        is_changed.then(|| annotation.to_find().quote.exact.as_str())
    }
}
