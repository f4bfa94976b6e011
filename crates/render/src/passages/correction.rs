//! The form by which a reader sends a correction, and the mail that tells what became of it.

use askama::Template;
use rejoinder_core::passages::correction::{CorrectionState, MAX_CHARS};
use rejoinder_core::passages::{Annotation, Correction, Selector};
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Page, PageKey};

use crate::RenderContext;
use crate::catalogue::{Catalogue, CorrectionsFormTexts, CorrectionsToldTexts, IsolatedName, fill};
use crate::discussion::form::{FormProblem, FormProblems};
use crate::html::Html;
use crate::identity::MailText;
use crate::links::Links;
use crate::look::PageLook;
use crate::notices::notice::headline;
use crate::page::rendered;
use crate::passages::sources::{SourceFields, fieldset};

/// The form by which a reader sends a correction.
#[derive(Debug, Clone, Copy)]
pub struct CorrectionForm<'a> {
    /// What the page is known by.
    pub key: &'a PageKey,
    /// Its headline.
    pub title: Option<&'a str>,
    /// The passage; without one, the reader may paste some words.
    pub selector: Option<&'a Selector>,
    /// The passage as it is shown.
    pub quote: Option<&'a str>,
    /// The words that were pasted.
    pub pasted: &'a str,
    /// What is wrong.
    pub text: &'a str,
    /// What it should say.
    pub proposed: &'a str,
    /// The name that was given.
    pub name: &'a str,
    /// The e-mail address that was given.
    pub email: &'a str,
    /// What was typed into the fields of sources, where they are taken.
    pub sources: Option<&'a SourceFields>,
    /// Whether an address is asked for.
    pub asks_email: bool,
    /// Why it was not taken.
    pub problem: Option<FormProblem<'a>>,
    /// Whether it has been sent.
    pub is_sent: bool,
}

impl CorrectionForm<'_> {
    fn has_sources(&self) -> bool {
        let rows = self.sources.map(|own| &own.rows);
        rows.is_some_and(|rows| !rows.is_empty())
    }

    /// What the form carries of the passage.
    fn hidden(&self) -> Vec<(&'static str, String)> {
        let Some(selector) = self.selector else {
            return Vec::new();
        };
        let quote = &selector.quote;
        let mut fields = vec![
            ("quoted", "yes".to_owned()),
            ("exact", quote.exact.clone()),
            ("prefix", quote.prefix.clone()),
            ("suffix", quote.suffix.clone()),
        ];
        if let Some(position) = selector.position {
            fields.push(("start", position.start.to_string()));
            fields.push(("end", position.end.to_string()));
        }
        fields.extend(selector.rival.map(|rival| ("rival", rival.to_string())));
        fields
    }
}

/// The form as a page, or that it has been sent.
pub fn correction_page(context: &RenderContext<'_>, form: &CorrectionForm<'_>) -> String {
    let language = context.site.settings.language;
    rendered(&CorrectionPage {
        texts: context.texts,
        own: &context.texts.corrections.form,
        language,
        direction: language.direction(),
        assets: context.look(),
        title: context.texts.corrections.form.title,
        base: context.base,
        links: &Links::new(context.base, context.site, form.key),
        problems: FormProblems(form.problem),
        sources: form
            .sources
            .map(|typed| fieldset(context.texts, typed, false)),
        form,
    })
}

#[derive(Template)]
#[template(path = "passages/correction_page.html")]
struct CorrectionPage<'a> {
    texts: &'static Catalogue,
    own: &'static CorrectionsFormTexts,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    base: &'a str,
    links: &'a Links,
    problems: FormProblems<'a>,
    sources: Option<Html<'static>>,
    form: &'a CorrectionForm<'a>,
}

impl<'a> CorrectionPage<'a> {
    /// What a script says where the correction is refused: JSON, by the code.
    fn told_problems(&self) -> String {
        let max = [("max", &MAX_CHARS as &dyn std::fmt::Display)];
        let problems = &self.texts.corrections.problems;
        let said = ["correction_empty", "correction_too_long", "corrections_off"];
        let said = said.into_iter().filter_map(|code| {
            let text = problems.get(code)?;
            Some((code.to_owned(), fill(text, &max).into()))
        });
        serde_json::Value::Object(said.collect()).to_string()
    }

    /// What is wrong with the pasted words.
    fn quote_problem(&self) -> Option<&'a str> {
        let problem = self.form.problem?;
        let is_of_quote = problem
            .field
            .is_some_and(|field| field.starts_with("annotation"));
        is_of_quote.then_some(problem.detail)
    }

    /// What is wrong with the whole.
    fn whole(&self) -> Option<&'a str> {
        match self.form.selector {
            None if self.quote_problem().is_some() => None,
            _ => self.problems.whole(),
        }
    }
}

/// What became of a correction of a page, in a line.
pub(crate) fn became(own: &CorrectionsToldTexts, correction: &Correction, page: &str) -> String {
    let text = match correction.state {
        CorrectionState::Accepted => &own.accepted,
        CorrectionState::Declined | CorrectionState::Open | CorrectionState::Held => &own.declined,
    };
    fill(text, &[("page", &IsolatedName(page))])
}

/// What the newsroom says to the sender, in a sentence.
pub(crate) fn reason(own: &CorrectionsToldTexts, correction: &Correction) -> Option<String> {
    let reason = correction.reason.as_deref()?;
    Some(fill(own.reason, &[("reason", &reason)]))
}

/// The mail that tells a sender what became of their correction.
///
/// What they wrote is not quoted, and of the
/// passage only what the server has found in the article: nobody has said that the mailbox is theirs.
pub fn correction_mail(
    context: &RenderContext<'_>,
    correction: &Correction,
    page: &Page,
) -> MailText {
    let own = &context.texts.corrections.told;
    let subject = became(own, correction, &headline(context, page));
    let links = Links::new(context.base, context.site, &page.key);
    let mail = CorrectionMail {
        language: context.site.settings.language,
        own,
        says: format!("{subject}."),
        reason: reason(own, correction),
        quote: found_quote(correction),
        link: links.reading(),
    };
    MailText {
        text: mail.as_text(),
        html: rendered(&mail),
        subject,
    }
}

/// The first words of the passage, where the server has found it in a version of the article.
pub(crate) fn found_quote(correction: &Correction) -> Option<String> {
    // The article's own words: what the sender quoted may be anything.
    let current = correction.annotation.as_ref()?.current.clone()?;
    Some(Annotation::new(current).opening())
}

#[derive(Template)]
#[template(path = "passages/correction_mail.html")]
struct CorrectionMail<'a> {
    language: Language,
    own: &'static CorrectionsToldTexts,
    says: String,
    reason: Option<String>,
    quote: Option<String>,
    link: &'a str,
}

impl CorrectionMail<'_> {
    fn as_text(&self) -> String {
        let mut text = format!("{}\n\n", self.says);
        if let Some(reason) = &self.reason {
            text.push_str(&format!("{reason}\n\n"));
        }
        if let Some(quote) = &self.quote {
            text.push_str(&format!("> {quote}\n\n"));
        }
        let own = self.own;
        text.push_str(&format!(
            "{}: {}\n\n-- \n{}\n",
            own.article, self.link, own.why
        ));
        text
    }
}
