//! A small thread with everything in it, in which every text can be chosen.

use rejoinder_core::discussion::thread::{ThreadEntry, in_reading_order};
use rejoinder_core::identity::author::{Profile, Role};
use rejoinder_core::{
    Author, AuthorId, AuthorKind, Comment, CommentId, CommentState, Cursor, Page, PageId, PageKey,
    Settings, Site, SiteId, Sort, Thread, ThreadQuery, Time, VoteTally,
};
use rejoinder_render::{Article, ArticlePicture, Masthead, RenderContext, catalogue};

pub(crate) const BASE: &str = "https://comments.example";

pub(crate) fn time(minutes: i64) -> Time {
    let start: Time = "2026-09-05T06:30:00Z".parse().unwrap();
    Time::from_micros(start.micros() + minutes * 60_000_000)
}

pub(crate) fn site() -> Site {
    Site {
        id: SiteId(1),
        host: "news.example".to_owned(),
        origins: vec!["https://news.example".to_owned()],
        settings: Settings {
            title: "The News".to_owned(),
            ..Settings::default()
        },
        has_providers: false,
        logo: None,
        version: 1,
    }
}

pub(crate) fn context(site: &Site) -> RenderContext<'_> {
    RenderContext {
        site,
        now: time(600),
        base: BASE,
        texts: catalogue::of(rejoinder_core::publication::language::Language::English),
        assets: "1",
        has_accounts: true,
    }
}

pub(crate) fn comment(id: i64, parent: Option<i64>, name: &str) -> Comment {
    Comment {
        id: CommentId(id),
        page: PageId(1),
        parent: parent.map(CommentId),
        root: CommentId(1),
        depth: i64::from(parent.is_some()),
        author: Author {
            id: AuthorId(id * 7),
            name: name.to_owned(),
            kind: AuthorKind::Guest,
            role: Role::Reader,
            website: None,
            is_supporter: false,
            profile: Profile::default(),
        },
        text: format!("Text of *{id}*."),
        html: markup::sanitise(&format!("<p>Text of <em>{id}</em>.</p>")),
        state: CommentState::Published,
        reason: None,
        revision: 1,
        created_at: time(id),
        edited_at: None,
        closed_at: None,
        pin: None,
        featured_at: None,
        tally: VoteTally { up: 3, down: 1 },
        n_replies: 0,
        is_by_article_author: false,
        n_descendants: 0,
        cards: Vec::new(),
        images: Vec::new(),
        annotation: None,
        source_check: None,
        question: None,
        liked: 0,
        agreement: Default::default(),
        reactions: Vec::new(),
    }
}

/// A comment of which its author took everything away, as careless code might pass it on.
pub(crate) fn removed(id: i64, parent: Option<i64>) -> Comment {
    let mut comment = comment(id, parent, "Secret Name");
    comment.author.website = Some("https://secret.example/".to_owned());
    comment.author.role = Role::Moderator;
    comment.text = "Secret text".to_owned();
    comment.html = markup::sanitise("<p>Secret text</p>");
    comment.reason = Some("secret-reason".to_owned().into());
    comment.tally = VoteTally { up: 4_321, down: 0 };
    comment.edited_at = Some(time(77));
    comment.state = CommentState::Removed;
    comment
}

pub(crate) const fn query() -> ThreadQuery {
    ThreadQuery {
        sort: Sort::Newest,
        after: None,
        root: None,
        filter: None,
        passage: None,
        limit: 20,
        replies: 3,
    }
}

pub(crate) fn key() -> PageKey {
    PageKey::parse("https://news.example/story").unwrap()
}

/// A root by `name` with a reply by the newsroom and more below, and a tombstone with a reply.
pub(crate) fn thread(name: &str) -> Thread {
    let mut root = comment(1, None, name);
    (root.n_replies, root.n_descendants, root.pin) = (3, 4, Some(1));
    let mut staff = comment(2, Some(1), name);
    staff.author.role = Role::Editor;
    staff.author.website = Some("https://paper.example/".to_owned());
    (staff.edited_at, staff.closed_at) = (Some(time(9)), Some(time(10)));
    let mut gone = removed(3, None);
    (gone.n_replies, gone.n_descendants, gone.root) = (1, 1, CommentId(3));
    let mut last = comment(4, Some(3), name);
    last.root = CommentId(3);
    last.tally = VoteTally { up: 0, down: 9 };
    Thread {
        key: key(),
        page: Some(page("A story")),
        query: query(),
        ancestors: Vec::new(),
        entries: in_reading_order(vec![vec![root, gone], vec![staff, last]]),
        recordings: Vec::new(),
        n_annotations: 0,
        n_source_checks: 0,
        n_questions: 0,
        passage: None,
        passages: None,
        questions: None,
        invitation: None,
        is_divided: false,
        errata: Vec::new(),
        marks: Vec::new(),
        next: Some(Cursor {
            rank: 0,
            id: CommentId(3),
        }),
    }
}

pub(crate) fn page(title: &str) -> Page {
    Page {
        id: PageId(1),
        site: SiteId(1),
        key: key(),
        title: Some(title.to_owned()),
        version: 12,
        n_comments: 1_204,
        closed_at: None,
        created_at: time(0),
    }
}

/// A chain of replies by `name`, each a level deeper than the last.
pub(crate) fn chain(name: &str, length: i64) -> Thread {
    let mut thread = thread(name);
    thread.entries = (1..=length)
        .map(|id| ThreadEntry {
            comment: comment(id, (id > 1).then_some(id - 1), name),
            level: usize::try_from(id - 1).unwrap(),
            more: None,
        })
        .collect();
    thread
}

/// The branch of a reply, below what it replies to.
pub(crate) fn branch(name: &str) -> Thread {
    let mut thread = thread(name);
    thread.ancestors = vec![comment(8, Some(7), name), removed(9, Some(8))];
    thread.query.root = Some(CommentId(1));
    thread
}

pub(crate) fn publication(text: &str) -> Masthead {
    Masthead {
        title: text.to_owned(),
        tagline: text.to_owned(),
        town: text.to_owned(),
        footer: text.to_owned(),
    }
}

pub(crate) fn article(text: &str) -> Article {
    Article {
        slug: "story".to_owned(),
        headline: text.to_owned(),
        lead: text.to_owned(),
        byline: text.to_owned(),
        published_at: time(0),
        section: text.to_owned(),
        picture: Some(ArticlePicture {
            src: "/pictures/story.webp".to_owned(),
            alt: text.to_owned(),
            caption: text.to_owned(),
            credit: text.to_owned(),
            width: 16,
            height: 9,
        }),
        html: "<p>It was so.</p>".to_owned(),
    }
}
