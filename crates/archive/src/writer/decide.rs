//! What becomes of each record of a file.

use std::collections::{HashMap, HashSet};
use std::io;

use markup::SafeHtml;
use rejoinder_core::discussion::text::MAX_BYTES_EACH;
use rejoinder_core::identity::author::{email, name};
use rejoinder_core::publication::settings::MAX_GRAPHEMES;
use rejoinder_core::{IdSource, PageId, PageKey, Site, State, Tally, Time, discussion::policy};
use sha2::{Digest, Sha256};
use store::archive::imports::{Counters, ImportedComment, ImportedPage};
use store::identity::authors::Details;
use unicode_segmentation::UnicodeSegmentation;

use super::batch::{Batch, NewComment, NewPage};
use super::mapping::{Mapping, moved};
use super::placing::{Placed, Placing};
use super::report::Report;
use crate::{CommentItem, Item, PageItem, Writer};

/// Stands for the name of someone who gave none, as it does in WordPress.
const NAMELESS: &str = "Anonymous";

/// The largest text of a comment, in bytes; nobody writes a larger one to be read.
const MAX_BODY: usize = MAX_GRAPHEMES * MAX_BYTES_EACH;

/// Turns items into what the store takes, and says what is lost.
pub(super) struct Decider<'p> {
    site: &'p Site,
    mappings: &'p [Mapping],
    now: Time,
    placing: Placing,
    pages: HashMap<String, Known>,
    has_comments: bool,
}

/// A page of the file.
struct Known {
    is_public: bool,
    /// Why its comments cannot come in.
    refused: Option<String>,
    n_comments: u64,
    n_pinned: i64,
}

impl<'p> Decider<'p> {
    pub(super) fn new(site: &'p Site, mappings: &'p [Mapping], now: Time) -> Self {
        Self {
            site,
            mappings,
            now,
            placing: Placing::default(),
            pages: HashMap::new(),
            has_comments: false,
        }
    }

    /// Take the next item of the file.
    pub(super) fn take(
        &mut self,
        item: Item,
        ids: &IdSource,
        batch: &mut Batch,
        report: &mut Report<'_>,
    ) -> io::Result<()> {
        match item {
            Item::Page(page) => {
                // Comments follow their page, so no reply to those before it can come any more.
                if std::mem::take(&mut self.has_comments) {
                    self.finish(batch, report)?;
                }
                self.page(page, PageId(ids.next(self.now)), batch, report)
            }
            Item::Comment(comment) => {
                self.has_comments = true;
                self.comment(*comment, batch, report)
            }
            Item::Dropped { record, reason } => report.dropped(&record, &reason),
            Item::Note { record, reason } => report.changed(&record, &reason),
        }
    }

    /// No more comments of these pages come.
    pub(super) fn finish(&mut self, batch: &mut Batch, report: &mut Report<'_>) -> io::Result<()> {
        for placed in self.placing.finish() {
            self.write(placed, batch, report)?;
        }
        self.pages.clear();
        Ok(())
    }

    fn page(
        &mut self,
        item: PageItem,
        id: PageId,
        batch: &mut Batch,
        report: &mut Report<'_>,
    ) -> io::Result<()> {
        let record = format!("page {}", item.source_id);
        let is_public = item.public;
        let url = moved(self.mappings, &item.url);
        let key = PageKey::parse(url.as_ref().unwrap_or(&item.url));
        let refused = key
            .as_ref()
            .err()
            .map(|refusal| format!("its page: {refusal}"));
        let known = Known {
            is_public,
            refused,
            n_comments: 0,
            n_pinned: 0,
        };
        self.pages.insert(item.source_id.clone(), known);
        let key = match key {
            Ok(key) => key,
            Err(refusal) => return report.dropped(&record, &refusal.to_string()),
        };
        if let Err(refusal) = policy::may_carry_thread(self.site, &key) {
            report.elsewhere(&record, &refusal.to_string())?;
        }
        let page = ImportedPage {
            aliases: self.aliases(&item, &key),
            title: Some(item.title).filter(|title| is_public && !title.is_empty()),
            closed_at: item.closed.then_some(self.now),
            created_at: item.published_at.unwrap_or(self.now),
            source_id: item.source_id,
            key,
        };
        batch.pages.push(NewPage { id, page });
        Ok(())
    }

    /// Every other address of a page, from before and after it moved.
    fn aliases(&self, item: &PageItem, key: &PageKey) -> Vec<PageKey> {
        let mut seen = HashSet::from([key.as_str().to_owned()]);
        let known = std::iter::once(&item.url).chain(&item.aliases);
        let all = known
            .flat_map(|url| [moved(self.mappings, url), Some(url.clone())])
            .flatten();
        all.filter_map(|url| PageKey::parse(&url).ok())
            .filter(|key| seen.insert(key.as_str().to_owned()))
            .collect()
    }

