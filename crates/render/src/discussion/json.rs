//! Threads and comments as programs read them.

use rejoinder_core::discussion::reaction::{self, ReactionCount};
use rejoinder_core::discussion::thread::{MAX_LEVELS, ThreadEntry};
use rejoinder_core::{
    Comment, CommentId, CommentState, Page, PageKey, Settings, Thread, Time, discussion::policy,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::RenderContext;
use crate::catalogue::Catalogue;
use crate::discussion::avatar;
use crate::discussion::comment::scores_until;
use crate::discussion::image::ImageBody;
use crate::discussion::thread::{closed_at, key, links, n_comments, title};
use crate::links::{LinkTarget, Links};
use crate::passages::{AnnotationBody, AskedBody, QuestionBody, SourcesBody};
use crate::recordings::times;

/// A page's thread, as far as it was asked for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ThreadBody {
    /// The page that carries it.
    pub page: PageBody,
    /// The order of the roots.
    #[schema(example = "newest")]
    pub sort: &'static str,
    /// How many comments are published on the page.
    pub n_comments: i64,
    /// Counts the page's changes.
    pub version: i64,
    /// What the branch that was asked for replies to, topmost first; the nearest when there are
    /// many.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ancestors: Vec<CommentBody>,
    /// What is asked of the passage that was asked for, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<QuestionBody>,
    /// The roots, with their first replies.
    pub comments: Vec<CommentBody>,
    /// The cursor after which the roots go on.
    pub next: Option<String>,
}

/// A page.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PageBody {
    /// What it is known by at its site.
    pub key: String,
    /// Where it is, if known.
    pub url: Option<String>,
    /// Its headline, if known.
    pub title: Option<String>,
    /// When it closed to new comments.
    pub closed_at: Option<String>,
}

/// A comment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CommentBody {
    /// Names it.
    #[schema(example = "01jd3x8k2v7qa")]
    pub id: String,
    /// What it replies to.
    pub parent: Option<String>,
    /// The root of its branch.
    pub root: String,
    /// How many ancestors it has.
    pub depth: i64,
    /// Who wrote it; none for a tombstone.
    pub author: Option<AuthorBody>,
    /// The text as HTML; empty for a tombstone.
    pub html: String,
    /// When it was posted.
    pub created_at: String,
    /// When its text last changed.
    pub edited_at: Option<String>,
    /// `published` or `removed`; to its author also `held`.
    #[schema(example = "published")]
    pub state: &'static str,
    /// Votes for it; none while scores are hidden.
    pub up: Option<i64>,
    /// Votes against it; none while scores are hidden.
    pub down: Option<i64>,
    /// What readers reacted with: all that the site offers, where it offers any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<ReactionBody>,
    /// Whether readers of both sides like it; said of no other comment.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub agreed: bool,
    /// How many direct replies are shown.
    pub n_replies: i64,
    /// The first of them.
    #[schema(no_recursion)]
    pub replies: Vec<Self>,
    /// The cursor after which they go on.
    pub next: Option<String>,
    /// Where people find it.
    pub url: String,
    /// The pictures that it carries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImageBody>,
    /// The passage of the article that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotation: Option<AnnotationBody>,
    /// The sources that it carries for or against that passage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sources: Option<SourcesBody>,
    /// The question of that passage that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<AskedBody>,
}

/// A reaction, with how often it was given.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReactionBody {
    /// What it is asked for by.
    #[schema(example = "respect")]
    pub reaction: String,
    /// As the publisher writes it.
    #[schema(example = "Respect")]
    pub label: String,
    /// By how many.
    pub n: i64,
}

impl ReactionBody {
    /// All reactions that a site offers, with what is counted of one comment.
    pub fn all(settings: &Settings, counted: &[ReactionCount]) -> Vec<Self> {
        let offered = reaction::offered(&settings.reactions);
        let body = |own: reaction::Reaction<'_>| Self {
            n: reaction::count_of(counted, &own.key),
            label: own.label.to_owned(),
            reaction: own.key,
        };
        offered.map(body).collect()
    }
}

/// Who wrote a comment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuthorBody {
    /// As they call themselves.
    pub name: String,
    /// The address of their picture; without one, draw a figure of your own.
    pub avatar: Option<String>,
    /// The page with what they wrote, where they have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What they are at the site.
    pub badges: Vec<&'static str>,
}

/// The thread as JSON.
pub fn thread(context: &RenderContext<'_>, thread: &Thread) -> ThreadBody {
    let page = key(thread);
    ThreadBody {
        page: PageBody {
            key: page.as_str().to_owned(),
            url: page.url().map(str::to_owned),
            title: title(thread).map(str::to_owned),
            closed_at: closed_at(context, thread).as_ref().map(Time::to_string),
        },
        sort: thread.query.sort.as_str(),
        n_comments: n_comments(thread),
        version: thread.page.as_ref().map_or(0, |page| page.version),
        ancestors: ancestors(context, thread),
        questions: thread.passage.as_ref().map_or_else(Vec::new, |passage| {
            passage.questions.iter().map(QuestionBody::of).collect()
        }),
        comments: nested(context, thread),
        next: thread.next.map(|cursor| cursor.to_string()),
    }
}

