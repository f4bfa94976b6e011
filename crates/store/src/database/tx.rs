//! The seam: one transaction, on either database.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use postgres::binary_copy::BinaryCopyInWriter;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::{ToSql, Type};
use rejoinder_core::discussion::event::Event;
use rejoinder_core::moderation::AuthorRecord;
use rejoinder_core::{AuthorId, PageId, PageKey, SiteId};
use rusqlite::OptionalExtension as _;

use crate::database::error::StoreError;
use crate::database::seals::Seals;
use crate::database::sql::{Dialect, Sql};
use crate::database::value::{Row, Value};

/// A page changed; whoever keeps something made of it must look again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The page's site.
    pub site: SiteId,
    /// The page.
    pub page: PageId,
    /// What the page is known by.
    pub key: PageKey,
    /// The page's version after the change.
    pub version: i64,
    /// Whether something has to vanish from public view at once.
    pub urgent: bool,
    /// Whether it was made through this store, and not only heard of.
    pub is_own: bool,
}

/// Prepared statements of one PostgreSQL connection, by the address of their [`Sql`].
#[derive(Default)]
pub(crate) struct Prepared {
    /// None where the next transaction may be on another connection, which knows none of them.
    kept: Option<HashMap<usize, postgres::Statement>>,
}

impl Prepared {
    /// None yet; whether they are kept from one transaction to the next.
    pub(crate) fn new(is_kept: bool) -> Self {
        Self {
            kept: is_kept.then(HashMap::new),
        }
    }

    /// The statement, ready to run; none where it is sent with its parameters each time.
    fn statement(
        &mut self,
        tx: &mut postgres::Transaction<'_>,
        sql: &'static Sql,
    ) -> Result<Option<postgres::Statement>, StoreError> {
        let Some(kept) = &mut self.kept else {
            return Ok(None);
        };
        let key = std::ptr::from_ref(sql) as usize;
        if let Some(statement) = kept.get(&key) {
            return Ok(Some(statement.clone()));
        }
        let statement = tx.prepare(sql.text(Dialect::Postgres))?;
        kept.insert(key, statement.clone());
        Ok(Some(statement))
    }
}

/// Rows that are added to a table, many at once: some by each statement on SQLite, which opens all indexes of
/// the table for each, and by `copy` on PostgreSQL, where each statement is a message there and back.
pub(crate) struct Bulk<const N: usize> {
    /// Adds one row; its values are parameters, in the order of their numbers.
    pub(crate) insert: fn() -> &'static Sql,
    /// Takes many, with the same columns in the same order.
    pub(crate) copy: &'static str,
    /// What the columns hold.
    pub(crate) types: [Type; N],
}

/// How many rows one statement of SQLite adds.
const ROWS_OF_STATEMENT: usize = 50;

/// How many rows of a long answer come from PostgreSQL at once.
const ROWS_AT_ONCE: i32 = 1_000;

/// A transaction. Operations take it first, and neither begin nor commit, so that they compose.
pub struct Tx<'a> {
    on: On<'a>,
    changes: Vec<Change>,
    events: Vec<Event>,
    counted: RecordChanges,
    erases: bool,
    seals: Option<Arc<Seals>>,
}

/// How what became of authors' comments changes, in the order in which their rows are locked.
pub(crate) type RecordChanges = BTreeMap<(SiteId, AuthorId), AuthorRecord>;

enum On<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres {
        tx: postgres::Transaction<'a>,
        prepared: &'a mut Prepared,
    },
}

impl<'a> Tx<'a> {
    pub(crate) const fn sqlite(connection: &'a rusqlite::Connection) -> Self {
        Self {
            on: On::Sqlite(connection),
            changes: Vec::new(),
            events: Vec::new(),
            counted: RecordChanges::new(),
            erases: false,
            seals: None,
        }
    }

    pub(crate) const fn postgres(
        tx: postgres::Transaction<'a>,
        prepared: &'a mut Prepared,
    ) -> Self {
        Self {
            on: On::Postgres { tx, prepared },
            changes: Vec::new(),
            events: Vec::new(),
            counted: RecordChanges::new(),
            erases: false,
            seals: None,
        }
    }

