//! What an account is told in the page: a list that the widget shows, and the page that holds it.

use askama::Template;
use rejoinder_core::notices::bell::Ring;
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Comment, Page, PageKey, Time};

use crate::Context;
use crate::catalogue::{Catalogue, Name, NoticesTexts, fill};
use crate::discussion::comment::shown_name;
use crate::links::{Links, Place, encoded};
use crate::notices::notice::headline;
use crate::page::rendered;

/// The longest piece of a comment that is quoted, in characters.
const MAX_QUOTE: usize = 140;

/// One thing that an account is told.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// What it is about.
    pub ring: Ring,
    /// The comment.
    pub comment: &'a Comment,
    /// The page it stands on.
    pub page: &'a Page,
    /// When it happened.
    pub at: Time,
    /// Whether it was seen.
    pub is_read: bool,
}

/// The page that tells `told`, newest first. `from` is the page that its reader came from.
pub fn bell_page(context: &Context<'_>, told: &[Told<'_>], from: Option<&PageKey>) -> String {
    let language = context.site.settings.language;
    let own = &context.texts.notices;
    let links = from.map(|key| Links::new(context.base, context.site, key));
    let has_unread = told.iter().any(|one| !one.is_read);
    rendered(&BellPage {
        texts: context.texts,
        own,
        language,
        direction: language.direction(),
        assets: context.assets,
        title: &own.bell.title,
        context,
        told,
        until: told
            .first()
            .filter(|_| has_unread)
            .map(|one| one.at.micros()),
        from: from.map(|key| key.url().unwrap_or(key.as_str())),
        back: links.as_ref().map(Links::thread),
    })
}

/// Where the page is found on the server.
pub(crate) fn path(context: &Context<'_>) -> String {
    format!("/embed/notices?site={}", encoded(&context.site.host))
}

#[derive(Template)]
#[template(path = "notices/bell.html")]
struct BellPage<'a> {
    texts: &'static Catalogue,
    own: &'static NoticesTexts,
    language: Language,
    direction: &'static str,
    assets: &'a str,
    title: &'a str,
    context: &'a Context<'a>,
    told: &'a [Told<'a>],
    until: Option<i64>,
    from: Option<&'a str>,
    back: Option<&'a str>,
}

impl BellPage<'_> {
    fn says(&self, one: &Told<'_>) -> String {
        let texts = &self.own.bell;
        let form = match one.ring {
            Ring::Reply => &texts.reply,
            Ring::Comment => &texts.comment,
            Ring::Approved => &texts.approved,
            Ring::Rejected => &texts.rejected,
            Ring::Featured => &texts.featured,
        };
        let page = headline(self.context, one.page);
        let name = shown_name(self.texts, one.comment);
        fill(form, &[("name", &Name(name)), ("page", &Name(&page))])
    }

    /// The comment, or where its author reads why nobody sees it.
    fn link(&self, one: &Told<'_>) -> String {
        if !one.comment.is_published() {
            return self.account();
        }
        let links = Links::new(self.context.base, self.context.site, &one.page.key);
        links.to(Place::Comment(one.comment.id)).to_string()
    }

    fn account(&self) -> String {
        format!("{}/account/{}", self.context.base, self.context.site.host)
    }

    fn quote(&self, one: &Told<'_>) -> String {
        let text = markup::plain_text(&one.comment.html);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match text.char_indices().nth(MAX_QUOTE) {
            Some((end, _)) => {
                let cut = &text[..end];
                format!("{}…", cut.rsplit_once(' ').map_or(cut, |(words, _)| words))
            }
            None => text,
        }
    }

    fn day(&self, time: &Time) -> String {
        self.texts.date(*time).to_string()
    }
}
