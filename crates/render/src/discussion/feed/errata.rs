//! The feed of what an article, or a site, was corrected in.

use rejoinder_core::discussion::feed::FeedFormat;
use rejoinder_core::passages::Erratum;
use rejoinder_core::{Page, PageKey, Time};

use super::{Channel, FeedEntry, headline, tag, written};
use crate::RenderContext;
use crate::catalogue::{IsolatedName, fill};
use crate::html::Html;
use crate::links::{Links, encoded};
use crate::passages::errata::{ErratumEntry, shown_at, thanks};

/// The lines with their articles as a feed in a format. `key` is what the page is known by, where it is the
/// feed of one.
pub fn errata_feed(
    context: &RenderContext<'_>,
    errata: &[(Erratum, Page)],
    key: Option<&PageKey>,
    format: FeedFormat,
) -> String {
    let (site, own) = (context.site, &context.texts.corrections);
    let links = key.map(|key| Links::new(context.base, site, key));
    let entries: Vec<_> = errata.iter().map(|own| entry(context, own)).collect();
    let title = match (errata.first(), key) {
        (Some((_, page)), Some(_)) => fill(own.of, &[("page", &IsolatedName(headline(page)))]),
        (None, Some(key)) => fill(own.of, &[("page", &IsolatedName(key.as_str()))]),
        (_, None) => fill(own.at, &[("site", &IsolatedName(site.name()))]),
    };
    let updated_at = entries.iter().map(|entry| entry.created_at).max();
    let channel = Channel {
        title,
        publisher: site.name(),
        language: site.settings.language,
        home: match &links {
            Some(links) => links.reading().to_owned(),
            None => super::front(site),
        },
        addresses: FeedFormat::ALL.map(|format| address(context, key, Some(format))),
        updated_at: updated_at.unwrap_or(Time::from_micros(0)),
        entries,
    };
    written(&channel, format)
}

/// Where the list is, as a fragment or in a format.
pub(crate) fn address(
    context: &RenderContext<'_>,
    key: Option<&PageKey>,
    format: Option<FeedFormat>,
) -> String {
    let mut address = format!(
        "{}/embed/corrections?site={}",
        context.base,
        encoded(&context.site.host)
    );
    if let Some(key) = key {
        address.push_str("&page=");
        address.push_str(&encoded(key.name()).to_string());
    }
    if let Some(format) = format {
        address.push_str("&format=");
        address.push_str(format.as_str());
    }
    address
}

fn entry<'a>(context: &RenderContext<'a>, (erratum, page): &'a (Erratum, Page)) -> FeedEntry<'a> {
    let own = &context.texts.corrections;
    let links = Links::new(context.base, context.site, &page.key);
    let line = ErratumEntry {
        line: &erratum.line,
        thanks: thanks(own, erratum),
    };
    let at = shown_at(erratum);
    FeedEntry {
        id: tag(context.site, at, &format!("corrections/{}", erratum.id)),
        url: links.reading().to_owned(),
        title: fill(own.of, &[("page", &IsolatedName(headline(page)))]),
        name: context.site.name(),
        website: None,
        html: Html::of(&line),
        created_at: at,
        edited_at: None,
        reply_to: None,
    }
}
