//! What became of a page, read from its log.

use rejoinder_core::discussion::event::{Event, EventKind};
use rejoinder_core::{Comment, Page, PageKey, SiteId};

use crate::discussion::{agreement, cards, comments, contents, events, pages, reactions};
use crate::{Result, Tx};

/// What became of a comment by a run of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentUpdate {
    /// The last of the events, whose version stands for all of them.
    pub event: Event,
    /// Whether the comment was published in the run, so that whoever saw the state before does not
    /// know it yet.
    pub is_new: bool,
    /// The comment as it is now, when the events are about one.
    pub comment: Option<Comment>,
    /// How many passages are spoken of or asked about, when the events are about the page.
    pub n_spoken: i64,
}

/// What became of a page after a version.
pub struct PageUpdates {
    /// The page as it is now.
    pub page: Page,
    /// Each comment that changed once, by its last event, in the order of versions.
    pub happenings: Vec<CommentUpdate>,
    /// Whether the log begins later, so that this is not all.
    pub has_gap: bool,
}

/// What happened to a page after `version`. `None` for an unknown page.
pub fn updates_since(
    tx: &mut Tx<'_>,
    site: SiteId,
    key: &PageKey,
    version: i64,
    limit: i64,
) -> Result<Option<PageUpdates>> {
    let Some(page) = pages::find(tx, site, key)? else {
        return Ok(None);
    };
    let mut happenings: Vec<CommentUpdate> = Vec::new();
    let events = events::since(tx, site, page.id, version, limit)?;
    let first = events
        .first()
        .map_or(page.version, |first| first.version - 1);
    let has_gap = first > version;
    for event in events {
        let is_known = |known: &CommentUpdate| {
            let known = &known.event;
            known.comment == event.comment && known.is_inside() == event.is_inside()
        };
        let earlier = happenings
            .iter()
            .position(is_known)
            .map(|at| happenings.remove(at));
        let is_published = event.kind == EventKind::Published;
        let is_new = is_published || earlier.is_some_and(|earlier| earlier.is_new);
        happenings.push(CommentUpdate {
            event,
            is_new,
            comment: None,
            n_spoken: 0,
        });
    }
    for happening in &mut happenings {
        if let Some(id) = happening.event.comment {
            happening.comment = comments::by_id(tx, site, id)?;
        } else if !happening.event.is_inside() {
            let has = contents::of_page(tx, site, page.id)?;
            happening.n_spoken = has.n_annotations + has.n_questions;
        }
    }
    let found = happenings.iter_mut();
    cards::fill(
        tx,
        site,
        found.filter_map(|happening| happening.comment.as_mut()),
    )?;
    let found = happenings.iter_mut();
    agreement::fill(
        tx,
        site,
        found.filter_map(|happening| happening.comment.as_mut()),
    )?;
    let found = happenings.iter_mut();
    reactions::fill(
        tx,
        site,
        found.filter_map(|happening| happening.comment.as_mut()),
    )?;
    Ok(Some(PageUpdates {
        page,
        happenings,
        has_gap,
    }))
}
