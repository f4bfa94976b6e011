//! What becomes of each record of a file.

use std::collections::{HashMap, HashSet};
use std::io;

use rejoinder_core::discussion::text::MAX_BYTES_EACH;
use rejoinder_core::identity::author::{name, parse_email};
use rejoinder_core::publication::settings::MAX_GRAPHEMES;
use rejoinder_core::{
    CommentState, IdSource, PageId, PageKey, Refusal, SafeHtml, Site, Time, discussion::policy,
};
use sha2::{Digest, Sha256};
use store::archive::imports::{Counters, ImportedComment, ImportedPage, WrittenIn};
use store::identity::authors::GuestDetails;
use unicode_segmentation::UnicodeSegmentation;

use super::batch::{Batch, NewComment, NewPage};
use super::mapping::{Mapping, Mappings};
use super::placing::{PageNumber, Placed, Placing};
use super::report::Report;
use crate::html::kept;
use crate::{Body, CommentItem, Item, PageItem, Writer};

/// Stands for the name of someone who gave none, as it does in WordPress.
const NAMELESS: &str = "Anonymous";

/// The largest text of a comment, in bytes; nobody writes a larger one to be read.
const MAX_BODY: usize = MAX_GRAPHEMES * MAX_BYTES_EACH;

/// Turns items into what the store takes, and says what is lost.
pub(super) struct Decider<'p> {
    site: &'p Site,
    mappings: Mappings<'p>,
    now: Time,
    placing: Placing,
    pages: HashMap<String, Known>,
    /// The pages of the file by what they are known by here.
    numbers: HashMap<String, (PageNumber, String)>,
    /// Comments whose id another page's comment had before, by page and id.
    renamed: HashMap<(PageNumber, String), String>,
    n_pinned: HashMap<PageNumber, i64>,
}

/// A page of the file.
struct Known {
    number: PageNumber,
    /// What people know it by.
    name: String,
    is_public: bool,
    /// Why its comments cannot come in.
    refused: Option<String>,
    has_comments: bool,
}

impl<'p> Decider<'p> {
    pub(super) fn new(site: &'p Site, mappings: &'p [Mapping], now: Time) -> Self {
        Self {
            site,
            mappings: Mappings::new(mappings),
            now,
            placing: Placing::default(),
            pages: HashMap::new(),
            numbers: HashMap::new(),
            renamed: HashMap::new(),
            n_pinned: HashMap::new(),
        }
    }

    /// Take the next item of the file.
    pub(super) fn take(
        &mut self,
        item: Item,
        ids: &IdSource,
        batch: &mut Batch,
        report: &mut Report,
    ) -> io::Result<()> {
        match item {
            Item::Page(page) => self.page(page, PageId(ids.next(self.now)), batch, report),
            Item::Comment(comment) => self.comment(*comment, batch, report),
            Item::Question(question) => {
                batch.questions.push(*question);
                Ok(())
            }
            Item::Dropped { record, reason } => report.dropped(&record, &reason),
            Item::Note { record, reason } => report.changed(&record, &reason),
            Item::Without { record, fields } => report.without(&record, &fields),
            Item::EndOfPages => {
                self.place_rest(batch, report)?;
                self.pages.clear();
                Ok(())
            }
        }
    }

    /// No more comments come.
    pub(super) fn finish(&mut self, batch: &mut Batch, report: &mut Report) -> io::Result<()> {
        self.place_rest(batch, report)?;
        for mapping in self.mappings.unused() {
            report.remark(format!("--map {} fitted no page", mapping.typed()));
        }
        Ok(())
    }

    fn place_rest(&mut self, batch: &mut Batch, report: &mut Report) -> io::Result<()> {
        for placed in self.placing.finish() {
            self.write(placed, batch, report)?;
        }
        Ok(())
    }

    fn page(
        &mut self,
        item: PageItem,
        id: PageId,
        batch: &mut Batch,
        report: &mut Report,
    ) -> io::Result<()> {
        if self.pages.contains_key(&item.source_id) {
            return Ok(());
        }
        let is_public = item.public;
        let (url, aliases) = self.addresses(&item);
        let key = PageKey::parse(&url);
        let known = Known {
            number: self.number(&key, &item, report)?,
            is_public,
            refused: key
                .as_ref()
                .err()
                .map(|refusal| format!("its page: {refusal}")),
            name: url,
            has_comments: false,
        };
        let record = page_record(&item);
        self.pages.insert(item.source_id.clone(), known);
        let key = match key {
            Ok(key) => key,
            Err(refusal) => return report.dropped(&record, &refusal.to_string()),
        };
        if let Err(refusal) = policy::may_carry_thread(self.site, &key) {
            report.elsewhere(&record, &refusal.to_string())?;
        }
        let page = ImportedPage {
            aliases: keys(&aliases, &key),
            title: Some(item.title).filter(|title| is_public && !title.is_empty()),
            closed_at: item.closed.then_some(self.now),
            created_at: item.published_at.unwrap_or(self.now),
            source_id: item.source_id,
            key,
        };
        batch.pages.push(NewPage { id, page });
        Ok(())
    }

