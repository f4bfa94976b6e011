//! Which format a file is in.

use crate::format::{Format, Start};
use crate::input::Input;
use crate::{ReadError, formats};

/// A format, with the files of an import that are in it.
pub struct Recognised {
    /// The format.
    pub format: &'static dyn Format,
    /// The files that are in it.
    pub files: Vec<Input>,
    /// The names of those that are not.
    pub others: Vec<String>,
}

/// The format with this word.
pub fn by_word(word: &str) -> Option<&'static dyn Format> {
    formats::ALL
        .iter()
        .find(|format| format.word() == word)
        .copied()
}

/// The words of all formats, those first that are asked first.
pub fn words() -> impl Iterator<Item = &'static str> {
    formats::ALL.iter().map(|format| format.word())
}

/// Tells what `files` are: the first that is recognised decides for all.
pub fn recognise(files: Vec<Input>) -> Result<Recognised, ReadError> {
    let starts: Vec<Start> = files.iter().map(Start::of).collect();
    let decided = starts
        .iter()
        .find_map(|start| formats::ALL.iter().find(|format| format.recognises(start)));
    let Some(format) = decided.copied() else {
        let looks_like = starts.first().map_or("nothing", looks_like);
        return Err(ReadError::Unknown { looks_like });
    };
    let mut recognised = Recognised {
        format,
        files: Vec::new(),
        others: Vec::new(),
    };
    for (file, start) in files.into_iter().zip(&starts) {
        match format.recognises(start) {
            true => recognised.files.push(file),
            false => recognised.others.push(file.name),
        }
    }
    Ok(recognised)
}

/// What a file is that no format recognises, for people.
fn looks_like(start: &Start) -> &'static str {
    let text = start.text();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let has = |word: &str| text.to_ascii_lowercase().contains(word);
    match text.chars().next() {
        None => "an empty file, or one that cannot be read",
        Some('<') if has("<rss") || has("<feed") => {
            "a feed, which holds articles and not their comments"
        }
        Some('<') if has("<!doctype html") || has("<html") => "a web page",
        Some('<') => "XML of another kind",
        Some('{' | '[') => "JSON of another kind",
        _ if start.bytes.contains(&0) => "a binary file of another kind",
        _ if formats::is_table(text) => {
            "a table without the columns `id`, `page`, `posted_at` and `markdown` or `html`"
        }
        _ => "text of another kind",
    }
}
