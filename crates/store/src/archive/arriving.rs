//! Comments and authors on their way in, many at once: what is known is asked for all of them, and what is
//! new is added by one statement where the database has one for that.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use rejoinder_core::moderation::AuthorRecord;
use rejoinder_core::{AuthorId, CommentId, PageId, SiteId, Time};

use super::imported::{ImportedComment, Origin, id_for, kind};
use super::rows::{self, AUTHORS, COMMENTS, SOURCES, TreePlace};
use crate::database::error::StoreError;
use crate::identity::authors::GuestDetails;
use crate::{Result, Tx, Value, params, sql};

/// Someone who wrote a comment.
#[derive(Debug, Clone)]
pub struct ArrivingAuthor<'a> {
    /// What stands for them in the source; of someone who may be anybody, the one comment that they wrote.
    pub source_id: &'a str,
    /// Whether they are the same wherever the source names them.
    pub is_kept: bool,
    /// When they first wrote, as far as it is known.
    pub at: Time,
    /// What is shown of them.
    pub details: &'a GuestDetails,
    /// As what the comment counts that names them.
    pub counts_as: AuthorRecord,
}

/// A comment that is not known yet.
#[derive(Debug, Clone)]
pub struct ArrivingComment<'a> {
    /// What it says; its page is not looked at.
    pub comment: &'a ImportedComment,
    /// The page.
    pub page: PageId,
    /// What it replies to.
    pub parent: Option<Parent>,
    /// Who wrote it.
    pub author: AuthorId,
    /// Whether it was counted when its author arrived.
    pub is_counted: bool,
}

/// What a comment replies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    /// A comment that is here already.
    Here(CommentId),
    /// The comment at this place of those that arrive with it, before it.
    Before(usize),
}

/// What became of the records of a format with these ids; of those that are not known, nothing.
///
/// The list is walked, here and below, and each of it is looked up by a query of its own: joined to the table,
/// it is the table that PostgreSQL walks, for each batch anew, while it takes it for short.
pub fn known<'a>(
    tx: &mut Tx<'_>,
    site: SiteId,
    format: &str,
    source_ids: impl IntoIterator<Item = &'a str>,
) -> Result<HashMap<String, i64>> {
    let source_ids: Vec<&str> = source_ids.into_iter().collect();
    if source_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = tx.all(
        sql!(
            "select k.source_id, k.target_id from (
                 select l.value as source_id, (select s.target_id from source s
                     where s.site_id = ?1 and s.format = ?2 and s.source_id = l.value) as target_id
                 from texts(?3) as l) as k
             where k.target_id is not null"
        ),
        params![site, format, json(&source_ids)?],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    Ok(found.into_iter().collect())
}

