//! The sources that a comment carries: below it, as programs read them, and the fields they are given in.

use askama::Template;
use rejoinder_core::identity::author::Role;
use rejoinder_core::passages::source_check::{
    AnswerCounts, Source, SourceAnswer, SourceCheck, SourceCheckStatus, SourceQuestion, Sources,
    Stance,
};
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Comment, CommentState, PageKey};
use serde::Serialize;
use utoipa::ToSchema;

use crate::RenderContext;
use crate::catalogue::{Catalogue, FormattedNumber, Words, fill};
use crate::discussion::target::RenderTarget;
use crate::html::Html;
use crate::links::{ActionLink, LinkTarget, Links, ThreadLink};
use crate::look::PageLook;
use crate::page::rendered;

/// The sources of a comment, and what others make of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SourcesBody {
    /// What they are about.
    pub claim: String,
    /// Who claims it, where an editor says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimant: Option<String>,
    /// What they do to it: `supports`, `contradicts`, `context`, `cannot_tell`.
    #[schema(example = "supports")]
    pub stance: &'static str,
    /// One to five.
    pub list: Vec<SourceBody>,
    /// `open`, `agreed`, `disputed`, `withdrawn`, `editor_confirmed`.
    #[schema(example = "open")]
    pub status: &'static str,
    /// What the editor says who has confirmed them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What readers answered to “Does the source say this?”
    pub says: AnsweredBody,
    /// What readers answered to “Is it relevant?”
    pub relevant: AnsweredBody,
}

/// A source.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SourceBody {
    /// Its address.
    pub url: String,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// The day on which it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-29")]
    pub published: Option<String>,
}

/// How often a question was answered with what.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct AnsweredBody {
    /// Yes.
    pub yes: i64,
    /// Partly.
    pub partly: i64,
    /// No.
    pub no: i64,
}

impl From<AnswerCounts> for AnsweredBody {
    fn from(own: AnswerCounts) -> Self {
        Self {
            yes: own.yes,
            partly: own.partly,
            no: own.no,
        }
    }
}

impl SourcesBody {
    /// A check as programs read it.
    pub fn of(check: &SourceCheck) -> Self {
        let Sources {
            claim,
            claimant,
            stance,
            list,
        } = &check.sources;
        Self {
            claim: claim.clone(),
            claimant: claimant.clone(),
            stance: stance.as_str(),
            list: list.iter().cloned().map(SourceBody::from).collect(),
            status: check.status().as_str(),
            note: check.confirmed.as_ref().map(|own| own.note.clone()),
            says: check.says.into(),
            relevant: check.relevant.into(),
        }
    }
}

impl From<Source> for SourceBody {
    fn from(own: Source) -> Self {
        Self {
            url: own.url,
            title: own.title,
            quote: own.quote,
            published: own.published,
        }
    }
}

/// The check below a comment.
#[derive(Template)]
#[template(path = "passages/check.html")]
pub(crate) struct SourceCheckView<'a> {
    texts: &'static Catalogue,
    links: &'a Links,
    comment: &'a Comment,
    check: &'a SourceCheck,
    status: SourceCheckStatus,
    target: RenderTarget,
    /// Whether what is asked can be answered.
    is_asked: bool,
}

impl<'a> SourceCheckView<'a> {
    /// The check of `comment`; what readers are asked only where the site takes answers.
    pub(crate) fn of(
        texts: &'static Catalogue,
        links: &'a Links,
        comment: &'a Comment,
        target: RenderTarget,
        takes_answers: bool,
    ) -> Option<Self> {
        let check = comment.source_check.as_deref()?;
        Some(Self {
            texts,
            links,
            comment,
            check,
            status: check.status(),
            target,
            is_asked: takes_answers
                && target != RenderTarget::Frozen
                && comment.state == CommentState::Published
                && check.withdrawn_at.is_none(),
        })
    }

    fn is_page(&self) -> bool {
        self.target == RenderTarget::Page
    }

    fn is_frozen(&self) -> bool {
        self.target == RenderTarget::Frozen
    }