    /// The number of a page: that of an earlier one, where both are the same here.
    fn number(
        &mut self,
        key: &Result<PageKey, Refusal>,
        item: &PageItem,
        report: &mut Report,
    ) -> io::Result<PageNumber> {
        let next = PageNumber::try_from(self.numbers.len()).unwrap_or(PageNumber::MAX);
        let name = key
            .as_ref()
            .map_or(item.source_id.as_str(), |key| key.as_str());
        let of_this = || (next, item.source_id.clone());
        let (number, first) = self.numbers.entry(name.to_owned()).or_insert_with(of_this);
        if *first != item.source_id {
            let reason = format!("it has the address of page {first}, so they are one here");
            report.changed(&page_record(item), &reason)?;
        }
        Ok(*number)
    }

    /// Where a page is now, and every other address that leads to it, from before and after it
    /// moved. A path is one of the site; as a key it leads to the page, too.
    fn addresses(&mut self, item: &PageItem) -> (String, Vec<String>) {
        let whole = self.whole(&item.url);
        let url = self
            .mappings
            .moved(&item.url)
            .or_else(|| self.mappings.moved(&whole));
        let mut aliases = vec![item.url.clone(), whole.clone()];
        for alias in &item.aliases {
            let whole = self.whole(alias);
            aliases.extend(self.mappings.moved(&whole));
            aliases.push(whole);
        }
        (url.unwrap_or(whole), aliases)
    }

    fn whole(&self, url: &str) -> String {
        let path = match url.strip_prefix("//") {
            Some(_) => return format!("https:{url}"),
            None if url.starts_with('/') => url,
            None => return url.to_owned(),
        };
        match self.site.origins.first() {
            Some(origin) => format!("{origin}{path}"),
            None => format!("https://{}{path}", self.site.host),
        }
    }

    fn comment(
        &mut self,
        mut item: CommentItem,
        batch: &mut Batch,
        report: &mut Report,
    ) -> io::Result<()> {
        let Some(page) = self.pages.get(&item.page) else {
            return report.dropped(&record(&item, ""), "its page is not in the file");
        };
        let (record, number) = (record(&item, &page.name), page.number);
        if let Some(reason) = &page.refused {
            return report.dropped(&record, reason);
        }
        let n_bytes = item.body.source().len();
        if n_bytes > MAX_BODY {
            let reason = format!("its text has {n_bytes} bytes; at most {MAX_BODY} are taken");
            return report.dropped(&record, &reason);
        }
        if self
            .placing
            .page_of(&item.source_id)
            .is_some_and(|other| other != number)
        {
            let id = format!("{}/{}", item.page, item.source_id);
            self.renamed.insert((number, item.source_id), id.clone());
            item.source_id = id;
            report.changed(
                &record,
                "a comment of another page has the same id; both came in",
            )?;
        }
        if let Some(parent) = item.parent.take() {
            let renamed = self.renamed.get(&(number, parent.clone()));
            item.parent = Some(renamed.cloned().unwrap_or(parent));
        }
        match self.placing.add(number, item) {
            None => report.dropped(&record, "another record has the same id"),
            Some(ready) => ready
                .into_iter()
                .try_for_each(|placed| self.write(placed, batch, report)),
        }
    }

