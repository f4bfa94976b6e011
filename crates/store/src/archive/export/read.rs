//! A file into an empty site.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, Read as _};
use std::sync::LazyLock;

use markup::RENDERER_VERSION;
use rejoinder_core::publication::audit::AuditChange;
use rejoinder_core::publication::origin;
use rejoinder_core::time::NotATime;
use rejoinder_core::{PageId, RecordingId, Settings, Site, SiteId, Time};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::tables::{EXPORTED, Holds, Table};
use super::{FORMAT, MAX_LINE_BYTES, value};
use crate::database::doctor;
use crate::database::error::StoreError;
use crate::database::sql::Sql;
use crate::discussion::mentions;
use crate::discussion::stored::kept;
use crate::identity::erasures;
use crate::jobs::{self, NewJob};
use crate::moderation::standing::counting;
use crate::publication::sites;
use crate::recordings::citing;
use crate::recordings::files::ReadRecording;
use crate::{Result, Tx, Value, params, sql};

/// How many rows of each table were taken.
pub type Taken = BTreeMap<&'static str, u64>;

/// Why nothing of a file was taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// The site has something of its own.
    #[error("the site is not empty: it has {0}; an export is read into a new site")]
    NotEmpty(&'static str),
    /// The file does not begin as an export does.
    #[error("the file is no export of Rejoinder")]
    NoExport,
    /// The file is of a newer version of the program.
    #[error(
        "the file has format {found}, this program reads up to {FORMAT}: run the newer version"
    )]
    TooNew {
        /// The file's format.
        found: i64,
    },
    /// A line is not as it should be.
    #[error("line {line}: {reason}")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// It was only to be tried, and all of it would have come.
    #[error("it was only tried")]
    OnlyTried(Taken),
    /// The file has no end.
    #[error(
        "the file ends behind line {n_lines}, before its end: it was written or copied only in part"
    )]
    CutOff {
        /// So many lines there are.
        n_lines: u64,
    },
    /// The database contradicted itself before anything was read, so that nothing can be told of the file.
    #[error(
        "the database is damaged already: it does not hold that {check} ({n_wrong} times); \
         see `rejoinder doctor`"
    )]
    DamagedBefore {
        /// What should hold.
        check: &'static str,
        /// How often it does not.
        n_wrong: i64,
    },
    /// The file contradicts itself.
    #[error("the file is damaged: it does not hold that {check} ({n_wrong} times)")]
    Damaged {
        /// What should hold.
        check: &'static str,
        /// How often it does not.
        n_wrong: i64,
    },
}

impl From<NotTaken> for StoreError {
    fn from(why: NotTaken) -> Self {
        Self::Internal(why.into())
    }
}

/// Each table by its name, with the statement that adds a row.
static INSERTS: LazyLock<HashMap<&'static str, (&'static Table, Sql)>> = LazyLock::new(|| {
    let with_statement =
        |table: &'static Table| (table.name, (table, Sql::new(insert(table).leak())));
    EXPORTED.iter().map(with_statement).collect()
});

