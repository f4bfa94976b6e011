//! Values that go into statements and come out of rows.

use std::borrow::Cow;
use std::cell::Cell;
use std::error::Error;

use bytes::BytesMut;
use postgres::types::{IsNull, Type, to_sql_checked};
use rejoinder_core::word::{Vocabulary, Word};
use rejoinder_core::{
    AuthorId, CampaignId, CommentId, CorrectionId, EntryId, ErratumId, ImageId, ImportId, PageId,
    ProposalId, QuestionId, RecordingId, SiteId, Time,
};
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::database::error::StoreError;

/// A parameter of a statement. Every integer is 64 bits wide.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// A number, a time in microseconds, or an id.
    Int(i64),
    /// A text.
    Text(Cow<'a, str>),
    /// Bytes.
    Blob(Cow<'a, [u8]>),
}

/// The parameters of a statement, in the order of their numbers: `params![site, id, &text]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*] };
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(int) => ValueRef::Integer(*int),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(blob) => ValueRef::Blob(blob),
        }))
    }
}

impl postgres::types::ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(int) => int.to_sql_checked(ty, out),
            Self::Text(text) => text.as_ref().to_sql_checked(ty, out),
            Self::Blob(blob) => blob.as_ref().to_sql_checked(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl From<i64> for Value<'_> {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(storable(Cow::Borrowed(text)))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(storable(Cow::Owned(text)))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(storable(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::from(text.as_str())
    }
}

/// PostgreSQL has no NUL in any text. What stands for it is what stands for it in HTML and in Markdown, on
/// either database.
fn storable(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.contains('\0') {
        true => Cow::Owned(text.replace('\0', "\u{fffd}")),
        false => text,
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Blob(Cow::Borrowed(bytes))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Blob(Cow::Borrowed(bytes))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Blob(Cow::Borrowed(bytes))
    }
}

impl From<Time> for Value<'_> {
    fn from(time: Time) -> Self {
        Self::Int(time.micros())
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A row of an answer, read from its first column to its last.
pub struct Row<'a> {
    of: Columns<'a>,
    n_read: Cell<usize>,
}

enum Columns<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

impl<'a> Row<'a> {
    pub(super) const fn sqlite(row: &'a rusqlite::Row<'a>) -> Self {
        Self {
            of: Columns::Sqlite(row),
            n_read: Cell::new(0),
        }
    }

    pub(super) const fn postgres(row: &'a postgres::Row) -> Self {
        Self {
            of: Columns::Postgres(row),
            n_read: Cell::new(0),
        }
    }

    /// The value of the next column.
    pub fn next<T: Column>(&self) -> Result<T, StoreError> {
        let index = self.n_read.get();
        self.n_read.set(index + 1);
        match self.of {
            Columns::Sqlite(row) => T::from_sqlite(row, index).map_err(StoreError::from),
            Columns::Postgres(row) => T::from_postgres(row, index).map_err(StoreError::from),
        }
    }
}

/// What a column's value can be read as.
pub trait Column: Sized {
    /// Read it from SQLite.
    fn from_sqlite(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<Self>;
    /// Read it from PostgreSQL.
    fn from_postgres(row: &postgres::Row, index: usize) -> Result<Self, postgres::Error>;
}

macro_rules! plain_columns {
    ($($ty:ty),*) => { $(
        impl Column for $ty {
            fn from_sqlite(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<Self> {
                row.get(index)
            }
            fn from_postgres(row: &postgres::Row, index: usize) -> Result<Self, postgres::Error> {
                row.try_get(index)
            }
        }
    )* };
}

plain_columns!(
    i64,
    String,
    Vec<u8>,
    Option<i64>,
    Option<String>,
    Option<Vec<u8>>
);

impl<T: Vocabulary> Column for Word<T> {
    fn from_sqlite(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<Self> {
        String::from_sqlite(row, index).map(Self::from)
    }
    fn from_postgres(row: &postgres::Row, index: usize) -> Result<Self, postgres::Error> {
        String::from_postgres(row, index).map(Self::from)
    }
}

impl<T: Vocabulary> Column for Option<Word<T>> {
    fn from_sqlite(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<Self> {
        Ok(Option::<String>::from_sqlite(row, index)?.map(Word::from))
    }
    fn from_postgres(row: &postgres::Row, index: usize) -> Result<Self, postgres::Error> {
        Ok(Option::<String>::from_postgres(row, index)?.map(Word::from))
    }
}

macro_rules! number_columns {
    ($($ty:ty => $make:expr),* $(,)?) => { $(
        impl Column for $ty {
            fn from_sqlite(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<Self> {
                i64::from_sqlite(row, index).map($make)
            }
            fn from_postgres(row: &postgres::Row, index: usize) -> Result<Self, postgres::Error> {
                i64::from_postgres(row, index).map($make)
            }
        }
        impl Column for Option<$ty> {
            fn from_sqlite(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<Self> {
                Ok(Option::<i64>::from_sqlite(row, index)?.map($make))
            }
            fn from_postgres(row: &postgres::Row, index: usize) -> Result<Self, postgres::Error> {
                Ok(Option::<i64>::from_postgres(row, index)?.map($make))
            }
        }
    )* };
}

number_columns! {
    Time => Time::from_micros,
    SiteId => SiteId,
    PageId => PageId,
    AuthorId => AuthorId,
    CommentId => CommentId,
    CampaignId => CampaignId,
    EntryId => EntryId,
    CorrectionId => CorrectionId,
    ImageId => ImageId,
    ImportId => ImportId,
    QuestionId => QuestionId,
    ErratumId => ErratumId,
    ProposalId => ProposalId,
    RecordingId => RecordingId,
}

macro_rules! id_values {
    ($($ty:ty),*) => { $(
        impl From<$ty> for Value<'_> {
            fn from(id: $ty) -> Self {
                Self::Int(id.0)
            }
        }
    )* };
}

id_values!(
    SiteId,
    PageId,
    AuthorId,
    CampaignId,
    CommentId,
    CorrectionId,
    EntryId,
    ErratumId,
    ImageId,
    ImportId,
    ProposalId,
    QuestionId,
    RecordingId
);
