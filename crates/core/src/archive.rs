//! Imports that owners begin in their pages.

use crate::ids::{ImportId, SiteId};
use crate::time::Time;

/// The reasons of comments that are removed only because their import is under way, each with the reason for
/// which the comment will wait for a moderator then, if it will.
pub const UNDER_WAY: [(&str, Option<&str>); 3] = [
    ("importing", None),
    ("importing:imported", Some("imported")),
    ("importing:page_not_public", Some("page_not_public")),
];

/// Whether a removed comment for this `reason` is one whose import is under way.
pub fn is_under_way(reason: Option<&str>) -> bool {
    UNDER_WAY.iter().any(|(own, _)| Some(*own) == reason)
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Its file is being uploaded.
    Arriving,
    /// It is being found out what the file is, and what would come in.
    Looking,
    /// That is known, and nothing has changed.
    Looked,
    /// Nothing can be read from the file; `problem` says why.
    Refused,
    /// It is coming in.
    Running,
    /// It came in.
    Done,
    /// It broke off, and nothing of it is shown; `problem` says why.
    Stopped,
    /// It is being taken out.
    Undoing,
    /// It was taken out.
    Undone,
}

impl ImportState {
    /// All of them, in the order in which they come.
    pub const ALL: [Self; 9] = [
        Self::Arriving,
        Self::Looking,
        Self::Looked,
        Self::Refused,
        Self::Running,
        Self::Done,
        Self::Stopped,
        Self::Undoing,
        Self::Undone,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Arriving => "arriving",
            Self::Looking => "looking",
            Self::Looked => "looked",
            Self::Refused => "refused",
            Self::Running => "running",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// The state of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether a job is at it.
    pub const fn is_underway(self) -> bool {
        matches!(self, Self::Looking | Self::Running | Self::Undoing)
    }

    /// Whether it has come to its end, so that another may begin.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Undone)
    }

    /// Whether its pages may be mapped otherwise.
    pub const fn may_look_again(self) -> bool {
        matches!(self, Self::Looked | Self::Refused)
    }

    /// Whether it may come in.
    pub const fn may_start(self) -> bool {
        matches!(self, Self::Looked | Self::Stopped)
    }

    /// Whether what it brought may be taken out.
    pub const fn may_undo(self) -> bool {
        matches!(self, Self::Done | Self::Stopped)
    }

    /// Whether it may be forgotten, since nothing has come of it.
    pub const fn may_drop(self) -> bool {
        matches!(self, Self::Arriving | Self::Looked | Self::Refused)
    }
}

/// A file of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    /// What it was called: no path, nothing that cannot be seen.
    pub name: String,
    /// How long it is, in bytes.
    pub n_bytes: i64,
}

/// The most files of one import; a zip file may hold more.
pub const MAX_FILES: usize = 50;

/// The longest name of a file, in letters.
const MAX_NAME: usize = 120;

/// So many files are named where an import is.
const N_NAMED: usize = 3;

impl ImportFile {
    /// A file that somebody calls `name`.
    pub fn new(name: &str, n_bytes: i64) -> Self {
        Self {
            name: safe_name(name),
            n_bytes,
        }
    }

    /// Reads what [`ImportFile::written`] writes; what is no file is none.
    pub fn read(written: &str) -> Vec<Self> {
        let line = |line: &str| {
            let (n_bytes, name) = line.split_once(' ').unwrap_or((line, ""));
            let n_bytes = n_bytes.parse().ok().filter(|n| *n >= 0)?;
            Some(Self::new(name, n_bytes))
        };
        written.lines().filter_map(line).collect()
    }

    /// A line for each file: how long it is, and its name.
    pub fn written(files: &[Self]) -> String {
        let lines: Vec<_> = files
            .iter()
            .map(|file| format!("{} {}", file.n_bytes, file.name))
            .collect();
        lines.join("\n")
    }
}

/// What a file is called where it is written down.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen: String = last.chars().filter(|c| !c.is_control()).collect();
    let name = seen.trim().trim_start_matches('.');
    // The end tells more of what it is.
    let n_more = name.chars().count().saturating_sub(MAX_NAME);
    let name: String = name.chars().skip(n_more).collect();
    match name.trim_start_matches('.') {
        "" => "file".to_owned(),
        name => name.to_owned(),
    }
}

/// How the files of an import are read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportOptions {
    /// Which pages have moved: `FROM=TO`, a line each.
    pub mappings: String,
    /// Whether pingbacks, trackbacks and other mentions come along.
    pub mentions: bool,
    /// Whether reviews of products come along.
    pub reviews: bool,
}

/// An import that an owner began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The site that it brings comments to.
    pub site: SiteId,
    /// Names it.
    pub id: ImportId,
    /// Its files, in the order in which they arrive.
    pub files: Vec<ImportFile>,
    /// How long they are together, in bytes.
    pub n_bytes: i64,
    /// How many of them have arrived.
    pub n_arrived: i64,
    /// How far it has come.
    pub state: ImportState,
    /// The word of the format, once it is known.
    pub format: Option<String>,
    /// How they are read.
    pub options: ImportOptions,
    /// How many bytes of the file were read so far.
    pub n_read: i64,
    /// How many comments were read so far.
    pub n_done: i64,
    /// The summary of its report.
    pub summary: Option<String>,
    /// Why it was refused, or stopped.
    pub problem: Option<String>,
    /// How many comments were taken out again.
    pub n_undone: i64,
    /// How many could not be, because somebody replied to them here.
    pub n_kept: i64,
    /// When it was begun.
    pub created_at: Time,
    /// When it last came to another state.
    pub changed_at: Time,
}

impl Import {
    /// What it is called: by its files, the first of them where there are many.
    pub fn name(&self) -> String {
        let named = self.files.iter().take(N_NAMED);
        let named: Vec<_> = named.map(|file| file.name.as_str()).collect();
        let named = named.join(", ");
        match self.files.len() {
            0..=N_NAMED => named,
            n => format!("{named}, … ({n})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_name_and_no_path() {
        for (sent, kept) in [
            ("comments.xml", "comments.xml"),
            ("C:\\moving\\comments.xml", "comments.xml"),
            ("/etc/../../passwd", "passwd"),
            ("..", "file"),
            ("../.bashrc", "bashrc"),
            ("a\0b\nc.json", "abc.json"),
            ("", "file"),
        ] {
            assert_eq!(ImportFile::new(sent, 1).name, kept, "{sent:?}");
        }
        let long = ImportFile::new(&format!("{}.xml", "a".repeat(300)), 1);
        assert!(long.name.ends_with("aaa.xml"));
        assert_eq!(long.name.len(), MAX_NAME);
    }

    #[test]
    fn files_are_written_down_and_read_again() {
        let files = [
            ImportFile::new("a b.xml", 12),
            ImportFile::new("كلام.json", 0),
        ];

        let read = ImportFile::read(&ImportFile::written(&files));

        assert_eq!(read, files);
        assert_eq!(ImportFile::read("-1 a\nx b\n\n3"), [ImportFile::new("", 3)]);
    }

    #[test]
    fn each_state_has_a_word_that_reads_back() {
        for state in ImportState::ALL {
            assert_eq!(ImportState::parse(state.as_str()), Some(state));
        }
        assert_eq!(ImportState::parse("importing"), None);
    }
}