/// Read the export `file` into `site`, all of it or nothing. Fails with [`NotTaken`].
///
/// The site gets the settings and origins of the file; the secret among the settings stays. `tell` hears
/// after each row how many lines there were.
///
/// Texts are rendered, and HTML sanitised, as if they had just been written: the file is trusted with
/// who wrote what, and with nothing that runs in a browser.
pub fn read(
    tx: &mut Tx<'_>,
    now: Time,
    site: &Site,
    file: &mut impl BufRead,
    mut tell: impl FnMut(u64),
) -> Result<Taken> {
    // Whoever gives the file may be slow.
    tx.may_wait()?;
    expect_empty(tx, site.id)?;
    let mut lines = Lines { file, n_read: 0 };
    let start = lines.next()?.ok_or(NotTaken::NoExport)?;
    match start.get("rejoinder").and_then(Json::as_i64) {
        None => return Err(NotTaken::NoExport.into()),
        Some(1..=FORMAT) => {}
        Some(found) => return Err(NotTaken::TooNew { found }.into()),
    }
    if let Some(doctor::Finding { check, n_wrong, .. }) = doctor::check(tx)?.into_iter().next() {
        return Err(NotTaken::DamagedBefore { check, n_wrong }.into());
    }
    let mut taken = Taken::new();
    loop {
        let line = lines.next()?.ok_or(NotTaken::CutOff {
            n_lines: lines.n_read,
        })?;
        if let Some(end) = line.get("end") {
            expect_end(&mut lines, end, &taken)?;
            break;
        }
        let wrong = |reason: String| NotTaken::Line {
            line: lines.n_read,
            reason,
        };
        let mut tables = line.into_iter();
        let (Some((name, Json::Object(fields))), None) = (tables.next(), tables.next()) else {
            return Err(wrong("not an object with one object in it".to_owned()).into());
        };
        if name == "site" {
            set_up(tx, site, fields).map_err(|error| wrong(error.to_string()))?;
            continue;
        }
        let Some((table, insert)) = INSERTS.get(name.as_str()) else {
            return Err(wrong(format!("nothing here is called {name}")).into());
        };
        let row = row(table, site.id, fields).map_err(wrong)?;
        tx.execute(insert, &row).map_err(|error| match error {
            StoreError::Constraint { name } => wrong(format!("it contradicts {name}")).into(),
            error => error,
        })?;
        *taken.entry(table.name).or_default() += 1;
        tell(lines.n_read);
    }
    counting::count_all(tx, site.id)?;
    ask_for_what_follows(tx, now, site.id)?;
    match doctor::check(tx)?.into_iter().next() {
        Some(doctor::Finding { check, n_wrong, .. }) => {
            Err(NotTaken::Damaged { check, n_wrong }.into())
        }
        None => Ok(taken),
    }
}

/// People may be there: whoever reads the file was let in. So may what was said of them in the log.
fn expect_empty(tx: &mut Tx<'_>, site: SiteId) -> Result<()> {
    let has: Option<&'static str> = tx
        .one(
            sql!(
                "select (select count(*) from page where site_id = ?1),
                     (select count(*) from campaign where site_id = ?1),
                     (select count(*) from word where site_id = ?1)"
            ),
            params![site],
            |row| {
                let counts: [i64; 3] = [row.next()?, row.next()?, row.next()?];
                let mut named = counts.into_iter().zip(["pages", "campaigns", "word lists"]);
                Ok(named.find(|(n, _)| *n > 0).map(|(_, name)| name))
            },
        )?
        .flatten();
    match has {
        Some(what) => Err(NotTaken::NotEmpty(what).into()),
        None => Ok(()),
    }
}

/// The end says how many rows there were, and nothing follows it.
fn expect_end(lines: &mut Lines<'_, impl BufRead>, end: &Json, taken: &Taken) -> Result<()> {
    let line = lines.n_read;
    let wrong = |reason: String| NotTaken::Line { line, reason };
    let n_rows: u64 = taken.values().sum();
    if end.as_u64() != Some(n_rows) {
        return Err(wrong(format!("it ends after {end} rows, and there were {n_rows}")).into());
    }
    match lines.next()? {
        Some(_) => Err(wrong("something stands behind the end".to_owned()).into()),
        None => Ok(()),
    }
}

/// What the file says of the site itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    origins: Vec<String>,
    settings: Settings,
    created_at: String,
}

fn set_up(tx: &mut Tx<'_>, site: &Site, fields: Map<String, Json>) -> Result<()> {
    let about: About = serde_json::from_value(fields.into())
        .map_err(|error| StoreError::Internal(error.into()))?;
    let origins = origin::parse_origins(&about.origins.join(" "))?;
    let settings = Settings {
        external_key: site.settings.external_key.clone(),
        ..about.settings
    };
    let created_at: Time = about
        .created_at
        .parse()
        .map_err(|error: NotATime| StoreError::Internal(error.into()))?;
    // That the site was added is said by the file, of when it really was.
    tx.execute(
        sql!("delete from audit where site_id = ?1 and change = ?2"),
        params![site.id, AuditChange::SiteAdded.as_str()],
    )?;
    sites::save_settings(tx, site.id, &settings)?;
    sites::set_origins(tx, site.id, &origins)?;
    tx.execute(
        sql!("update site set created_at = ?2 where id = ?1"),
        params![site.id, created_at],
    )?;
    Ok(())
}

/// Counts that older files do not have: there was nothing to count.
const YOUNGER: [(&str, &str); 1] = [("comment", "liked")];

