//! Moving out: a site as a file that other systems read.
//!
//! What such a file cannot say is counted, and named with examples; the form of our own loses nothing
//! (`store::archive::export`).

mod disqus;
mod wxr;

use std::collections::BTreeMap;
use std::io::{self, Write};

use rejoinder_core::{CommentState, Page, PageId, Site};
use store::archive::leaving::{self, LeavingComment};
use store::{StoreError, Tx};

/// So many records stand beside each reason.
const EXAMPLES: usize = 3;

/// A file that another system reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// What WordPress exports, and imports.
    Wxr,
    /// What Disqus exports, and many import.
    Disqus,
}

/// What went out, and what did not.
#[derive(Debug, Default)]
pub struct Left {
    /// Pages in the file.
    pub n_pages: u64,
    /// Comments in the file.
    pub n_comments: u64,
    /// What of them is lost or changed, by reason.
    lost: BTreeMap<&'static str, Lost>,
    /// Rows of other tables, none of which is in the file.
    behind: BTreeMap<&'static str, i64>,
}

#[derive(Debug, Default)]
struct Lost {
    n_records: u64,
    examples: Vec<String>,
}

impl Left {
    fn lose(&mut self, reason: &'static str, record: impl FnOnce() -> String) {
        let lost = self.lost.entry(reason).or_default();
        lost.n_records += 1;
        if lost.examples.len() < EXAMPLES {
            lost.examples.push(record());
        }
    }

    /// Say it for people.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let (n_pages, n_comments) = (self.n_pages, self.n_comments);
        writeln!(out, "Went out: {n_comments} comments on {n_pages} pages")?;
        if !self.lost.is_empty() {
            writeln!(out, "\nWhat the file cannot say of them:")?;
        }
        for (reason, lost) in &self.lost {
            let n_records = lost.n_records;
            let examples = lost.examples.join("; ");
            writeln!(out, "{n_records:>9} {reason} ({examples})")?;
        }
        if !self.behind.is_empty() {
            writeln!(
                out,
                "\nWhat no such file takes, by the names of our own export:"
            )?;
        }
        for (table, n_rows) in &self.behind {
            writeln!(out, "{n_rows:>9} {table}")?;
        }
        Ok(())
    }
}

/// Write `site` as it is at one moment.
pub fn leave(
    tx: &mut Tx<'_>,
    site: &Site,
    form: Leaving,
    out: &mut impl Write,
) -> store::Result<Left> {
    let mut left = Left::default();
    match form {
        Leaving::Wxr => wxr(tx, site, out, &mut left)?,
        Leaving::Disqus => threads_and_posts(tx, site, out, &mut left)?,
    }
    out.flush().map_err(not_written)?;
    left.behind = leaving::left_behind(tx, site.id)?;
    Ok(left)
}

fn wxr(tx: &mut Tx<'_>, site: &Site, out: &mut impl Write, left: &mut Left) -> store::Result<()> {
    wxr::begin(out, site).map_err(not_written)?;
    let mut number = 0;
    each_page(tx, site, |tx, page| {
        number += 1;
        note_page(page, left);
        wxr::begin_page(out, page, number).map_err(not_written)?;
        leaving::comments(tx, site.id, page.id, |own| {
            note_comment(&own, left);
            note_lost_of_wxr(&own, left);
            wxr::comment(out, &own).map_err(not_written)
        })?;
        wxr::end_page(out).map_err(not_written)
    })?;
    wxr::end(out).map_err(not_written)
}

/// All threads stand before all posts.
fn threads_and_posts(
    tx: &mut Tx<'_>,
    site: &Site,
    out: &mut impl Write,
    left: &mut Left,
) -> store::Result<()> {
    disqus::begin(out).map_err(not_written)?;
    each_page(tx, site, |_, page| {
        note_page(page, left);
        disqus::thread(out, site, page).map_err(not_written)
    })?;
    each_page(tx, site, |tx, page| {
        leaving::comments(tx, site.id, page.id, |own| {
            note_comment(&own, left);
            note_lost_of_disqus(&own, left);
            disqus::post(out, &own).map_err(not_written)
        })
    })?;
    disqus::end(out).map_err(not_written)
}

fn each_page(
    tx: &mut Tx<'_>,
    site: &Site,
    mut visit: impl FnMut(&mut Tx<'_>, &Page) -> store::Result<()>,
) -> store::Result<()> {
    let mut after = PageId(0);
    loop {
        let pages = leaving::pages_after(tx, site.id, after)?;
        let Some(last) = pages.last() else {
            return Ok(());
        };
        after = last.id;
        for page in &pages {
            visit(tx, page)?;
        }
    }
}

fn note_page(page: &Page, left: &mut Left) {
    left.n_pages += 1;
    if page.key.url().is_none() {
        let reason = "pages have no address, and are named by their keys";
        left.lose(reason, || page.key.as_str().to_owned());
    }
}

/// What is lost in either.
fn note_comment(own: &LeavingComment, left: &mut Left) {
    left.n_comments += 1;
    let comment = &own.comment;
    let record = || comment.id.to_string();
    if comment.annotation.is_some() {
        left.lose(
            "comments stand without the passage that they are about",
            record,
        );
    }
    if comment.source_check.is_some() {
        left.lose("comments stand without their sources", record);
    }
    if comment.featured_at.is_some() {
        left.lose("comments are featured no more", record);
    }
}

fn note_lost_of_wxr(own: &LeavingComment, left: &mut Left) {
    if own.comment.state == CommentState::Removed {
        let reason = "removed comments lie in the trash, without text and author";
        left.lose(reason, || own.comment.id.to_string());
    }
}

fn note_lost_of_disqus(own: &LeavingComment, left: &mut Left) {
    let comment = &own.comment;
    let record = || comment.id.to_string();
    if comment.state == CommentState::Rejected {
        left.lose(
            "rejected comments are deleted ones, without their text",
            record,
        );
    }
    if comment.tally.up + comment.tally.down > 0 {
        left.lose("comments have no votes", record);
    }
    if comment.pin.is_some() {
        left.lose("comments are pinned no more", record);
    }
    if comment.closed_at.is_some() {
        left.lose("comments take replies again", record);
    }
    if comment.edited_at.is_some() {
        left.lose("comments do not say that they were edited", record);
    }
    if comment.author.website.is_some() {
        left.lose("authors have no website", record);
    }
}

/// `text` between tags, or in a value between quotation marks; what XML cannot say is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars().filter(|char| is_of_xml(*char)) {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            char => out.push(char),
        }
    }
    out
}

/// `text` as it is, in as many sections as it takes.
fn cdata(text: &str) -> String {
    let text: String = text.chars().filter(|char| is_of_xml(*char)).collect();
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

const fn is_of_xml(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

fn not_written(error: io::Error) -> StoreError {
    StoreError::Internal(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_does_not_break_it() {
        assert_eq!(
            escaped("a<b> & \"c\"\u{1}\u{fffe}"),
            "a&lt;b&gt; &amp; &quot;c&quot;"
        );
        assert_eq!(cdata("a]]>b\u{8}"), "<![CDATA[a]]]]><![CDATA[>b]]>");
    }
}
