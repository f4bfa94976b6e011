//! The files of an import outside the store, where the engine can read them.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rejoinder_core::archive::ImportFile;
use tempfile::TempDir;

/// Where the files of an import lie below `folder`. Two may have one name.
pub(super) fn copied(folder: &Path, files: &[ImportFile]) -> impl Iterator<Item = PathBuf> {
    let numbered = files.iter().enumerate();
    numbered.map(move |(at, file)| folder.join(at.to_string()).join(&file.name))
}

/// The files of an import, while they are copied out of the store.
pub(super) struct Copies {
    folder: TempDir,
    /// Those that are not whole yet, with how much of each is to come; the next is the last.
    open: Vec<(File, u64)>,
}

impl Copies {
    pub(super) fn new(files: &[ImportFile]) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut open = Vec::new();
        for (path, file) in copied(folder.path(), files).zip(files) {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            open.push((
                File::create(path)?,
                u64::try_from(file.n_bytes).unwrap_or(0),
            ));
        }
        open.reverse();
        Ok(Self { folder, open })
    }

    /// The next bytes of them, one file behind the other.
    pub(super) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while let Some((file, rest)) = self.open.last_mut() {
            let n = usize::try_from(*rest)
                .unwrap_or(usize::MAX)
                .min(bytes.len());
            let (own, after) = bytes.split_at(n);
            file.write_all(own)?;
            *rest -= own.len() as u64;
            bytes = after;
            if *rest > 0 {
                break;
            }
            self.open.pop();
        }
        Ok(())
    }

    /// The folder that they lie in; it goes when it is dropped.
    pub(super) fn folder(self) -> TempDir {
        self.folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_came_behind_one_another_lie_apart() {
        let files = [("a", 3), ("a", 0), ("b", 4)].map(|(name, n)| ImportFile::new(name, n));
        let mut copies = Copies::new(&files).unwrap();

        for part in ["on", "", "etwo", "s, and more"] {
            copies.write(part.as_bytes()).unwrap();
        }

        let folder = copies.folder();
        let read = copied(folder.path(), &files).map(|path| fs::read_to_string(path).unwrap());
        assert_eq!(read.collect::<Vec<_>>(), ["one", "", "twos"]);
    }
}
