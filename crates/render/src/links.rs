//! Where the parts of a thread are found.

use std::fmt;

use rejoinder_core::discussion::card::{Icon, Picture};
use rejoinder_core::{
    AuthorId, CommentId, Cursor, Filter, ImageId, PageKey, PassageId, RecordingId, Site,
    ThreadQuery,
};
use url::form_urlencoded;

/// The addresses in one thread. All are absolute, since the HTML is shown on the publisher's page.
pub(crate) struct Links {
    /// The thread as a whole page.
    thread: String,
    /// What of the query stays when going on: sort and filter, where they are not the usual ones.
    kept: String,
    base: String,
    /// The site and the page, for the fields of forms.
    pub(crate) host: String,
    pub(crate) page: String,
    /// The publisher's page, where it is known.
    people: Option<String>,
    /// The folder of the pictures that comments carry, where they are files.
    images: Option<String>,
}

impl Links {
    pub(crate) fn new(base: &str, site: &Site, key: &PageKey) -> Self {
        let page = key.name();
        let people = key
            .url()
            .map(|url| url.split('#').next().unwrap_or(url).to_owned());
        Self {
            thread: format!(
                "{base}/embed?site={}&page={}",
                encoded(&site.host),
                encoded(page)
            ),
            kept: String::new(),
            base: base.to_owned(),
            host: site.host.clone(),
            page: page.to_owned(),
            people,
            images: None,
        }
    }

    /// These links, where the pictures that comments carry are files in `folder`.
    pub(crate) fn with_images_in(self, folder: String) -> Self {
        Self {
            images: Some(folder),
            ..self
        }
    }

    /// These links, where going on keeps the order and the choice of `query`.
    pub(crate) fn keeping(mut self, site: &Site, query: &ThreadQuery) -> Self {
        if query.sort != site.settings.sort {
            self.kept = format!("&sort={}", query.sort.as_str());
        }
        if let Some(filter) = query.filter {
            self.kept.push_str("&filter=");
            self.kept.push_str(filter.as_str());
        }
        if let Some(passage) = query.passage {
            self.kept.push_str(&format!("&passage={passage}"));
        }
        self
    }

    pub(crate) fn thread(&self) -> &str {
        &self.thread
    }

    /// The publisher's page.
    pub(crate) fn people(&self) -> Option<&str> {
        self.people.as_deref()
    }

    /// Where a correction of the article is sent from.
    pub(crate) fn correct(&self) -> String {
        format!(
            "{}/embed/correction?site={}&page={}",
            self.base,
            encoded(&self.host),
            encoded(&self.page)
        )
    }

    /// Where one looks for words in the comments.
    pub(crate) fn search(&self) -> String {
        format!(
            "{}/embed/search?site={}&page={}",
            self.base,
            encoded(&self.host),
            encoded(&self.page)
        )
    }

    /// The comments on passages, for other tools.
    pub(crate) fn annotations(&self) -> String {
        format!(
            "{}/api/v1/annotations?site={}&page={}",
            self.base,
            encoded(&self.host),
            encoded(&self.page)
        )
    }

    /// Where people read the thread: on the publisher's page, where that is known.
    pub(crate) fn reading(&self) -> &str {
        self.people().unwrap_or(&self.thread)
    }

    /// Where a picture is that a comment carries.
    pub(crate) fn image(&self, id: ImageId) -> String {
        match &self.images {
            Some(folder) => format!("{folder}/{id}.jpg"),
            None => format!("{}{}", self.base, image_path(&self.host, id)),
        }
    }

    /// Where a picture is that is kept here.
    pub(crate) fn picture(&self, picture: &Picture) -> String {
        let (base, host) = (&self.base, encoded(&self.host));
        format!("{base}/link-pictures/{host}/{}.jpg", picture.id)
    }

    /// Where the sign of a site is that is kept here.
    pub(crate) fn icon(&self, icon: &Icon) -> String {
        let (base, host) = (&self.base, encoded(&self.host));
        format!("{base}/link-pictures/{host}/{}.png", icon.0)
    }

    /// Where the picture of an account is.
    pub(crate) fn reader_picture(&self, name: &str) -> String {
        format!("{}{}", self.base, picture_path(&self.host, name))
    }

    /// Where everyone may read what an account wrote.
    pub(crate) fn reader(&self, author: AuthorId) -> String {
        format!("{}{}", self.base, reader_path(&self.host, author))
    }

    /// What there is to read of a recording, as a whole page.
    pub(crate) fn recording(&self, id: RecordingId) -> String {
        let (base, host, page) = (&self.base, encoded(&self.host), encoded(&self.page));
        format!("{base}/embed/recording?site={host}&page={page}&id={id}")
    }

