//! Isso's SQLite file, of any version: columns are read by their names, because forks and upgrades
//! have them in any order, and some lack the newer ones.

use std::collections::HashMap;

use rejoinder_core::{CommentState, VoteTally};
use store::archive::foreign::{ForeignFile, ForeignRow};
use tempfile::TempDir;

use crate::ReadError;
use crate::fields::Fields;
use crate::format::{Format, Items, Options, Out, Start, items, record};
use crate::input::Input;
use crate::item::{Body, CommentItem, PageItem, Votes, Writer};
use crate::links::{html_or_markdown, plain, unescaped};
use crate::tables::fields;
use crate::when::of_seconds;

/// Rows that are held at once.
const ROWS: u32 = 1_000;

/// Isso's own file.
pub(crate) struct Isso;

impl Format for Isso {
    fn word(&self) -> &'static str {
        "isso"
    }

    fn name(&self) -> &'static str {
        "an Isso database"
    }

    fn recognises(&self, start: &Start) -> bool {
        start.bytes.starts_with(b"SQLite format 3\0") && start.has("threads") && start.has("voters")
    }

    fn read(&self, files: Vec<Input>, _: Options) -> Result<Items, ReadError> {
        let mut databases = Vec::new();
        for file in files {
            databases.push(Database::open(&file)?);
        }
        let rows = databases.into_iter().flatten();
        Ok(items(rows, |(thread, fields), out| {
            comment(thread, &fields, out);
        }))
    }
}

struct Database {
    file: ForeignFile,
    /// Holds the copy of a file that cannot be opened where it lies.
    _folder: TempDir,
    threads: HashMap<i64, (String, String)>,
    after: i64,
    ready: std::vec::IntoIter<(i64, ForeignRow)>,
}

impl Database {
    fn open(input: &Input) -> Result<Self, ReadError> {
        let folder = tempfile::tempdir()?;
        let file = ForeignFile::open(&input.on_disk(folder.path())?)?;
        if !file.has_table("threads")? || !file.has_table("comments")? {
            let expected = "an Isso database: it lacks the tables `threads` and `comments`";
            return Err(ReadError::WrongFormat { expected });
        }
        let mut threads = HashMap::new();
        let mut after = i64::MIN;
        loop {
            let rows = file.rows("threads", after, ROWS)?;
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            for (id, row) in rows {
                let fields = fields(row);
                threads.insert(id, (fields.text(&["uri"]), plain(&fields.text(&["title"]))));
            }
        }
        Ok(Self {
            file,
            _folder: folder,
            threads,
            after: i64::MIN,
            ready: Vec::new().into_iter(),
        })
    }

    fn step(&mut self) -> Result<Option<ThreadRow>, ReadError> {
        if self.ready.len() == 0 {
            self.ready = self.file.rows("comments", self.after, ROWS)?.into_iter();
        }
        Ok(self.ready.next().map(|(number, row)| {
            self.after = number;
            let fields = fields(row);
            let thread = self.threads.get(&fields.number(&["tid"]));
            (thread.cloned(), fields)
        }))
    }
}

/// The address and title of a comment's thread, if it has one, and the comment.
type ThreadRow = (Option<(String, String)>, Fields);

impl Iterator for Database {
    type Item = Result<ThreadRow, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

fn comment(thread: Option<(String, String)>, fields: &Fields, out: &mut Out) {
    let id = fields.text(&["id"]);
    let Some((uri, title)) = thread.filter(|(uri, _)| !uri.is_empty()) else {
        return out.dropped(record(&id), "its thread is not in the file");
    };
    out.page(PageItem {
        source_id: uri.clone(),
        url: uri.clone(),
        title,
        public: true,
        ..PageItem::default()
    });
    let body = html_or_markdown(&fields.long_text(&["text"]));
    let mut comment = CommentItem::new(id.as_str(), uri, body);
    comment.parent = fields.id(&["parent"]);
    comment.writer = Writer {
        name: unescaped(&fields.text(&["author"])),
        email: fields.given(&["email"]).map(|email| unescaped(&email)),
        website: fields
            .given(&["website"])
            .map(|website| unescaped(&website)),
        user_id: None,
    };
    let time = |name| {
        fields
            .text(&[name])
            .parse()
            .ok()
            .filter(|at| *at > 0.0)
            .and_then(of_seconds)
    };
    match time("created") {
        Some(at) => comment.posted_at = at,
        None => out.note(
            record(&id),
            "it has no date and was given the start of 1970",
        ),
    }
    comment.edited_at = time("modified");
    comment.votes = Votes::Counted(VoteTally {
        up: fields.number(&["likes"]),
        down: fields.number(&["dislikes"]),
    });
    comment.state = match fields.number(&["mode"]) {
        1 => CommentState::Published,
        4 => CommentState::Removed,
        _ => CommentState::Held,
    };
    if comment.state == CommentState::Removed {
        // Isso keeps the address of who wrote it; here nothing of them stays.
        comment.writer = Writer::default();
        comment.body = Body::Html(String::new());
        out.note(
            record(&id),
            "it was deleted there, so nothing of its author was taken along",
        );
    }
    out.comment(comment, fields);
}
