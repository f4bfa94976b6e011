//! One comment as HTML.

use askama::Template;
use markup::{has_mentions, with_mentions_at};
use rejoinder_core::discussion::reaction::{self, Reaction};
use rejoinder_core::discussion::thread::{MAX_LEVELS, ThreadEntry};
use rejoinder_core::identity::author::Role;
use rejoinder_core::passages::{Annotation, AnnotationState};
use rejoinder_core::publication::settings::{ModerationMode, SourceChecks, Voting};
use rejoinder_core::{Author, Comment, CommentId, CommentState, PageKey, Settings, Time};

use crate::catalogue::{Catalogue, FormattedDay, FormattedNumber, IsolatedName, fill};
use crate::discussion::avatar::{self, Avatar};
use crate::discussion::target::RenderTarget;
use crate::html::Html;
use crate::links::{ActionLink, LinkTarget, Links, ThreadLink};
use crate::passages::sources::SourceCheckView;
use crate::recordings::times;
use crate::{
    RenderContext,
    discussion::{card, image},
};

/// One comment as it stands in the thread, for the one who wrote it and for live streams.
///
/// Unlike in a thread, a comment that waits for a moderator is shown: only its author is given this.
pub fn comment_html(context: &RenderContext<'_>, key: &PageKey, entry: &ThreadEntry) -> String {
    let links = Links::new(context.base, context.site, key);
    let frame = CommentContext::new(context, &links, RenderTarget::Widget);
    let mut out = String::with_capacity(2_048);
    if matches!(
        entry.comment.state,
        CommentState::Published | CommentState::Held
    ) {
        frame
            .shown(&entry.comment, entry.level, None)
            .render_to(&mut out);
    } else {
        frame.gone(&entry.comment, entry.level).render_to(&mut out);
    }
    out
}

/// What the comments of one rendering have in common.
pub(crate) struct CommentContext<'a> {
    pub(crate) texts: &'static Catalogue,
    settings: &'a Settings,
    pub(crate) links: &'a Links,
    pub(crate) marked: Option<CommentId>,
    /// Whether replies are still taken.
    pub(crate) is_open: bool,
    target: RenderTarget,
    voting: Voting,
    collapse_below: i64,
    /// Comments posted after this hide their score.
    scores_until: Option<Time>,
    /// Whether the passage stands above all of them.
    pub(crate) is_of_passage: bool,
    /// Whether comments have the badge of what both sides like.
    finds_sides: bool,
    /// What readers may react with.
    reactions: Vec<Reaction<'a>>,
}

impl<'a> CommentContext<'a> {
    pub(crate) fn new(context: &RenderContext<'a>, links: &'a Links, target: RenderTarget) -> Self {
        let settings = &context.site.settings;
        Self {
            texts: context.texts,
            settings,
            links,
            marked: None,
            is_open: settings.mode != ModerationMode::Closed,
            target,
            voting: settings.voting,
            collapse_below: settings.collapse_below,
            scores_until: scores_until(settings, context.now),
            is_of_passage: false,
            finds_sides: settings.finds_sides(),
            reactions: reaction::offered(&settings.reactions).collect(),
        }
    }

