//! A thread as HTML.

use askama::Template;
use rejoinder_core::discussion::agreement::score::LEAST_RANK;
use rejoinder_core::discussion::sort::Sort;
use rejoinder_core::discussion::thread::ThreadEntry;
use rejoinder_core::identity::author::Role;
use rejoinder_core::notices::subscription::MailPace;
use rejoinder_core::passages::Passage;
use rejoinder_core::publication::settings::{
    Bubble, Mentions, ModerationMode, Passages, Questions, SourceChecks,
};
use rejoinder_core::{
    Comment, CommentId, Filter, Page, PageKey, SafeHtml, Thread, ThreadQuery, Time,
    discussion::policy,
};

use crate::catalogue::{Catalogue, fill};
use crate::discussion::comment::CommentContext;
use crate::discussion::form::{FormTarget, ReplyForm, compose};
use crate::discussion::target::RenderTarget;
use crate::discussion::tree::CommentTree;
use crate::html::Html;
use crate::links::{LinkTarget, Links, ThreadLink};
use crate::page::rendered;
use crate::passages::question;
use crate::recordings;
use crate::{RenderContext, ThreadView};

/// The thread, for the widget and for pages that carry it.
///
/// What goes on after a cursor comes without heading and form.
pub fn thread_fragment(context: &RenderContext<'_>, thread: &Thread) -> String {
    fragment(context, thread).into_string()
}

pub(crate) fn fragment(context: &RenderContext<'_>, thread: &Thread) -> Html<'static> {
    let target = if thread.query.after.is_some() {
        RenderTarget::Rest
    } else {
        RenderTarget::Widget
    };
    section(context, thread, &ThreadView::default(), target)
}

/// The sentence above the thread of a page that takes no comments, as it stands there.
pub fn closed_notice(context: &RenderContext<'_>, page: &Page) -> Option<String> {
    let closed_at = policy::closed_since(&context.site.settings, page, context.now);
    let notice = notice(context, page.n_comments, closed_at)?;
    Some(rendered(&ClosedNotice { notice: &notice }))
}

#[derive(Template)]
#[template(path = "discussion/closed.html")]
struct ClosedNotice<'a> {
    notice: &'a str,
}

pub(crate) fn section(
    context: &RenderContext<'_>,
    thread: &Thread,
    view: &ThreadView<'_>,
    target: RenderTarget,
) -> Html<'static> {
    let links = links(context, thread);
    let closed_at = closed_at(context, thread);
    let mut frame = CommentContext::new(context, &links, target);
    frame.is_open &= closed_at.is_none();
    frame.marked = view.marked;
    frame.is_of_passage = thread.passage.is_some();
    let parent = view
        .form
        .reply
        .filter(|_| frame.is_open)
        .and_then(|id| find(thread, id));
    let reply = parent.map(|parent| ReplyForm::new(context, &links, view.form, parent));
    let tree = CommentTree {
        frame: &frame,
        entries: &thread.entries,
        reply: reply.as_ref(),
        divider: has_divider(&thread.query).then_some(context.texts.agreement.divider),
    };
    let section = ThreadSection {
        texts: context.texts,
        context,
        thread,
        frame: &frame,
        tree: &tree,
        compose: own_form(
            context,
            thread,
            &links,
            view,
            frame.is_open && target != RenderTarget::Rest,
            parent,
        ),
        passage: thread
            .passage
            .as_deref()
            .filter(|_| target != RenderTarget::Rest)
            .map(|passage| {
                let reading = links.people().filter(|_| target == RenderTarget::Page);
                question::head(context, passage, reading)
            }),
        has_head: target != RenderTarget::Rest,
        has_mail: context.tells_by_mail() && frame.is_open,
        n_comments: n_comments(thread),
        has_lost: view.marked.is_some() && thread.query.root.is_none(),
        notice: notice(context, n_comments(thread), closed_at),
        recordings: recordings::section(context, &links, &thread.recordings)
            .filter(|_| target != RenderTarget::Rest),
    };
    let mut out = String::with_capacity(4_096 + thread.entries.len() * 2_048);
    // Writing to a string cannot fail.
    let _ = section.render_into(&mut out);
    Html::written_here(out)
}