    fn stance(&self) -> &'static str {
        stance(self.texts, self.check.sources.stance)
    }

    fn status_text(&self) -> &'static str {
        word(&self.texts.sources.statuses, self.status.as_str())
    }

    fn claimant(&self) -> Option<String> {
        let name = self.check.sources.claimant.as_deref()?;
        Some(fill(
            self.texts.sources.claimed_by,
            &[("name", &crate::catalogue::IsolatedName(name))],
        ))
    }

    fn named(&self, source: &'a Source) -> &'a str {
        named(source)
    }

    fn host(&self, source: &'a Source) -> &'a str {
        host(source)
    }

    /// What came in from a file is let through no more than what was typed.
    fn address(&self, source: &Source) -> String {
        markup::safe_url(&source.url).unwrap_or_default()
    }

    fn questions(&self) -> Vec<(SourceQuestion, &'static str, AnswerCounts)> {
        let texts = &self.texts.sources.questions;
        let asked = |question: SourceQuestion| {
            let text = word(texts, question.as_str());
            (question, text, self.check.answered(question))
        };
        SourceQuestion::ALL.into_iter().map(asked).collect()
    }

    fn answers(&self, answered: &AnswerCounts) -> Vec<(SourceAnswer, &'static str, i64)> {
        let texts = &self.texts.sources.answers;
        let offered =
            |answer: SourceAnswer| (answer, word(texts, answer.as_str()), answered.of(answer));
        SourceAnswer::ALL.into_iter().map(offered).collect()
    }

    fn number(&self, n: &i64) -> FormattedNumber<'_> {
        self.texts.number(*n)
    }

    fn act(&self, what: &'static str) -> ActionLink<'_> {
        self.links.act(self.comment.id, what)
    }

    fn page(&self) -> ThreadLink<'_> {
        self.links.to(LinkTarget::Sources(self.comment.id))
    }
}

/// What stands for a source: its title, else its host.
fn named(source: &Source) -> &str {
    source.title.as_deref().unwrap_or_else(|| host(source))
}

fn host(source: &Source) -> &str {
    rejoinder_core::discussion::card::host(&source.url).unwrap_or(&source.url)
}

/// What has become of sources, in words.
pub fn source_status(language: Language, status: SourceCheckStatus) -> &'static str {
    word(
        &crate::catalogue::of(language).sources.statuses,
        status.as_str(),
    )
}

/// What sources do, in words.
pub(crate) fn stance(texts: &'static Catalogue, stance: Stance) -> &'static str {
    word(&texts.sources.stances, stance.as_str())
}

fn word(texts: &Words, word: &str) -> &'static str {
    texts.get(word).unwrap_or_default()
}

/// The sources as lines of text, for feeds, mails and the newsroom: what they do to which claim, and where
/// they are.
#[derive(Template)]
#[template(path = "passages/sources_plain.html")]
pub(crate) struct PlainSources<'a> {
    texts: &'static Catalogue,
    sources: &'a Sources,
}

impl<'a> PlainSources<'a> {
    pub(crate) const fn of(texts: &'static Catalogue, sources: &'a Sources) -> Self {
        Self { texts, sources }
    }

