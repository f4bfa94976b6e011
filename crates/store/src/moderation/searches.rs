//! Searches that a moderator keeps.

use rejoinder_core::moderation::search::CommentSearch;
use rejoinder_core::{AuthorId, SiteId, Time};

use crate::{Result, Tx, params, sql};

/// The most searches that one moderator keeps; the oldest go.
const MAX_SAVED: i64 = 50;

/// A search that a moderator keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSearch {
    /// Names it at its site.
    pub id: i64,
    /// As the moderator calls it.
    pub name: String,
    /// As it would be typed.
    pub query: String,
}

/// Keep a search under a name.
pub fn save(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    moderator: AuthorId,
    id: i64,
    name: &str,
    search: &CommentSearch,
) -> Result<()> {
    let name: String = name.trim().chars().take(80).collect();
    tx.execute(
        sql!(
            "insert into saved_search (site_id, id, moderator_id, name, query, created_at)
             values (?1, ?2, ?3, ?4, ?5, ?6)"
        ),
        params![site, id, moderator, name, search.to_string(), now],
    )?;
    tx.execute(
        sql!(
            "delete from saved_search where site_id = ?1 and moderator_id = ?2 and id not in (
                 select id from saved_search where site_id = ?1 and moderator_id = ?2
                 order by id desc limit ?3)"
        ),
        params![site, moderator, MAX_SAVED],
    )?;
    Ok(())
}

/// The searches of a moderator, in the order they were saved in.
pub fn list(tx: &mut Tx<'_>, site: SiteId, moderator: AuthorId) -> Result<Vec<SavedSearch>> {
    tx.all(
        sql!(
            "select id, name, query from saved_search where site_id = ?1 and moderator_id = ?2
             order by id"
        ),
        params![site, moderator],
        |row| {
            Ok(SavedSearch {
                id: row.next()?,
                name: row.next()?,
                query: row.next()?,
            })
        },
    )
}

/// Forget a search of a moderator.
pub fn forget(tx: &mut Tx<'_>, site: SiteId, moderator: AuthorId, id: i64) -> Result<()> {
    tx.execute(
        sql!("delete from saved_search where site_id = ?1 and moderator_id = ?2 and id = ?3"),
        params![site, moderator, id],
    )?;
    Ok(())
}

/// Forget the searches at a site that name an author who leaves it.
pub(crate) fn forget_about(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<()> {
    let about: Option<(String, Option<String>, Option<String>)> = tx.one(
        sql!("select name, email, website from author where site_id = ?1 and id = ?2"),
        params![site, author],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )?;
    let Some((name, email, website)) = about else {
        return Ok(());
    };
    let kept: Vec<(i64, String, String)> = tx.all(
        sql!("select id, name, query from saved_search where site_id = ?1"),
        params![site],
        |row| Ok((row.next()?, row.next()?, row.next()?)),
    )?;
    let id = author.to_string();
    let traces = [Some(&name), Some(&id), email.as_ref(), website.as_ref()];
    for (search, called, query) in kept {
        if [called, query].iter().any(|text| names_one(text, &traces)) {
            tx.execute(
                sql!("delete from saved_search where site_id = ?1 and id = ?2"),
                params![site, search],
            )?;
        }
    }
    Ok(())
}

/// Whether one of `traces` stands in `text` as words of its own: a short name is part of many words.
fn names_one(text: &str, traces: &[Option<&String>]) -> bool {
    let text = text.to_lowercase();
    let is_inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    traces.iter().flatten().any(|trace| {
        let trace = trace.to_lowercase();
        !trace.is_empty()
            && text.match_indices(&trace).any(|(at, found)| {
                let (before, after) = (&text[..at], &text[at + found.len()..]);
                !is_inside(before.chars().next_back()) && !is_inside(after.chars().next())
            })
    })
}
