//! Disqus exports: XML with three flat lists, of categories, threads and posts.
//!
//! Threads are read before anything else, because a post may stand before its thread; they are
//! few and short. Posts then follow one by one.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::io::Read;
use std::sync::Arc;

use rejoinder_core::CommentState;

use crate::fields::Fields;
use crate::format::{Format, Items, Options, Out, Start, record};
use crate::input::Input;
use crate::item::{Body, CommentItem, Item, PageItem, Writer};
use crate::when;
use crate::xml::{Step, Xml};
use crate::{ReadError, links};

/// A Disqus export.
pub(crate) struct Disqus;

impl Format for Disqus {
    fn word(&self) -> &'static str {
        "disqus"
    }

    fn name(&self) -> &'static str {
        "a Disqus export"
    }

    fn recognises(&self, start: &Start) -> bool {
        start.has("<disqus")
    }

    fn read(&self, files: Vec<Input>, _: Options) -> Result<Items, ReadError> {
        let mut threads = HashMap::new();
        for file in &files {
            threads_of(file, &mut threads)?;
        }
        join(&mut threads);
        let threads = Arc::new(threads);
        Ok(Box::new(files.into_iter().flat_map(move |file| {
            let (posts, error) = match file.read() {
                Ok(source) => (Some(Posts::new(source, Arc::clone(&threads))), None),
                Err(error) => (None, Some(Err(error.into()))),
            };
            posts.into_iter().flatten().chain(error)
        })))
    }
}

/// What is kept of a thread and of a post; everything else is named as left out.
const KEPT: [&str; 15] = [
    "id",
    "forum",
    "link",
    "title",
    "message",
    "createdAt",
    "isClosed",
    "isDeleted",
    "isSpam",
    "isApproved",
    "author.name",
    "author.email",
    "author.username",
    "author.isAnonymous",
    "category",
];

/// A thread or a post, as its elements say it: names with the elements around them.
#[derive(Debug, Default)]
struct Element {
    id: String,
    /// The texts of what is kept, in the order of [`KEPT`].
    texts: [String; KEPT.len()],
    thread: String,
    parent: Option<String>,
    others: BTreeSet<String>,
}

impl Element {
    fn text(&self, name: &str) -> &str {
        let at = KEPT.iter().position(|kept| *kept == name);
        at.map_or("", |at| self.texts[at].trim())
    }

    /// Files that were made pretty have blanks and newlines around every word.
    fn is(&self, name: &str) -> bool {
        matches!(self.text(name), "true" | "1" | "True")
    }
}

/// Reads the elements of one kind.
struct Elements<R: Read> {
    xml: Xml<R>,
    kind: &'static str,
    reading: Reading,
    has_root: bool,
}

/// The element that is being read.
#[derive(Debug, Default)]
struct Reading {
    depth: usize,
    /// Whether it is of the wanted kind.
    is_wanted: bool,
    element: Element,
    /// The names of the elements inside it that are open, with dots between them.
    path: String,
}

impl<R: Read> Elements<R> {
    fn new(source: R, kind: &'static str) -> Self {
        Self {
            xml: Xml::new(source),
            kind,
            reading: Reading::default(),
            has_root: false,
        }
    }
}

impl Reading {
    /// Whether it is inside an element of another kind.
    const fn is_passing(&self) -> bool {
        self.depth > 1 && !self.is_wanted
    }

    fn start(&mut self, kind: &str, name: &str, id: Option<String>) {
        if self.depth == 1 {
            self.is_wanted = name == kind;
            if self.is_wanted {
                self.element = Element {
                    id: id.unwrap_or_default(),
                    ..Element::default()
                };
            }
        } else if self.depth > 1 && self.is_wanted {
            match (self.depth, name) {
                (2, "thread") => self.element.thread = id.unwrap_or_default(),
                (2, "parent") => self.element.parent = id.filter(|id| !id.is_empty()),
                _ => {}
            }
            if !self.path.is_empty() {
                self.path.push('.');
            }
            self.path.push_str(name);
        }
        self.depth += 1;
    }

