//! The schema, and how it comes to be.
//!
//! Each migration runs in a transaction of its own, so an interrupted upgrade goes on where it
//! stopped. A database that a newer program has written is refused.
//!
//! A migration is one text, in SQLite's words; [`spoken`] says what differs on PostgreSQL.

use postgres::Client;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::database::error::StoreError;
use crate::database::tx::Prepared;
use crate::discussion::page_keys;
use crate::recordings::words;
use crate::{Dialect, Result, Tx};

struct Migration {
    number: i64,
    name: &'static str,
    text: &'static str,
    /// What the script cannot do, in the same transaction.
    then: Option<fn(&mut Tx<'_>) -> Result<()>>,
}

macro_rules! migration {
    ($number:literal, $name:literal) => {
        migration!($number, $name, None)
    };
    ($number:literal, $name:literal, $then:expr) => {
        Migration {
            number: $number,
            name: $name,
            text: include_str!(concat!("../../migrations/", $name, ".sql")),
            then: $then,
        }
    };
}

const MIGRATIONS: [Migration; 63] = [
    migration!(1, "0001_create_core_tables"),
    migration!(2, "0002_add_jobs"),
    migration!(3, "0003_add_sign_ins"),
    migration!(4, "0004_add_moderation"),
    migration!(5, "0005_add_feeds"),
    migration!(6, "0006_add_webhooks"),
    migration!(7, "0007_add_mail_sign_ins"),
    migration!(8, "0008_add_erasures"),
    migration!(9, "0009_add_subscriptions"),
    migration!(10, "0010_add_bell"),
    migration!(11, "0011_add_work"),
    migration!(12, "0012_add_cards"),
    migration!(13, "0013_add_mutes"),
    migration!(14, "0014_add_push"),
    migration!(15, "0015_add_passkeys"),
    migration!(16, "0016_add_identities"),
    migration!(17, "0017_add_corrections"),
    migration!(18, "0018_add_index_of_parked_jobs"),
    migration!(19, "0019_add_api_tokens"),
    migration!(20, "0020_add_audit"),
    migration!(21, "0021_add_desk_readers"),
    migration!(22, "0022_add_openid"),
    migration!(23, "0023_add_card_icons"),
    migration!(24, "0024_add_subscription_contested_at"),
    migration!(25, "0025_add_guest_links"),
    migration!(26, "0026_add_comment_program"),
    migration!(27, "0027_renew_page_keys", Some(page_keys::renew)),
    migration!(28, "0028_add_erased"),
    migration!(29, "0029_add_mail_browsers"),
    migration!(30, "0030_add_sign_in_role"),
    migration!(31, "0031_find_jobs_by_kind"),
    migration!(32, "0032_add_rendering"),
    migration!(33, "0033_add_claim_token"),
    migration!(34, "0034_add_job_subject"),
    migration!(35, "0035_add_recordings"),
    migration!(36, "0036_add_job_lane"),
    migration!(37, "0037_add_proposals"),
    migration!(38, "0038_add_chapters"),
    migration!(39, "0039_add_annotations"),
    migration!(40, "0040_add_funding"),
    migration!(41, "0041_tell_of_proposals"),
    migration!(42, "0042_add_delivery_recording"),
    migration!(43, "0043_add_recording_progress"),
    migration!(44, "0044_add_recording_words", Some(words::fill)),
    migration!(45, "0045_add_corrections"),
    migration!(46, "0046_add_payment_hooks"),
    migration!(47, "0047_add_erratum_thanked"),
    migration!(48, "0048_add_source_checks"),
    migration!(49, "0049_add_payment_accounts"),
    migration!(50, "0050_add_supporters"),
    migration!(51, "0051_add_questions"),
    migration!(52, "0052_add_agreement"),
    migration!(53, "0053_add_reactions"),
    migration!(54, "0054_add_nodes"),
    migration!(55, "0055_add_delivery_correction"),
    migration!(56, "0056_add_article_fetches"),
    migration!(57, "0057_add_bell_challenge"),
    migration!(58, "0058_add_page_questions"),
    migration!(59, "0059_add_page_invitation"),
    migration!(60, "0060_add_mentions"),
    migration!(61, "0061_add_page_authors"),
    migration!(62, "0062_add_profiles"),
    migration!(63, "0063_add_index_of_event_times"),
];

/// The number of the newest migration.
pub const NEWEST: i64 = MIGRATIONS[MIGRATIONS.len() - 1].number;

/// Names the advisory lock that one upgrading node holds.
const LOCK: i64 = 0x7265_6a6f_696e_6465;

const TABLE: &str =
    "create table if not exists migration (number bigint primary key, name text not null)";

fn pending(done: i64) -> Result<impl Iterator<Item = &'static Migration>> {
    if done > NEWEST {
        return Err(StoreError::TooNew {
            found: done,
            known: NEWEST,
        });
    }
    Ok(MIGRATIONS
        .iter()
        .filter(move |migration| migration.number > done))
}

