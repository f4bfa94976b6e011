//! What somebody may be called: no name of the newsroom's, none of a word list.

use std::sync::Arc;

use rejoinder_core::discussion::text::is_blank;
use rejoinder_core::identity::names;
use rejoinder_core::moderation::{JudgedField, WordLists};
use rejoinder_core::publication::settings::BannedWords;
use rejoinder_core::{Page, Refusal, Site, SiteId};

use crate::moderation::word_lists;
use crate::{Result, Tx, params, sql};

/// Whether someone outside the newsroom may call themself `name`.
pub fn may_be_called(tx: &mut Tx<'_>, site: &Site, name: &str) -> Result<()> {
    let newsroom: Vec<String> = tx.all(
        sql!(
            "select name from author where site_id = ?1 and role <> 'reader' order by id limit 1000"
        ),
        params![site.id],
        |row| row.next(),
    )?;
    names::may_be_called(site, &newsroom, name)?;
    may_be_named(tx, site, name)
}

/// Whether a headline that somebody's browser tells of a page has nothing that the site bans.
pub(crate) fn may_be_titled(tx: &mut Tx<'_>, page: &Page, title: &str) -> Result<bool> {
    let lists = lists(tx, page.site)?;
    let is_banned = lists.is_some_and(|lists| !lists.banned.find(title).is_empty());
    Ok(!is_banned && !is_blank(title))
}

/// Whether the site takes what somebody calls themself, where it refuses what it bans.
pub(crate) fn may_be_named(tx: &mut Tx<'_>, site: &Site, name: &str) -> Result<()> {
    if site.settings.banned_words == BannedWords::Hold {
        return Ok(());
    }
    let Some(lists) = lists(tx, site.id)? else {
        return Ok(());
    };
    match lists.banned.find(name).first() {
        Some(hit) => Err(Refusal::WordBanned {
            field: JudgedField::Name.field(),
            word: name[hit.range.clone()].to_owned(),
        }
        .into()),
        None => Ok(()),
    }
}

fn lists(tx: &mut Tx<'_>, site: SiteId) -> Result<Option<Arc<WordLists>>> {
    let hash: Option<Option<Vec<u8>>> = tx.one(
        sql!("select words_hash from site_moderation where site_id = ?1"),
        params![site],
        |row| row.next(),
    )?;
    let hash = hash.flatten();
    hash.map(|hash| word_lists::compiled(tx, site, &hash))
        .transpose()
}
