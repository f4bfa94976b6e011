//! Reading a site for files of other systems: every page with a thread, every comment in whatever state.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rejoinder_core::{Comment, CommentState, Page, PageId, SiteId};

use super::export::EXPORTED;
use crate::database::sql::Sql;
use crate::discussion::comments::{self, columns};
use crate::discussion::{pages, threads};
use crate::{Result, Tx, params, sql};

/// So many pages are read at once.
const STEP: i64 = 500;

/// A comment, with what only moderators see of its author.
#[derive(Debug)]
pub struct LeavingComment {
    /// The comment; of one that was removed only its place is left.
    pub comment: Comment,
    /// Its author's e-mail address.
    pub email: Option<String>,
}

/// The next pages after `after` that have comments or take none any more, by id.
pub fn pages_after(tx: &mut Tx<'_>, site: SiteId, after: PageId) -> Result<Vec<Page>> {
    let ids: Vec<PageId> = tx.all(
        sql!(
            "select p.id from page p
             where p.site_id = ?1 and p.id > ?2 and (p.closed_at is not null or exists (
                 select 1 from comment c where c.site_id = ?1 and c.page_id = p.id))
             order by p.id limit ?3"
        ),
        params![site, after, STEP],
        |row| row.next(),
    )?;
    let mut found = pages::by_ids(tx, site, &ids)?;
    found.sort_by_key(|page| page.id);
    Ok(found)
}

/// Hand every comment of a page to `visit`, the oldest first.
pub fn comments(
    tx: &mut Tx<'_>,
    site: SiteId,
    page: PageId,
    mut visit: impl FnMut(LeavingComment) -> Result<()>,
) -> Result<()> {
    let select = sql!(concat!(
        "select a.email, ",
        columns!(),
        "from comment c join author a on a.site_id = c.site_id and a.id = c.author_id
         where c.site_id = ?1 and c.page_id = ?2 order by c.id"
    ));
    tx.each(select, params![site, page], |row| {
        let email: Option<String> = row.next()?;
        let mut comment = comments::read(row)?;
        let is_gone = comment.state == CommentState::Removed;
        if is_gone {
            threads::blank(&mut comment);
        }
        visit(LeavingComment {
            comment,
            email: email.filter(|_| !is_gone),
        })
    })
}

/// What no other system's file takes: the tables of an export without those of people, pages and
/// comments.
static COUNTS: LazyLock<Vec<(&'static str, Sql)>> = LazyLock::new(|| {
    let taken = [
        "author",
        "page",
        "page_alias",
        "comment",
        "nobody",
        "session",
    ];
    let others = EXPORTED.iter().filter(|table| !taken.contains(&table.name));
    let counted = others.map(|table| {
        let count = format!("select count(*) from {} where site_id = ?1", table.name);
        (table.name, Sql::new(count.leak()))
    });
    counted.collect()
});

/// How many rows of each table stay behind, where there are any.
pub fn left_behind(tx: &mut Tx<'_>, site: SiteId) -> Result<BTreeMap<&'static str, i64>> {
    let mut left = BTreeMap::new();
    for (table, count) in COUNTS.iter() {
        let n_rows = tx.one(count, params![site], |row| row.next())?;
        if let Some(n_rows) = n_rows.filter(|n_rows| *n_rows > 0) {
            left.insert(*table, n_rows);
        }
    }
    Ok(left)
}
