//! Whether what is kept as JSON, as a word of a list, or as HTML can be read as what it is.

use rejoinder_core::Settings;
use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::passages::{Annotation, SourceCheck};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{Finding, Key, finding_of};
use crate::database::sql::Sql;
use crate::{Result, Tx, params, sql};

/// What nothing can be made of.
pub(super) fn unreadable(tx: &mut Tx<'_>) -> Result<Vec<Finding>> {
    let all = [
        json::<Settings>(
            tx,
            "the settings of a site can be read",
            "site",
            sql!("select id, id, settings from site"),
        )?,
        json::<Vec<String>>(
            tx,
            "the origins of a site can be read",
            "site",
            sql!("select id, id, origins from site"),
        )?,
        json::<Annotation>(
            tx,
            "the passage of a comment can be read",
            "comment",
            sql!("select site_id, id, annotation from comment where annotation is not null"),
        )?,
        json::<SourceCheck>(
            tx,
            "the sources of a comment can be read",
            "comment",
            sql!("select site_id, id, source_check from comment where source_check is not null"),
        )?,
        json::<IgnoredAny>(
            tx,
            "what the log of decisions keeps of before and after can be read",
            "page",
            sql!(
                "select site_id, page_id, before from decision where before is not null
                 union all
                 select site_id, page_id, after from decision where after is not null
                 union all
                 select site_id, page_id, findings from decision where findings is not null"
            ),
        )?,
        events(tx)?,
    ];
    Ok(all.into_iter().flatten().collect())
}

/// Rows of (site, id, JSON) that are no `T`.
fn json<T: DeserializeOwned>(
    tx: &mut Tx<'_>,
    check: &'static str,
    kind: &str,
    rows: &'static Sql,
) -> Result<Option<Finding>> {
    let mut wrong: Vec<Key> = Vec::new();
    tx.each(rows, params![], |row| {
        let key = (row.next()?, row.next()?);
        if serde_json::from_str::<T>(&row.next::<String>()?).is_err() {
            wrong.push(key);
        }
        Ok(())
    })?;
    finding_of(tx, check, kind, &wrong)
}

fn events(tx: &mut Tx<'_>) -> Result<Option<Finding>> {
    let kinds: Vec<String> = tx.all(sql!("select distinct kind from event"), params![], |row| {
        row.next()
    })?;
    let mut wrong: Vec<Key> = Vec::new();
    for kind in kinds.iter().filter(|kind| EventKind::parse(kind).is_none()) {
        let found: Vec<Key> = tx.all(
            sql!("select site_id, page_id from event where kind = ?1"),
            params![kind.as_str()],
            |row| Ok((row.next()?, row.next()?)),
        )?;
        wrong.extend(found);
    }
    finding_of(tx, "what happened to a page is known", "page", &wrong)
}
