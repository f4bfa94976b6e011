//! Writes the pages of the demo into a folder, to be looked at: `cargo run -p rejoinder-render
//! --example sample -- FOLDER`.

use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use rejoinder_core::discussion::thread::in_reading_order;
use rejoinder_core::identity::author::{Profile, Role};
use rejoinder_core::{
    Author, AuthorId, AuthorKind, Comment, CommentId, CommentState, Page, PageId, PageKey,
    SafeHtml, Settings, Site, SiteId, Sort, Thread, ThreadQuery, Time, VoteTally,
};
use rejoinder_render::{
    Article, ArticlePicture, CommentForm, FormProblem, Masthead, RenderContext, ThreadView,
    article_page, catalogue, edit_page, front_page, message_page, thread_fragment, thread_page,
};
use serde::Deserialize;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const BASE: &str = "http://localhost:8080";

#[derive(Deserialize)]
struct Paper {
    title: String,
    tagline: String,
    town: String,
    footer: String,
    articles: Vec<String>,
    staff: Vec<Staff>,
}

#[derive(Deserialize)]
struct Staff {
    name: String,
    role: String,
}

#[derive(Deserialize)]
struct Voices {
    comment: Vec<Voice>,
}

#[derive(Deserialize)]
struct Voice {
    id: String,
    parent: Option<String>,
    author: String,
    website: Option<String>,
    minutes: u64,
    up: i64,
    down: i64,
    text: String,
    state: Option<String>,
}

#[derive(Deserialize)]
struct Front {
    headline: String,
    lead: String,
    byline: String,
    published_at: String,
    section: String,
    picture: Option<FrontPicture>,
}

#[derive(Deserialize)]
struct FrontPicture {
    file: String,
    alt: String,
    caption: String,
    credit: String,
    width: u32,
    height: u32,
}

fn main() -> Result<()> {
    let out = PathBuf::from(env::args().nth(1).ok_or("usage: sample FOLDER")?);
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    fs::create_dir_all(&out)?;
    let paper: Paper = toml::from_str(&fs::read_to_string(demo.join("publication.toml"))?)?;
    let publication = Masthead {
        title: paper.title.clone(),
        tagline: paper.tagline.clone(),
        town: paper.town.clone(),
        footer: paper.footer.clone(),
    };
    let articles: Vec<Article> = paper
        .articles
        .iter()
        .map(|slug| article(&demo, slug))
        .collect::<Result<_>>()?;
    let site = Site {
        id: SiteId(1),
        host: "localhost:8080".to_owned(),
        origins: Vec::new(),
        settings: Settings {
            title: paper.title.clone(),
            ..Settings::default()
        },
        has_providers: false,
        logo: None,
        version: 1,
    };
    let context = RenderContext {
        site: &site,
        now: "2026-11-23T09:00:00Z".parse()?,
        base: BASE,
        texts: catalogue::of(rejoinder_core::publication::language::Language::English),
        assets: "1",
        has_accounts: true,
    };
    let write = |name: &str, html: String| fs::write(out.join(name), html);
    write("front.html", front_page(&context, &publication, &articles))?;
    for article in &articles {
        let comments = comments(&demo, &paper, article)?;
        let thread = thread(article, &comments, None);
        let slug = &article.slug;
        write(
            &format!("article-{slug}.html"),
            article_page(&context, &publication, article, (&thread, None)),
        )?;
        write(
            &format!("embed-{slug}.html"),
            thread_page(&context, &thread, &ThreadView::default()),
        )?;
        write(
            &format!("fragment-{slug}.html"),
            thread_fragment(&context, &thread),
        )?;
        let deepest = comments
            .iter()
            .max_by_key(|comment| comment.depth)
            .map(|comment| comment.id);
        let branch = self::thread(article, &comments, deepest);
        let view = ThreadView {
            marked: deepest,
            form: CommentForm {
                reply: deepest,
                ..CommentForm::default()
            },
        };
        write(
            &format!("branch-{slug}.html"),
            thread_page(&context, &branch, &view),
        )?;
        let mut closed = thread.clone();
        if let Some(page) = &mut closed.page {
            page.closed_at = Some("2026-10-09T12:00:00Z".parse()?);
        }
        write(
            &format!("closed-{slug}.html"),
            thread_page(&context, &closed, &ThreadView::default()),
        )?;
        let problem = Some(FormProblem {
            field: Some("name"),
            detail: "A name is needed.",
        });
        let form = CommentForm {
            text: "I was there. It was the *second* bell.",
            problem,
            ..CommentForm::default()
        };
        write(
            &format!("refused-{slug}.html"),
            thread_page(
                &context,
                &thread,
                &ThreadView {
                    form,
                    ..ThreadView::default()
                },
            ),
        )?;
        if let Some(comment) = comments.first() {
            write(
                &format!("edit-{slug}.html"),
                edit_page(&context, &thread.key, comment, None, None),
            )?;
        }
    }
    let empty = Thread::empty(PageKey::parse("https://news.example/new")?, query(None));
    write(
        "empty.html",
        thread_page(&context, &empty, &ThreadView::default()),
    )?;
    write(
        "held.html",
        message_page("Thank you", "Waiting for a moderator.", "/"),
    )?;
    Ok(())
}

