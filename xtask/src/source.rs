//! The project's own files, for the tests that read them as text.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::root;

/// The files below `folder` whose names end in `.extension`, by their names.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The scripts that browsers run.
pub(crate) fn scripts() -> Vec<PathBuf> {
    let web = root().join("web");
    let folders = ["widget", "desk", "pages", "shared"].into_iter();
    folders
        .flat_map(|folder| files(&web.join(folder), "js"))
        .collect()
}

/// The code of a file of Rust without the tests at its end.
pub(crate) fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or_default()
}