    /// With the keys of what is sealed.
    pub(crate) fn sealed_by(self, seals: &Arc<Seals>) -> Self {
        Self {
            seals: Some(Arc::clone(seals)),
            ..self
        }
    }

    /// The keys of what is sealed; none where the transaction was given none.
    pub(crate) fn seals(&self) -> &Seals {
        static NONE: Seals = Seals::none();
        self.seals.as_deref().unwrap_or(&NONE)
    }

    /// A text, sealed.
    pub(crate) fn seal_text(&self, place: &str, plain: &str) -> Result<String, StoreError> {
        let sealed = self.seals().seal(place, plain.as_bytes())?;
        String::from_utf8(sealed).map_err(|error| StoreError::Internal(error.into()))
    }

    /// A text that was sealed; nothing where no key opens it.
    pub(crate) fn unseal_text(&self, place: &str, stored: &str) -> Option<String> {
        let plain = self.seals().unseal(place, stored.as_bytes())?;
        String::from_utf8(plain).ok()
    }

    /// Which database this is.
    pub const fn dialect(&self) -> Dialect {
        match self.on {
            On::Sqlite(_) => Dialect::Sqlite,
            On::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// The connection, where it is one of SQLite.
    pub(crate) const fn on_sqlite(&self) -> Option<&rusqlite::Connection> {
        match self.on {
            On::Sqlite(connection) => Some(connection),
            On::Postgres { .. } => None,
        }
    }

    /// Fail where nothing can be written. On SQLite a transaction that writes begins only where it can.
    pub(crate) fn expect_writable(&mut self) -> Result<(), StoreError> {
        match &mut self.on {
            On::Sqlite(_) => Ok(()),
            On::Postgres { tx, .. } => expect_writable(tx),
        }
    }

    /// Run a statement; how many rows it changed.
    pub fn execute(&mut self, sql: &'static Sql, params: &[Value<'_>]) -> Result<u64, StoreError> {
        match &mut self.on {
            On::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql.text(Dialect::Sqlite))?;
                Ok(statement.execute(rusqlite::params_from_iter(params))? as u64)
            }
            On::Postgres { tx, prepared } => Ok(match prepared.statement(tx, sql)? {
                Some(statement) => tx.execute(&statement, &as_postgres(params))?,
                None => tx.execute_typed(sql.text(Dialect::Postgres), &as_typed(params))?,
            }),
        }
    }

    /// Add rows that are not there yet. One that another transaction has added meanwhile is a collision: by
    /// then it can be seen.
    pub(crate) fn insert_all<'v, const N: usize>(
        &mut self,
        bulk: &'static Bulk<N>,
        rows: impl Iterator<Item = [Value<'v>; N]>,
    ) -> Result<(), StoreError> {
        match &mut self.on {
            On::Sqlite(connection) => insert_many(connection, bulk, rows),
            On::Postgres { tx, .. } => {
                let mut rows = rows.peekable();
                if rows.peek().is_none() {
                    return Ok(());
                }
                let into = tx.copy_in(bulk.copy)?;
                let mut writer = BinaryCopyInWriter::new(into, &bulk.types);
                for row in rows {
                    writer.write(&as_postgres(&row))?;
                }
                writer.finish().map(drop).map_err(|error| {
                    let is_there = error.code() == Some(&SqlState::UNIQUE_VIOLATION);
                    if is_there {
                        StoreError::Collision
                    } else {
                        error.into()
                    }
                })
            }
        }
    }

    /// The only row of an answer, if there is one.
    pub fn one<T>(
        &mut self,
        sql: &'static Sql,
        params: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match &mut self.on {
            On::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql.text(Dialect::Sqlite))?;
                let found = statement
                    .query_row(rusqlite::params_from_iter(params), |row| {
                        Ok(read(&Row::sqlite(row)))
                    })
                    .optional()?;
                found.transpose()
            }
            On::Postgres { tx, prepared } => {
                let found = match prepared.statement(tx, sql)? {
                    Some(statement) => tx.query_opt(&statement, &as_postgres(params))?,
                    None => tx.query_typed_opt(sql.text(Dialect::Postgres), &as_typed(params))?,
                };
                found.map(|row| read(&Row::postgres(&row))).transpose()
            }
        }
    }

    /// All rows of an answer.
    pub fn all<T>(
        &mut self,
        sql: &'static Sql,
        params: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        match &mut self.on {
            On::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql.text(Dialect::Sqlite))?;
                let mut rows = statement.query(rusqlite::params_from_iter(params))?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.push(read(&Row::sqlite(row))?);
                }
                Ok(found)
            }
            On::Postgres { tx, prepared } => {
                let rows = match prepared.statement(tx, sql)? {
                    Some(statement) => tx.query(&statement, &as_postgres(params))?,
                    None => tx.query_typed(sql.text(Dialect::Postgres), &as_typed(params))?,
                };
                rows.iter().map(|row| read(&Row::postgres(row))).collect()
            }
        }
    }

    /// Hand each row of an answer to `visit` as it comes, so that an answer may be larger than memory.
    pub fn each(
        &mut self,
        sql: &'static Sql,
        params: &[Value<'_>],
        mut visit: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match &mut self.on {
            On::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql.text(Dialect::Sqlite))?;
                let mut rows = statement.query(rusqlite::params_from_iter(params))?;
                while let Some(row) = rows.next()? {
                    visit(&Row::sqlite(row))?;
                }
            }
            On::Postgres { tx, prepared } => {
                let Some(statement) = prepared.statement(tx, sql)? else {
                    let text = sql.text(Dialect::Postgres);
                    let mut rows = tx.query_typed_raw(text, as_typed(params))?;
                    while let Some(row) = rows.next()? {
                        visit(&Row::postgres(&row))?;
                    }
                    return Ok(());
                };
                let portal = tx.bind(&statement, &as_postgres(params))?;
                loop {
                    let rows = tx.query_portal(&portal, ROWS_AT_ONCE)?;
                    for row in &rows {
                        visit(&Row::postgres(row))?;
                    }
                    if rows.len() < ROWS_AT_ONCE as usize {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Let this transaction wait between its statements for what it reads from or writes to. Without it
    /// the server ends one that is idle for seconds, since it may hold what others wait for.
    pub(crate) fn may_wait(&mut self) -> Result<(), StoreError> {
        match &mut self.on {
            On::Sqlite(_) => Ok(()),
            On::Postgres { tx, .. } => {
                Ok(tx.batch_execute(
                    "set local idle_in_transaction_session_timeout = 0; set local statement_timeout = 0",
                )?)
            }
        }
    }

    /// Run a script of several statements without parameters, as in migrations.
    pub fn batch(&mut self, script: &str) -> Result<(), StoreError> {
        match &mut self.on {
            On::Sqlite(connection) => Ok(connection.execute_batch(script)?),
            On::Postgres { tx, .. } => Ok(tx.batch_execute(script)?),
        }
    }

    /// Do `work` whole or not at all, while the rest of the transaction goes on: what was begun before a
    /// refusal is taken back, and so is what was said of changed pages and of events.
    pub fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let (n_changes, n_events, erases) = (self.changes.len(), self.events.len(), self.erases);
        let counted = self.counted.clone();
        self.batch("savepoint attempt")?;
        let done = work(self);
        match &done {
            Ok(_) => {}
            Err(StoreError::Refused(_)) => {
                self.batch("rollback to savepoint attempt")?;
                self.changes.truncate(n_changes);
                self.events.truncate(n_events);
                self.counted = counted;
                self.erases = erases;
            }
            // The whole transaction is given up.
            Err(_) => return done,
        }
        self.batch("release savepoint attempt")?;
        done
    }

    /// Say that a page changed, for those who hear of it after the commit.
    pub fn touch(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Say that an event was appended, for what follows from it.
    pub(crate) fn happened(&mut self, event: Event) {
        self.events.push(event);
    }

    /// The events whose effects are not done yet.
    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Say how what became of an author's comments changes: it is written to the author's row at the end.
    pub(crate) fn count_for(&mut self, site: SiteId, author: AuthorId, change: AuthorRecord) {
        *self.counted.entry((site, author)).or_default() += change;
    }

    /// What was said so of an author and is not written yet.
    pub(crate) fn counted_for(&self, site: SiteId, author: AuthorId) -> AuthorRecord {
        self.counted
            .get(&(site, author))
            .copied()
            .unwrap_or_default()
    }

    /// For how many authors that was said.
    pub(crate) fn n_counted(&self) -> usize {
        self.counted.len()
    }

    /// All that was said so and is not written yet.
    pub(crate) fn take_counted(&mut self) -> RecordChanges {
        std::mem::take(&mut self.counted)
    }

    /// Say that this takes something away that must not stay in any file of the database, and not only
    /// where no statement finds it.
    pub(crate) const fn erase(&mut self) {
        self.erases = true;
    }

    /// Whether the transaction said so.
    pub(crate) const fn erases(&self) -> bool {
        self.erases
    }

    pub(crate) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Commit, where the transaction is its own; on SQLite the writer commits the batch.
    pub(crate) fn commit(self) -> Result<Vec<Change>, StoreError> {
        if let On::Postgres { tx, .. } = self.on {
            tx.commit()?;
        }
        Ok(self.changes)
    }
}

/// Add rows, as many by each statement as it takes, and the rest one by one.
fn insert_many<'v, const N: usize>(
    connection: &rusqlite::Connection,
    bulk: &'static Bulk<N>,
    rows: impl Iterator<Item = [Value<'v>; N]>,
) -> Result<(), StoreError> {
    let one = (bulk.insert)().text(Dialect::Sqlite);
    let many = with_rows(one, N);
    let mut waiting = Vec::with_capacity(ROWS_OF_STATEMENT);
    for row in rows {
        waiting.push(row);
        if waiting.len() == ROWS_OF_STATEMENT {
            let mut statement = connection.prepare_cached(&many)?;
            statement.execute(rusqlite::params_from_iter(waiting.iter().flatten()))?;
            waiting.clear();
        }
    }
    let mut statement = connection.prepare_cached(one)?;
    for row in &waiting {
        statement.execute(rusqlite::params_from_iter(row))?;
    }
    Ok(())
}

/// The statement that adds one row, for [`ROWS_OF_STATEMENT`] of them. Where one cannot be added, the whole
/// transaction is undone: else SQLite keeps what each page was before the statement.
fn with_rows(one: &str, n_columns: usize) -> String {
    let into = one.split_once("values").map_or(one, |(into, _)| into);
    let into = into.replacen("insert into", "insert or rollback into", 1);
    let row = format!("({})", vec!["?"; n_columns].join(", "));
    format!("{into}values {}", vec![row; ROWS_OF_STATEMENT].join(", "))
}

fn as_postgres<'v>(params: &'v [Value<'_>]) -> Vec<&'v (dyn ToSql + Sync)> {
    let values = params.iter();
    values.map(|value| value as &(dyn ToSql + Sync)).collect()
}

/// Parameters with what they are, for a statement that is not prepared. Of a value that is none, the server
/// finds out by itself.
fn as_typed<'v>(params: &'v [Value<'_>]) -> Vec<(&'v (dyn ToSql + Sync), Type)> {
    let typed = params.iter().map(|value| {
        let kind = match value {
            Value::Null => Type::UNKNOWN,
            Value::Int(_) => Type::INT8,
            Value::Text(_) => Type::TEXT,
            Value::Blob(_) => Type::BYTEA,
        };
        (value as &(dyn ToSql + Sync), kind)
    });
    typed.collect()
}

/// Refuse a database that takes no writes.
pub(crate) fn expect_writable(client: &mut impl postgres::GenericClient) -> Result<(), StoreError> {
    let is_read_only: String = client.query_one("show transaction_read_only", &[])?.get(0);
    if is_read_only == "off" {
        return Ok(());
    }
    Err(StoreError::Unavailable(
        "it can only be read: it is a standby, or default_transaction_read_only is on; name the \
         one that takes writes, or set it to off"
            .to_owned(),
    ))
}
