//! Whole pages on the server's own origin. They hold no inline script or style, and need neither.

use askama::Template;
use rejoinder_core::publication::language::Language;
use rejoinder_core::{Comment, PageKey, Thread};

use crate::discussion::feed::{self, Alternate};
use crate::discussion::form::{Problem, Problems, Tool, tools};
use crate::discussion::thread::{Kind, key, links, section, title};
use crate::links::{Act, Links, Place};
use crate::words::{self, Name, Words, fill};
use crate::{Context, View, discussion::json_ld};

/// The thread as a whole page: for iframes, for readers without script, for search engines.
pub fn thread_page(context: &Context<'_>, thread: &Thread, view: &View<'_>) -> String {
    let links = links(context, thread);
    let query = &thread.query;
    let is_whole = query.after.is_none()
        && query.root.is_none()
        && query.filter.is_none()
        && query.sort == context.site.settings.sort;
    let page = ThreadPage {
        words: context.words,
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        assets: context.assets,
        title: page_title(context.words, thread),
        headline: title(thread),
        canonical: links.people().unwrap_or_else(|| links.thread()),
        people: links.people(),
        is_indexed: is_whole && view.form.problem.is_none() && view.form.reply.is_none(),
        section: section(context, thread, view, Kind::Page),
        json_ld: json_ld::discussion(context, thread),
        feeds: feed::alternates(context, key(thread)),
    };
    rendered(&page)
}

fn page_title(words: &Words, thread: &Thread) -> String {
    match title(thread) {
        Some(title) => fill(&words.page.comments_on, &[("title", &Name(title))]),
        None => words.page.comments.clone(),
    }
}

#[derive(Template)]
#[template(path = "discussion/thread_page.html")]
struct ThreadPage<'a> {
    words: &'static Words,
    language: Language,
    direction: &'static str,
    assets: &'a str,
    title: String,
    headline: Option<&'a str>,
    canonical: &'a str,
    people: Option<&'a str>,
    is_indexed: bool,
    section: String,
    json_ld: String,
    feeds: Vec<Alternate>,
}

/// One's own comment, to be changed or deleted; `text` is what was typed, when it was refused.
pub fn edit_page(
    context: &Context<'_>,
    key: &PageKey,
    comment: &Comment,
    text: Option<&str>,
    problem: Option<Problem<'_>>,
) -> String {
    let links = Links::new(context.base, context.site, key);
    let page = EditPage {
        words: context.words,
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        assets: context.assets,
        title: &context.words.page.edit,
        text: text.unwrap_or(&comment.text),
        problems: Problems(problem),
        max_graphemes: context.site.settings.max_graphemes,
        links: &links,
        comment,
    };
    rendered(&page)
}

#[derive(Template)]
#[template(path = "discussion/edit_page.html")]
struct EditPage<'a> {
    words: &'static Words,
    language: Language,
    direction: &'static str,
    assets: &'a str,
    title: &'a str,
    text: &'a str,
    problems: Problems<'a>,
    max_graphemes: usize,
    links: &'a Links,
    comment: &'a Comment,
}

impl<'a> EditPage<'a> {
    fn tools(&self) -> [Tool<'a>; 9] {
        tools(self.words)
    }

    fn act(&self, what: &'static str) -> Act<'_> {
        self.links.act(self.comment.id, what)
    }

    fn back(&self) -> crate::links::Link<'_> {
        self.links.to(Place::Own(self.comment.id))
    }
}

/// What stands at the address of a server that publishes no articles of its own: the same for
/// everyone, and without the name of any site.
pub fn welcome_page(base: &str, assets: &str) -> String {
    rendered(&WelcomePage {
        language: Language::English,
        direction: Language::English.direction(),
        assets,
        title: "Comments are served here",
        base,
    })
}

#[derive(Template)]
#[template(path = "identity/welcome.html")]
struct WelcomePage<'a> {
    language: Language,
    direction: &'static str,
    assets: &'a str,
    title: &'static str,
    base: &'a str,
}

/// A refusal as a page, with the way back.
pub fn message_page(title: &str, text: &str, back: &str) -> String {
    sentence(Language::English, title, text, back)
}

/// That something was not done, or is not there, as a page.
pub fn problem_page(language: Language, is_there: bool, detail: &str) -> String {
    let words = &words::of(language).page;
    let title = if is_there {
        &words.not_done
    } else {
        &words.not_there
    };
    sentence(language, title, detail, "/")
}

/// That a comment waits, as a page.
pub fn held_page(language: Language, back: &str) -> String {
    let words = &words::of(language).page;
    sentence(language, &words.arrived, &words.held, back)
}

fn sentence(language: Language, title: &str, text: &str, back: &str) -> String {
    rendered(&MessagePage {
        words: words::of(language),
        language,
        direction: language.direction(),
        assets: "",
        title,
        text,
        back,
    })
}

#[derive(Template)]
#[template(path = "message_page.html")]
struct MessagePage<'a> {
    words: &'static Words,
    language: Language,
    direction: &'static str,
    assets: &'static str,
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