    /// A comment that may be read; `parent` where it does not stand below what it replies to.
    pub(crate) fn shown<'b>(
        &'b self,
        comment: &'b Comment,
        level: usize,
        parent: Option<&'b Comment>,
    ) -> CommentView<'b> {
        CommentView {
            texts: self.texts,
            comment,
            level: level.min(MAX_LEVELS),
            name: shown_name(self.texts, comment),
            website: comment.author.website.as_deref().and_then(markup::safe_url),
            page: self.alive(comment, avatar::page),
            picture: self.alive(comment, avatar::picture),
            avatar: Avatar::of(comment.author.id, &comment.author.name),
            badges: self.texts.badges_of(comment),
            reply_to: (level >= MAX_LEVELS)
                .then_some(comment.parent)
                .flatten()
                .map(|id| self.reply_to(id, parent)),
            is_marked: self.marked == Some(comment.id),
            takes_replies: self.is_open
                && comment.closed_at.is_none()
                && comment.state == CommentState::Published,
            voting: self.voting,
            score: self.score(comment),
            target: self.target,
            is_long: self.target != RenderTarget::Frozen && is_long(comment.html.as_str()),
            is_of_passage: self.is_of_passage,
            reactions: self.reactions(comment),
            is_agreed: self.finds_sides && comment.agreement.has_badge,
            links: self.links,
            cards: card::shown(self.settings, comment),
            images: image::shown(self.settings, self.links, comment),
            check: SourceCheckView::of(
                self.texts,
                self.links,
                comment,
                self.target,
                self.settings.source_checks == SourceChecks::On,
            )
            .as_ref()
            .map(Html::of),
        }
    }

    /// What an author shows of themselves by the server, which a file by itself does without.
    fn alive(
        &self,
        comment: &Comment,
        what: fn(&Settings, &Links, &Author) -> Option<String>,
    ) -> Option<String> {
        match self.target {
            RenderTarget::Frozen => None,
            RenderTarget::Widget | RenderTarget::Rest | RenderTarget::Page => {
                what(self.settings, self.links, &comment.author)
            }
        }
    }

    /// What readers may react to `comment` with, those first that some have.
    fn reactions<'b>(&'b self, comment: &Comment) -> Vec<(&'b Reaction<'a>, i64)> {
        if !comment.is_published() {
            return Vec::new();
        }
        let counted =
            |own: &'b Reaction<'a>| (own, reaction::count_of(&comment.reactions, &own.key));
        let mut all: Vec<_> = self.reactions.iter().map(counted).collect();
        all.sort_by_key(|(_, n)| *n == 0);
        all
    }

    fn reply_to<'b>(&'b self, id: CommentId, parent: Option<&'b Comment>) -> ReplyTo<'b> {
        let name = parent
            .filter(|parent| parent.is_published())
            .map_or(self.texts.comment.an_earlier_comment, |parent| {
                shown_name(self.texts, parent)
            });
        ReplyTo { id, name }
    }

    /// A comment of which nothing is left but its place.
    pub(crate) fn gone<'b>(&'b self, comment: &'b Comment, level: usize) -> Tombstone<'b> {
        Tombstone {
            texts: self.texts,
            comment,
            level: level.min(MAX_LEVELS),
            is_marked: self.marked == Some(comment.id),
        }
    }

    /// What stands for the branch of `comment` while it is folded, where it can be.
    pub(crate) fn fold(&self, comment: &Comment) -> Option<FoldedBranch> {
        if self.target == RenderTarget::Frozen {
            return None;
        }
        let is_low = comment.is_published()
            && self.voting != Voting::Off
            && self
                .score(comment)
                .is_some_and(|score| score < self.collapse_below);
        let n = if comment.parent.is_none() {
            comment.n_descendants
        } else {
            comment.n_replies
        };
        let name = IsolatedName(shown_name(self.texts, comment));
        let texts = &self.texts.comment;
        let values: [(&str, &dyn std::fmt::Display); 2] =
            [("name", &name), ("n", &self.texts.number(n))];
        let text = match (n, comment.is_published()) {
            (0, _) if is_low => texts.low,
            (0, _) => return None,
            (n, true) => texts.branch.of(n),
            (n, false) => texts.removed_branch.of(n),
        };
        Some(FoldedBranch {
            is_low,
            text: fill(text, &values),
        })
    }

    fn score(&self, comment: &Comment) -> Option<i64> {
        let is_hidden = self
            .scores_until
            .is_some_and(|until| comment.created_at > until);
        (!is_hidden).then(|| comment.tally.score())
    }
}

/// Comments posted after the time that this gives do not show their score yet.
pub(crate) fn scores_until(settings: &Settings, now: Time) -> Option<Time> {
    let minutes = u64::from(settings.hide_scores_minutes);
    (minutes > 0).then(|| now.before(std::time::Duration::from_secs(minutes * 60)))
}

/// How many letters stand on a line where there is room.
const LINE: usize = 68;

/// A text that is longer than this many lines is folded: after fourteen, so that there is always
/// something behind the fold.
const MAX_LINES: usize = 18;

/// Whether a text fills more lines than are shown at first.
fn is_long(html: &str) -> bool {
    let (mut lines, mut letters, mut is_in_tag) = (0, 0, false);
    for (at, c) in html.char_indices() {
        match c {
            '<' => {
                is_in_tag = true;
                let rest = &html[at..];
                let ends_line = ["</p", "</li", "</pre"]
                    .iter()
                    .any(|end| rest.starts_with(end));
                if rest.starts_with("<br") || (ends_line && letters > 0) {
                    lines += 1 + letters / LINE;
                    letters = 0;
                }
            }
            '>' if is_in_tag => is_in_tag = false,
            '\n' if !is_in_tag && letters > 0 => {
                lines += 1 + letters / LINE;
                letters = 0;
            }
            _ if !is_in_tag => letters += 1,
            _ => {}
        }
    }
    lines > MAX_LINES
}

pub(crate) fn shown_name<'b>(texts: &'b Catalogue, comment: &'b Comment) -> &'b str {
    match comment.author.name.as_str() {
        "" => texts.comment.nameless,
        name => name,
    }
}

/// A folded branch in one line.
pub(crate) struct FoldedBranch {
    /// Whether it is folded from the start, for its score.
    pub(crate) is_low: bool,
    pub(crate) text: String,
}