fn article(demo: &Path, slug: &str) -> Result<Article> {
    let text = fs::read_to_string(demo.join("articles").join(format!("{slug}.md")))?;
    let rest = text.strip_prefix("+++\n").ok_or("no front matter")?;
    let (front, body) = rest.split_once("\n+++\n").ok_or("no front matter")?;
    let front: Front = toml::from_str(front)?;
    Ok(Article {
        slug: slug.to_owned(),
        headline: front.headline,
        lead: front.lead,
        byline: front.byline,
        published_at: front.published_at.parse()?,
        section: front.section,
        picture: front.picture.map(|picture| ArticlePicture {
            src: format!("/pictures/{}", picture.file),
            alt: picture.alt,
            caption: picture.caption,
            credit: picture.credit,
            width: picture.width,
            height: picture.height,
        }),
        html: markup::article(body),
    })
}

fn comments(demo: &Path, paper: &Paper, article: &Article) -> Result<Vec<Comment>> {
    let path = demo.join("threads").join(format!("{}.toml", article.slug));
    let voices: Voices = toml::from_str(&fs::read_to_string(path)?)?;
    let mut made: HashMap<String, usize> = HashMap::new();
    let mut comments: Vec<Comment> = Vec::new();
    for (at, voice) in voices.comment.iter().enumerate() {
        let parent = voice.parent.as_ref().and_then(|id| made.get(id)).copied();
        let mut comment = comment(paper, voice, at, article.published_at)?;
        if let Some(parent) = parent {
            let above = &mut comments[parent];
            above.n_replies += 1;
            (comment.parent, comment.root) = (Some(above.id), above.root);
            comment.depth = above.depth + 1;
            let root = comment.root;
            let root = comments.iter_mut().find(|comment| comment.id == root);
            root.into_iter().for_each(|root| root.n_descendants += 1);
        }
        made.insert(voice.id.clone(), comments.len());
        comments.push(comment);
    }
    Ok(comments)
}

fn comment(paper: &Paper, voice: &Voice, at: usize, published_at: Time) -> Result<Comment> {
    let created_at = published_at.after(Duration::from_secs(voice.minutes * 60));
    let id = CommentId(rejoinder_core::ids::first_id_at(created_at) + i64::try_from(at)?);
    let staff = paper.staff.iter().find(|staff| staff.name == voice.author);
    let is_removed = voice.state.as_deref() == Some("removed");
    let author = voice
        .author
        .bytes()
        .fold(7_i64, |sum, byte| sum * 31 % 1_000_003 + i64::from(byte));
    Ok(Comment {
        id,
        page: PageId(1),
        parent: None,
        root: id,
        depth: 0,
        author: Author {
            id: AuthorId(author),
            name: if is_removed {
                String::new()
            } else {
                voice.author.clone()
            },
            kind: AuthorKind::Guest,
            role: match staff.map(|staff| staff.role.as_str()) {
                Some("editor") => Role::Editor,
                Some(_) => Role::Staff,
                None => Role::Reader,
            },
            website: voice.website.clone(),
            is_supporter: false,
            profile: Profile::default(),
        },
        text: voice.text.clone(),
        html: if is_removed {
            SafeHtml::default()
        } else {
            markup::render(&voice.text).html
        },
        state: if is_removed {
            CommentState::Removed
        } else {
            CommentState::Published
        },
        reason: None,
        revision: 1,
        created_at,
        edited_at: (at % 11 == 5).then_some(created_at),
        closed_at: (at % 17 == 9).then_some(created_at),
        pin: (at == 0).then_some(1),
        featured_at: None,
        tally: VoteTally {
            up: voice.up,
            down: voice.down,
        },
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
    })
}

const fn query(root: Option<CommentId>) -> ThreadQuery {
    ThreadQuery {
        sort: Sort::Newest,
        after: None,
        root,
        filter: None,
        passage: None,
        limit: 20,
        replies: 3,
    }
}

/// The first page of a thread, or the branch of `root` with what is above it.
fn thread(article: &Article, comments: &[Comment], root: Option<CommentId>) -> Thread {
    let replies = |id: CommentId| {
        comments
            .iter()
            .filter(move |comment| comment.parent == Some(id))
    };
    let by_id = |id: CommentId| comments.iter().find(|comment| comment.id == id);
    let mut tops: Vec<Comment> = match root {
        Some(root) => by_id(root).into_iter().cloned().collect(),
        None => comments
            .iter()
            .filter(|comment| comment.parent.is_none())
            .cloned()
            .collect(),
    };
    tops.sort_by_key(|comment| (comment.pin.is_none(), std::cmp::Reverse(comment.id)));
    let mut levels = vec![tops];
    while levels.len() < 6 {
        let above = &levels[levels.len() - 1];
        let level = above
            .iter()
            .flat_map(|comment| replies(comment.id).take(3))
            .cloned()
            .collect();
        levels.push(level);
    }
    let mut ancestors = Vec::new();
    let mut above = root.and_then(by_id).and_then(|comment| comment.parent);
    while let Some(comment) = above.and_then(by_id) {
        ancestors.insert(0, comment.clone());
        above = comment.parent;
    }
    let key = PageKey::stored(
        format!("localhost:8080/articles/{}", article.slug),
        Some(format!("{BASE}/articles/{}", article.slug)),
    );
    let page = Page {
        id: PageId(1),
        site: SiteId(1),
        key: key.clone(),
        title: Some(article.headline.clone()),
        version: 41,
        n_comments: i64::try_from(comments.len()).unwrap_or(0),
        closed_at: None,
        created_at: article.published_at,
    };
    Thread {
        key,
        page: Some(page),
        query: query(root),
        ancestors,
        entries: in_reading_order(levels),
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
        next: comments
            .first()
            .filter(|_| root.is_none())
            .map(|first| rejoinder_core::Cursor {
                rank: 0,
                id: first.id,
            }),
    }
}