    fn write(&mut self, placed: Placed, batch: &mut Batch, report: &mut Report) -> io::Result<()> {
        let Placed {
            mut item,
            parent,
            moved,
        } = placed;
        let Some(page) = self.pages.get_mut(&item.page) else {
            return report.dropped(&record(&item, ""), "its page is not in the file");
        };
        let record = record(&item, &page.name);
        if !std::mem::replace(&mut page.has_comments, true) {
            report.totals_mut().pages += 1;
        }
        if let Some(reason) = moved {
            report.changed(&record, &format!("{reason}; {}", place(parent.as_deref())))?;
        }
        let pin = match (item.pinned, &parent) {
            (true, None) => {
                let n_pinned = self.n_pinned.entry(page.number).or_default();
                *n_pinned += 1;
                Some(*n_pinned)
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
        let annotation = match (item.annotation.take(), &parent) {
            (Some(_), Some(_)) => {
                report.changed(&record, "it was about a passage, which a reply cannot be")?;
                None
            }
            (annotation, _) => annotation,
        };
        let details = details(&item.writer, &record, report)?;
        let author = author_key(&item);
        let body = body(item.body, &record, report)?;
        let state = item.state;
        batch.push(NewComment {
            author,
            details,
            state,
            comment: ImportedComment {
                source_id: item.source_id,
                // Filled in when the store has told it.
                page: PageId(0),
                // These are filled in by `Batch::render`, apart from the reading.
                text: String::new(),
                html: SafeHtml::default(),
                written_in: match body {
                    Body::Html(_) => WrittenIn::Html,
                    Body::Markdown(_) => WrittenIn::Markdown,
                },
                state,
                reason,
                created_at: item.posted_at,
                edited_at: item.edited_at,
                closed_at: item.branch_closed.then_some(self.now),
                pin,
                tally: item.votes.tally(),
                counters: Counters::default(),
            }
            .unseen(),
            body,
            page: item.page,
            parent,
            annotation,
        });
        Ok(())
    }
}

fn page_record(item: &PageItem) -> String {
    match item.source_id == item.url {
        true => format!("page {}", item.source_id),
        false => format!("page {} ({})", item.source_id, item.url),
    }
}

/// Keys of a page beside its own.
fn keys(urls: &[String], own: &PageKey) -> Vec<PageKey> {
    let mut seen = HashSet::from([own.as_str().to_owned()]);
    urls.iter()
        .filter_map(|url| PageKey::parse(url).ok())
        .filter(|key| seen.insert(key.as_str().to_owned()))
        .collect()
}

fn record(item: &CommentItem, page: &str) -> String {
    let name = item.writer.name.trim();
    let by = if name.is_empty() {
        String::new()
    } else {
        format!(" by {name}")
    };
    let on = if page.is_empty() {
        String::new()
    } else {
        format!(" on {page}")
    };
    format!("comment {}{by}{on}", item.source_id)
}

/// HTML in which nothing vanishes without a line.
fn body(body: Body, record: &str, report: &mut Report) -> io::Result<Body> {
    let html = match body {
        Body::Html(html) => html,
        markdown @ Body::Markdown(_) => return Ok(markdown),
    };
    let kept = kept(&html);
    for change in &kept.changes {
        report.changed(record, change)?;
    }
    Ok(Body::Html(kept.html.into_owned()))
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
        CommentState::Published => None,
        _ if item.private => Some("private"),
        CommentState::Held if !is_public => Some("page_not_public"),
        _ => Some("imported"),
    }
}

/// What is shown of an author, cut to what may be shown.
fn details(writer: &Writer, record: &str, report: &mut Report) -> io::Result<GuestDetails> {
    let shown = match name(&writer.name) {
        Ok(shown) => shown,
        Err(_) if writer.name.trim().is_empty() => NAMELESS.to_owned(),
        Err(_) => {
            report.changed(record, "its author's name was cut to what can be shown")?;
            let start: String = writer.name.graphemes(true).take(40).collect();
            name(&start).unwrap_or_else(|_| NAMELESS.to_owned())
        }
    };
    let address = match parse_email(writer.email.as_deref().unwrap_or_default()) {
        Ok(address) => address,
        Err(_) => {
            report.changed(
                record,
                "its author's e-mail address is none and was left out",
            )?;
            None
        }
    };
    let given = writer.website.as_deref().map(str::trim).unwrap_or_default();
    let website = markup::safe_url(given);
    if website.is_none() && !matches!(given, "" | "http://" | "https://") {
        report.changed(
            record,
            "its author's website is no web address and was left out",
        )?;
    }
    Ok(GuestDetails {
        name: shown,
        email: address,
        website,
    })
}

/// What tells an author from others: an account or an address, with the name, because the name that
/// stood above a comment stays there. Someone who gave neither is nobody else, whatever the name.
fn author_key(item: &CommentItem) -> Option<u128> {
    let writer = &item.writer;
    let known = match (&writer.user_id, &writer.email) {
        (Some(user), _) => format!("user {user}"),
        (None, Some(address)) => address.to_lowercase(),
        (None, None) => return None,
    };
    // An address is not kept a second time, where deleting its author would miss it.
    let hash = Sha256::digest(format!("{known}\0{}", writer.name));
    let start = hash.first_chunk::<16>();
    start.map(|start| u128::from_be_bytes(*start))
}
