//! The forms that comments are written with. They are plain forms; script makes them comfortable.

use std::fmt;

use askama::Template;
use rejoinder_core::publication::settings::{
    EmailPolicy, GuestPolicy, Images, ModerationMode, SourceChecks, WebsitePolicy,
};
use rejoinder_core::{Comment, CommentId, PassageId, QuestionId};

use crate::RenderContext;
use crate::catalogue::{Catalogue, IsolatedName, fill};
use crate::discussion::comment::shown_name;
use crate::html::Html;
use crate::links::Links;
use crate::passages::sources::{SourceFields, fieldset};

/// What was typed into a form that is shown again, and why it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct CommentForm<'a> {
    /// The comment that the form replies to.
    pub reply: Option<CommentId>,
    /// The text.
    pub text: &'a str,
    /// The name.
    pub name: &'a str,
    /// The e-mail address.
    pub email: &'a str,
    /// The website.
    pub website: &'a str,
    /// Of what to tell by mail.
    pub notify: &'a str,
    /// The part of the article that the comment is about.
    pub target: Option<FormTarget>,
    /// The sources.
    pub sources: Option<&'a SourceFields>,
    /// Why it was not taken.
    pub problem: Option<FormProblem<'a>>,
}

/// The part of an article that a form's comment is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormTarget {
    /// The passage of a question, which the comment answers.
    Question(QuestionId),
    /// A passage that others are speaking of.
    Passage(PassageId),
}

/// Why a form was not taken.
#[derive(Debug, Clone, Copy)]
pub struct FormProblem<'a> {
    /// The field that is to blame.
    pub field: Option<&'a str>,
    /// What is wrong, as a sentence.
    pub detail: &'a str,
}

const FIELDS: [&str; 4] = ["text", "name", "email", "website"];

/// The problem of one field, or of the whole form.
#[derive(Clone, Copy)]
pub(crate) struct FormProblems<'a>(pub(crate) Option<FormProblem<'a>>);

impl<'a> FormProblems<'a> {
    pub(crate) fn of(&self, field: &str) -> Option<&'a str> {
        self.0
            .filter(|problem| problem.field == Some(field))
            .map(|problem| problem.detail)
    }

    /// The problem that belongs to no field of the form.
    pub(crate) fn whole(&self) -> Option<&'a str> {
        let is_elsewhere = |field: &&str| !FIELDS.contains(field);
        let problem = self
            .0
            .filter(|problem| problem.field.as_ref().is_none_or(is_elsewhere));
        problem.map(|problem| problem.detail)
    }
}

/// A button that sets text in a certain way.
pub(crate) struct FormatButton<'a> {
    pub(crate) mark: &'static str,
    pub(crate) name: &'a str,
    /// Its picture, as the path of a drawing of 24 by 24.
    pub(crate) icon: &'static str,
}

pub(crate) fn tools(texts: &Catalogue) -> [FormatButton<'_>; 9] {
    let form = &texts.form;
    [
        ("bold", &form.bold, BOLD),
        ("italic", &form.italic, ITALIC),
        ("strike", &form.strike, STRIKE),
        ("quote", &form.quote, QUOTE),
        ("list", &form.list, LIST),
        ("numbers", &form.numbers, NUMBERS),
        ("code", &form.code, CODE),
        ("link", &form.url, LINK),
        ("spoiler", &form.spoiler, SPOILER),
    ]
    .map(|(mark, name, icon)| FormatButton { mark, name, icon })
}

const BOLD: &str = "M7 5h6a3.5 3.5 0 0 1 0 7H7zM7 12h7a3.5 3.5 0 0 1 0 7H7z";
const ITALIC: &str = "M18 5h-7M13 19H6M14.5 5l-5 14";
const STRIKE: &str = "M4 12h16M16 8c-.5-2-2-3-4-3-2.3 0-4 1.2-4 3.2M8 16c.5 2 2 3 4 3 2.3 0 4-1.2 4-3.2 0-1-.4-1.8-1-2.3";
const QUOTE: &str = "M10 12H5V7h5zc0 3-1.3 4.6-4 5.5M19 12h-5V7h5zc0 3-1.3 4.6-4 5.5";
const LIST: &str = "M9 6h11M9 12h11M9 18h11M4 6h1M4 12h1M4 18h1";
const NUMBERS: &str =
    "M10 6h10M10 12h10M10 18h10M4 4.5 5.5 4v5M4 15.5c.3-1.3 2.6-1.2 2.5.2C6.4 17 4 18 4 20h2.7";
