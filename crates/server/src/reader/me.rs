//! What is a reader's own on a page: everything that the shared thread cannot say.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use rejoinder_core::identity::author::Role;
use rejoinder_core::passages::question::may_ask;
use rejoinder_core::passages::source_check::SourceAnswer;
use rejoinder_core::publication::settings::{
    EmailPolicy, GuestPolicy, Questions, SourceChecks, Voting,
};
use rejoinder_core::{
    Author, AuthorId, AuthorKind, Comment, CommentId, Page, PageKey, Settings, SiteId, Time,
    discussion::policy,
};
use render::identity::{self, CommentLine};
use serde::Serialize;
use store::identity::mutes::{self, MutedAuthorName};
use store::moderation::pipeline::{self, OwnComment};
use store::passages::allowed;
use store::passages::answers::{self, SourceAnswers};
use store::{
    Tx,
    discussion::{pages, reactions, threads, votes},
    moderation::{groups, queues},
    notices::bells,
};
use utoipa::ToSchema;

use super::closing;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::{Params, Visitor};
use crate::public::threads::context;
use crate::state::App;

/// For how long authors see in the thread that a comment of theirs was refused or removed.
const SHOWN_REFUSED: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// What is a reader's own on a page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Who the reader is, once they have written or voted here.
    reader: Option<MyAuthor>,
    /// The reader's votes on this page: 1 or −1 by comment.
    votes: BTreeMap<String, i64>,
    /// What the reader answered about the sources of comments on this page, by comment.
    answers: BTreeMap<String, MyAnswers>,
    /// What the reader reacted with on this page, by comment.
    reactions: BTreeMap<String, Vec<String>>,
    /// Until when the reader may edit which comment.
    editable: BTreeMap<String, String>,
    /// The reader's own comments that may still be edited.
    own: Vec<String>,
    /// What the reader wrote here and others do not see, with what became of it and why; as HTML.
    withheld: Option<String>,
    /// The authors whom the reader has muted.
    muted: Vec<String>,
    /// How much an account was told and has not seen; at most 99.
    n_notices: i64,
    /// When the page closed.
    closed_at: Option<String>,
    /// Whether the reader may comment here.
    may_comment: bool,
    /// Whether the reader may ask questions of passages here.
    may_ask: bool,
    /// For moderators of this page: what waits for them on it.
    desk: Option<MyDesk>,
    /// What the form must know.
    settings: FormSettings,
}

/// Who the reader is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyAuthor {
    id: String,
    name: String,
    #[schema(example = "reader")]
    role: &'static str,
    /// `account` for someone who is signed in, else `guest`.
    #[schema(example = "guest")]
    kind: &'static str,
}

/// A reader's answers about the sources of a comment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyAnswers {
    /// `yes`, `partly`, `no` or nothing: whether the source says this.
    says: Option<&'static str>,
    /// The same: whether it is relevant.
    relevant: Option<&'static str>,
}

/// What waits for a moderator on a page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyDesk {
    /// Where the page's comments are moderated.
    url: String,
    /// How many comments wait here, counted to 100.
    n_held: i64,
    /// `close_page` or `open_page`, whichever changes something; nothing where the page is closed by
    /// its age.
    page_action: Option<&'static str>,
}

/// What the form must know of the site's rules.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormSettings {
    max_graphemes: usize,
    max_links: usize,
    #[schema(value_type = String, example = "welcome")]
    guests: GuestPolicy,
    #[schema(value_type = String, example = "optional")]
    email: EmailPolicy,
    #[schema(value_type = String, example = "up_and_down")]
    voting: Voting,
    edit_window_minutes: u32,
}

