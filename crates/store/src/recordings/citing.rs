//! Which parts of recordings comments speak of.
//!
//! A reference is found when a text is rendered, beside the recordings that its page has by then, and is
//! kept with the recording's revision. When other recordings stand with the page, its texts are rendered
//! once more, in steps.

use markup::{RENDERER_VERSION, render_beside, sanitise_beside};
use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::recordings::{
    CitableRecording, ExternalRecording, RecordingState, TimeReference,
};
use rejoinder_core::{CommentId, PageId, SafeHtml, SiteId, Time};
use serde::{Deserialize, Serialize};

use super::listing;
use crate::discussion::{events, mentions, pages, stored};
use crate::jobs::{self, NewJob, Payload};
use crate::{Result, Tx, params, sql};

/// Comments that are looked at in one step; each takes a moment of the only writer.
const STEP: i64 = 50;

/// Looks for parts of recordings in what is said on a page.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindCited {
    /// The page.
    pub page: PageId,
    /// When its recordings changed.
    pub asked_at: Time,
}

impl Payload for FindCited {
    const KIND: &'static str = "cited";
}

/// The recordings of a page that a comment can name a part of.
pub fn citable(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Vec<CitableRecording>> {
    let recordings = listing::of_page(tx, site, page)?.into_iter();
    let ready = recordings.filter(|own| own.state == RecordingState::Ready);
    let citable = (1..).zip(ready).map(|(ordinal, own)| CitableRecording {
        id: own.id,
        revision: own.revision,
        duration_ms: own.duration_ms.and_then(|ms| u64::try_from(ms).ok()),
        external: own
            .address
            .as_deref()
            .and_then(ExternalRecording::parse)
            .map(|(external, _)| external),
        ordinal,
    });
    Ok(citable.collect())
}

/// Keep what a comment refers to, in place of what it referred to before.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    times: &[TimeReference],
) -> Result<()> {
    forget(tx, site, comment)?;
    for (place, time) in (0_i64..).zip(times) {
        tx.execute(
            sql!(
                "insert into time_reference (site_id, comment_id, place, recording_id, revision,
                     start_ms, end_ms, from_byte, to_byte)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
            ),
            params![
                site,
                comment,
                place,
                time.recording,
                time.revision,
                ms(time.span.start_ms),
                time.span.end_ms.map(ms),
                byte(time.at.start),
                byte(time.at.end)
            ],
        )?;
    }
    Ok(())
}

fn ms(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

fn byte(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

/// A comment refers to nothing any more.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<()> {
    tx.execute(
        sql!("delete from time_reference where site_id = ?1 and comment_id = ?2"),
        params![site, comment],
    )?;
    Ok(())
}

/// Have the texts of a page looked at once more.
pub(crate) fn want(tx: &mut Tx<'_>, now: Time, site: SiteId, page: PageId) -> Result<()> {
    let find = FindCited {
        page,
        asked_at: now,
    };
    jobs::add(tx, now, &NewJob::new(site, &find, now)?)?;
    Ok(())
}

/// Have the texts of a page looked at once more that came after its recordings.
pub(crate) fn want_beside(tx: &mut Tx<'_>, now: Time, site: SiteId, page: PageId) -> Result<()> {
    match citable(tx, site, page)?.is_empty() {
        true => Ok(()),
        false => want(tx, now, site, page),
    }
}

/// Look at the next texts of a page, those that wait or were refused too, after `after`. Returns the last of them; none when all were looked at.
pub fn step(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    after: CommentId,
) -> Result<Option<CommentId>> {
    // What is read here is not changed by another before it is written.
    let page = pages::lock(tx, site, page)?.id;
    let recordings = citable(tx, site, page)?;
    let step: Vec<(CommentId, String, String, Option<String>)> = tx.all(
        sql!(
            "select id, written_in, text, html from comment
             where site_id = ?1 and page_id = ?2 and id > ?3 order by id limit ?4"
        ),
        params![site, page, after, STEP],
        |row| Ok((row.next()?, row.next()?, row.next()?, row.next()?)),
    )?;
    let last = step.last().map(|(id, ..)| *id);
    for (id, written_in, text, html) in step {
        let html = stored::shown(&text, html);
        // What was taken away has no text that could be shown.
        if html.is_empty() || !may_cite_or_link(&text, html.as_str()) {
            continue;
        }
        let (shown, times) = found(&written_in, &text, html.as_str(), &recordings);
        let shown = mentions::linked_again(tx, site, id, shown)?;
        if shown != html {
            stored::put(tx, site, id, (&text, &shown), RENDERER_VERSION)?;
        }
        keep(tx, site, id, &times)?;
    }
    Ok(last)
}

/// How a comment is shown beside `recordings`, and what it names of them. What came as HTML from another
/// system does so by its links alone.
fn found(
    written_in: &str,
    text: &str,
    html: &str,
    recordings: &[CitableRecording],
) -> (SafeHtml, Vec<TimeReference>) {
    match written_in {
        "html" => sanitise_beside(html, recordings),
        _ => {
            let rendered = render_beside(text, recordings);
            (rendered.html, rendered.times)
        }
    }
}

/// Show a page anew whose texts were looked at.
pub fn show(tx: &mut Tx<'_>, now: Time, site: SiteId, page: PageId) -> Result<()> {
    if let Some(page) = pages::by_id(tx, site, page)? {
        let page = pages::lock(tx, site, page.id)?;
        events::append(tx, now, &page, EventKind::PageChanged, None)?;
    }
    Ok(())
}

/// Whether a text could name a part of a recording: without a digit none can.
pub fn may_cite(text: &str) -> bool {
    text.chars().any(char::is_numeric)
}

/// The same of a comment, which may have come as HTML, whose words do not say where its links lead.
pub(crate) fn may_cite_or_link(text: &str, html: &str) -> bool {
    may_cite(text) || html.contains("<a ")
}
