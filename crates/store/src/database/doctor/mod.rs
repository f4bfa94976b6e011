//! Whether what is stored is what it should be: that it can be read at all, counts against recounts, links
//! against what they point to, versions against events.

mod computed;
mod readable;
mod rules;
mod schema;

pub(super) use computed::{miscounted_likes, unlisted_origins};

use std::path::Path;

use postgres::IsolationLevel;
use rejoinder_core::SiteId;
use rusqlite::{Connection, OpenFlags};

use crate::database::migrations;
use crate::database::tls::Address;
use crate::database::tx::Prepared;
use crate::{Location, Reach, Result, StoreError, Tx, params, sql};

/// So many of the rows that break a rule are named.
const MAX_NAMED: usize = 5;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What should be so.
    pub check: &'static str,
    /// How many are wrong.
    pub n_wrong: i64,
    /// Some of them, as one who looks for them would call them: `comment 17 of news.example`.
    pub named: Vec<String>,
}

/// A row by what the doctor finds it by.
type Key = (SiteId, i64);

/// Look at everything in the database at `location`, and change nothing. A schema that is older than this
/// program is refused, as is a database that is not there.
pub fn examine(location: &Location, reach: &Reach) -> Result<Vec<Finding>> {
    match location {
        Location::Sqlite(path) => on_sqlite(path),
        Location::Postgres(url) => on_postgres(reach.direct.as_ref().unwrap_or(url), reach),
    }
}

fn on_sqlite(path: &Path) -> Result<Vec<Finding>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute_batch("begin")?;
    let mut tx = Tx::sqlite(&connection);
    let damage = damage(&mut tx)?;
    if !damage.is_empty() {
        return Ok(damage);
    }
    migrations::expect_newest(migrations::done_on_sqlite(&connection)?)?;
    examined(&mut tx)
}

/// The client brings a runtime of its own and must not meet another, so it runs on a thread of its own.
fn on_postgres(url: &str, reach: &Reach) -> Result<Vec<Finding>> {
    let address = Address::parse(url, &reach.timeouts)?;
    let look = move || {
        let mut client = address.connect()?;
        migrations::expect_newest(migrations::done_on_postgres(&mut client)?)?;
        let mut prepared = Prepared::default();
        let moment = client
            .build_transaction()
            .read_only(true)
            .isolation_level(IsolationLevel::RepeatableRead);
        examined(&mut Tx::postgres(moment.start()?, &mut prepared))
    };
    let looked = std::thread::spawn(look).join();
    looked.unwrap_or_else(|_| Err(StoreError::Internal("the doctor panicked".into())))
}

/// What is damaged so that nothing else can be asked or trusted: the file itself.
pub(crate) fn damage(tx: &mut Tx<'_>) -> Result<Vec<Finding>> {
    schema::broken_file(tx).map(|found| found.into_iter().collect())
}

/// The schema and the rows. Without all of its tables nothing more can be asked.
fn examined(tx: &mut Tx<'_>) -> Result<Vec<Finding>> {
    let missing = schema::missing(tx)?;
    if !missing.is_empty() {
        return Ok(missing);
    }
    let mut findings = schema::strays(tx)?;
    findings.extend(check(tx)?);
    Ok(findings)
}

/// Whether the rows keep their rules; nothing found means that all is well. What cannot be read comes first:
/// of the rest nothing can be told then.
pub fn check(tx: &mut Tx<'_>) -> Result<Vec<Finding>> {
    let mut findings = readable::unreadable(tx)?;
    if !findings.is_empty() {
        return Ok(findings);
    }
    findings.extend(rules::broken(tx)?);
    findings.extend(computed::wrong_ranks(tx)?);
    findings.extend(computed::wrong_answers(tx)?);
    findings.extend(computed::wrong_agreements(tx)?);
    findings.extend(computed::wrong_likes(tx)?);
    findings.extend(computed::wrong_origins(tx)?);
    Ok(findings)
}

/// What is found where rows of `kind` are wrong: all of them, or the first ones of `n_wrong`.
fn finding(
    tx: &mut Tx<'_>,
    check: &'static str,
    kind: &str,
    n_wrong: i64,
    rows: &[Key],
) -> Result<Option<Finding>> {
    let first = rows.iter().take(MAX_NAMED);
    let named = first
        .map(|(site, id)| {
            let host = host(tx, *site)?;
            Ok(format!("{kind} {id} of {host}"))
        })
        .collect::<Result<_>>()?;
    Ok((n_wrong > 0).then_some(Finding {
        check,
        n_wrong,
        named,
    }))
}

/// The same where all wrong rows are known.
fn finding_of(
    tx: &mut Tx<'_>,
    check: &'static str,
    kind: &str,
    rows: &[Key],
) -> Result<Option<Finding>> {
    let n_wrong = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    finding(tx, check, kind, n_wrong, rows)
}

fn host(tx: &mut Tx<'_>, site: SiteId) -> Result<String> {
    let host: Option<String> = tx.one(
        sql!("select host from site where id = ?1"),
        params![site],
        |row| row.next(),
    )?;
    Ok(host.unwrap_or_else(|| format!("site {}, which is not there", site.0)))
}
