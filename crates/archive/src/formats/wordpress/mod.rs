//! WordPress exports (WXR, any version), with what wpDiscuz keeps in them.
//!
//! A page's own fields stand before its comments in every export that WordPress writes, so the
//! page is given with its first comment and the comments follow one by one. Where a file has them
//! the other way round, the comments of that one page wait for it.

mod feedback;
mod fields;
mod shape;

use std::collections::{HashMap, VecDeque};
use std::io::Read;

use fields::{CommentFields, PageFields, UserFields};

use crate::format::{Format, Items, Options, Start};
use crate::input::Input;
use crate::xml::{Step, Xml};
use crate::{Item, QuestionItem, ReadError};

/// A WordPress export, with what wpDiscuz keeps in it.
pub(crate) struct WordPress;

impl Format for WordPress {
    fn word(&self) -> &'static str {
        "wordpress"
    }

    fn name(&self) -> &'static str {
        "a WordPress export"
    }

    fn recognises(&self, start: &Start) -> bool {
        ["xmlns:wp=", "<wp:", "wordpress.org/export/"]
            .iter()
            .any(|mark| start.has(mark))
    }

    fn read(&self, files: Vec<Input>, options: Options) -> Result<Items, ReadError> {
        Ok(Box::new(files.into_iter().flat_map(move |file| {
            let opened = file.read().map_err(ReadError::from);
            let (items, error) = match opened.and_then(|source| read(source, options)) {
                Ok(items) => (Some(items), None),
                Err(error) => (None, Some(Err(error))),
            };
            items.into_iter().flatten().chain(error)
        })))
    }
}

/// Reads an export, as it is or compressed.
///
/// A page comes if it carries comments, or if it is public and takes none. Pingbacks and the like
/// are [`Item::Dropped`] unless asked for; nothing that was pending, in the trash, spam or private
/// is ever published; a date that WordPress did not write (`0000-00-00`) is taken from the next
/// best, with an [`Item::Note`]. Addresses that comments were sent from are never read.
pub fn read<'r>(file: impl Read + Send + 'r, options: Options) -> Result<Export<'r>, ReadError> {
    Ok(Export {
        xml: Xml::new(crate::plain_or_gzip(file)?),
        options,
        base_url: String::new(),
        users: HashMap::new(),
        path: Vec::new(),
        page: PageFields::default(),
        page_id: None,
        comment: CommentFields::default(),
        user: UserFields::default(),
        answers: Vec::new(),
        waiting: Vec::new(),
        ready: VecDeque::new(),
        last_posted_at: None,
        has_channel: false,
        is_done: false,
    })
}

/// An export that is being read. After an error it ends.
pub struct Export<'r> {
    xml: Xml<Box<dyn Read + Send + 'r>>,
    options: Options,
    base_url: String,
    users: HashMap<String, UserFields>,
    path: Vec<Place>,
    page: PageFields,
    /// The id of the page that was given last, while its comments follow.
    page_id: Option<String>,
    comment: CommentFields,
    user: UserFields,
    /// The comments of the page that answer questions of its passages: what they name the question, their id,
    /// and what the report calls them.
    answers: Vec<(String, String, String)>,
    /// Comments that came before their page's own fields.
    waiting: Vec<CommentFields>,
    ready: VecDeque<Item>,
    last_posted_at: Option<rejoinder_core::Time>,
    has_channel: bool,
    is_done: bool,
}

/// What an element of the file is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Channel,
    User,
    Page,
    Comment,
    CommentMeta,
    Field,
    Elsewhere,
}