    /// The form on which a reader corrects a line of a recording, or adds one.
    pub(crate) fn proposal(&self, id: RecordingId, line: Option<(i64, i64)>) -> String {
        let (base, host, page) = (&self.base, encoded(&self.host), encoded(&self.page));
        let form = format!("{base}/embed/recording/proposals?site={host}&page={page}&id={id}");
        match line {
            Some((start_ms, end_ms)) => format!("{form}&start_ms={start_ms}&end_ms={end_ms}"),
            None => form,
        }
    }

    pub(crate) fn to(&self, place: LinkTarget) -> ThreadLink<'_> {
        ThreadLink { links: self, place }
    }

    /// Where `id` is acted on.
    pub(crate) fn act(&self, id: CommentId, action: &'static str) -> ActionLink<'_> {
        ActionLink {
            base: &self.base,
            id,
            what: action,
        }
    }
}

/// Where the picture of an account is, on the server.
pub(crate) fn picture_path(host: &str, name: &str) -> String {
    format!("/reader-pictures/{}/{}.jpg", encoded(host), encoded(name))
}

/// Where a picture is that a comment carries, on the server.
pub(crate) fn image_path(host: &str, id: ImageId) -> String {
    format!("/comment-images/{}/{id}.jpg", encoded(host))
}

/// Where the logo of a site is, on the server.
pub(crate) fn logo_path(host: &str, name: &str) -> String {
    format!("/site-logos/{}/{}.png", encoded(host), encoded(name))
}

/// Where an account's page is, on the server.
pub(crate) fn reader_path(host: &str, author: AuthorId) -> String {
    format!("/readers/{}/{author}", encoded(host))
}

pub(crate) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A place in a thread.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LinkTarget {
    /// The roots after this one.
    After(Cursor),
    /// A comment and what is below it.
    Branch(CommentId),
    /// The direct replies of a comment after this one.
    Replies(CommentId, Cursor),
    /// A comment, for people: on the publisher's page, where that is known.
    Comment(CommentId),
    /// A comment on the server's own page, which needs no script.
    Own(CommentId),
    /// A comment in the same file.
    Here(CommentId),
    /// The form under a comment, in the comment's branch.
    Reply(CommentId),
    /// A choice among the roots.
    Filter(Filter),
    /// What is said and asked of a passage.
    Passage(PassageId),
    /// The page on which its author changes or deletes a comment.
    Edit(CommentId),
    /// The page on which a reader tells the moderators of a comment.
    Flag(CommentId),
    /// The page on which sources are withdrawn, and confirmed.
    Sources(CommentId),
}

/// The address of a place.
pub(crate) struct ThreadLink<'a> {
    links: &'a Links,
    place: LinkTarget,
}

impl fmt::Display for ThreadLink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Links {
            thread,
            kept,
            people,
            ..
        } = self.links;
        match (self.place, people) {
            (LinkTarget::After(cursor), _) => write!(f, "{thread}{kept}&after={cursor}"),
            (LinkTarget::Branch(id), _) => write!(f, "{thread}&root={id}"),
            (LinkTarget::Replies(id, cursor), _) => write!(f, "{thread}&root={id}&after={cursor}"),
            (LinkTarget::Comment(id), Some(page)) => write!(f, "{page}#comment-{id}"),
            (LinkTarget::Comment(id) | LinkTarget::Own(id), _) => {
                write!(f, "{thread}&comment={id}#comment-{id}")
            }
            (LinkTarget::Here(id), _) => write!(f, "#comment-{id}"),
            (LinkTarget::Reply(id), _) => write!(f, "{thread}&reply={id}#compose"),
            (LinkTarget::Edit(id) | LinkTarget::Flag(id) | LinkTarget::Sources(id), _) => {
                let (base, site) = (&self.links.base, encoded(&self.links.host));
                let what = match self.place {
                    LinkTarget::Flag(_) => "flag",
                    LinkTarget::Sources(_) => "sources",
                    _ => "edit",
                };
                write!(f, "{base}/embed/comments/{id}/{what}?site={site}")
            }
            (LinkTarget::Passage(id), _) => write!(f, "{thread}&passage={id}"),
            (LinkTarget::Filter(filter), _) => write!(f, "{thread}&filter={}", filter.as_str()),
        }
    }
}

/// The address of a form's action on a comment.
pub(crate) struct ActionLink<'a> {
    base: &'a str,
    id: CommentId,
    what: &'static str,
}

impl fmt::Display for ActionLink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/embed/comments/{}/{}", self.base, self.id, self.what)
    }
}
