//! What Disqus exports: all threads, then all posts.

use std::io::{self, Write};

use rejoinder_core::{AuthorKind, CommentState, Page, Site};
use store::archive::leaving::LeavingComment;

use super::{cdata, escaped};

pub(super) fn begin(out: &mut impl Write) -> io::Result<()> {
    out.write_all(
        b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
          <disqus xmlns=\"http://disqus.com\" xmlns:dsq=\"http://disqus.com/disqus-internals\">\n\
          <category dsq:id=\"1\"><forum>rejoinder</forum><title>General</title>\
          <isDefault>true</isDefault></category>\n",
    )
}

pub(super) fn thread(out: &mut impl Write, site: &Site, page: &Page) -> io::Result<()> {
    writeln!(
        out,
        "<thread dsq:id=\"{}\"><id>{}</id><forum>{}</forum><category dsq:id=\"1\"/><link>{}</link>\
         <title>{}</title><message/><createdAt>{}</createdAt><author><name>{}</name>\
         <isAnonymous>false</isAnonymous></author><isClosed>{}</isClosed>\
         <isDeleted>false</isDeleted></thread>",
        page.id.0,
        escaped(page.key.as_str()),
        escaped(&site.host),
        escaped(page.key.url().unwrap_or_default()),
        // Titles are HTML there.
        escaped(&escaped(page.title.as_deref().unwrap_or_default())),
        page.created_at,
        escaped(&site.host),
        page.closed_at.is_some(),
    )
}

pub(super) fn post(out: &mut impl Write, own: &LeavingComment) -> io::Result<()> {
    let comment = &own.comment;
    let is_deleted = matches!(
        comment.state,
        CommentState::Removed | CommentState::Rejected
    );
    let message = if is_deleted {
        ""
    } else {
        comment.html.as_str()
    };
    write!(
        out,
        "<post dsq:id=\"{}\"><id/><message>{}</message><createdAt>{}</createdAt>\
         <isDeleted>{is_deleted}</isDeleted><isSpam>{}</isSpam><isApproved>{}</isApproved>",
        comment.id.0,
        cdata(message),
        comment.created_at,
        comment.state == CommentState::Spam,
        comment.state == CommentState::Published,
    )?;
    if !is_deleted {
        author(out, own)?;
    }
    write!(out, "<thread dsq:id=\"{}\"/>", comment.page.0)?;
    if let Some(parent) = comment.parent {
        write!(out, "<parent dsq:id=\"{}\"/>", parent.0)?;
    }
    out.write_all(b"</post>\n")
}

/// The user name is that of the author here, so that whoever wrote two comments is still one.
fn author(out: &mut impl Write, own: &LeavingComment) -> io::Result<()> {
    let author = &own.comment.author;
    let email = own.email.as_deref().map(escaped);
    let email = email.map(|email| format!("<email>{email}</email>"));
    write!(
        out,
        "<author>{}<name>{}</name><isAnonymous>{}</isAnonymous><username>{}</username></author>",
        email.unwrap_or_default(),
        escaped(&author.name),
        author.kind != AuthorKind::Account,
        author.id,
    )
}

pub(super) fn end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"</disqus>\n")
}
