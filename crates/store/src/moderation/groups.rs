//! Groups of pages, such as a section of the publication, and the moderators who are limited to some.
//!
//! A page belongs to a group by the start of its key, or because it was put there.

use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{AuthorId, Page, PageId, PageKey, Refusal, SiteId};

use crate::database::error::StoreError;
use crate::{Result, Tx, params, sql};

/// The longest name of a group, in characters.
pub const MAX_NAME: usize = 80;

/// Whether page `p` of the site `?1` is in scope: of everything when the first parameter is 1, else of the
/// groups in the JSON array that is the second.
macro_rules! in_scope {
    ($all:literal, $groups:literal) => {
        concat!(
            "(cast(",
            $all,
            " as bigint) = 1 or exists (select 1 from page_group g join list(",
            $groups,
            ") as s on s.value = g.id where g.site_id = ?1
               and (substr(p.key, 1, length(g.prefix)) = g.prefix or exists (
                   select 1 from group_page m where m.site_id = ?1 and m.page_id = p.id
                     and m.group_id = g.id))))"
        )
    };
}
pub(crate) use in_scope;

/// The pages that a moderator may see and decide on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    groups: Option<Vec<i64>>,
}

impl Scope {
    /// Every page of the site.
    pub const fn all() -> Self {
        Self { groups: None }
    }

    /// The pages of these groups only.
    pub const fn of(groups: Vec<i64>) -> Self {
        Self {
            groups: Some(groups),
        }
    }

    /// The groups that it is limited to; `None` when it is not.
    pub fn groups(&self) -> Option<&[i64]> {
        self.groups.as_deref()
    }

    pub(crate) fn is_all(&self) -> i64 {
        i64::from(self.groups.is_none())
    }

    pub(crate) fn list(&self) -> String {
        format!("{:?}", self.groups().unwrap_or_default())
    }
}

/// A group of pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageGroup {
    /// Names it at its site.
    pub id: i64,
    /// As the newsroom calls it.
    pub name: String,
    /// Pages whose key starts like this belong to it.
    pub prefix: Option<String>,
    /// When comments appear on its pages; `None` leaves it to the site.
    pub mode: Option<ModerationMode>,
    /// How many pages were put into it by hand.
    pub n_pages: i64,
}

/// The groups of a site, by name.
pub fn list(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<PageGroup>> {
    tx.all(
        sql!(
            "select g.id, g.name, g.prefix, g.mode, (
                 select count(*) from group_page m where m.site_id = ?1 and m.group_id = g.id)
             from page_group g where g.site_id = ?1 order by g.name"
        ),
        params![site],
        |row| {
            Ok(PageGroup {
                id: row.next()?,
                name: row.next()?,
                prefix: row.next()?,
                mode: mode(row.next::<Option<String>>()?.as_deref()),
                n_pages: row.next()?,
            })
        },
    )
}

