//! The demo publication, which travels in the binary.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use rejoinder_core::Time;
use serde::Deserialize;

use super::fund::CampaignFile;
use super::voices::{Phrases, ThreadFile};
use super::waiting::DeskFile;
use crate::failure::Failure;

static DEMO: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../demo");

/// What `publication.toml` says for the demo alone.
#[derive(Debug, Deserialize)]
pub(super) struct DemoSettings {
    /// The publication's name.
    pub(super) title: String,
    /// The colour of its links and buttons.
    pub(super) accent: String,
    /// Slugs in the order of the front page.
    pub(super) articles: Vec<String>,
    /// The thread that is filled up.
    pub(super) busy: BusyThread,
    /// Who belongs to the newsroom.
    pub(super) staff: Vec<StaffMember>,
    /// What can be heard.
    pub(super) recordings: Vec<DemoRecording>,
    /// What readers are asked to give for.
    pub(super) campaign: CampaignFile,
}

/// A recording beside an article, with a cut of it; its files are in `recordings`.
#[derive(Debug, Deserialize)]
pub(super) struct DemoRecording {
    pub(super) article: String,
    pub(super) file: String,
    pub(super) title: String,
    pub(super) transcript: String,
    pub(super) cut: String,
    pub(super) cut_title: String,
    /// One to a line, with its time in front.
    pub(super) chapters: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct BusyThread {
    pub(super) article: String,
    pub(super) comments: usize,
}

#[derive(Debug, Deserialize)]
pub(super) struct StaffMember {
    pub(super) name: String,
    pub(super) role: String,
}

/// Write the publication into `folder`, so that it is served as any other; gives the folder.
pub(super) fn unpack(data: &Path) -> Result<PathBuf, Failure> {
    let folder = data.join("publication");
    let shown = folder.display().to_string();
    unpack_into(&folder)
        .map_err(|error| Failure::failed(&format!("{shown} cannot be written"), &error))?;
    Ok(folder)
}

fn unpack_into(folder: &Path) -> io::Result<()> {
    for part in ["articles", "pictures"] {
        fs::create_dir_all(folder.join(part))?;
    }
    let parts = ["articles", "pictures"]
        .into_iter()
        .filter_map(|part| DEMO.get_dir(part));
    for file in DEMO.files().chain(parts.flat_map(Dir::files)) {
        let path = folder.join(file.path());
        if fs::read(&path).is_ok_and(|there| there == file.contents()) {
            continue;
        }
        fs::write(path, file.contents())?;
    }
    Ok(())
}

pub(super) fn about() -> Result<DemoSettings, Failure> {
    read_toml("publication.toml")
}

pub(super) fn waiting() -> Result<DeskFile, Failure> {
    read_toml("desk.toml")
}

pub(super) fn phrases() -> Result<Phrases, Failure> {
    read_toml("threads/phrases.toml")
}

/// What readers wrote under an article; nothing under some.
pub(super) fn thread(slug: &str) -> Result<Option<ThreadFile>, Failure> {
    let path = format!("threads/{slug}.toml");
    if DEMO.get_file(&path).is_none() {
        return Ok(None);
    }
    read_toml(&path).map(Some)
}

/// An article's headline, and when it was published.
pub(super) fn front(slug: &str) -> Result<(String, Time), Failure> {
    #[derive(Deserialize)]
    struct ArticleHead {
        headline: String,
        published_at: String,
    }
    let path = format!("articles/{slug}.md");
    let front = text(&path)?.split("+++").nth(1).unwrap_or_default();
    let front: ArticleHead = toml::from_str(front).map_err(|error| broken(&path, &error))?;
    let published_at = front.published_at.parse();
    let published_at = published_at.map_err(|error| broken(&path, &error))?;
    Ok((front.headline, published_at))
}

/// The bytes of a file in `recordings`.
pub(super) fn sound(file: &str) -> Result<&'static [u8], Failure> {
    let path = format!("recordings/{file}");
    let file = DEMO.get_file(&path).map(include_dir::File::contents);
    file.ok_or_else(|| Failure::Failed(format!("the demo has no {path}")))
}

/// The chapters of a recording, as WebVTT.
pub(super) fn chapters(own: &DemoRecording) -> Result<String, Failure> {
    let broken = |error| Failure::failed("the chapters of the demo cannot be read", &error);
    let reading = captions::read_chapters(own.chapters.as_bytes()).map_err(broken)?;
    Ok(captions::write_chapters(&reading.chapters, None))
}

/// The transcript in a file in `recordings`, as WebVTT.
pub(super) fn transcript(file: &str) -> Result<&'static str, Failure> {
    text(&format!("recordings/{file}"))
}

fn read_toml<T: serde::de::DeserializeOwned>(path: &str) -> Result<T, Failure> {
    toml::from_str(text(path)?).map_err(|error| broken(path, &error))
}

fn text(path: &str) -> Result<&'static str, Failure> {
    let file = DEMO.get_file(path).and_then(|file| file.contents_utf8());
    file.ok_or_else(|| Failure::Failed(format!("the demo has no {path}")))
}

fn broken(path: &str, error: &dyn std::error::Error) -> Failure {
    Failure::failed(&format!("the demo's {path} cannot be read"), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_article_of_the_demo_has_a_time_and_a_thread() {
        let about = about().unwrap();
        for slug in &about.articles {
            assert!(!front(slug).unwrap().0.is_empty());
            assert!(thread(slug).unwrap().unwrap().voices().len() > 10, "{slug}");
        }
        assert!(about.articles.contains(&about.busy.article));
        phrases().unwrap();
        for own in &about.recordings {
            assert!(about.articles.contains(&own.article));
            assert!(!sound(&own.file).unwrap().is_empty());
            assert!(!sound(&own.cut).unwrap().is_empty());
            assert!(transcript(&own.transcript).unwrap().starts_with("WEBVTT"));
        }
    }
}
