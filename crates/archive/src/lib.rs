//! Moving in: files of other systems, read into what a discussion is made of.
//!
//! Each format has one reader, an iterator of [`Item`]s in the order of the file. A reader holds
//! one record at a time, so a file may be of any size; it decides nothing that needs two records.
//! What it cannot carry it says, with a line for each record. [`import`] then brings what was read
//! into the store.

mod item;
mod source;
pub mod wordpress;
mod writer;
mod xml;

pub use item::{CommentItem, Item, Kind, PageItem, Votes, Writer};
pub use source::plain_or_gzip;
pub use writer::{Effect, ImportError, Mapping, NotAMapping, Plan, Report, Totals, import};

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file, or what it is compressed with, does not give its bytes.
    #[error("the file cannot be read")]
    Io(#[from] std::io::Error),
    /// The file is something else.
    #[error("this is not {expected}")]
    WrongFormat {
        /// What was asked for.
        expected: &'static str,
    },
    /// The XML is broken beyond guessing.
    #[error("the file is broken near byte {at_byte}: {reason}")]
    Broken {
        /// Where, after unpacking.
        at_byte: u64,
        /// What the XML reader says.
        reason: String,
    },
    /// The file stops too early, as an interrupted download does.
    #[error("the file ends in the middle of <{element}>")]
    CutOff {
        /// What was open.
        element: String,
    },
}