/// The groups that a page belongs to, by name.
pub fn of_page(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<Vec<(i64, String)>> {
    tx.all(
        sql!(
            "select g.id, g.name from page p join page_group g on g.site_id = p.site_id
               and (substr(p.key, 1, length(g.prefix)) = g.prefix or exists (
                   select 1 from group_page m where m.site_id = ?1 and m.page_id = p.id
                     and m.group_id = g.id))
             where p.site_id = ?1 and p.id = ?2 order by g.name"
        ),
        params![site, page],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// The pages that were put into a group by hand, at most `limit`: their id and what they are known by.
pub fn pages_of(
    tx: &mut Tx<'_>,
    site: SiteId,
    group: i64,
    limit: i64,
) -> Result<Vec<(PageId, String)>> {
    tx.all(
        sql!(
            "select p.id, p.key from group_page m
             join page p on p.site_id = m.site_id and p.id = m.page_id
             where m.site_id = ?1 and m.group_id = ?2 order by p.key limit ?3"
        ),
        params![site, group, limit],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// The mode of a stored word.
pub(crate) fn mode(word: Option<&str>) -> Option<ModerationMode> {
    match word {
        Some("before") => Some(ModerationMode::Before),
        Some("after") => Some(ModerationMode::After),
        _ => None,
    }
}

/// The stored word of a mode that a page or a group can have; closing is done otherwise.
pub(crate) const fn mode_word(mode: Option<ModerationMode>) -> Option<&'static str> {
    match mode {
        Some(ModerationMode::Before) => Some("before"),
        Some(ModerationMode::After) => Some("after"),
        Some(ModerationMode::Closed) | None => None,
    }
}

/// Add a group, or give a known one another name, prefix and mode.
pub fn save(tx: &mut Tx<'_>, site: SiteId, group: &PageGroup) -> Result<()> {
    let name = group.name.trim();
    let invalid = Refusal::GroupNameInvalid { max: MAX_NAME };
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(invalid.into());
    }
    let prefix = group.prefix.as_deref().filter(|prefix| !prefix.is_empty());
    let saved = tx.execute(
        sql!(
            "insert into page_group (site_id, id, name, prefix, mode) values (?1, ?2, ?3, ?4, ?5)
             on conflict (site_id, id) do update
             set name = excluded.name, prefix = excluded.prefix, mode = excluded.mode"
        ),
        params![site, group.id, name, prefix, mode_word(group.mode)],
    );
    match saved {
        Err(StoreError::Constraint { name }) if name == "page_group_name" => Err(invalid.into()),
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}

/// Take a group away. Moderators who were limited to it alone have nothing left to decide on.
pub fn remove(tx: &mut Tx<'_>, site: SiteId, group: i64) -> Result<()> {
    tx.execute(
        sql!(
            "insert into moderator_group (site_id, author_id, group_id)
             select site_id, author_id, 0 from moderator_group where site_id = ?1 and group_id = ?2
             on conflict (site_id, author_id, group_id) do nothing"
        ),
        params![site, group],
    )?;
    tx.execute(
        sql!("delete from moderator_group where site_id = ?1 and group_id = ?2"),
        params![site, group],
    )?;
    tx.execute(
        sql!("delete from group_page where site_id = ?1 and group_id = ?2"),
        params![site, group],
    )?;
    tx.execute(
        sql!("delete from page_group where site_id = ?1 and id = ?2"),
        params![site, group],
    )?;
    Ok(())
}

/// Put a page into a group.
pub fn add_page(tx: &mut Tx<'_>, site: SiteId, group: i64, page: PageId) -> Result<()> {
    let added = tx.execute(
        sql!(
            "insert into group_page (site_id, group_id, page_id)
             select g.site_id, g.id, p.id from page_group g
             join page p on p.site_id = g.site_id and p.id = ?3
             where g.site_id = ?1 and g.id = ?2
             on conflict (site_id, page_id, group_id) do update set page_id = excluded.page_id"
        ),
        params![site, group, page],
    )?;
    if added == 0 {
        return Err(Refusal::GroupUnknown.into());
    }
    Ok(())
}

/// Take a page out of a group that it was put into.
pub fn remove_page(tx: &mut Tx<'_>, site: SiteId, group: i64, page: PageId) -> Result<()> {
    tx.execute(
        sql!("delete from group_page where site_id = ?1 and group_id = ?2 and page_id = ?3"),
        params![site, group, page],
    )?;
    Ok(())
}

/// Limit a moderator to some groups; [`Scope::all`] lifts every limit.
pub fn set_scope(tx: &mut Tx<'_>, site: SiteId, moderator: AuthorId, scope: &Scope) -> Result<()> {
    tx.execute(
        sql!("delete from moderator_group where site_id = ?1 and author_id = ?2"),
        params![site, moderator],
    )?;
    let Some(groups) = scope.groups() else {
        return Ok(());
    };
    let none = [0];
    let groups = if groups.is_empty() { &none } else { groups };
    for group in groups {
        tx.execute(
            sql!(
                "insert into moderator_group (site_id, author_id, group_id) values (?1, ?2, ?3)
                 on conflict (site_id, author_id, group_id) do nothing"
            ),
            params![site, moderator, *group],
        )?;
    }
    Ok(())
}

/// What a moderator is limited to.
pub fn scope_of(tx: &mut Tx<'_>, site: SiteId, moderator: AuthorId) -> Result<Scope> {
    let groups: Vec<i64> = tx.all(
        sql!(
            "select group_id from moderator_group where site_id = ?1 and author_id = ?2
             order by group_id"
        ),
        params![site, moderator],
        |row| row.next(),
    )?;
    Ok(match groups.is_empty() {
        true => Scope::all(),
        false => Scope::of(groups),
    })
}

/// Whether a page known by `key`, once there is one, is among those that a moderator may decide on.
pub fn covers_key(
    tx: &mut Tx<'_>,
    site: SiteId,
    moderator: AuthorId,
    key: &PageKey,
) -> Result<bool> {
    let scope = scope_of(tx, site, moderator)?;
    let Some(groups) = scope.groups() else {
        return Ok(true);
    };
    let starts = list(tx, site)?
        .into_iter()
        .filter(|group| groups.contains(&group.id));
    let mut starts = starts.filter_map(|group| group.prefix);
    Ok(starts.any(|start| key.as_str().starts_with(&start)))
}

/// Whether `page` is among the pages that a moderator may decide on.
pub fn covers(tx: &mut Tx<'_>, moderator: AuthorId, page: &Page) -> Result<bool> {
    let scope = scope_of(tx, page.site, moderator)?;
    if scope.groups().is_none() {
        return Ok(true);
    }
    let found = tx.one(
        sql!(concat!(
            "select 1 from page p where p.site_id = ?1 and p.id = ?2 and ",
            in_scope!("?3", "?4")
        )),
        params![page.site, page.id, scope.is_all(), scope.list()],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}