/// Whether what is shown may begin with, or come to, roots on which both sides have not voted enough.
fn has_divider(query: &ThreadQuery) -> bool {
    let begins_above = query.after.is_none_or(|cursor| cursor.rank >= LEAST_RANK);
    query.sort == Sort::Agreed && query.root.is_none() && begins_above
}

pub(crate) fn links(context: &RenderContext<'_>, thread: &Thread) -> Links {
    Links::new(context.base, context.site, key(thread)).keeping(context.site, &thread.query)
}

/// What the page is known by: what the store keeps says more than what was asked for.
pub(crate) fn key(thread: &Thread) -> &PageKey {
    thread.page.as_ref().map_or(&thread.key, |page| &page.key)
}

pub(crate) fn n_comments(thread: &Thread) -> i64 {
    thread.page.as_ref().map_or(0, |page| page.n_comments)
}

pub(crate) fn title(thread: &Thread) -> Option<&str> {
    thread
        .page
        .as_ref()
        .and_then(|page| page.title.as_deref())
        .filter(|title| !title.is_empty())
}

pub(crate) fn closed_at(context: &RenderContext<'_>, thread: &Thread) -> Option<Time> {
    let page = thread.page.as_ref()?;
    policy::closed_since(&context.site.settings, page, context.now)
}

fn find(thread: &Thread, id: CommentId) -> Option<&Comment> {
    let shown = thread
        .entries
        .iter()
        .map(|entry| &entry.comment)
        .chain(&thread.ancestors);
    shown
        .filter(|comment| comment.is_published() && comment.closed_at.is_none())
        .find(|comment| comment.id == id)
}

/// The form above the thread, unless the form stands under a comment.
fn own_form(
    context: &RenderContext<'_>,
    thread: &Thread,
    links: &Links,
    view: &ThreadView<'_>,
    is_open: bool,
    parent: Option<&Comment>,
) -> Option<Html<'static>> {
    if !is_open || parent.is_some() {
        return None;
    }
    let mut form = view.form;
    form.reply = None;
    let texts = context.texts;
    let mut invitation = &texts.form.invitation;
    if let Some(passage) = &thread.passage {
        form.target = about(context, thread, passage);
        invitation = match form.target? {
            FormTarget::Question(_) => &texts.questions.answer,
            FormTarget::Passage(_) => &texts.questions.comment,
        };
    }
    Some(compose(context, links, title(thread), form, invitation))
}

/// What a comment would be about that is written where `passage` is shown; nothing where none is taken.
fn about(context: &RenderContext<'_>, thread: &Thread, passage: &Passage) -> Option<FormTarget> {
    let questions = thread.questions.unwrap_or(context.site.settings.questions);
    let asks = questions == Questions::On;
    let question = passage.open_question().filter(|_| asks);
    let takes_comments = allowed(context, thread).takes_comments();
    let own = takes_comments.then_some(FormTarget::Passage(passage.id));
    question
        .map(|question| FormTarget::Question(question.id))
        .or(own)
}

/// What readers may do with passages.
fn allowed(context: &RenderContext<'_>, thread: &Thread) -> Passages {
    thread.passages.unwrap_or(context.site.settings.passages)
}

/// Why nobody can write, in a sentence.
fn notice(context: &RenderContext<'_>, n_comments: i64, closed_at: Option<Time>) -> Option<String> {
    let (texts, settings) = (&context.texts.thread, &context.site.settings);
    if settings.mode == ModerationMode::Closed {
        return Some(texts.site_closed.to_owned());
    }
    let closed_at = closed_at?;
    let text = if n_comments == 0 {
        &texts.closed_empty
    } else {
        &texts.closed
    };
    Some(fill(text, &[("date", &context.texts.long_date(closed_at))]))
}

/// What few texts have: code, and what is covered.
const RICH_TEXT: [&str; 3] = ["<code", "<pre", "class=\"spoiler\""];

/// Whether a text has what only few have. That an address is long is said only where it is shown.
fn is_rich(html: &SafeHtml) -> bool {
    RICH_TEXT.iter().any(|mark| html.as_str().contains(mark)) || markup::has_long_links(html)
}

