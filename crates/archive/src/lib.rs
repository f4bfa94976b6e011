//! Moving in and out: files of other systems, read into what a discussion is made of, and written.
//!
//! Each format has one reader, an iterator of [`Item`]s in the order of the file. A reader holds
//! one record at a time, so a file may be of any size; it decides nothing that needs two records.
//! What it cannot carry it says, with a line for each record. [`import`] then brings what was read
//! into the store.

mod csv;
mod fields;
mod format;
mod formats;
mod html;
mod input;
mod item;
mod json;
mod leaving;
mod links;
mod recognition;
mod source;
mod spill;
mod sql_dump;
mod tables;
mod when;
mod writer;
mod xml;
mod yaml;
mod zip;

pub use format::{Format, Items, Options, Start};
pub use formats::wordpress;
pub use input::Input;
pub use item::{Body, CommentItem, Item, ItemKind, PageItem, QuestionItem, Votes, Writer};
pub use leaving::{Leaving, Left, leave};
pub use recognition::{Recognised, by_word, recognise, words};
pub use source::plain_or_gzip;
pub use writer::{
    Effect, ImportError, Mapping, NotAMapping, Plan, Reached, Report, Totals, import,
};

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
    /// The database in the file cannot be read.
    #[error("the database in the file cannot be read")]
    Database(#[from] store::StoreError),
    /// The file is nothing that any format recognises.
    #[error("this is {looks_like}: nothing that comments can be read from")]
    Unknown {
        /// What it seems to be.
        looks_like: &'static str,
    },
    /// The file is broken beyond guessing.
    #[error("the file is broken near byte {at_byte}: {reason}")]
    Broken {
        /// Where, after unpacking.
        at_byte: u64,
        /// What the reader of its format says.
        reason: String,
    },
    /// The file stops too early, as an interrupted download does.
    #[error("the file ends in the middle of {element}")]
    CutOff {
        /// What was open.
        element: String,
    },
}
