//! Telling the moderators that a comment breaks the rules.

use askama::Template;
use rejoinder_core::identity::author::Role;
use rejoinder_core::moderation::FlagReason;
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Comment, PageKey};

use crate::catalogue::{Catalogue, IsolatedName, fill};
use crate::links::{ActionLink, LinkTarget, Links, ThreadLink};
use crate::look::PageLook;
use crate::page::rendered;
use crate::{RenderContext, message_page};

/// The form on which a reader says what is wrong with `comment`.
pub fn flag_page(context: &RenderContext<'_>, key: &PageKey, comment: &Comment) -> String {
    let links = Links::new(context.base, context.site, key);
    rendered(&FlagPage {
        texts: context.texts,
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        assets: context.look(),
        title: context.texts.flag.title,
        links: &links,
        comment,
    })
}

/// That it was noted, with the way back to the comment.
pub fn flagged_page(context: &RenderContext<'_>, key: &PageKey, comment: &Comment) -> String {
    let links = Links::new(context.base, context.site, key);
    let texts = &context.texts.flag;
    let back = links.to(LinkTarget::Own(comment.id)).to_string();
    message_page(texts.title, texts.thanks, &back)
}

#[derive(Template)]
#[template(path = "moderation/flag.html")]
struct FlagPage<'a> {
    texts: &'static Catalogue,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    links: &'a Links,
    comment: &'a Comment,
}

impl FlagPage<'_> {
    /// Each reason as its word and what readers call it.
    fn reasons(&self) -> Vec<(&'static str, &str)> {
        let shown = |word: &'static str| self.texts.flag.reasons.get(word).unwrap_or(word);
        let all = FlagReason::ALL.iter().map(|reason| reason.as_str());
        all.map(|word| (word, shown(word))).collect()
    }

    /// What mutes the author, whom the newsroom does not vouch for. Whose a comment is that does not
    /// show stays unsaid.
    fn mute(&self) -> Option<String> {
        let author = &self.comment.author;
        let name = [(
            "name",
            &IsolatedName(&author.name) as &dyn std::fmt::Display,
        )];
        let is_offered = self.comment.is_published() && author.role == Role::Reader;
        is_offered.then(|| fill(self.texts.flag.mute, &name))
    }

    fn act(&self) -> ActionLink<'_> {
        self.links.act(self.comment.id, "flag")
    }

    fn back(&self) -> ThreadLink<'_> {
        self.links.to(LinkTarget::Own(self.comment.id))
    }
}