/// From how many comments on one can look for words in them.
const SEARCHED_FROM: i64 = 10;

#[derive(Template)]
#[template(path = "discussion/thread.html")]
struct ThreadSection<'a> {
    texts: &'static Catalogue,
    context: &'a RenderContext<'a>,
    thread: &'a Thread,
    frame: &'a CommentContext<'a>,
    tree: &'a CommentTree<'a>,
    compose: Option<Html<'static>>,
    has_head: bool,
    has_mail: bool,
    n_comments: i64,
    /// Whether a link led to a comment that is gone, so that the whole thread is shown.
    has_lost: bool,
    notice: Option<String>,
    recordings: Option<Html<'static>>,
    /// The passage with what is asked of it, where one is shown alone.
    passage: Option<Html<'static>>,
}

impl ThreadSection<'_> {
    /// Whether something stands here that not every thread has: its style is then waited for.
    fn is_rich(&self) -> bool {
        let has_more = |entry: &ThreadEntry| {
            let comment = &entry.comment;
            comment.is_published()
                && (!comment.cards.is_empty()
                    || !comment.images.is_empty()
                    || comment.source_check.is_some()
                    || comment.annotation.is_some()
                    || is_rich(&comment.html))
        };
        self.is_agreed()
            || self.recordings.is_some()
            || self.passage.is_some()
            || self.thread.entries.iter().any(has_more)
    }

    fn takes_mentions(&self) -> bool {
        self.context.site.settings.mentions == Mentions::On
    }

    fn has_bubble(&self) -> bool {
        self.has_head && self.context.site.settings.bubble == Bubble::On
    }

    /// What the publisher says above the form, where there is one.
    fn message(&self) -> Option<Html<'static>> {
        self.above_form(&self.context.site.settings.message)
    }

    fn guidelines(&self) -> Option<Html<'static>> {
        self.above_form(&self.context.site.settings.guidelines)
    }

    fn above_form(&self, text: &str) -> Option<Html<'static>> {
        let is_shown = self.compose.is_some() && !text.is_empty();
        is_shown.then(|| markup::render(text).html.into())
    }

    fn version(&self) -> i64 {
        self.thread.page.as_ref().map_or(0, |page| page.version)
    }

    fn direction(&self) -> &'static str {
        self.context.site.settings.language.direction()
    }

    /// The page of what an account is told.
    fn notices(&self) -> String {
        crate::notices::bell::path(self.context)
    }

    fn heading(&self) -> String {
        if self.n_comments == 0 {
            return self.texts.thread.title.to_owned();
        }
        self.texts
            .counted(&self.texts.thread.count, self.n_comments)
    }

    /// Whether there is anything to put in order.
    fn is_sortable(&self) -> bool {
        let query = &self.thread.query;
        let is_whole = query.root.is_none() && query.passage.is_none();
        is_whole && (self.thread.entries.len() > 1 || query.filter.is_some())
    }

    /// The orders that are offered: word, name, and the attribute of the one that is shown.
    fn sorts(&self) -> impl Iterator<Item = (&'static str, &str, &'static str)> {
        let is_agreed = self.is_agreed() || self.thread.is_divided;
        let has_agreed = self.context.site.settings.finds_sides() && is_agreed;
        let offered = Sort::ALL
            .into_iter()
            .filter(move |sort| *sort != Sort::Agreed || has_agreed);
        offered.map(|sort| {
            let is_shown = sort == self.thread.query.sort;
            let attribute = if is_shown { " selected" } else { "" };
            (sort.as_str(), self.texts.sort(sort), attribute)
        })
    }

    /// Whether what both sides like stands first.
    fn is_agreed(&self) -> bool {
        self.thread.query.sort == Sort::Agreed && self.thread.query.root.is_none()
    }

    /// The page that says how that is found.
    fn method(&self) -> String {
        let RenderContext { base, site, .. } = self.context;
        format!("{base}/embed/agreed?site={}", site.host)
    }

    /// Whether the newsroom says something here.
    fn has_staff(&self) -> bool {
        let is_staff = |entry: &ThreadEntry| {
            entry.level == 0
                && entry.comment.is_published()
                && entry.comment.author.role >= Role::Staff
        };
        self.thread.query.filter.is_none() && self.thread.entries.iter().any(is_staff)
    }

    /// Whether something here is featured.
    fn has_featured(&self) -> bool {
        let is_featured = |entry: &ThreadEntry| entry.comment.featured_at.is_some();
        self.thread.query.filter.is_none() && self.thread.entries.iter().any(is_featured)
    }

    /// Whether a passage of the article is commented on.
    fn has_inline(&self) -> bool {
        self.thread.query.filter.is_none() && self.thread.n_annotations > 0
    }

    /// Whether a comment carries sources.
    fn has_sources(&self) -> bool {
        self.thread.query.filter.is_none() && self.thread.n_source_checks > 0
    }

    /// Whether a comment on a passage may carry sources.
    fn takes_sources(&self) -> bool {
        self.has_head
            && self.allowed().takes_comments()
            && self.context.site.settings.source_checks == SourceChecks::On
    }

    /// What a reader may do with a passage of the article, as words for the script.
    fn passages(&self) -> Option<&'static str> {
        if !self.has_head {
            return None;
        }
        let allowed = self.allowed();
        let takes_comments = self.frame.is_open && allowed.takes_comments();
        match (takes_comments, allowed.takes_corrections()) {
            (true, true) => Some("comment correct"),
            (true, false) => Some("comment"),
            (false, true) => Some("correct"),
            (false, false) => None,
        }
    }

    /// How many passages are spoken of, or asked of, that an icon may stand for.
    fn n_spoken(&self) -> i64 {
        self.thread.n_annotations + self.thread.n_questions
    }

    fn allowed(&self) -> Passages {
        allowed(self.context, self.thread)
    }

    /// Where one looks for words, where there is more to look through than an eye does at a glance.
    fn search(&self) -> Option<String> {
        let is_offered = self.has_head && self.n_comments >= SEARCHED_FROM;
        is_offered.then(|| self.frame.links.search())
    }

    /// Where a correction is sent from, without script, too.
    fn correct(&self) -> Option<String> {
        let is_taken = self.has_head && self.allowed().takes_corrections();
        is_taken.then(|| self.frame.links.correct())
    }

    /// What a filter shows, in words.
    fn showing(&self, filter: Filter) -> &str {
        match filter {
            Filter::Staff => self.texts.thread.showing_staff,
            Filter::Featured => self.texts.thread.showing_featured,
            Filter::Inline => self.texts.passages.showing,
            Filter::Sources => self.texts.sources.showing,
        }
    }

    /// The sentence where the comments would be.
    fn empty(&self) -> Option<&str> {
        let query = &self.thread.query;
        if !self.thread.entries.is_empty() || query.after.is_some() {
            return None;
        }
        if query.passage.is_some() {
            return Some(self.texts.questions.empty);
        }
        match query.filter {
            Some(Filter::Staff | Filter::Featured) => Some(self.texts.thread.empty_filter),
            Some(Filter::Inline) => Some(self.texts.passages.empty),
            Some(Filter::Sources) => Some(self.texts.sources.empty),
            None => {
                let own = self.thread.invitation.as_deref();
                let text = own.unwrap_or(self.texts.thread.empty);
                self.frame.is_open.then_some(text)
            }
        }
    }

    /// Where what is above the shown ancestors begins.
    fn earlier(&self) -> Option<ThreadLink<'_>> {
        let top = self.thread.ancestors.first()?;
        top.parent?;
        Some(self.to(LinkTarget::Branch(top.root)))
    }

    fn to(&self, place: LinkTarget) -> ThreadLink<'_> {
        self.frame.links.to(place)
    }

    fn ancestor(&self, comment: &Comment) -> Html<'static> {
        let mut out = String::with_capacity(2_048);
        if comment.is_published() {
            self.frame.shown(comment, 0, None).render_to(&mut out);
        } else {
            self.frame.gone(comment, 0).render_to(&mut out);
        }
        if let Some(form) = self.tree.reply.filter(|form| form.parent() == comment.id) {
            out.push_str(&form.to_string());
        }
        Html::written_here(out)
    }
}
