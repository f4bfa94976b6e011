//! The files of an import: one, some, all of a folder or of a zip file, compressed or not.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::source::plain_or_gzip;
use crate::zip;

/// So much of a file is looked at to recognise it.
const START_BYTES: u64 = 64 * 1024;
/// Files in a folder, with all folders in it.
const MAX_FILES: usize = 200_000;
/// Folders inside each other.
const MAX_DEPTH: usize = 16;

/// A file to import, which can be read more than once.
#[derive(Debug, Clone)]
pub struct Input {
    /// What people call it: its path from where they named it.
    pub name: String,
    place: Place,
    n_read: Arc<AtomicU64>,
}

#[derive(Debug, Clone)]
enum Place {
    File(PathBuf),
    Zipped(PathBuf, zip::Entry),
    Memory(Arc<[u8]>),
}

impl Input {
    /// The files at `path`: itself, or what a folder or zip file holds, by name.
    pub fn open(path: &Path) -> io::Result<Vec<Self>> {
        let mut inputs = Vec::new();
        if fs::metadata(path)?.is_dir() {
            walk(path, path, 0, &mut inputs)?;
            inputs.sort_by(|a, b| a.name.cmp(&b.name));
            return Ok(inputs);
        }
        let name = path.file_name().unwrap_or(path.as_os_str());
        let input = Self::at(&name.to_string_lossy(), Place::File(path.to_owned()));
        if !start_of(File::open(path)?, 4)?.starts_with(b"PK\x03\x04") {
            return Ok(vec![input]);
        }
        let entries = zip::entries(path)?.into_iter();
        let of_entry = |entry: zip::Entry| {
            let name = entry.name.clone();
            Self::at(&name, Place::Zipped(path.to_owned(), entry))
        };
        Ok(entries.map(of_entry).collect())
    }

    /// A file that is in memory already.
    pub fn of_bytes(name: &str, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::at(name, Place::Memory(bytes.into()))
    }

    fn at(name: &str, place: Place) -> Self {
        Self {
            name: name.to_owned(),
            place,
            n_read: Arc::default(),
        }
    }

    /// How many bytes were read of it so far, as they stand on the disk.
    pub fn n_read(&self) -> u64 {
        self.n_read.load(Ordering::Relaxed)
    }

    /// How many bytes it has, as it stands on the disk; 0 if nobody knows.
    pub fn n_bytes(&self) -> u64 {
        match &self.place {
            Place::File(path) => fs::metadata(path).map_or(0, |file| file.len()),
            Place::Zipped(_, entry) => entry.packed_bytes(),
            Place::Memory(bytes) => bytes.len() as u64,
        }
    }

    /// Its bytes, unpacked.
    pub fn read(&self) -> io::Result<Box<dyn Read + Send>> {
        self.n_read.store(0, Ordering::Relaxed);
        let counted = |source| Counted {
            source,
            n_read: Arc::clone(&self.n_read),
        };
        match &self.place {
            Place::File(path) => plain_or_gzip(counted(Box::new(File::open(path)?))),
            Place::Zipped(path, entry) => plain_or_gzip(counted(zip::open(path, entry)?)),
            Place::Memory(bytes) => {
                plain_or_gzip(counted(Box::new(io::Cursor::new(Arc::clone(bytes)))))
            }
        }
    }

    /// The start of its bytes, unpacked. A file that cannot be read has none.
    pub fn start(&self) -> Vec<u8> {
        self.read()
            .and_then(|file| start_of(file, START_BYTES))
            .unwrap_or_default()
    }

    /// Where its bytes lie as they are; a copy is made in `folder` where they lie nowhere.
    pub(crate) fn on_disk(&self, folder: &Path) -> io::Result<PathBuf> {
        if let Place::File(path) = &self.place
            && !start_of(File::open(path)?, 2)?.starts_with(&[0x1f, 0x8b])
        {
            return Ok(path.clone());
        }
        let copy = folder.join("copy");
        io::copy(&mut self.read()?, &mut File::create(&copy)?)?;
        Ok(copy)
    }
}

fn start_of(file: impl Read, n_bytes: u64) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    file.take(n_bytes).read_to_end(&mut start)?;
    Ok(start)
}

/// Links are not followed: a folder is what it holds itself.
fn walk(root: &Path, folder: &Path, depth: usize, inputs: &mut Vec<Input>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let path = entry.path();
        if kind.is_dir() && depth < MAX_DEPTH {
            walk(root, &path, depth + 1, inputs)?;
        }
        if !kind.is_file() {
            continue;
        }
        if inputs.len() == MAX_FILES {
            let reason = format!("the folder holds more than {MAX_FILES} files");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let name = path
            .strip_prefix(root)
            .unwrap_or(&path)
            .to_string_lossy()
            .into_owned();
        inputs.push(Input::at(&name, Place::File(path)));
    }
    Ok(())
}

/// Counts what is read, before it is unpacked.
struct Counted {
    source: Box<dyn Read + Send>,
    n_read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.source.read(out)?;
        self.n_read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