/// The text of a migration as a database takes it. It is written for SQLite: on PostgreSQL, bytes are
/// `bytea`, and no table is `without rowid`. A line that begins with `sqlite|` or `postgres|` is for that
/// one alone.
fn spoken(text: &str, dialect: Dialect) -> String {
    let (ours, other) = match dialect {
        Dialect::Sqlite => ("sqlite|", "postgres|"),
        Dialect::Postgres => ("postgres|", "sqlite|"),
    };
    let mut spoken = String::with_capacity(text.len());
    for line in text.lines().filter(|line| !line.starts_with(other)) {
        let line = line.strip_prefix(ours).unwrap_or(line);
        match dialect {
            Dialect::Sqlite => spoken.push_str(line),
            Dialect::Postgres => spoken.push_str(
                &line
                    .replace(" blob", " bytea")
                    .replace(") without rowid", ")"),
            ),
        }
        spoken.push('\n');
    }
    spoken
}

pub(crate) fn run_sqlite(connection: &Connection) -> Result<()> {
    run_sqlite_to(connection, NEWEST)
}

/// As [`run_sqlite`], for a schema that was the newest once.
pub(crate) fn run_sqlite_to(connection: &Connection, newest: i64) -> Result<()> {
    let wanted = |found: Option<&'static Migration>| found.filter(|it| it.number <= newest);
    connection.execute_batch(TABLE)?;
    while wanted(pending(newest_on_sqlite(connection)?)?.next()).is_some() {
        let tx = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        // Asked again under the lock: another process may have been quicker.
        if let Some(next) = wanted(pending(newest_on_sqlite(&tx)?)?.next()) {
            tx.execute_batch(&spoken(next.text, Dialect::Sqlite))?;
            if let Some(then) = next.then {
                then(&mut Tx::sqlite(&tx))?;
            }
            let insert = "insert into migration values (?1, ?2)";
            tx.execute(insert, (next.number, next.name))?;
        }
        tx.commit()?;
    }
    Ok(())
}

fn newest_on_sqlite(connection: &Connection) -> Result<i64> {
    let newest = "select coalesce(max(number), 0) from migration";
    Ok(connection.query_row(newest, [], |row| row.get(0))?)
}

pub(crate) fn run_postgres(client: &mut Client) -> Result<()> {
    client.execute("select pg_advisory_lock($1)", &[&LOCK])?;
    let run = run_locked(client);
    client.execute("select pg_advisory_unlock($1)", &[&LOCK])?;
    run
}

fn run_locked(client: &mut Client) -> Result<()> {
    client.batch_execute(TABLE)?;
    let done = client
        .query_one("select coalesce(max(number), 0) from migration", &[])?
        .get(0);
    for Migration {
        number,
        name,
        text,
        then,
    } in pending(done)?
    {
        let mut tx = client.transaction()?;
        tx.batch_execute(&spoken(text, Dialect::Postgres))?;
        tx.execute("insert into migration values ($1, $2)", &[number, name])?;
        let mut prepared = Prepared::new();
        let mut tx = Tx::postgres(tx, &mut prepared);
        if let Some(then) = then {
            then(&mut tx)?;
        }
        tx.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_is_spoken_in_both_dialects() {
        let text = "create table t (\nsqlite|    id integer primary key,\n\
                    postgres|    id bigint generated always as identity,\n    \
                    hash blob not null,\n    photo blob\n) without rowid;\n";
        assert_eq!(
            spoken(text, Dialect::Sqlite),
            "create table t (\n    id integer primary key,\n    hash blob not null,\n    \
             photo blob\n) without rowid;\n"
        );
        assert_eq!(
            spoken(text, Dialect::Postgres),
            "create table t (\n    id bigint generated always as identity,\n    \
             hash bytea not null,\n    photo bytea\n);\n"
        );
    }
}