    fn stance(&self) -> &'static str {
        stance(self.texts, self.sources.stance)
    }

    fn named(&self, source: &'a Source) -> &'a str {
        named(source)
    }

    fn host(&self, source: &'a Source) -> &'a str {
        host(source)
    }

    /// What came in from a file is let through no more than what was typed.
    fn address(&self, source: &Source) -> String {
        markup::safe_url(&source.url).unwrap_or_default()
    }
}

/// Sources as the newsroom lists them.
pub(crate) fn plain(texts: &'static Catalogue, sources: &Sources) -> Html<'static> {
    Html::of(&PlainSources::of(texts, sources))
}

/// What was typed into the fields of sources.
#[derive(Debug, Clone, Default)]
pub struct SourceFields {
    /// What they are about.
    pub claim: String,
    /// Who claims it.
    pub claimant: String,
    /// The word of what they do.
    pub stance: String,
    /// A source in each.
    pub rows: Vec<SourceRow>,
}

/// What was typed into the fields of one source.
#[derive(Debug, Clone, Default)]
pub struct SourceRow {
    /// Its address.
    pub url: String,
    /// What it is called.
    pub title: String,
    /// What it says.
    pub quote: String,
    /// The day on which it was published.
    pub published: String,
}

impl SourceRow {
    /// Whether nothing was typed.
    pub fn is_blank(&self) -> bool {
        [&self.url, &self.title, &self.quote, &self.published]
            .iter()
            .all(|typed| typed.trim().is_empty())
    }
}

impl SourceFields {
    /// The fields with what is given already.
    pub fn of(sources: &Sources) -> Self {
        let typed = |text: &Option<String>| text.clone().unwrap_or_default();
        let row = |source: &Source| SourceRow {
            url: source.url.clone(),
            title: typed(&source.title),
            quote: typed(&source.quote),
            published: typed(&source.published),
        };
        Self {
            claim: sources.claim.clone(),
            claimant: typed(&sources.claimant),
            stance: sources.stance.as_str().to_owned(),
            rows: sources.list.iter().map(row).collect(),
        }
    }
}

/// The fields in which sources are given. Without script there is one row more than was filled in.
#[derive(Template)]
#[template(path = "passages/source_fields.html")]
struct SourceFieldset<'a> {
    texts: &'static Catalogue,
    fields: &'a SourceFields,
    names_claimant: bool,
}

impl SourceFieldset<'_> {
    fn rows(&self) -> Vec<(usize, SourceRow)> {
        let mut rows = self.fields.rows.clone();
        if rows.len() < rejoinder_core::passages::source_check::MAX_SOURCES {
            rows.push(SourceRow::default());
        }
        (1..).zip(rows).collect()
    }

    /// What can be chosen: the word, what it is called, and whether it is chosen.
    fn stances(&self) -> Vec<(&'static str, &'static str, bool)> {
        let offered = |own: Stance| {
            let word = own.as_str();
            (word, stance(self.texts, own), word == self.fields.stance)
        };
        Stance::ALL.into_iter().map(offered).collect()
    }

    fn name_of(&self, n: &usize) -> String {
        fill(self.texts.sources.form.source, &[("n", n)])
    }
}

/// The fields of sources, to be printed into a form. Whoever may say who claims something is asked.
pub(crate) fn fieldset(
    texts: &'static Catalogue,
    fields: &SourceFields,
    names_claimant: bool,
) -> Html<'static> {
    Html::of(&SourceFieldset {
        texts,
        fields,
        names_claimant,
    })
}

/// The empty fields, for the script that puts them into its form.
pub fn source_fields(context: &RenderContext<'_>) -> String {
    fieldset(context.texts, &SourceFields::default(), true).into_string()
}

/// What somebody may do with the sources of a comment, as a page.
pub fn sources_page(
    context: &RenderContext<'_>,
    key: &PageKey,
    comment: &Comment,
    is_own: bool,
    role: Role,
) -> String {
    let language = context.site.settings.language;
    let links = Links::new(context.base, context.site, key);
    rendered(&SourcesPage {
        texts: context.texts,
        language,
        direction: language.direction(),
        assets: context.look(),
        title: context.texts.sources.title,
        check: SourceCheckView::of(context.texts, &links, comment, RenderTarget::Widget, false)
            .as_ref()
            .map(Html::of),
        links: &links,
        comment,
        is_own,
        is_editor: role >= Role::Editor && comment.is_published(),
    })
}

#[derive(Template)]
#[template(path = "passages/sources_page.html")]
struct SourcesPage<'a> {
    texts: &'static Catalogue,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    check: Option<Html<'static>>,
    links: &'a Links,
    comment: &'a Comment,
    is_own: bool,
    is_editor: bool,
}

impl SourcesPage<'_> {
    fn is_withdrawn(&self) -> bool {
        let check = self.comment.source_check.as_deref();
        check.is_some_and(|own| own.withdrawn_at.is_some())
    }

    fn note(&self) -> Option<&str> {
        let check = self.comment.source_check.as_deref()?;
        Some(&check.confirmed.as_ref()?.note)
    }

    fn act(&self, what: &'static str) -> ActionLink<'_> {
        self.links.act(self.comment.id, what)
    }

    fn back(&self) -> ThreadLink<'_> {
        self.links.to(LinkTarget::Own(self.comment.id))
    }
}