    fn comment(
        &mut self,
        item: CommentItem,
        batch: &mut Batch,
        report: &mut Report<'_>,
    ) -> io::Result<()> {
        let record = record(&item);
        let refused = match self.pages.get(&item.page) {
            Some(page) => page.refused.clone(),
            None => Some("its page is not in the file".to_owned()),
        };
        if let Some(reason) = refused {
            return report.dropped(&record, &reason);
        }
        let n_bytes = item.body_html.len();
        if n_bytes > MAX_BODY {
            let reason = format!("its text has {n_bytes} bytes; at most {MAX_BODY} are taken");
            return report.dropped(&record, &reason);
        }
        match self.placing.add(item) {
            None => report.dropped(&record, "another record has the same id"),
            Some(ready) => ready
                .into_iter()
                .try_for_each(|placed| self.write(placed, batch, report)),
        }
    }

    fn write(
        &mut self,
        placed: Placed,
        batch: &mut Batch,
        report: &mut Report<'_>,
    ) -> io::Result<()> {
        let Placed {
            item,
            parent,
            moved,
        } = placed;
        let record = record(&item);
        let Some(page) = self.pages.get_mut(&item.page) else {
            return report.dropped(&record, "its page is not in the file");
        };
        page.n_comments += 1;
        if page.n_comments == 1 {
            report.totals_mut().pages += 1;
        }
        if let Some(reason) = moved {
            report.changed(&record, &format!("{reason}; {}", place(parent.as_deref())))?;
        }
        let pin = match (item.pinned, &parent) {
            (true, None) => {
                page.n_pinned += 1;
                Some(page.n_pinned)
            }
            (true, Some(_)) => {
                report.changed(&record, "it was pinned, which a reply cannot be")?;
                None
            }
            (false, _) => None,
        };
        let reason = held_because(&item, page.is_public);
        if reason == Some("page_not_public") {
            report.changed(&record, "not everybody may read its page, so it is held")?;
        }
        let details = details(&item.writer, &record, report)?;
        batch.push(NewComment {
            author: author_key(&item),
            details,
            body_html: item.body_html,
            comment: ImportedComment {
                source_id: item.source_id,
                // Filled in when the store has told it.
                page: PageId(0),
                // These and the counters are filled in by `Batch::prepare`, apart from the reading.
                text: String::new(),
                html: SafeHtml::default(),
                state: item.state,
                reason,
                created_at: item.posted_at,
                edited_at: item.edited_at,
                closed_at: item.branch_closed.then_some(self.now),
                pin,
                tally: Tally {
                    up: item.votes.up.into(),
                    down: item.votes.down.into(),
                },
                counters: Counters::default(),
            },
            page: item.page,
            parent,
        });
        Ok(())
    }
}

fn record(item: &CommentItem) -> String {
    format!("comment {}", item.source_id)
}

fn place(parent: Option<&str>) -> String {
    match parent {
        Some(parent) => format!("it stands under comment {parent}"),
        None => "it stands by itself".to_owned(),
    }
}

/// Why a comment that nobody sees is not seen, as a stable word.
fn held_because(item: &CommentItem, is_public: bool) -> Option<&'static str> {
    match item.state {
        State::Published => None,
        _ if item.private => Some("private"),
        State::Held if !is_public => Some("page_not_public"),
        _ => Some("imported"),
    }
}

/// What is shown of an author, cut to what may be shown.
fn details(writer: &Writer, record: &str, report: &mut Report<'_>) -> io::Result<Details> {
    let shown = match name(&writer.name) {
        Ok(shown) => shown,
        Err(_) if writer.name.trim().is_empty() => NAMELESS.to_owned(),
        Err(_) => {
            report.changed(record, "its author's name was cut to what can be shown")?;
            let start: String = writer.name.graphemes(true).take(40).collect();
            name(&start).unwrap_or_else(|_| NAMELESS.to_owned())
        }
    };
    let address = match email(writer.email.as_deref().unwrap_or_default()) {
        Ok(address) => address,
        Err(_) => {
            report.changed(
                record,
                "its author's e-mail address is none and was left out",
            )?;
            None
        }
    };
    Ok(Details {
        name: shown,
        email: address,
        website: writer.website.clone(),
    })
}

/// What tells an author from others: an account or an address, with the name, because the name that
/// stood above a comment stays there. Someone who gave neither is nobody else, whatever the name.
fn author_key(item: &CommentItem) -> Option<String> {
    let writer = &item.writer;
    let known = match (&writer.user_id, &writer.email) {
        (Some(user), _) => format!("user {user}"),
        (None, Some(address)) => address.to_lowercase(),
        (None, None) => return None,
    };
    // An address is not kept a second time, where deleting its author would miss it.
    let hash = Sha256::digest(format!("{known}\0{}", writer.name));
    let shown = hash.iter().take(16).map(|byte| format!("{byte:02x}"));
    Some(shown.collect())
}