    fn end(&mut self, name: &str, text: &str) -> Option<Element> {
        self.depth = self.depth.checked_sub(1)?;
        if self.depth == 1 && self.is_wanted {
            self.is_wanted = false;
            return Some(std::mem::take(&mut self.element));
        }
        if self.depth < 2 || !self.is_wanted {
            return None;
        }
        if !text.trim().is_empty() {
            match KEPT.iter().position(|kept| *kept == self.path) {
                Some(at) => text.clone_into(&mut self.element.texts[at]),
                None => {
                    self.element.others.insert(self.path.clone());
                }
            }
        }
        let outer = self.path.len().saturating_sub(name.len());
        self.path.truncate(outer);
        if self.path.ends_with('.') {
            self.path.pop();
        }
        None
    }
}

impl<R: Read> Iterator for Elements<R> {
    type Item = Result<Element, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.xml.step() {
                Ok(Step::Start(name, id)) => {
                    self.has_root |= self.reading.depth == 0 && name == "disqus";
                    self.reading.start(self.kind, name, id);
                    if self.reading.is_passing()
                        && let Err(error) = self.xml.skip()
                    {
                        return Some(Err(error));
                    }
                }
                Ok(Step::End(name, text)) => {
                    if let Some(element) = self.reading.end(name, text) {
                        return Some(Ok(element));
                    }
                }
                Ok(Step::Done) if self.has_root => return None,
                Ok(Step::Done) => {
                    self.has_root = true;
                    let expected = "a Disqus export";
                    return Some(Err(ReadError::WrongFormat { expected }));
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// A thread, as far as its posts ask for it.
#[derive(Debug)]
struct Thread {
    page: PageItem,
    identifier: String,
    is_deleted: bool,
    /// The fields that have no place here.
    others: Vec<String>,
}

fn threads_of(file: &Input, threads: &mut HashMap<String, Thread>) -> Result<(), ReadError> {
    for element in Elements::new(file.read()?, "thread") {
        let element = element?;
        let thread = thread(&element);
        threads.insert(element.id, thread);
    }
    Ok(())
}

/// Threads with one identifier are one page: after an article moved there is a second thread for it.
fn join(threads: &mut HashMap<String, Thread>) {
    let mut ids: Vec<String> = threads.keys().cloned().collect();
    ids.sort_by_key(|id| (id.len(), id.clone()));
    let mut urls: HashMap<String, String> = HashMap::new();
    // The last one has the address of today.
    for id in ids.iter().rev() {
        let Some(thread) = threads.get_mut(id) else {
            continue;
        };
        if thread.identifier.is_empty() || thread.page.url.is_empty() {
            continue;
        }
        let url = urls
            .entry(thread.identifier.clone())
            .or_insert_with(|| thread.page.url.clone());
        if *url != thread.page.url {
            let old = std::mem::replace(&mut thread.page.url, url.clone());
            thread.page.aliases.insert(0, old);
        }
    }
}

fn thread(element: &Element) -> Thread {
    let (link, identifier) = (element.text("link"), element.text("id"));
    let is_address = |text: &str| text.starts_with("http://") || text.starts_with("https://");
    // WordPress' plugin wrote `528 https://news.example/?p=528`.
    let in_identifier = identifier.split(' ').find(|part| is_address(part));
    let url = if link.is_empty() {
        in_identifier.unwrap_or(identifier)
    } else {
        link
    };
    let mut aliases: Vec<String> = Vec::new();
    for alias in [Some(identifier), in_identifier].into_iter().flatten() {
        if !alias.is_empty() && alias != url && !aliases.iter().any(|known| known == alias) {
            aliases.push(alias.to_owned());
        }
    }
    let title = element.text("title");
    let mut others: Vec<String> = element.others.iter().cloned().collect();
    if !element.text("message").is_empty() {
        others.push("message".to_owned());
    }
    Thread {
        page: PageItem {
            source_id: element.id.clone(),
            url: url.to_owned(),
            aliases,
            title: if is_address(title) {
                String::new()
            } else {
                links::plain(title)
            },
            public: true,
            closed: element.is("isClosed"),
            published_at: when::time(element.text("createdAt")),
        },
        identifier: identifier.to_owned(),
        is_deleted: element.is("isDeleted"),
        others,
    }
}

/// The posts of a file, with the pages that they stand on before them.
struct Posts<R: Read> {
    elements: Elements<R>,
    threads: Arc<HashMap<String, Thread>>,
    given: HashSet<String>,
    out: Out,
    /// Threads that take no posts: they come at the end, even if they have none.
    closed: VecDeque<String>,
    is_done: bool,
}

impl<R: Read> Posts<R> {
    fn new(source: R, threads: Arc<HashMap<String, Thread>>) -> Self {
        let is_wanted = |page: &PageItem| page.closed && !page.url.is_empty();
        let mut closed: Vec<String> = threads
            .iter()
            .filter(|(_, thread)| is_wanted(&thread.page) && !thread.is_deleted)
            .map(|(id, _)| id.clone())
            .collect();
        closed.sort_unstable();
        Self {
            elements: Elements::new(source, "post"),
            threads,
            given: HashSet::new(),
            out: Out::default(),
            closed: closed.into(),
            is_done: false,
        }
    }

    fn give_page(&mut self, id: &str) {
        let Some(thread) = self.threads.get(id) else {
            return;
        };
        if self.given.contains(id) {
            return;
        }
        self.given.insert(id.to_owned());
        let mut page = thread.page.clone();
        let record = format!("thread {id}");
        if thread.is_deleted {
            page.public = false;
            let reason = "its thread was deleted, so its comments are held";
            self.out.note(record.clone(), reason);
        }
        self.out.page(page);
        self.out.without(record, thread.others.clone());
    }

    fn post(&mut self, post: Element) {
        let Some(thread) = self.threads.get(&post.thread) else {
            let reason = "its thread is not in the file";
            return self.out.dropped(record(&post.id), reason);
        };
        if thread.page.url.is_empty() {
            let reason = "its thread has neither an address nor an identifier";
            return self.out.dropped(record(&post.id), reason);
        }
        let is_public = !thread.is_deleted;
        self.give_page(&post.thread);
        let posted_at = when::time(post.text("createdAt"));
        if posted_at.is_none() {
            let reason = "it has no date and was given its page's";
            self.out.note(record(&post.id), reason);
        }
        let mut comment = CommentItem::new(post.id.as_str(), post.thread.as_str(), body(&post));
        comment.posted_at = posted_at
            .or(self.threads[&post.thread].page.published_at)
            .unwrap_or(comment.posted_at);
        comment.parent = post.parent.clone();
        comment.state = match state(&post) {
            CommentState::Published if !is_public => CommentState::Held,
            state => state,
        };
        if comment.state == CommentState::Removed {
            comment.body = Body::Html(String::new());
            let reason = "it was deleted there, so its text and its author's name were left out";
            self.out.note(record(&post.id), reason);
        } else {
            comment.writer = writer(&post);
        }
        // What another system called it, as `wp_id=12`.
        let has_other_id = !post.text("id").is_empty();
        let mut others = post.others;
        if has_other_id {
            others.insert("id".to_owned());
        }
        self.out.comment(comment, &Fields::default());
        if !others.is_empty() {
            self.out.without(record(&post.id), others);
        }
    }
}

impl<R: Read> Iterator for Posts<R> {
    type Item = Result<Item, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.out.next() {
                return Some(Ok(item));
            }
            if self.is_done {
                let id = self.closed.pop_front()?;
                self.give_page(&id);
                continue;
            }
            match self.elements.next() {
                Some(Ok(post)) => self.post(post),
                Some(Err(error)) => return Some(Err(error)),
                None => self.is_done = true,
            }
        }
    }
}

/// Deleted comes first: the text of a deleted post is still in the file, and stays there.
fn state(post: &Element) -> CommentState {
    if post.is("isDeleted") {
        CommentState::Removed
    } else if post.is("isSpam") {
        CommentState::Spam
    } else if post.text("isApproved") == "false" {
        CommentState::Held
    } else {
        CommentState::Published
    }
}

fn body(post: &Element) -> Body {
    Body::Html(links::out_of_disqus(post.text("message")))
}

/// Who has a user name has an account; nobody else is known to be the same as anybody.
fn writer(post: &Element) -> Writer {
    let username = post.text("author.username");
    Writer {
        name: post.text("author.name").to_owned(),
        email: Some(post.text("author.email").to_owned()).filter(|email| email.contains('@')),
        website: None,
        user_id: Some(username.to_owned()).filter(|name| !name.is_empty()),
    }
}