const CODE: &str = "m8 7-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14";
const LINK: &str = "M10 14a4.2 4.2 0 0 0 6 0l3.2-3.2a4.2 4.2 0 0 0-6-6L12 6M14 10a4.2 4.2 0 0 0-6 0l-3.2 3.2a4.2 4.2 0 0 0 6 6L12 18";
const SPOILER: &str = "M4 4l16 16M10 6.2A9 9 0 0 1 12 6c5 0 8 4 9 6a15 15 0 0 1-2.5 3.3M6.5 7.6A14 14 0 0 0 3 12c1 2 4 6 9 6 1.6 0 3-.4 4.2-1M10 10a2.9 2.9 0 0 0 4 4";

#[derive(Template)]
#[template(path = "discussion/compose.html")]
struct ComposeForm<'a> {
    texts: &'static Catalogue,
    links: &'a Links,
    base: &'a str,
    title: Option<&'a str>,
    form: CommentForm<'a>,
    problems: FormProblems<'a>,
    invitation: &'a str,
    max_graphemes: usize,
    email: EmailPolicy,
    website: WebsitePolicy,
    is_reviewed: bool,
    needs_account: bool,
    has_accounts: bool,
    tells_by_mail: bool,
    /// Whether it can carry pictures.
    takes_images: bool,
    /// The fields of sources, where the comment is about a passage and may carry some.
    sources: Option<Html<'static>>,
}

impl<'a> ComposeForm<'a> {
    /// Where one signs in, and comes back from to this thread.
    fn sign_in(&self) -> String {
        let mut back = url::form_urlencoded::Serializer::new(String::new());
        back.append_pair("site", &self.links.host);
        back.append_pair("page", &self.links.page);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("site", &self.links.host);
        query.append_pair("to", &format!("/embed?{}", back.finish()));
        format!("{}/auth/sign-in?{}", self.base, query.finish())
    }

    fn label(&self) -> &'a str {
        if self.form.reply.is_some() {
            return self.texts.form.reply_text;
        }
        self.texts.form.text
    }

    /// Whether one of the fields is to blame that are asked for once.
    fn is_name_wrong(&self) -> bool {
        FIELDS[1..]
            .iter()
            .any(|field| self.problems.of(field).is_some())
    }

    fn button(&self) -> &'a str {
        let form = &self.texts.form;
        match (self.is_reviewed, self.form.reply) {
            (true, _) => form.post_for_review,
            (false, Some(_)) => form.post_reply,
            (false, None) => form.post,
        }
    }

    /// The hidden field that names what the comment is about.
    fn about(&self) -> Option<(&'static str, String)> {
        Some(match self.form.target? {
            FormTarget::Question(id) => ("question", id.to_string()),
            FormTarget::Passage(id) => ("passage", id.to_string()),
        })
    }

    fn tools(&self) -> [FormatButton<'a>; 9] {
        tools(self.texts)
    }

    fn has_sources(&self) -> bool {
        let typed = self.form.sources;
        typed.is_some_and(|typed| !typed.rows.is_empty())
    }
}

/// The form for a comment of one's own.
pub(crate) fn compose(
    context: &RenderContext<'_>,
    links: &Links,
    title: Option<&str>,
    form: CommentForm<'_>,
    invitation: &str,
) -> Html<'static> {
    let settings = &context.site.settings;
    let takes_sources = form.target.is_some() && settings.source_checks == SourceChecks::On;
    let blank = SourceFields::default();
    let sources = takes_sources.then(|| {
        // The same form is shown to everyone, and editors alone say who claims something.
        fieldset(context.texts, form.sources.unwrap_or(&blank), false)
    });
    let compose = ComposeForm {
        texts: context.texts,
        links,
        base: context.base,
        title,
        form,
        problems: FormProblems(form.problem),
        invitation,
        max_graphemes: settings.max_graphemes,
        email: settings.email,
        website: settings.website,
        is_reviewed: settings.mode == ModerationMode::Before,
        needs_account: settings.guests == GuestPolicy::Refused,
        has_accounts: context.has_accounts,
        tells_by_mail: context.tells_by_mail(),
        takes_images: settings.images != Images::Off,
        sources,
    };
    let mut out = String::with_capacity(4_096);
    // Writing to a string cannot fail.
    let _ = compose.render_into(&mut out);
    Html::written_here(out)
}

/// The form under the comment that it replies to.
pub(crate) struct ReplyForm<'a> {
    parent: &'a Comment,
    html: Html<'static>,
}

impl<'a> ReplyForm<'a> {
    pub(crate) fn new(
        context: &RenderContext<'_>,
        links: &Links,
        form: CommentForm<'_>,
        parent: &'a Comment,
    ) -> Self {
        let name = IsolatedName(shown_name(context.texts, parent));
        let invitation = fill(context.texts.form.reply_to, &[("name", &name)]);
        Self {
            parent,
            html: compose(context, links, None, form, &invitation),
        }
    }

    pub(crate) fn parent(&self) -> CommentId {
        self.parent.id
    }
}

impl fmt::Display for ReplyForm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.html, f)
    }
}
