//! Whole pages of a discussion on the server's own origin: for iframes and for readers without script.

use askama::Template;
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::language::Language;
use rejoinder_core::publication::settings::SourceChecks;
use rejoinder_core::{Comment, PageKey, Thread};

use crate::catalogue::{Catalogue, IsolatedName, fill};
use crate::discussion::feed::{self, FeedLink};
use crate::discussion::form::{FormProblem, FormProblems, FormatButton, tools};
use crate::discussion::target::RenderTarget;
use crate::discussion::thread::{key, links, section, title};
use crate::html::Html;
use crate::links::{ActionLink, LinkTarget, Links, ThreadLink};
use crate::look::PageLook;
use crate::page::rendered;
use crate::passages::SourceFields;
use crate::passages::errata::{ErratumRow, errata_html};
use crate::passages::sources::fieldset;
use crate::{
    RenderContext, ThreadView,
    discussion::{image, json_ld},
};

/// The thread as a whole page: for iframes, for readers without script, for search engines.
pub fn thread_page(context: &RenderContext<'_>, thread: &Thread, view: &ThreadView<'_>) -> String {
    let links = links(context, thread);
    let query = &thread.query;
    let is_whole = query.after.is_none()
        && query.root.is_none()
        && query.filter.is_none()
        && query.passage.is_none()
        && query.sort == context.site.settings.sort;
    let page = ThreadPage {
        texts: context.texts,
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        assets: context.look(),
        title: page_title(context.texts, thread),
        headline: title(thread),
        canonical: links.people().unwrap_or_else(|| links.thread()),
        people: links.people(),
        is_marked: view.marked.is_some(),
        is_indexed: is_whole && view.form.problem.is_none() && view.form.reply.is_none(),
        has_reactions: !context.site.settings.reactions.is_empty(),
        errata: errata_html(context, &ErratumRow::of(&thread.errata))
            .filter(|_| query.passage.is_none()),
        section: section(context, thread, view, RenderTarget::Page),
        json_ld: json_ld::discussion(context, thread),
        feeds: feed::alternates(context, key(thread)),
    };
    rendered(&page)
}

fn page_title(texts: &Catalogue, thread: &Thread) -> String {
    match title(thread) {
        Some(title) => fill(texts.page.comments_on, &[("title", &IsolatedName(title))]),
        None => texts.page.comments.to_owned(),
    }
}

#[derive(Template)]
#[template(path = "discussion/thread_page.html")]
struct ThreadPage<'a> {
    texts: &'static Catalogue,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: String,
    headline: Option<&'a str>,
    canonical: &'a str,
    people: Option<&'a str>,
    is_marked: bool,
    is_indexed: bool,
    has_reactions: bool,
    errata: Option<Html<'static>>,
    section: Html<'static>,
    json_ld: Html<'static>,
    feeds: Vec<FeedLink>,
}

/// One's own comment, to be changed or deleted; `typed` is what was typed, when it was refused.
pub fn edit_page(
    context: &RenderContext<'_>,
    key: &PageKey,
    comment: &Comment,
    typed: Option<(&str, Option<SourceFields>)>,
    problem: Option<FormProblem<'_>>,
) -> String {
    let links = Links::new(context.base, context.site, key);
    let (text, typed) = typed.unzip();
    let page = EditPage {
        sources: sources(context, comment, typed.flatten()),
        texts: context.texts,
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        assets: context.look(),
        title: context.texts.page.edit,
        text: text.unwrap_or(&comment.text),
        problems: FormProblems(problem),
        max_graphemes: context.site.settings.max_graphemes,
        images: image::fields(context.site, &links, comment),
        links: &links,
        comment,
    };
    rendered(&page)
}

/// The fields of the sources that a comment carries, or may carry.
fn sources(
    context: &RenderContext<'_>,
    comment: &Comment,
    typed: Option<SourceFields>,
) -> Option<Html<'static>> {
    let before = comment.source_check.as_deref().map(|own| &own.sources);
    let takes = context.site.settings.source_checks == SourceChecks::On;
    if before.is_none() && (!takes || comment.annotation.is_none()) {
        return None;
    }
    let fields = typed.or_else(|| before.map(SourceFields::of));
    let names_claimant = comment.author.role >= Role::Editor;
    let fields = fields.unwrap_or_default();
    Some(fieldset(context.texts, &fields, names_claimant))
}

#[derive(Template)]
#[template(path = "discussion/edit_page.html")]
struct EditPage<'a> {
    texts: &'static Catalogue,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    text: &'a str,
    problems: FormProblems<'a>,
    max_graphemes: usize,
    links: &'a Links,
    comment: &'a Comment,
    sources: Option<Html<'static>>,
    /// The pictures that it carries, for the script that changes them; nothing where there are none.
    images: Option<String>,
}

impl<'a> EditPage<'a> {
    fn tools(&self) -> [FormatButton<'a>; 9] {
        tools(self.texts)
    }

    fn act(&self, what: &'static str) -> ActionLink<'_> {
        self.links.act(self.comment.id, what)
    }

    fn back(&self) -> ThreadLink<'_> {
        self.links.to(LinkTarget::Own(self.comment.id))
    }
}
