//! The owner's pages about imports.

use askama::Template;
use rejoinder_core::archive::{Import, ImportOptions, ImportState};
use rejoinder_core::{Site, Time};

use crate::catalogue::{NewsroomImportsTexts, fill};
use crate::newsroom::{self, Age, NewsroomFrame};
use crate::page::rendered;

/// All imports of a site as a page, with the form that begins one.
#[derive(Debug, Template)]
#[template(path = "publication/imports.html")]
pub struct ImportsPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The imports, newest first.
    pub imports: &'a [Import],
    /// How large the files of one may be together, in MB.
    pub max_mb: u64,
    /// How large they may be where there is no script.
    pub max_plain_mb: u64,
    /// Why files were not taken.
    pub problem: Option<&'a str>,
}

/// All imports of a site as a page.
pub fn imports_page(page: &ImportsPage<'_>) -> String {
    rendered(page)
}

impl ImportsPage<'_> {
    fn texts(&self) -> &'static NewsroomImportsTexts {
        texts(self.frame.site)
    }

    fn open(&self) -> Option<&Import> {
        self.imports.iter().find(|import| !import.state.is_over())
    }

    fn file_hint(&self) -> String {
        fill(self.texts().file_hint, &[("max", &self.max_mb)])
    }

    fn plain_hint(&self) -> String {
        fill(self.texts().plain_hint, &[("max", &self.max_plain_mb)])
    }

    fn state(&self, import: &Import) -> &'static str {
        state(self.texts(), import.state)
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }
}

/// One import as a page.
#[derive(Debug, Template)]
#[template(path = "publication/import.html")]
pub struct ImportPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The import.
    pub import: &'a Import,
    /// What the format of its file is called.
    pub format: Option<&'a str>,
    /// How its files are to be read, as it was typed.
    pub options: &'a ImportOptions,
    /// Why something was not done.
    pub problem: Option<&'a str>,
}

/// One import as a page.
pub fn import_page(page: &ImportPage<'_>) -> String {
    rendered(page)
}

impl ImportPage<'_> {
    fn texts(&self) -> &'static NewsroomImportsTexts {
        texts(self.frame.site)
    }

    fn state(&self) -> &'static str {
        state(self.texts(), self.import.state)
    }

    fn is(&self, state: ImportState) -> bool {
        self.import.state == state
    }

    fn recognised(&self) -> Option<String> {
        let format = self.format?;
        Some(fill(self.texts().recognised, &[("format", &format)]))
    }

    fn reached(&self) -> String {
        import_reached(self.frame.site, self.import)
    }

    fn undone(&self) -> String {
        let values: [(&str, &dyn std::fmt::Display); 2] =
            [("n", &self.import.n_undone), ("kept", &self.import.n_kept)];
        fill(self.texts().undone_hint, &values)
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }
}

/// How far an import is, in words.
pub fn import_reached(site: &Site, import: &Import) -> String {
    let texts = texts(site);
    let share = |n: i64| (n.min(import.n_bytes) * 100) / import.n_bytes.max(1);
    match import.state {
        ImportState::Arriving => fill(
            texts.arriving_hint,
            &[("percent", &share(import.n_arrived))],
        ),
        ImportState::Looking | ImportState::Running => {
            let percent = share(import.n_read);
            let values: [(&str, &dyn std::fmt::Display); 2] =
                [("percent", &percent), ("n", &import.n_done)];
            fill(texts.reading, &values)
        }
        ImportState::Undoing => fill(texts.undoing_hint, &[("n", &import.n_undone)]),
        ImportState::Looked
        | ImportState::Refused
        | ImportState::Done
        | ImportState::Stopped
        | ImportState::Undone => state(texts, import.state).to_owned(),
    }
}

/// Why an import is not begun, or not gone on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportProblem<'a> {
    /// Another is open.
    Busy,
    /// No file came.
    NoFile,
    /// It is larger than so many MB.
    TooLarge(u64),
    /// There are more than so many.
    TooMany(usize),
    /// A line that maps nothing.
    Mapping(&'a str),
    /// The import is in another state.
    NotNow,
}

/// Why an import is not begun, or not gone on with, as its owner reads it.
pub fn import_problem(site: &Site, problem: ImportProblem<'_>) -> String {
    let texts = texts(site);
    match problem {
        ImportProblem::Busy => texts.busy.to_owned(),
        ImportProblem::NoFile => texts.no_file.to_owned(),
        ImportProblem::TooLarge(max) => fill(texts.too_large, &[("max", &max)]),
        ImportProblem::TooMany(max) => fill(texts.too_many, &[("max", &max)]),
        ImportProblem::Mapping(line) => fill(texts.wrong_map, &[("line", &line)]),
        ImportProblem::NotNow => texts.not_now.to_owned(),
    }
}

fn texts(site: &Site) -> &'static NewsroomImportsTexts {
    &newsroom::texts(site).imports
}

fn state(texts: &NewsroomImportsTexts, state: ImportState) -> &str {
    match state {
        ImportState::Arriving => texts.state_arriving,
        ImportState::Looking => texts.state_looking,
        ImportState::Looked => texts.state_looked,
        ImportState::Refused => texts.state_refused,
        ImportState::Running => texts.state_running,
        ImportState::Done => texts.state_done,
        ImportState::Stopped => texts.state_stopped,
        ImportState::Undoing => texts.state_undoing,
        ImportState::Undone => texts.state_undone,
    }
}
