//! Erasing again what a backup brought back.

use rejoinder_core::{AuthorId, CommentId, CommentState, SiteId, Time};

use crate::discussion::{comments, forgetting};
use crate::identity::authors;
use crate::identity::erasures::ledger::{ErasedSubject, ErasureLine, author, comment};
use crate::identity::erasures::{begin, leave_nothing, step};
use crate::notices::subscriptions;
use crate::{Result, Tx, params, sql};

/// Erase again what a line says, one step of it; `nobody` as for [`step`]. Returns whether nothing is left
/// to do. What is not there is written down all the same, so that the ledger stays whole.
pub fn again(tx: &mut Tx<'_>, now: Time, line: &ErasureLine, nobody: AuthorId) -> Result<bool> {
    let site = line.site;
    let is_known = tx.one(
        sql!("select 1 from site where id = ?1"),
        params![site],
        |_| Ok(()),
    )?;
    if is_known.is_none() {
        return Ok(true);
    }
    match line.subject {
        ErasedSubject::Author(id, fate) => {
            author(tx, line.at, site, id, fate)?;
            if authors::by_id(tx, site, id)?.is_none() {
                return Ok(true);
            }
            begin(tx, now, site, id, fate)?;
            step(tx, now, site, id, nobody)
        }
        ErasedSubject::Comment(id) => {
            comment(tx, line.at, site, id)?;
            delete(tx, now, site, id)?;
            Ok(true)
        }
        ErasedSubject::Subscription(id) => {
            subscriptions::forget_one(tx, line.at, site, id)?;
            Ok(true)
        }
    }
}

fn delete(tx: &mut Tx<'_>, now: Time, site: SiteId, id: CommentId) -> Result<()> {
    let Some(known) = comments::by_id(tx, site, id)? else {
        return Ok(());
    };
    let is_gone = known.is_taken_back();
    if is_gone {
        return Ok(());
    }
    let (page, known) = comments::locked(tx, site, id)?;
    if known.state != CommentState::Removed {
        leave_nothing(tx, now, &page, &known)?;
    }
    forgetting::forget(tx, site, id)?;
    forgetting::forget_guest(tx, now, site, page.id, &known.author)
}
