//! What stands where a thread cannot be shown.

use rejoinder_core::publication::language::Language;
use serde::Serialize;
use utoipa::ToSchema;

use crate::catalogue::{self, fill};

/// What keeps a page from showing its thread, as far as the publisher can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbeddingProblem {
    /// The page was opened as a file or in a sandboxed frame.
    OriginMissing,
    /// There is no such site.
    SiteUnknown,
    /// The site does not list the origin of the page.
    OriginRefused,
    /// The page is on a host that is no part of the site.
    PageElsewhere,
}

/// What the widget says where a thread cannot be shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct EmbeddingBody {
    /// The language of the texts.
    language: &'static str,
    /// Their direction: `ltr` or `rtl`.
    direction: &'static str,
    /// For the reader.
    text: String,
    /// What the button says.
    retry: String,
    /// What the publisher can do; nothing when the page is as it should be.
    advice: Option<String>,
    /// Whether any site lists the origin of the page, so that its people may see the advice there.
    is_listed: bool,
}

/// The page that asks.
#[derive(Debug, Clone, Copy)]
pub struct EmbeddingRequest<'a> {
    /// The site that it names.
    pub site: &'a str,
    /// Its own name.
    pub page: &'a str,
    /// Its origin.
    pub origin: &'a str,
    /// Whether any site lists that.
    pub is_listed: bool,
}

/// What to say in `language` to a page that `problem`, if anything, keeps from its thread.
pub fn body(
    language: Language,
    asking: EmbeddingRequest<'_>,
    problem: Option<EmbeddingProblem>,
) -> EmbeddingBody {
    let texts = &catalogue::of(language).embedding;
    let advice = problem.map(|problem| {
        let text = match problem {
            EmbeddingProblem::OriginMissing => &texts.origin_missing,
            EmbeddingProblem::SiteUnknown => &texts.site_unknown,
            EmbeddingProblem::OriginRefused => &texts.origin_refused,
            EmbeddingProblem::PageElsewhere => &texts.page_elsewhere,
        };
        let values = [
            ("site", &asking.site as &dyn std::fmt::Display),
            ("page", &asking.page),
            ("origin", &asking.origin),
        ];
        fill(text, &values)
    });
    EmbeddingBody {
        language: language.tag(),
        direction: language.direction(),
        text: texts.text.to_owned(),
        retry: texts.retry.to_owned(),
        advice,
        is_listed: asking.is_listed,
    }
}
