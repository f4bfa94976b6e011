//! What becomes of each record of a file.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io;

use rejoinder_core::discussion::text::MAX_BYTES_EACH;
use rejoinder_core::publication::settings::MAX_GRAPHEMES;
use rejoinder_core::{
    CommentState, IdSource, PageId, PageKey, Refusal, Site, Time, discussion::policy,
};
use store::archive::imports::{Counters, ImportedComment, ImportedPage, KeptHtml, WrittenIn};

use super::authors::{author_key, details};
use super::mapping::{Mapping, Mappings};
use super::placing::{PageNumber, Placed, Placing};
use super::records::{NewComment, NewPage, Record, withheld};
use super::report::Report;
use super::said::{Said, record};
use super::staging::Staging;
use crate::html::kept;
use crate::{Body, CommentItem, Item, PageItem, QuestionItem};

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
    /// There are few of them.
    questions: Vec<QuestionItem>,
    /// How many comments come in, as far as is known.
    n_comments: u64,
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
            questions: Vec::new(),
            n_comments: 0,
        }
    }

    /// Take the next item of the file.
    pub(super) fn take(
        &mut self,
        item: Item,
        ids: &IdSource,
        staging: &mut Staging,
        report: &mut Report,
    ) -> io::Result<()> {
        match item {
            Item::Page(page) => self.page(page, PageId(ids.next(self.now)), staging, report),
            Item::Comment(comment) => self.comment(*comment, staging, report),
            Item::Question(question) => {
                self.questions.push(*question);
                Ok(())
            }
            Item::Dropped { record, reason } => report.dropped(&record, &reason),
            Item::Note { record, reason } => report.changed(&record, &reason),
            Item::Without { record, fields } => report.without(&record, &fields),
            Item::EndOfPages => {
                self.place_rest(staging, report)?;
                self.pages.clear();
                Ok(())
            }
        }
    }

    /// No more comments come. Gives how many there are, and the questions of passages.
    pub(super) fn finish(
        mut self,
        staging: &mut Staging,
        report: &mut Report,
    ) -> io::Result<(u64, Vec<QuestionItem>)> {
        self.place_rest(staging, report)?;
        for mapping in self.mappings.unused() {
            report.remark(format!("--map {} fitted no page", mapping.typed()));
        }
        Ok((self.n_comments, self.questions))
    }

    fn place_rest(&mut self, staging: &mut Staging, report: &mut Report) -> io::Result<()> {
        for placed in self.placing.finish() {
            self.write(placed, staging, report)?;
        }
        Ok(())
    }

    fn page(
        &mut self,
        item: PageItem,
        id: PageId,
        staging: &mut Staging,
        report: &mut Report,
    ) -> io::Result<()> {
        if self.pages.contains_key(&item.source_id) {
            return Ok(());
        }
        let is_public = item.public;
        let (url, aliases) = self.addresses(&item);
        let key = PageKey::parse(&url);
        let number = self.number(&key, &item, report)?;
        let known = Known {
            number,
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
        staging.keep(number, &Record::Page(NewPage { id, page }))
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
        staging: &mut Staging,
        report: &mut Report,
    ) -> io::Result<()> {
        let Some(page) = self.pages.get(&item.page) else {
            return report.dropped(&record(&item, ""), "its page is not in the file");
        };
        let number = page.number;
        if let Some(reason) = &page.refused {
            return report.dropped(&record(&item, &page.name), reason);
        }
        let n_bytes = item.body.source().len();
        if n_bytes > MAX_BODY {
            let reason = format!("its text has {n_bytes} bytes; at most {MAX_BODY} are taken");
            return report.dropped(&record(&item, &page.name), &reason);
        }
        if let Some(other) = self.placing.page_of(&item.source_id) {
            let record = record(&item, &page.name);
            let id = format!("{}/{}", item.page, item.source_id);
            if other == number || self.placing.page_of(&id).is_some() {
                return report.dropped(&record, "another record has the same id");
            }
            let reason = "a comment of another page has the same id; both came in";
            report.changed(&record, reason)?;
            self.renamed.insert((number, item.source_id), id.clone());
            item.source_id = id;
        }
        // Few files have any.
        if !self.renamed.is_empty()
            && let Some(parent) = item.parent.take()
        {
            let renamed = self.renamed.get(&(number, parent.clone()));
            item.parent = Some(renamed.cloned().unwrap_or(parent));
        }
        let ready = self.placing.add(number, item).unwrap_or_default();
        ready
            .into_iter()
            .try_for_each(|placed| self.write(placed, staging, report))
    }

    fn write(
        &mut self,
        placed: Placed,
        staging: &mut Staging,
        report: &mut Report,
    ) -> io::Result<()> {
        let Placed {
            item,
            parent,
            moved,
        } = placed;
        let Some(page) = self.pages.get_mut(&item.page) else {
            return report.dropped(&record(&item, ""), "its page is not in the file");
        };
        if !std::mem::replace(&mut page.has_comments, true) {
            report.totals_mut().pages += 1;
        }
        let (number, is_public) = (page.number, page.is_public);
        let said = Said {
            id: &item.source_id,
            by: &item.writer.name,
            page: &page.name,
        };
        if let Some(reason) = moved {
            let reason = format!("{reason}; {}", place(parent.as_deref()));
            report.changed(&said.record(), &reason)?;
        }
        let pin = match (item.pinned, &parent) {
            (true, None) => {
                let n_pinned = self.n_pinned.entry(number).or_default();
                *n_pinned += 1;
                Some(*n_pinned)
            }
            (true, Some(_)) => {
                report.changed(&said.record(), "it was pinned, which a reply cannot be")?;
                None
            }
            (false, _) => None,
        };
        let reason = held_because(&item, is_public);
        if reason == Some(withheld::PAGE_NOT_PUBLIC) {
            let reason = "not everybody may read its page, so it is held";
            report.changed(&said.record(), reason)?;
        }
        let annotation = match (item.annotation, &parent) {
            (Some(_), Some(_)) => {
                let reason = "it was about a passage, which a reply cannot be";
                report.changed(&said.record(), reason)?;
                None
            }
            (annotation, _) => annotation,
        };
        let details = details(&item.writer, said, report)?;
        let body = body(item.body, said, report)?;
        let new = NewComment {
            author: author_key(&item.writer),
            details,
            state: item.state,
            comment: ImportedComment {
                // Its page and its texts are filled in when they are known.
                page: PageId(0),
                text: String::new(),
                html: KeptHtml::default(),
                written_in: match body {
                    Body::Html(_) => WrittenIn::Html,
                    Body::Markdown(_) => WrittenIn::Markdown,
                },
                state: item.state,
                reason,
                created_at: item.posted_at,
                edited_at: item.edited_at,
                closed_at: item.branch_closed.then_some(self.now),
                pin,
                tally: item.votes.tally(),
                counters: Counters::default(),
                source_id: item.source_id,
            },
            body,
            parent,
            annotation,
        };
        self.n_comments += 1;
        staging.keep(number, &Record::Comment(Box::new(new)))
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

/// HTML in which nothing vanishes without a line.
fn body(body: Body, said: Said<'_>, report: &mut Report) -> io::Result<Body> {
    let html = match body {
        Body::Html(html) => html,
        markdown @ Body::Markdown(_) => return Ok(markdown),
    };
    let kept = kept(&html);
    for change in &kept.changes {
        report.changed(&said.record(), change)?;
    }
    Ok(Body::Html(match kept.html {
        Cow::Borrowed(_) => html,
        Cow::Owned(changed) => changed,
    }))
}

fn place(parent: Option<&str>) -> String {
    match parent {
        Some(parent) => format!("it stands under comment {parent}"),
        None => "it stands by itself".to_owned(),
    }
}

/// Why a comment that nobody sees is not seen.
fn held_because(item: &CommentItem, is_public: bool) -> Option<&'static str> {
    match item.state {
        CommentState::Published => None,
        _ if item.private => Some(withheld::PRIVATE),
        CommentState::Held if !is_public => Some(withheld::PAGE_NOT_PUBLIC),
        _ => Some(withheld::IMPORTED),
    }
}
