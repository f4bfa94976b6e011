//! Sources as they are given with a comment or a correction: by JSON, or in the fields of a form.

use rejoinder_core::Refusal;
use rejoinder_core::passages::source_check::{MAX_SOURCES, Source, Stance};
use rejoinder_core::passages::{Quote, Sources};
use render::passages::{SourceFields, SourceRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::error::ApiError;
use crate::http::extract::Params;

/// Sources for or against a passage.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostSources {
    /// What they do to the claim: `supports`, `contradicts`, `context`, `cannot_tell`.
    #[schema(example = "contradicts")]
    stance: String,
    /// What they are about, at most 280 characters; without it, what the passage says.
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<String>,
    /// Who claims it; editors alone may say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    claimant: Option<String>,
    /// One to five; none at all takes those away that a comment carries.
    list: Vec<PostSource>,
}

/// A source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostSource {
    /// Its address.
    url: String,
    /// What it is called, at most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// What it says, at most 300 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<String>,
    /// The day on which it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-29")]
    published: Option<String>,
}

impl PostSources {
    /// What the fields of a form say; nothing where no source was filled in.
    pub(super) fn of_form(fields: &Params) -> Option<Self> {
        let typed = typed(fields);
        let own = |text: &str| Some(text.to_owned()).filter(|text| !text.trim().is_empty());
        let source = |row: &SourceRow| PostSource {
            url: row.url.clone(),
            title: own(&row.title),
            quote: own(&row.quote),
            published: own(&row.published),
        };
        let list: Vec<PostSource> = typed.rows.iter().map(source).collect();
        (!list.is_empty()).then(|| Self {
            stance: typed.stance.clone(),
            claim: own(&typed.claim),
            claimant: own(&typed.claimant),
            list,
        })
    }

    /// No sources.
    pub(super) const fn none() -> Self {
        Self {
            stance: String::new(),
            claim: None,
            claimant: None,
            list: Vec::new(),
        }
    }

    /// Whether they are none.
    pub(super) const fn is_none(&self) -> bool {
        self.list.is_empty()
    }

    /// The sources about what `passage` says.
    pub(super) fn sources(self, passage: Option<&Quote>) -> Result<Sources, ApiError> {
        let passage = passage.ok_or(Refusal::SourcesWithoutPassage)?;
        let unknown = || {
            let detail =
                "The field `stance` must be `supports`, `contradicts`, `context` or `cannot_tell`.";
            ApiError::body(detail).field("sources")
        };
        let stance = Stance::from_word(&self.stance).ok_or_else(unknown)?;
        let source = |own: &PostSource| {
            let url = markup::safe_url(&own.url).ok_or(Refusal::SourceInvalid)?;
            let (title, quote) = (own.title.as_deref(), own.quote.as_deref());
            Source::new(&url, title, quote, own.published.as_deref())
        };
        let list = self.list.iter().map(source).collect::<Result<_, _>>()?;
        let (claim, claimant) = (self.claim.as_deref(), self.claimant.as_deref());
        Ok(Sources::new(passage, claim, claimant, stance, list)?)
    }
}

/// What was typed into the fields of sources.
pub(super) fn typed(fields: &Params) -> SourceFields {
    let get = |name: &str| fields.get(name).unwrap_or_default().to_owned();
    let row = |n: usize| SourceRow {
        url: get(&format!("source_url_{n}")),
        title: get(&format!("source_title_{n}")),
        quote: get(&format!("source_quote_{n}")),
        published: get(&format!("source_published_{n}")),
    };
    let rows = (1..=MAX_SOURCES).map(row);
    SourceFields {
        claim: get("claim"),
        claimant: get("claimant"),
        stance: get("stance"),
        rows: rows.filter(|row| !row.is_blank()).collect(),
    }
}
