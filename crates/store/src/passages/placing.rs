//! Saying by hand where a passage stands that was not found in the newest version of its article.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::passages::{Annotation, AnnotationState, Position, Quote, Selector};
use rejoinder_core::publication::audit::{AuditActor, AuditChange};
use rejoinder_core::{Author, AuthorId, PageId, PassageId, Refusal, SiteId, Time};

use crate::discussion::{events, pages};
use crate::moderation::groups;
use crate::passages::{anchoring, versions};
use crate::publication::audit::{self, NewAuditEntry};
use crate::{Result, Tx, params, sql};

/// Where an editor says that a passage stands.
#[derive(Debug, Clone)]
pub enum PassagePlacement {
    /// From here to there, in the version of this number: another may have come since it was shown.
    At(Position, i64),
    /// Where these words stand, once.
    Words(String),
}

/// Say where the passage of `id` stands, and with it the others that were said of the same words and are as
/// lost.
pub fn place(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    page: PageId,
    by: &Author,
    id: PassageId,
    to: &PassagePlacement,
) -> Result<()> {
    let found = pages::by_id(tx, site, page)?.ok_or(Refusal::PassageUnknown)?;
    if !groups::covers(tx, by.id, &found)? {
        return Err(Refusal::PassageUnknown.into());
    }
    let page = pages::lock(tx, site, page)?;
    let version = versions::newest(tx, site, page.id)?.ok_or(Refusal::PassageNotFound)?;
    let position = match to {
        PassagePlacement::At(position, number) if *number == version.number => *position,
        PassagePlacement::At(..) => return Err(Refusal::PassageNotFound.into()),
        PassagePlacement::Words(words) => {
            let quote = Quote::new(words, "", "")?;
            let found = Selector::pasted(quote).found_once(&version.text);
            let position = found.and_then(|found| found.position);
            position.ok_or(Refusal::PassageNotFound)?
        }
    };
    let all = anchoring::passages(tx, site, page.id)?;
    let own = all.iter().find(|(holder, _)| holder.passage() == Some(id));
    let own = own.ok_or(Refusal::PassageUnknown)?.1.clone();
    let is_meant = |annotation: &Annotation| {
        annotation.selector == own.selector
            && (annotation.state, &annotation.current) == (own.state, &own.current)
    };
    for (holder, annotation) in all.iter().filter(|(_, annotation)| is_meant(annotation)) {
        let placed = annotation.placed(&version.text, position, by.id)?;
        anchoring::keep(tx, site, *holder, &placed)?;
    }
    let became = version.text.chars().skip(position.start);
    let became: String = became.take(position.end - position.start).collect();
    let note = NewAuditEntry {
        change: AuditChange::PassagePlaced,
        subject: page.title.as_deref().unwrap_or(page.key.name()),
        about: None,
        was: Some(&own.selector.quote.exact),
        became: Some(&became),
    };
    audit::note(tx, now, site, &AuditActor::owner(by), &note)?;
    events::append(tx, now, &page, EventKind::PageChanged, None)?;
    Ok(())
}

/// Whether somebody may have to say where it stands.
pub fn is_lost(annotation: &Annotation) -> bool {
    matches!(
        annotation.state,
        AnnotationState::Changed | AnnotationState::Orphaned
    )
}

/// Nobody knows any more what `author` has placed.
pub(crate) fn forget_author(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    let placed = format!(",\"placed_by\":\"{author}\"");
    for sql in [
        sql!(
            "update comment set annotation = replace(annotation, ?2, '')
             where site_id = ?1 and annotation is not null and annotation like '%' || ?2 || '%'"
        ),
        sql!(
            "update correction set annotation = replace(annotation, ?2, '')
             where site_id = ?1 and annotation is not null and annotation like '%' || ?2 || '%'"
        ),
        sql!(
            "update question set annotation = replace(annotation, ?2, '')
             where site_id = ?1 and annotation like '%' || ?2 || '%'"
        ),
    ] {
        tx.execute(sql, params![site, &placed])?;
    }
    Ok(())
}
