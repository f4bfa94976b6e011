//! The columns that hold secrets, and sealing them anew when the keys change.

use tracing::warn;

use crate::database::sql::Sql;
use crate::publication::sites;
use crate::{Result, Tx, params, sql};

/// A column of secrets.
struct Column {
    place: &'static str,
    is_text: bool,
    select: &'static Sql,
    update: &'static Sql,
}

macro_rules! column {
    ($table:literal, $column:literal, $is_text:literal, $keys:literal, $where:literal) => {
        Column {
            place: concat!($table, ".", $column),
            is_text: $is_text,
            select: sql!(concat!(
                "select ",
                $keys,
                ", ",
                $column,
                " from ",
                $table,
                " where ",
                $column,
                " is not null and length(",
                $column,
                ") > 0 and (",
                $keys,
                ") > (?1, ?2) order by ",
                $keys,
                " limit 1000"
            )),
            update: sql!(concat!(
                "update ",
                $table,
                " set ",
                $column,
                " = ?3 where ",
                $where
            )),
        }
    };
}

/// Every column of secrets but the settings of sites, which hold one among others.
fn columns() -> [Column; 13] {
    [
        column!(
            "webhook",
            "secret",
            true,
            "site_id, id",
            "site_id = ?1 and id = ?2"
        ),
        column!(
            "webhook",
            "old_secret",
            true,
            "site_id, id",
            "site_id = ?1 and id = ?2"
        ),
        column!(
            "payment_hook",
            "token",
            true,
            "site_id, id",
            "site_id = ?1 and id = ?2"
        ),
        column!(
            "payment_hook",
            "api_key",
            true,
            "site_id, id",
            "site_id = ?1 and id = ?2"
        ),
        column!(
            "payment_hook",
            "secret",
            true,
            "site_id, id",
            "site_id = ?1 and id = ?2"
        ),
        column!(
            "openid_provider",
            "client_secret",
            true,
            "site_id, id",
            "site_id = ?1 and id = ?2"
        ),
        column!(
            "sign_in_key",
            "key",
            true,
            "site_id, id",
            "site_id = ?1 and id = ?2"
        ),
        column!(
            "push_key",
            "private_key",
            false,
            "id, id",
            "id = ?1 and id = ?2"
        ),
        column!(
            "work_key",
            "key",
            false,
            "site_id, site_id",
            "site_id = ?1 and site_id = ?2"
        ),
        column!("address_key", "key", false, "id, id", "id = ?1 and id = ?2"),
        column!(
            "job",
            "payload",
            true,
            "site_id, id",
            "site_id = ?1 and id = ?2"
        ),
        column!(
            "device",
            "p256dh",
            false,
            "site_id, id",
            "site_id = ?1 and id = ?2"
        ),
        column!(
            "device",
            "auth",
            false,
            "site_id, id",
            "site_id = ?1 and id = ?2"
        ),
    ]
}

/// Say what no key opens.
pub(crate) fn tell(unreadable: &[(&'static str, usize)]) {
    for (place, n_values) in unreadable {
        warn!(
            place,
            n_values,
            "{n_values} secrets of {place} are sealed with a key that is not here, and count as not \
             there; give that key beside the new one, or set them anew"
        );
    }
}

/// Seal what is not sealed by the key that seals. Gives the columns in which something is sealed by a key
/// that is not here, with how much that is.
pub(crate) fn renew(tx: &mut Tx<'_>) -> Result<Vec<(&'static str, usize)>> {
    let mut unreadable = Vec::new();
    if tx.seals().is_empty() {
        return Ok(unreadable);
    }
    for column in columns() {
        let mut n_unreadable = 0;
        let mut last = Some((i64::MIN, i64::MIN));
        while let Some(after) = last {
            last = renew_after(tx, &column, after, &mut n_unreadable)?;
        }
        if n_unreadable > 0 {
            unreadable.push((column.place, n_unreadable));
        }
    }
    let n_settings = sites::renew_secrets(tx)?;
    if n_settings > 0 {
        unreadable.push((sites::SECRET, n_settings));
    }
    Ok(unreadable)
}

/// Seal the next rows of a column. Gives the last of them, if there were any.
fn renew_after(
    tx: &mut Tx<'_>,
    column: &Column,
    (site, id): (i64, i64),
    n_unreadable: &mut usize,
) -> Result<Option<(i64, i64)>> {
    let rows: Vec<(i64, i64, Vec<u8>)> = tx.all(column.select, params![site, id], |row| {
        let (site, id) = (row.next()?, row.next()?);
        let stored = match column.is_text {
            true => row.next::<String>()?.into_bytes(),
            false => row.next()?,
        };
        Ok((site, id, stored))
    })?;
    let last = rows.last().map(|(site, id, _)| (*site, *id));
    for (site, id, stored) in rows {
        if tx.seals().is_new(&stored) {
            continue;
        }
        let Some(plain) = tx.seals().unseal(column.place, &stored) else {
            *n_unreadable += 1;
            continue;
        };
        if column.is_text {
            let plain = String::from_utf8_lossy(&plain).into_owned();
            let sealed = tx.seal_text(column.place, &plain)?;
            tx.execute(column.update, params![site, id, &sealed])?;
        } else {
            let sealed = tx.seals().seal(column.place, &plain)?;
            tx.execute(column.update, params![site, id, &sealed])?;
        }
        tx.erase();
    }
    Ok(last)
}
