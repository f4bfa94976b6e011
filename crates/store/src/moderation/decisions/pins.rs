//! The order of what is pinned on a page.

use rejoinder_core::moderation::{ModerationAction, decision};
use rejoinder_core::{CommentId, Page, Refusal};

use crate::{Result, Tx, params, sql};

/// What `action` comes to for a comment among the pinned of its page; `None` where it moves nothing.
pub(super) fn resolve(
    tx: &mut Tx<'_>,
    page: &Page,
    id: CommentId,
    action: ModerationAction,
) -> Result<Option<ModerationAction>> {
    if !matches!(action, ModerationAction::PinUp | ModerationAction::PinDown) {
        return Ok(Some(action));
    }
    let pinned = pinned(tx, page)?;
    let Some(at) = pinned.iter().position(|(other, _)| *other == id) else {
        return Ok(None);
    };
    let place = in_order(at);
    let moved = action.pinned_among(place, in_order(pinned.len() - 1));
    Ok((moved != ModerationAction::Pin(place)).then_some(moved))
}

/// Count the pinned of a page anew, with the comment at `place` of them; the place that it gets.
pub(super) fn put(tx: &mut Tx<'_>, page: &Page, id: CommentId, place: i64) -> Result<i64> {
    let mut others = pinned(tx, page)?;
    let n_pinned = others.len();
    others.retain(|(other, _)| *other != id);
    if others.len() == n_pinned && in_order(n_pinned) > decision::MAX_PINS {
        return Err(Refusal::TooManyPins {
            max: decision::MAX_PINS,
        }
        .into());
    }
    let at = usize::try_from(place - 1).unwrap_or(0).min(others.len());
    for (index, (other, pin)) in others.into_iter().enumerate() {
        let due = in_order(index + usize::from(index >= at));
        if pin != due {
            tx.execute(
                sql!("update comment set pin = ?3 where site_id = ?1 and id = ?2"),
                params![page.site, other, due],
            )?;
        }
    }
    Ok(in_order(at))
}

fn pinned(tx: &mut Tx<'_>, page: &Page) -> Result<Vec<(CommentId, i64)>> {
    tx.all(
        sql!(
            "select id, pin from comment where site_id = ?1 and page_id = ?2 and pin is not null
             order by pin, id"
        ),
        params![page.site, page.id],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// Places are counted from 1.
fn in_order(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX).saturating_add(1)
}