/// Find or add these authors, and count for each the comment that names them; their ids, in the same order.
pub fn upsert_authors(
    tx: &mut Tx<'_>,
    site: SiteId,
    origin: Origin<'_>,
    authors: &[ArrivingAuthor<'_>],
) -> Result<Vec<AuthorId>> {
    let format = format!("{} {}", origin.format, kind::AUTHOR);
    let names: Vec<Cow<'_, str>> = authors.iter().map(ArrivingAuthor::name).collect();
    // Someone who may be anybody is only remembered where an owner may take the import out again.
    let is_named = |at: usize| authors[at].is_kept || origin.import.is_some();
    let named = (0..authors.len()).filter(|at| is_named(*at));
    let known = known(tx, site, &format, named.map(|at| &*names[at]))?;
    let mut first = HashMap::new();
    let is_new = |at: &usize| {
        let name: &str = &names[*at];
        let is_first = *first.entry(name).or_insert(*at) == *at;
        !authors[*at].is_kept || (is_first && !known.contains_key(name))
    };
    let new: Vec<usize> = (0..authors.len()).filter(is_new).collect();
    let asked = new.iter().map(|at| authors[*at].asked_id(&format));
    let ids = free(tx, site, asked.collect(), taken_by_authors)?;
    let rows = new.iter().zip(&ids).map(|(at, id)| {
        let ArrivingAuthor {
            at,
            details,
            counts_as,
            ..
        } = &authors[*at];
        [
            Value::from(site),
            Value::from(*id),
            Value::from("imported"),
            Value::from(&details.name),
            Value::from(details.email.as_deref()),
            Value::from(details.website.as_deref()),
            Value::from(*at),
            Value::from(counts_as.published),
            Value::from(counts_as.held),
            Value::from(counts_as.rejected),
            Value::from(counts_as.spam),
            Value::from(counts_as.removed),
        ]
    });
    tx.insert_all(&AUTHORS, rows)?;
    let added: HashMap<usize, i64> = new.into_iter().zip(ids).collect();
    let unknown = added.iter().filter(|(at, _)| is_named(**at));
    let unknown = unknown.map(|(at, id)| (&*names[*at], *id));
    let unknown = unknown.filter(|(name, _)| !known.contains_key(*name));
    let named = Origin {
        format: &format,
        ..origin
    };
    remember(tx, site, named, unknown)?;
    let id_of = |at: usize| {
        let own = added.get(&at);
        let same = || known.get(&*names[at]);
        let before = || added.get(first.get(&*names[at])?);
        let id = own.or_else(same).or_else(before);
        id.copied().map(AuthorId).ok_or_else(lost)
    };
    let ids: Vec<AuthorId> = (0..authors.len()).map(id_of).collect::<Result<_>>()?;
    let known = (0..authors.len()).filter(|at| !added.contains_key(at));
    known.for_each(|at| tx.count_for(site, ids[at], authors[at].counts_as));
    Ok(ids)
}

impl<'a> ArrivingAuthor<'a> {
    /// What they are called among the records of the source.
    fn name(&'a self) -> Cow<'a, str> {
        match self.is_kept {
            true => Cow::Borrowed(self.source_id),
            false => Cow::Owned(format!("of comment {}", self.source_id)),
        }
    }

    fn asked_id(&self, format: &str) -> i64 {
        let format = if self.is_kept { format } else { kind::AUTHOR };
        id_for(self.at, format, self.source_id)
    }
}

/// Add these comments, none of which is known yet, with the counters that they bring; their ids, in the same
/// order.
pub fn add_comments(
    tx: &mut Tx<'_>,
    site: SiteId,
    origin: Origin<'_>,
    comments: &[ArrivingComment<'_>],
) -> Result<Vec<CommentId>> {
    let placed = placed(tx, site, origin, comments)?;
    let rows = comments.iter().zip(&placed);
    let rows =
        rows.map(|(new, (id, place))| rows::comment(site, *id, place, new.comment, new.author));
    tx.insert_all(&COMMENTS, rows)?;
    for new in comments.iter().filter(|new| !new.is_counted) {
        let counts_as = AuthorRecord::of(new.comment.state, new.comment.reason);
        tx.count_for(site, new.author, counts_as);
    }
    let named = comments.iter().zip(&placed);
    let named = named.map(|(new, (id, _))| (new.comment.source_id.as_str(), *id));
    remember(tx, site, origin, named)?;
    Ok(placed.iter().map(|(id, _)| CommentId(*id)).collect())
}

/// The ids of comments that are about to be added, and where they stand.
fn placed(
    tx: &mut Tx<'_>,
    site: SiteId,
    origin: Origin<'_>,
    comments: &[ArrivingComment<'_>],
) -> Result<Vec<(i64, TreePlace)>> {
    expect_site(tx, site)?;
    let asked = comments.iter().map(|new| {
        let ImportedComment {
            created_at,
            source_id,
            ..
        } = new.comment;
        id_for(*created_at, origin.format, source_id)
    });
    let ids = free(tx, site, asked.collect(), taken_by_comments)?;
    let places = places(tx, site, comments, &ids)?;
    Ok(ids.into_iter().zip(places).collect())
}

fn expect_site(tx: &mut Tx<'_>, site: SiteId) -> Result<()> {
    let found: Option<i64> = tx.one(
        sql!("select id from site where id = ?1"),
        params![site],
        |row| row.next(),
    )?;
    let gone = || StoreError::Unavailable("the site is not there any more".to_owned());
    found.map(drop).ok_or_else(gone)
}

/// Where each of `comments` stands; what would reply to a comment on another page stands by itself.
fn places(
    tx: &mut Tx<'_>,
    site: SiteId,
    comments: &[ArrivingComment<'_>],
    ids: &[i64],
) -> Result<Vec<TreePlace>> {
    let here = comments.iter().filter_map(|new| match new.parent {
        Some(Parent::Here(id)) => Some(id.0),
        _ => None,
    });
    let here = standing(tx, site, &here.collect::<HashSet<_>>())?;
    let mut places: Vec<TreePlace> = Vec::with_capacity(comments.len());
    for (new, id) in comments.iter().zip(ids) {
        let parent = match new.parent {
            Some(Parent::Here(id)) => here.get(&id.0).map(|place| (id.0, *place)),
            Some(Parent::Before(at)) => places.get(at).map(|place| (ids[at], *place)),
            None => None,
        };
        let parent = parent.filter(|(_, place)| place.page == new.page);
        places.push(TreePlace {
            page: new.page,
            parent: parent.map(|(id, _)| id),
            root: parent.map_or(*id, |(_, place)| place.root),
            depth: parent.map_or(0, |(_, place)| place.depth + 1),
        });
    }
    Ok(places)
}

/// Where the comments with these ids stand.
fn standing(tx: &mut Tx<'_>, site: SiteId, ids: &HashSet<i64>) -> Result<HashMap<i64, TreePlace>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = tx.all(
        sql!(
            "select l.value,
                 (select c.page_id from comment c where c.site_id = ?1 and c.id = l.value),
                 (select c.parent_id from comment c where c.site_id = ?1 and c.id = l.value),
                 (select c.root_id from comment c where c.site_id = ?1 and c.id = l.value),
                 (select c.depth from comment c where c.site_id = ?1 and c.id = l.value)
             from list(?2) as l"
        ),
        params![site, json(ids)?],
        |row| {
            let (id, page, parent) = (row.next()?, row.next::<Option<_>>()?, row.next()?);
            let (root, depth): (Option<i64>, Option<i64>) = (row.next()?, row.next()?);
            let place = page.zip(root).zip(depth);
            Ok(place.map(|((page, root), depth)| {
                let place = TreePlace {
                    page,
                    parent,
                    root,
                    depth,
                };
                (id, place)
            }))
        },
    )?;
    Ok(found.into_iter().flatten().collect())
}

/// For each of `asked` the first id from there on that nothing has.
fn free(
    tx: &mut Tx<'_>,
    site: SiteId,
    asked: Vec<i64>,
    taken: impl Fn(&mut Tx<'_>, SiteId, &str) -> Result<Vec<i64>>,
) -> Result<Vec<i64>> {
    let mut ids = asked;
    let mut used = HashSet::with_capacity(ids.len());
    let mut open: Vec<usize> = (0..ids.len()).collect();
    while !open.is_empty() {
        let wanted: Vec<i64> = open.iter().map(|at| ids[*at]).collect();
        used.extend(taken(tx, site, &json(&wanted)?)?);
        // One that is taken asks for the next, which may be taken, too.
        open.retain(|at| {
            let is_free = used.insert(ids[*at]);
            ids[*at] += i64::from(!is_free);
            !is_free
        });
    }
    Ok(ids)
}

fn taken_by_authors(tx: &mut Tx<'_>, site: SiteId, ids: &str) -> Result<Vec<i64>> {
    tx.all(
        sql!(
            "select k.id from (
                 select (select a.id from author a
                     where a.site_id = ?1 and a.id = l.value) as id
                 from list(?2) as l) as k
             where k.id is not null"
        ),
        params![site, ids],
        |row| row.next(),
    )
}

fn taken_by_comments(tx: &mut Tx<'_>, site: SiteId, ids: &str) -> Result<Vec<i64>> {
    tx.all(
        sql!(
            "select k.id from (
                 select (select c.id from comment c
                     where c.site_id = ?1 and c.id = l.value) as id
                 from list(?2) as l) as k
             where k.id is not null"
        ),
        params![site, ids],
        |row| row.next(),
    )
}

/// What the records with these ids became.
fn remember<'a>(
    tx: &mut Tx<'_>,
    site: SiteId,
    origin: Origin<'_>,
    named: impl Iterator<Item = (&'a str, i64)>,
) -> Result<()> {
    let rows = named.map(|(source_id, id)| {
        [
            Value::from(site),
            Value::from(origin.format),
            Value::from(source_id),
            Value::from(id),
            Value::from(origin.import),
        ]
    });
    tx.insert_all(&SOURCES, rows)
}

fn json(values: &(impl serde::Serialize + ?Sized)) -> Result<String> {
    serde_json::to_string(values).map_err(|error| StoreError::Internal(error.into()))
}

fn lost() -> StoreError {
    StoreError::Internal("an author that was added has no id".into())
}
