//! The recordings of a site as a list for readers, with what is said in them where they look for words.

use askama::Template;
use rejoinder_core::publication::language::Language;
use rejoinder_core::recordings::{Recording, Span};
use rejoinder_core::{Page, PageKey};

use crate::RenderContext;
use crate::catalogue::{Catalogue, fill};
use crate::links::{Links, encoded};
use crate::look::PageLook;
use crate::notices::notice::headline;
use crate::page::rendered;
use crate::recordings::time::{clock, seconds};
use crate::recordings::times::label;

/// A recording that was found.
#[derive(Debug, Clone)]
pub struct SearchHit<'a> {
    /// The recording.
    pub recording: &'a Recording,
    /// The page that it stands with.
    pub page: &'a Page,
    /// That page as its address is known.
    pub key: &'a PageKey,
    /// Where the words are said: when, by whom, and what.
    pub places: Vec<SearchedLine<'a>>,
}

/// A line in which words were found.
#[derive(Debug, Clone)]
pub struct SearchedLine<'a> {
    /// When it is said.
    pub start_ms: i64,
    /// Who says it, where that is known.
    pub speaker: Option<&'a str>,
    /// What is said.
    pub text: &'a str,
}

/// What a reader looks for, and where the list goes on.
#[derive(Debug, Clone, Copy)]
pub struct RecordingSearch<'a> {
    /// What was typed.
    pub words: &'a str,
    /// The id after which the list goes on.
    pub next: Option<&'a str>,
}

/// The recordings of a site as a whole page.
pub fn search_page(
    context: &RenderContext<'_>,
    sought: RecordingSearch<'_>,
    hits: &[SearchHit<'_>],
) -> String {
    let own = &context.texts.recordings;
    let title = fill(own.all, &[("site", &context.site.name())]);
    rendered(&RecordingSearchPage {
        texts: context.texts,
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        assets: context.look(),
        title: &title,
        context,
        sought,
        hits,
    })
}

/// Where a place of a recording is read and heard.
pub fn address(context: &RenderContext<'_>, hit: &SearchHit<'_>, start_ms: Option<i64>) -> String {
    let own = Links::new(context.base, context.site, hit.key).recording(hit.recording.id);
    match start_ms.map(seconds) {
        Some(at) => format!("{own}&t={at}#t={at}"),
        None => own,
    }
}

#[derive(Template)]
#[template(path = "recordings/search.html")]
struct RecordingSearchPage<'a> {
    texts: &'static Catalogue,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    context: &'a RenderContext<'a>,
    sought: RecordingSearch<'a>,
    hits: &'a [SearchHit<'a>],
}

impl RecordingSearchPage<'_> {
    fn here(&self) -> String {
        let host = encoded(&self.context.site.host);
        format!("{}/recordings/{host}", self.context.base)
    }

    fn to(&self, hit: &SearchHit<'_>) -> String {
        address(self.context, hit, None)
    }

    fn to_place(&self, hit: &SearchHit<'_>, place: &SearchedLine<'_>) -> String {
        address(self.context, hit, Some(place.start_ms))
    }

    fn article(&self, hit: &SearchHit<'_>) -> String {
        headline(self.context, hit.page)
    }

    fn length(&self, hit: &SearchHit<'_>) -> Option<String> {
        hit.recording.duration_ms.map(clock)
    }

    fn at(&self, place: &SearchedLine<'_>) -> String {
        clock(place.start_ms)
    }

    fn play(&self, place: &SearchedLine<'_>) -> String {
        let start_ms = u64::try_from(place.start_ms).unwrap_or(0);
        let end_ms = None;
        label(self.texts, Span { start_ms, end_ms })
    }

    fn more(&self, next: &str) -> String {
        let words = encoded(self.sought.words);
        format!("{}?words={words}&after={next}", self.here())
    }
}