/// Who I am, my votes, and what I may edit on a page.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "reading",
    params(
        ("site" = String, Query, description = "The site's host"),
        ("page" = String, Query, description = "The page's address or key"),
    ),
    security((), ("api_token" = ["comments:read"])),
    responses((status = 200, body = Me), (status = "4XX", body = Problem)),
)]
pub(crate) async fn me(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Json<Me>, ApiError> {
    let site = visitor.acting_at(&app, params.site()?).await?;
    let key = visitor.page(&app, &site, params.page())?;
    let (now, settings, site_id) = (app.now(), site.settings.clone(), site.id);
    let reader = visitor.reader(&app, &site).await?;
    let author = reader.author.as_ref().map(|own| own.id);
    let moderates = reader.role() >= Role::Moderator;
    let has_account = |own: &&Author| own.kind == AuthorKind::Account;
    let account = reader.author.as_ref().filter(has_account).map(|own| own.id);
    let asked = MeQuery {
        site: site_id,
        key,
        author,
        account,
        moderates,
        edits: reader.role() >= Role::Editor,
        answers: site.settings.source_checks == SourceChecks::On,
        since: now.before(SHOWN_REFUSED),
    };
    let found = app.store.read(move |tx| find(tx, &asked)).await?;
    let MeData {
        n_notices,
        muted,
        page,
        votes,
        answers,
        reactions,
        own,
        n_held,
        withheld,
        questions,
    } = found;
    let lines: Vec<CommentLine<'_>> = withheld.iter().map(line).collect();
    let withheld = identity::withheld(&context(&app, &site, &visitor.base.0), &lines);
    let desk = format!("{}/moderate/{}", visitor.base.0, site.host);
    let desk = n_held.map(|n_held| MyDesk {
        url: match &page {
            Some(page) => format!("{desk}/pages/{}", page.id),
            None => desk,
        },
        n_held,
        page_action: closing::offered(&settings, page.as_ref(), now),
    });
    let closed_at = page
        .as_ref()
        .and_then(|page: &Page| policy::closed_since(&settings, page, now));
    let until = |comment| policy::edit_window_end(&settings, comment).to_string();
    Ok(Json(Me {
        may_ask: may_ask(questions.unwrap_or(settings.questions), &reader).is_ok(),
        may_comment: policy::may_comment(&settings, page.as_ref(), &reader, now).is_ok(),
        desk,
        reader: reader.author.as_ref().map(MyAuthor::from),
        votes: votes
            .iter()
            .map(|(id, vote)| (id.to_string(), *vote))
            .collect(),
        answers: answers
            .iter()
            .map(|(id, own)| (id.to_string(), MyAnswers::from(own)))
            .collect(),
        reactions: by_comment(reactions),
        editable: own
            .iter()
            .filter(|comment| policy::may_edit(&settings, comment, &reader, now).is_ok())
            .map(|comment| (comment.id.to_string(), until(comment)))
            .collect(),
        own: own.iter().map(|comment| comment.id.to_string()).collect(),
        withheld,
        muted: muted.iter().map(|one| one.author.to_string()).collect(),
        n_notices,
        closed_at: closed_at.map(|time| time.to_string()),
        settings: FormSettings::from(&settings),
    }))
}

/// Whose what is looked for, and where.
struct MeQuery {
    site: SiteId,
    key: PageKey,
    author: Option<AuthorId>,
    /// The author, where they have an account.
    account: Option<AuthorId>,
    moderates: bool,
    /// Whether they ask questions, where any are asked.
    edits: bool,
    /// Whether anything can have been answered.
    answers: bool,
    /// What was refused before is not shown any more.
    since: Time,
}

#[derive(Default)]
struct MeData {
    n_notices: i64,
    muted: Vec<MutedAuthorName>,
    page: Option<Page>,
    votes: Vec<(CommentId, i64)>,
    answers: Vec<(CommentId, SourceAnswers)>,
    reactions: Vec<(CommentId, String)>,
    own: Vec<Comment>,
    n_held: Option<i64>,
    withheld: Vec<OwnComment>,
    /// Whether questions are asked, where that was said of the page itself.
    questions: Option<Questions>,
}

fn find(tx: &mut Tx<'_>, asked: &MeQuery) -> store::Result<MeData> {
    let site = asked.site;
    let mut found = MeData {
        page: pages::find(tx, site, &asked.key)?,
        ..MeData::default()
    };
    if let Some(account) = asked.account {
        found.n_notices = bells::n_unread(tx, site, account)?;
    }
    let Some(author) = asked.author else {
        return Ok(found);
    };
    found.muted = mutes::list(tx, site, author)?;
    let Some(page) = &found.page else {
        let covers = asked.moderates && groups::covers_key(tx, site, author, &asked.key)?;
        found.n_held = covers.then_some(0);
        return Ok(found);
    };
    if asked.edits {
        found.questions = allowed::questions_of_page(tx, site, page.id)?;
    }
    if asked.moderates && groups::covers(tx, author, page)? {
        found.n_held = Some(queues::held_on(tx, site, page.id)?);
    }
    found.votes = votes::mine(tx, site, page.id, author)?;
    if asked.answers {
        found.answers = answers::mine(tx, site, page.id, author)?;
    }
    found.reactions = reactions::mine(tx, site, page.id, author)?;
    found.own = threads::own_comments(tx, site, page.id, author)?;
    found.withheld = pipeline::withheld(tx, site, page.id, author, asked.since)?;
    Ok(found)
}

fn by_comment(reactions: Vec<(CommentId, String)>) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (comment, key) in reactions {
        all.entry(comment.to_string()).or_default().push(key);
    }
    all
}

fn line(own: &OwnComment) -> CommentLine<'_> {
    CommentLine {
        comment: &own.comment,
        page: &own.page,
        title: own.title.as_deref(),
        note: own.note.as_deref(),
    }
}

impl From<&SourceAnswers> for MyAnswers {
    fn from(own: &SourceAnswers) -> Self {
        Self {
            says: own.says.map(SourceAnswer::as_str),
            relevant: own.relevant.map(SourceAnswer::as_str),
        }
    }
}

impl From<&Author> for MyAuthor {
    fn from(author: &Author) -> Self {
        Self {
            id: author.id.to_string(),
            name: author.name.clone(),
            role: author.role.as_str(),
            kind: author.kind.as_str(),
        }
    }
}

impl From<&Settings> for FormSettings {
    fn from(settings: &Settings) -> Self {
        Self {
            max_graphemes: settings.max_graphemes,
            max_links: settings.max_links,
            guests: settings.guests,
            email: settings.email,
            voting: settings.voting,
            edit_window_minutes: settings.edit_window_minutes,
        }
    }
}
