//! What every format has in common.

use std::collections::{HashSet, VecDeque};

use serde_json::Value;

use crate::ReadError;
use crate::fields::Fields;
use crate::input::Input;
use crate::item::{CommentItem, Item, PageItem};
use crate::json::{Record, Records};

/// What comes out of files, in an order in which a page stands before its comments.
pub type Items = Box<dyn Iterator<Item = Result<Item, ReadError>> + Send>;

/// A format that comments can come in.
///
/// A reader holds one record at a time, so a file may be of any size; it decides nothing that needs
/// two records, and says what it cannot carry.
pub trait Format: Sync {
    /// The word for it at the command line, which with its ids names each record for ever.
    fn word(&self) -> &'static str;

    /// What people call such a file: `a Disqus export`.
    fn name(&self) -> &'static str;

    /// Whether a file is one, by its start.
    fn recognises(&self, start: &Start) -> bool;

    /// Reads what is in `files`.
    fn read(&self, files: Vec<Input>, options: Options) -> Result<Items, ReadError>;
}

/// What to take along that is usually left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Pingbacks, trackbacks and other mentions.
    pub mentions: bool,
    /// Reviews of products.
    pub reviews: bool,
}

/// The start of a file, unpacked.
#[derive(Debug)]
pub struct Start {
    /// The file's name, with the folders it was found in.
    pub name: String,
    /// Its first bytes.
    pub bytes: Vec<u8>,
}

impl Start {
    /// The start of `file`.
    pub fn of(file: &Input) -> Self {
        Self {
            name: file.name.clone(),
            bytes: file.start(),
        }
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        let text = text.as_bytes();
        self.bytes.windows(text.len()).any(|bytes| bytes == text)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Whether `test` says yes to any JSON object in the start, where [`Start::first`] looks.
    pub(crate) fn any(
        &self,
        wrappers: &'static [&'static str],
        test: impl Fn(&Fields) -> bool,
    ) -> bool {
        let records = Records::new(&self.bytes[..], wrappers).map_while(Result::ok);
        let mut objects = records.filter_map(|record| record.value.ok().and_then(Fields::of_json));
        self.first(wrappers).is_some() && objects.any(|fields| test(&fields))
    }

    /// The first JSON object in an array, beside others, or in one of `wrappers`, with its path.
    pub(crate) fn first(&self, wrappers: &'static [&'static str]) -> Option<(String, Fields)> {
        let is_json = self.bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        if !is_json.is_some_and(|byte| matches!(byte, b'{' | b'[' | b'#' | 0xef | b'`')) {
            return None;
        }
        let mut records = Records::new(&self.bytes[..], wrappers).map_while(Result::ok);
        records.find_map(|record| {
            let fields = record.value.ok().and_then(Fields::of_json)?;
            Some((record.path, fields))
        })
    }
}

/// Gathers what one record becomes.
#[derive(Debug, Default)]
pub(crate) struct Out {
    ready: VecDeque<Item>,
    pages: HashSet<String>,
}

impl Out {
    /// A page, unless one with its id was there before.
    pub(crate) fn page(&mut self, page: PageItem) {
        if self.pages.insert(page.source_id.clone()) {
            self.ready.push_back(Item::Page(page));
        }
    }

    /// A page that is known by its address, path or key alone, and whose title may be known.
    pub(crate) fn page_at(&mut self, url: &str, title: &str) {
        if self.pages.contains(url) {
            return;
        }
        self.page(PageItem {
            source_id: url.to_owned(),
            url: url.to_owned(),
            title: title.to_owned(),
            public: true,
            ..PageItem::default()
        });
    }

    /// A comment, and what of `fields` has no place in it.
    pub(crate) fn comment(&mut self, comment: CommentItem, fields: &Fields) {
        let left_over = fields.left_over();
        let record = (!left_over.is_empty()).then(|| record(&comment.source_id));
        self.ready.push_back(Item::Comment(Box::new(comment)));
        if let Some(record) = record {
            self.without(record, left_over);
        }
    }

    pub(crate) fn without(&mut self, record: String, fields: impl IntoIterator<Item = String>) {
        let fields: Vec<String> = fields.into_iter().collect();
        if !fields.is_empty() {
            let fields = fields.join(", ");
            self.ready.push_back(Item::Without { record, fields });
        }
    }

    pub(crate) fn dropped(&mut self, record: String, reason: impl Into<String>) {
        let reason = reason.into();
        self.ready.push_back(Item::Dropped { record, reason });
    }

    pub(crate) fn note(&mut self, record: String, reason: impl Into<String>) {
        let reason = reason.into();
        self.ready.push_back(Item::Note { record, reason });
    }

    /// Takes the next thing that is ready.
    pub(crate) fn next(&mut self) -> Option<Item> {
        self.ready.pop_front()
    }
}

/// What the report calls a comment.
pub(crate) fn record(id: &str) -> String {
    format!("comment {id}")
}

/// Turns what a source gives into items, one record at a time.
pub(crate) fn items<T: 'static>(
    source: impl Iterator<Item = Result<T, ReadError>> + Send + 'static,
    mut shape: impl FnMut(T, &mut Out) + Send + 'static,
) -> Items {
    let mut source = source;
    let mut out = Out::default();
    Box::new(std::iter::from_fn(move || {
        loop {
            if let Some(item) = out.next() {
                return Some(Ok(item));
            }
            match source.next()? {
                Ok(record) => shape(record, &mut out),
                Err(error) => return Some(Err(error)),
            }
        }
    }))
}

/// A JSON record of a file.
#[derive(Debug)]
pub(crate) struct JsonRecord {
    /// Where it stands, as [`Records`] says it.
    pub(crate) path: String,
    /// Where it stands, for people.
    pub(crate) at: String,
    /// What stands there.
    pub(crate) value: Value,
}

/// Turns the JSON records of `files` into items; what is no JSON is left out with a line.
pub(crate) fn json_items(
    files: Vec<Input>,
    wrappers: &'static [&'static str],
    mut shape: impl FnMut(JsonRecord, &mut Out) + Send + 'static,
) -> Items {
    let records = json_records(files, wrappers);
    items(records, move |(name, record), out| {
        let Record {
            path,
            at_line,
            value,
        } = record;
        let at = format!("{name}, line {at_line}");
        match value {
            Ok(value) => shape(JsonRecord { path, at, value }, out),
            Err(reason) => out.dropped(at, reason),
        }
    })
}

/// The JSON records of `files`, each with its file's name.
pub(crate) fn json_records(
    files: Vec<Input>,
    wrappers: &'static [&'static str],
) -> impl Iterator<Item = Result<(String, Record), ReadError>> + Send + 'static {
    files.into_iter().flat_map(move |file| {
        let (records, error) = match file.read() {
            Ok(source) => (Some(Records::new(source, wrappers)), None),
            Err(error) => (None, Some(Err(ReadError::from(error)))),
        };
        let named = move |record| (file.name.clone(), record);
        let records = records.into_iter().flatten();
        records.map(move |record| record.map(&named)).chain(error)
    })
}
