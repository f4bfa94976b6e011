//! The page that says how it is found what readers of both sides like.

use askama::Template;
use rejoinder_core::publication::language::Language;

use crate::RenderContext;
use crate::catalogue::Catalogue;
use crate::look::PageLook;
use crate::page::rendered;

/// How "Agreed across divides" works, for readers.
pub fn method_page(context: &RenderContext<'_>) -> String {
    let language = context.site.settings.language;
    rendered(&MethodPage {
        texts: context.texts,
        language,
        direction: language.direction(),
        assets: context.look(),
        title: context.texts.agreement.badge,
        name: context.site.settings.title.as_str(),
    })
}

#[derive(Template)]
#[template(path = "discussion/agreed.html")]
struct MethodPage<'a> {
    texts: &'static Catalogue,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    name: &'a str,
}