/// The values of a row in the order of its columns, or what is wrong with them.
fn row(
    table: &Table,
    site: SiteId,
    mut fields: Map<String, Json>,
) -> std::result::Result<Vec<Value<'static>>, String> {
    let mut values = vec![Value::from(site)];
    let mut rendered = None;
    for column in table.columns {
        let given = fields.remove(column.name);
        let given = match YOUNGER.contains(&(table.name, column.name)) {
            true => given.unwrap_or_else(|| 0.into()),
            false => given.unwrap_or_default(),
        };
        if column.holds == Holds::Rendered {
            rendered = Some((values.len(), given));
            values.push(Value::Null);
            continue;
        }
        let stored = value::stored(given, column.holds);
        values.push(stored.map_err(|expected| format!("{} must be {expected}", column.name))?);
    }
    if let Some(unknown) = fields.keys().next() {
        return Err(format!("{} has no {unknown}", table.name));
    }
    if let Some((at, given)) = rendered {
        values[at] = render(table, &values, given)?;
        values.push(Value::Int(RENDERER_VERSION));
    }
    Ok(values)
}

/// What is kept of what a text looks like: what was HTML is made harmless, all else is made from the text.
fn render(
    table: &Table,
    values: &[Value<'_>],
    given: Json,
) -> std::result::Result<Value<'static>, String> {
    let text = table.columns.iter().zip(&values[1..]);
    let text = text.into_iter().find(|(column, _)| column.name == "text");
    let text = match text {
        Some((_, Value::Text(text))) => Some(text.as_ref()),
        _ => None,
    };
    let html = match (given, text) {
        (Json::Null, Some(text)) => markup::render(text).html,
        (Json::String(html), _) => markup::sanitise(&html),
        _ => return Err("html must be a text, or left out beside a text".to_owned()),
    };
    let kept = kept(text.unwrap_or_default(), &html);
    Ok(Value::from(kept.map(Cow::into_owned)))
}

/// What a row needs that no row says: work that was under way when the file was written.
fn ask_for_what_follows(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    let pages: Vec<PageId> = tx.all(
        sql!("select distinct page_id from recording where site_id = ?1 order by page_id"),
        params![site],
        |row| row.next(),
    )?;
    for page in pages {
        citing::want(tx, now, site, page)?;
    }
    let waiting: Vec<RecordingId> = tx.all(
        sql!("select id from recording where site_id = ?1 and state = 'waiting'"),
        params![site],
        |row| row.next(),
    )?;
    for id in waiting {
        jobs::add(tx, now, &NewJob::new(site, &ReadRecording::of(id), now)?)?;
    }
    mentions::link_all(tx, site)?;
    erasures::ask_again(tx, now, site)
}

/// The lines of a file, as objects.
struct Lines<'f, F> {
    file: &'f mut F,
    n_read: u64,
}

impl<F: BufRead> Lines<'_, F> {
    fn next(&mut self) -> Result<Option<Map<String, Json>>> {
        let mut line = Vec::new();
        let most = MAX_LINE_BYTES as u64 + 1;
        let read = self.file.by_ref().take(most).read_until(b'\n', &mut line);
        read.map_err(|error: io::Error| StoreError::Internal(error.into()))?;
        if line.is_empty() {
            return Ok(None);
        }
        self.n_read += 1;
        let wrong = |reason: String| NotTaken::Line {
            line: self.n_read,
            reason,
        };
        if line.len() > MAX_LINE_BYTES {
            return Err(wrong(format!("longer than {MAX_LINE_BYTES} bytes")).into());
        }
        match serde_json::from_slice(&line) {
            Ok(object) => Ok(Some(object)),
            Err(_) if self.n_read == 1 => Err(NotTaken::NoExport.into()),
            Err(error) => Err(wrong(error.to_string()).into()),
        }
    }
}

fn insert(table: &Table) -> String {
    let mut columns = vec!["site_id"];
    columns.extend(table.columns.iter().map(|column| column.name));
    if table.columns.iter().any(|it| it.holds == Holds::Rendered) {
        columns.push("renderer");
    }
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
    format!(
        "insert into {} ({}) values ({})",
        table.name,
        columns.join(", "),
        places.join(", ")
    )
}
