//! What a server shows at its own address.

use askama::Template;
use rejoinder_core::publication::language::Language;

use crate::catalogue::{self, NewsroomWelcomeTexts};
use crate::look::PageLook;
use crate::page::rendered;

/// What stands at the address of a server that publishes no articles of its own: the same for
/// everyone, and without the name of any site.
pub fn welcome_page(base: &str, assets: &str) -> String {
    let texts = &catalogue::of(Language::English).newsroom.welcome;
    rendered(&WelcomePage {
        language: Language::English,
        direction: Language::English.direction(),
        assets: PageLook::plain(assets),
        texts,
        title: texts.title,
        base,
    })
}

#[derive(Template)]
#[template(path = "publication/welcome.html")]
struct WelcomePage<'a> {
    texts: &'static NewsroomWelcomeTexts,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    base: &'a str,
}
