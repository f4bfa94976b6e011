//! What every whole page stands on, and the page that holds one sentence.
//!
//! Pages hold no inline script or style, and need neither.

use askama::Template;
use rejoinder_core::publication::language::Language;

use crate::catalogue::{self, Catalogue};
use crate::look::PageLook;

/// A refusal as a page, with the way back.
pub fn message_page(title: &str, text: &str, back: &str) -> String {
    sentence(Language::English, title, text, back)
}

/// That something was not done, or is not there, as a page.
pub fn problem_page(language: Language, is_there: bool, detail: &str) -> String {
    let texts = &catalogue::of(language).page;
    let title = if is_there {
        &texts.not_done
    } else {
        &texts.not_there
    };
    sentence(language, title, detail, "/")
}

/// That a comment waits, as a page.
pub fn held_page(language: Language, back: &str) -> String {
    let texts = &catalogue::of(language).page;
    sentence(language, texts.arrived, texts.held, back)
}

fn sentence(language: Language, title: &str, text: &str, back: &str) -> String {
    rendered(&MessagePage {
        texts: catalogue::of(language),
        language,
        direction: language.direction(),
        assets: PageLook::plain(""),
        title,
        text,
        back,
    })
}

#[derive(Template)]
#[template(path = "message_page.html")]
struct MessagePage<'a> {
    texts: &'static Catalogue,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    text: &'a str,
    back: &'a str,
}

pub(crate) fn rendered(template: &impl Template) -> String {
    let mut out = String::with_capacity(16_384);
    // Writing to a string cannot fail.
    let _ = template.render_into(&mut out);
    out
}