struct ReplyTo<'a> {
    id: CommentId,
    name: &'a str,
}

#[derive(Template)]
#[template(path = "discussion/comment.html")]
pub(crate) struct CommentView<'a> {
    texts: &'static Catalogue,
    comment: &'a Comment,
    /// Whether only the beginning is shown at first.
    is_long: bool,
    level: usize,
    name: &'a str,
    website: Option<String>,
    /// The page of its author, and their picture.
    page: Option<String>,
    picture: Option<String>,
    avatar: Avatar<'a>,
    badges: Vec<&'a str>,
    reply_to: Option<ReplyTo<'a>>,
    is_marked: bool,
    takes_replies: bool,
    voting: Voting,
    score: Option<i64>,
    target: RenderTarget,
    is_of_passage: bool,
    reactions: Vec<(&'a Reaction<'a>, i64)>,
    /// Whether it has the badge of what both sides like.
    is_agreed: bool,
    links: &'a Links,
    cards: Vec<card::CardView<'a>>,
    images: Vec<image::ImageView<'a>>,
    check: Option<Html<'static>>,
}

impl CommentView<'_> {
    /// The passage that it is about, unless that stands above all.
    fn passage(&self) -> Option<&Annotation> {
        let own = self.comment.annotation.as_deref();
        own.filter(|_| !self.is_of_passage)
    }

    /// Without script, whom it mentions is found on a page of their own; elsewhere in the thread.
    fn html(&self) -> Html<'_> {
        let html = &self.comment.html;
        if self.target != RenderTarget::Page || !has_mentions(html) {
            return times::beside(self.texts, html);
        }
        let own = |id| Some(self.links.to(LinkTarget::Own(id)).to_string());
        times::beside(self.texts, &with_mentions_at(html, own)).into_owned()
    }

    fn play(&self, host: &str) -> String {
        fill(self.texts.comment.play, &[("host", &host)])
    }

    fn label(&self) -> String {
        fill(self.texts.comment.by, &[("name", &IsolatedName(self.name))])
    }

    fn day(&self, time: &Time) -> FormattedDay<'_> {
        self.texts.date(*time)
    }

    fn number(&self, n: &i64) -> FormattedNumber<'_> {
        self.texts.number(*n)
    }

    /// On a page of our own a comment's address is there too, so that it needs no script, and in a file
    /// by itself, so that it needs no server.
    fn permalink(&self) -> ThreadLink<'_> {
        let id = self.comment.id;
        self.links.to(match self.target {
            RenderTarget::Page => LinkTarget::Own(id),
            RenderTarget::Widget | RenderTarget::Rest => LinkTarget::Comment(id),
            RenderTarget::Frozen => LinkTarget::Here(id),
        })
    }

    /// Whether the newsroom speaks.
    fn is_staff(&self) -> bool {
        self.comment.author.role >= Role::Staff
    }

    /// How many replies there are below a root, in words.
    fn n_replies(&self) -> String {
        let n = self.comment.n_descendants;
        self.texts.counted(&self.texts.thread.replies, n)
    }

    fn is_page(&self) -> bool {
        self.target == RenderTarget::Page
    }

    fn is_frozen(&self) -> bool {
        self.target == RenderTarget::Frozen
    }

    fn reply_link(&self) -> ThreadLink<'_> {
        self.links.to(LinkTarget::Reply(self.comment.id))
    }

    fn flag_link(&self) -> ThreadLink<'_> {
        self.links.to(LinkTarget::Flag(self.comment.id))
    }

    fn edit_link(&self) -> ThreadLink<'_> {
        self.links.to(LinkTarget::Edit(self.comment.id))
    }

    /// How many of the reactions are shown, because somebody gave them.
    fn n_given(&self) -> usize {
        self.reactions.iter().filter(|(_, n)| *n > 0).count()
    }

    fn act(&self, what: &'static str) -> ActionLink<'_> {
        self.links.act(self.comment.id, what)
    }

    fn is_vote_taken(&self) -> bool {
        self.voting != Voting::Off && self.comment.state == CommentState::Published
    }

    pub(crate) fn render_to(&self, out: &mut impl std::fmt::Write) {
        // Writing to a string cannot fail.
        let _ = self.render_into(out);
    }
}

#[derive(Template)]
#[template(path = "discussion/gone.html")]
pub(crate) struct Tombstone<'a> {
    texts: &'static Catalogue,
    comment: &'a Comment,
    level: usize,
    is_marked: bool,
}

impl Tombstone<'_> {
    pub(crate) fn render_to(&self, out: &mut impl std::fmt::Write) {
        let _ = self.render_into(out);
    }
}