impl Iterator for Export<'_> {
    type Item = Result<Item, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(Ok(item));
            }
            if self.is_done {
                return None;
            }
            match self.xml.step() {
                Ok(Step::Start(name, _)) => {
                    let name = name.to_owned();
                    self.start(&name);
                }
                Ok(Step::End(name, text)) => {
                    let (name, text) = (name.to_owned(), text.to_owned());
                    self.end(&name, text);
                }
                Ok(Step::Done) => {
                    self.is_done = true;
                    if !self.has_channel {
                        return Some(Err(ReadError::WrongFormat {
                            expected: "a WordPress export",
                        }));
                    }
                }
                Err(error) => {
                    self.is_done = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

impl Export<'_> {
    fn place(&self) -> Place {
        self.path.last().copied().unwrap_or(Place::Elsewhere)
    }

    fn start(&mut self, name: &str) {
        let place = match (self.place(), name) {
            (Place::Elsewhere, "channel") => Place::Channel,
            (Place::Channel, "wp:author") => Place::User,
            (Place::Channel, "item") => Place::Page,
            (Place::Page, "wp:comment") => Place::Comment,
            (Place::Comment, "wp:commentmeta") => Place::CommentMeta,
            (Place::Elsewhere | Place::Field, _) => Place::Elsewhere,
            _ => Place::Field,
        };
        match place {
            Place::Channel => self.has_channel = true,
            Place::User => self.user = UserFields::default(),
            Place::Page => {
                self.page = PageFields::default();
                self.page_id = None;
                self.answers.clear();
            }
            Place::Comment => self.comment = CommentFields::default(),
            _ => {}
        }
        self.path.push(place);
    }

    fn end(&mut self, name: &str, text: String) {
        let ended = self.path.pop().unwrap_or(Place::Elsewhere);
        match ended {
            Place::Field => self.field(name, text),
            Place::User => {
                let user = std::mem::take(&mut self.user);
                self.users.insert(user.id.clone(), user);
            }
            Place::CommentMeta => self.comment.end_meta(),
            Place::Comment => {
                let comment = std::mem::take(&mut self.comment);
                if self.page.is_known() {
                    self.comment(&comment);
                } else {
                    self.waiting.push(comment);
                }
            }
            Place::Page => self.end_page(),
            Place::Channel | Place::Elsewhere => {}
        }
    }

    fn field(&mut self, name: &str, text: String) {
        match self.place() {
            Place::Channel if name == "wp:base_blog_url" => {
                text.trim().clone_into(&mut self.base_url);
            }
            Place::User => self.user.set(name, text),
            Place::Page => self.page.set(name, text),
            Place::Comment | Place::CommentMeta => self.comment.set(name, text),
            _ => {}
        }
    }

    fn end_page(&mut self) {
        for comment in std::mem::take(&mut self.waiting) {
            self.comment(&comment);
        }
        if self.page.is_public() && self.page.is_closed() && self.page.is_read() {
            self.give_page();
        }
        self.questions();
        if self.page_id.is_some() {
            self.ready.push_back(Item::EndOfPages);
        }
    }

    /// Gives the questions of the page's passages, and says which answers have lost theirs.
    fn questions(&mut self) {
        let questions = match self.page.is_public() && self.page.is_read() {
            true => feedback::questions(&self.page.content),
            false => Vec::new(),
        };
        let answers = std::mem::take(&mut self.answers);
        let forms = answers.iter().map(|(form, ..)| form.clone()).collect();
        let page = match questions.is_empty() {
            true => self.page_id.clone(),
            false => self.give_page(),
        };
        let mut given: HashMap<&str, Vec<String>> = HashMap::new();
        for (form, id, record) in answers {
            match feedback::answered(&questions, &form, &forms) {
                Some(own) if own.selector.is_some() => {
                    given.entry(&own.id).or_default().push(id);
                }
                _ => {
                    let reason = match questions.len() {
                        0 => format!(
                            "it answers question {form} on a passage, which the export does not hold"
                        ),
                        n => format!(
                            "it answers question {form} on a passage, and the export does not say which \
                             of the {n} of its page that is"
                        ),
                    };
                    self.ready.push_back(Item::Note { record, reason });
                }
            }
        }
        let Some(page) = page else { return };
        let asked_at = shape::page_time(&self.page);
        for own in &questions {
            let source_id = format!("{page}/{}", own.id);
            let Some(selector) = own.selector.clone() else {
                let record = format!("question {source_id}");
                let reason = "its passage is empty or too long".to_owned();
                self.ready.push_back(Item::Dropped { record, reason });
                continue;
            };
            self.ready.push_back(Item::Question(Box::new(QuestionItem {
                source_id,
                page: page.clone(),
                text: own.text.clone(),
                selector,
                asked_at,
                answers: given.remove(own.id.as_str()).unwrap_or_default(),
            })));
        }
    }

    /// Gives the page if it has not been given, and says what its id is. A page that cannot be
    /// known by anything has none.
    fn give_page(&mut self) -> Option<String> {
        if self.page_id.is_none() {
            let page = shape::page(&self.page, &self.base_url)?;
            self.page_id = Some(page.source_id.clone());
            if !page.public {
                let record = format!("page {}", page.source_id);
                let reason = self.page.why_not_public();
                self.ready.push_back(Item::Note { record, reason });
            }
            self.ready.push_back(Item::Page(page));
        }
        self.page_id.clone()
    }

    fn comment(&mut self, comment: &CommentFields) {
        let record = comment.record();
        if let Err(reason) = shape::kind(comment, self.options) {
            self.ready.push_back(Item::Dropped { record, reason });
            return;
        }
        if comment.id().is_none() {
            let reason = "it has no id".to_owned();
            self.ready.push_back(Item::Dropped { record, reason });
            return;
        }
        let Some(page_id) = self.give_page() else {
            let reason = "the page it stands on has neither an id nor an address".to_owned();
            self.ready.push_back(Item::Dropped { record, reason });
            return;
        };
        let shaped = shape::Shaper {
            page: &self.page,
            page_id: &page_id,
            users: &self.users,
            options: self.options,
            last_posted_at: self.last_posted_at,
            notes: Vec::new(),
        };
        if let Some(form) = comment.answered() {
            let id = comment.id().unwrap_or_default().to_owned();
            self.answers.push((form.to_owned(), id, record.clone()));
        }
        let (comment, notes) = shaped.comment(comment);
        self.last_posted_at = Some(comment.posted_at);
        self.ready.push_back(Item::Comment(Box::new(comment)));
        for reason in notes {
            self.ready.push_back(Item::Note {
                record: record.clone(),
                reason,
            });
        }
    }
}