/// A page as JSON.
pub(crate) fn page(context: &RenderContext<'_>, page: &Page) -> PageBody {
    let closed_at = policy::closed_since(&context.site.settings, page, context.now);
    PageBody {
        key: page.key.as_str().to_owned(),
        url: page.key.url().map(str::to_owned),
        title: page.title.clone().filter(|title| !title.is_empty()),
        closed_at: closed_at.as_ref().map(Time::to_string),
    }
}

/// What a branch replies to, topmost first.
pub fn ancestors(context: &RenderContext<'_>, thread: &Thread) -> Vec<CommentBody> {
    let maker = BodyBuilder::new(context, links(context, thread));
    thread
        .ancestors
        .iter()
        .map(|comment| maker.public(comment))
        .collect()
}

/// One comment as JSON.
///
/// Unlike in a thread, a comment that waits for a moderator is shown: only its author is given this.
pub fn comment(context: &RenderContext<'_>, key: &PageKey, entry: &ThreadEntry) -> CommentBody {
    let maker = BodyBuilder::new(context, Links::new(context.base, context.site, key));
    let mut body = match entry.comment.state {
        CommentState::Published | CommentState::Held => maker.whole(&entry.comment),
        _ => maker.tombstone(&entry.comment),
    };
    body.next = entry.more.map(|cursor| cursor.to_string());
    body
}

/// The comments, each in the list of what it replies to; no deeper than [`MAX_LEVELS`], so that a
/// client need not fear for its stack.
fn nested(context: &RenderContext<'_>, thread: &Thread) -> Vec<CommentBody> {
    let maker = BodyBuilder::new(context, links(context, thread));
    let mut roots = Vec::new();
    let mut path: Vec<CommentBody> = Vec::with_capacity(MAX_LEVELS + 1);
    for entry in &thread.entries {
        fold_to(&mut path, entry.level.min(MAX_LEVELS), &mut roots);
        let mut body = maker.public(&entry.comment);
        body.next = entry.more.map(|cursor| cursor.to_string());
        path.push(body);
    }
    fold_to(&mut path, 0, &mut roots);
    roots
}

/// Put the ends of `path` into the lists above them until it has `level` comments.
fn fold_to(path: &mut Vec<CommentBody>, level: usize, roots: &mut Vec<CommentBody>) {
    while path.len() > level {
        let Some(done) = path.pop() else { return };
        match path.last_mut() {
            Some(parent) => parent.replies.push(done),
            None => roots.push(done),
        }
    }
}

struct BodyBuilder<'a> {
    settings: &'a Settings,
    texts: &'static Catalogue,
    links: Links,
    scores_until: Option<Time>,
    finds_sides: bool,
}

impl<'a> BodyBuilder<'a> {
    fn new(context: &RenderContext<'a>, links: Links) -> Self {
        Self {
            settings: &context.site.settings,
            texts: context.texts,
            links,
            scores_until: scores_until(&context.site.settings, context.now),
            finds_sides: context.site.settings.finds_sides(),
        }
    }

    fn public(&self, comment: &Comment) -> CommentBody {
        if comment.is_published() {
            self.whole(comment)
        } else {
            self.tombstone(comment)
        }
    }

    fn whole(&self, comment: &Comment) -> CommentBody {
        let is_hidden = self
            .scores_until
            .is_some_and(|until| comment.created_at > until);
        let shown = |votes: i64| (!is_hidden).then_some(votes);
        let role = comment.author.role;
        let role = (role != rejoinder_core::identity::author::Role::Reader).then(|| role.as_str());
        let wrote = comment.is_by_article_author.then_some("author");
        let supporter = comment.author.is_supporter.then_some("supporter");
        CommentBody {
            author: Some(AuthorBody {
                name: comment.author.name.clone(),
                avatar: avatar::picture(self.settings, &self.links, &comment.author),
                url: avatar::page(self.settings, &self.links, &comment.author),
                badges: wrote.into_iter().chain(role).chain(supporter).collect(),
            }),
            html: times::beside(self.texts, &comment.html).into_string(),
            edited_at: comment.edited_at.as_ref().map(Time::to_string),
            state: comment.state.as_str(),
            images: ImageBody::all(self.settings, &self.links, comment),
            annotation: comment.annotation.as_deref().map(AnnotationBody::of),
            sources: comment.source_check.as_deref().map(SourcesBody::of),
            question: comment.question.as_deref().map(AskedBody::of),
            up: shown(comment.tally.up),
            down: shown(comment.tally.down),
            reactions: ReactionBody::all(self.settings, &comment.reactions),
            agreed: self.finds_sides && comment.agreement.has_badge,
            ..self.tombstone(comment)
        }
    }

    fn tombstone(&self, comment: &Comment) -> CommentBody {
        CommentBody {
            id: comment.id.to_string(),
            parent: comment.parent.as_ref().map(CommentId::to_string),
            root: comment.root.to_string(),
            depth: comment.depth,
            author: None,
            html: String::new(),
            created_at: comment.created_at.to_string(),
            edited_at: None,
            state: CommentState::Removed.as_str(),
            up: Some(0),
            down: Some(0),
            reactions: Vec::new(),
            agreed: false,
            n_replies: comment.n_replies,
            replies: Vec::new(),
            next: None,
            url: self.links.to(LinkTarget::Comment(comment.id)).to_string(),
            images: Vec::new(),
            annotation: None,
            sources: None,
            question: None,
        }
    }
}
