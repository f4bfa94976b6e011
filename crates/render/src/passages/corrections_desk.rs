//! The editors' page about the corrections that readers sent, and the lists that they end in.

use askama::Template;
use rejoinder_core::passages::correction::{CorrectionState, MAX_LINE_CHARS};
use rejoinder_core::passages::{AnnotationState, Correction, Erratum};
use rejoinder_core::{Page, Site, Time};

use crate::catalogue::{self, CorrectionsDeskTexts, IsolatedName, fill};
use crate::html::Html;
use crate::moderation;
use crate::newsroom::{Age, FlashMessage, NewsroomFrame};
use crate::page::rendered;
use crate::passages::sources;

/// The longest passage of which a line is suggested, in characters.
const MAX_SUGGESTED: usize = 200;

/// A correction as editors see it.
#[derive(Debug)]
pub struct CorrectionRow {
    /// The correction.
    pub correction: Correction,
    /// The article's page.
    pub page: Page,
    /// The line of the list that follows from it.
    pub erratum: Option<Erratum>,
    /// Whether the server knows the article's versions.
    pub has_versions: bool,
}

/// The corrections in one state as a page.
#[derive(Debug, Template)]
#[template(path = "passages/corrections.html")]
pub struct CorrectionsPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// What became of those that are shown.
    pub state: CorrectionState,
    /// The corrections.
    pub rows: &'a [CorrectionRow],
    /// Where the list goes on.
    pub next: Option<String>,
    /// The decision that a button takes back: the correction.
    pub undo: Option<&'a str>,
    /// The newest lines of the lists.
    pub lines: &'a [(Erratum, Page)],
    /// What was typed for a new line: the page's address, the line, and why it was not taken.
    pub typed: (&'a str, &'a str, Option<&'a str>),
}

/// What the list of corrections is called.
pub fn corrections_title(site: &Site) -> &'static str {
    texts(site).title
}

/// What was just done, by the word that the address carries.
pub fn corrections_flash(site: &Site, code: &str) -> Option<FlashMessage> {
    let texts = texts(site);
    match code {
        "accepted" => Some(FlashMessage::new(texts.flash_accepted)),
        "declined" => Some(FlashMessage::new(texts.flash_declined)),
        "reopened" => Some(FlashMessage::new(texts.flash_reopened)),
        "added" => Some(FlashMessage::new(texts.flash_added)),
        "removed" => Some(FlashMessage::new(texts.flash_removed)),
        _ => None,
    }
}

/// The corrections in one state as a page.
pub fn corrections_page(page: &CorrectionsPage<'_>) -> String {
    rendered(page)
}

fn texts(site: &Site) -> &'static CorrectionsDeskTexts {
    &catalogue::of(site.settings.language).corrections.desk
}

impl<'a> CorrectionsPage<'a> {
    fn texts(&self) -> &'static CorrectionsDeskTexts {
        texts(self.frame.site)
    }

    /// The states with their names and where they are listed.
    fn states(&self) -> [(CorrectionState, &'static str, String); 4] {
        let texts = self.texts();
        CorrectionState::ALL.map(|state| {
            let name = match state {
                CorrectionState::Open => texts.open,
                CorrectionState::Held => texts.held,
                CorrectionState::Accepted => texts.accepted,
                CorrectionState::Declined => texts.declined,
            };
            let host = &self.frame.site.host;
            let address = format!("/edit/{host}/corrections?state={}", state.as_str());
            (state, name, address)
        })
    }

    fn is_here(&self, state: &CorrectionState) -> bool {
        self.state == *state
    }

    fn page_title(&self, page: &'a Page) -> &'a str {
        moderation::title(page)
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }

    fn quote(&self, row: &'a CorrectionRow) -> Option<&'a str> {
        let annotation = row.correction.annotation.as_ref()?;
        Some(annotation.selector.quote.exact.as_str())
    }

    fn sources(&self, row: &CorrectionRow) -> Option<Html<'static>> {
        let sources = row.correction.sources.as_ref()?;
        let texts = catalogue::of(self.frame.site.settings.language);
        Some(sources::plain(texts, sources))
    }

    fn is_gone(&self, row: &CorrectionRow) -> bool {
        let annotation = row.correction.annotation.as_ref();
        annotation.is_some_and(|own| own.state == AnnotationState::Orphaned)
    }

    /// The words that stand where the passage stood.
    fn now(&self, row: &'a CorrectionRow) -> Option<&'a str> {
        let annotation = row.correction.annotation.as_ref()?;
        let is_changed = annotation.state == AnnotationState::Changed;
        is_changed.then(|| annotation.to_find().quote.exact.as_str())
    }

    fn may_thank(&self, name: &str) -> String {
        fill(self.texts().may_thank, &[("name", &IsolatedName(name))])
    }

    fn thank(&self, name: &str) -> String {
        fill(self.texts().thank, &[("name", &IsolatedName(name))])
    }

    /// The line that is offered for the list: what the article said, where that is known for sure.
    fn suggested(&self, row: &CorrectionRow) -> String {
        let annotation = row.correction.annotation.as_ref();
        let Some(current) = annotation.and_then(|own| own.current.as_ref()) else {
            return String::new();
        };
        let quote = &current.quote.exact;
        let is_short = quote.chars().count() <= MAX_SUGGESTED;
        if !is_short || row.correction.proposed.is_none() {
            return String::new();
        }
        let quote = quote.split_whitespace().collect::<Vec<_>>().join(" ");
        fill(self.texts().suggested, &[("quote", &quote)])
    }

    fn version(&self, erratum: &Erratum) -> Option<String> {
        let n = erratum.version?;
        Some(fill(self.texts().version, &[("n", &n)]))
    }

    fn reason(&self, row: &'a CorrectionRow) -> &'a str {
        row.correction.reason.as_deref().unwrap_or_default()
    }

    fn here(&self) -> String {
        format!("/edit/{}/corrections", self.frame.site.host)
    }

    fn empty(&self) -> &'static str {
        match self.state {
            CorrectionState::Open => self.texts().none,
            CorrectionState::Held | CorrectionState::Accepted | CorrectionState::Declined => {
                self.texts().none_here
            }
        }
    }
}
