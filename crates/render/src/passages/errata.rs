//! The list of what an article, or a site, was corrected in: as a fragment that publishers include, and
//! as a feed.

use askama::Template;
use rejoinder_core::passages::Erratum;
use rejoinder_core::{Page, Time};

use crate::RenderContext;
use crate::catalogue::{CorrectionsTexts, IsolatedName, fill};
use crate::html::Html;

/// A line of the list, with its article where the list is of several.
#[derive(Debug, Clone, Copy)]
pub struct ErratumRow<'a> {
    /// The line.
    pub erratum: &'a Erratum,
    /// The article's page.
    pub page: Option<&'a Page>,
}

impl<'a> ErratumRow<'a> {
    /// The lines of one article.
    pub fn of(errata: &'a [Erratum]) -> Vec<Self> {
        let line = |erratum| Self {
            erratum,
            page: None,
        };
        errata.iter().map(line).collect()
    }
}

/// The list as an HTML fragment, which takes its looks from the page around it; nothing where it is empty.
pub fn errata_fragment(context: &RenderContext<'_>, errata: &[ErratumRow<'_>]) -> String {
    errata_html(context, errata).map_or_else(String::new, Html::into_string)
}

/// The same, to be printed in a page.
pub(crate) fn errata_html(
    context: &RenderContext<'_>,
    errata: &[ErratumRow<'_>],
) -> Option<Html<'static>> {
    let list = Errata {
        context,
        own: &context.texts.corrections,
        errata,
    };
    (!errata.is_empty()).then(|| Html::of(&list))
}

/// A line as the entry of a feed holds it.
#[derive(Template)]
#[template(path = "passages/erratum.html")]
pub(crate) struct ErratumEntry<'a> {
    pub(crate) line: &'a str,
    pub(crate) thanks: Option<String>,
}

/// Whom a line thanks, in a sentence.
pub(crate) fn thanks(own: &CorrectionsTexts, erratum: &Erratum) -> Option<String> {
    let name = erratum.thanks.as_deref()?;
    Some(fill(own.thanks, &[("name", &IsolatedName(name))]))
}

/// Since when a line is shown.
pub(crate) fn shown_at(erratum: &Erratum) -> Time {
    erratum.published_at.unwrap_or(Time::from_micros(0))
}

#[derive(Template)]
#[template(path = "passages/errata.html")]
struct Errata<'a> {
    context: &'a RenderContext<'a>,
    own: &'static CorrectionsTexts,
    errata: &'a [ErratumRow<'a>],
}

impl Errata<'_> {
    fn thanks(&self, erratum: &Erratum) -> Option<String> {
        thanks(self.own, erratum)
    }

    fn at(&self, erratum: &Erratum) -> Time {
        shown_at(erratum)
    }

    fn day(&self, erratum: &Erratum) -> String {
        self.context.texts.long_date(shown_at(erratum)).to_string()
    }

    fn headline<'p>(&self, page: &'p Page) -> &'p str {
        crate::moderation::title(page)
    }
}
