//! Texts that wait for the records they belong to, on the disk: a file may have more of them than there is
//! memory.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

/// Texts by a name.
pub(crate) struct Spill {
    file: File,
    at_byte: u64,
    places: HashMap<String, (u64, usize)>,
}

impl Spill {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            file: tempfile::tempfile()?,
            at_byte: 0,
            places: HashMap::new(),
        })
    }

    /// Keep `text`; of two with one name the first stays.
    pub(crate) fn keep(&mut self, name: String, text: &str) -> io::Result<()> {
        if self.places.contains_key(&name) {
            return Ok(());
        }
        self.file.seek(SeekFrom::Start(self.at_byte))?;
        self.file.write_all(text.as_bytes())?;
        self.places.insert(name, (self.at_byte, text.len()));
        self.at_byte += text.len() as u64;
        Ok(())
    }

    /// The text of this name.
    pub(crate) fn find(&mut self, name: &str) -> io::Result<Option<String>> {
        let Some((at, n_bytes)) = self.places.get(name) else {
            return Ok(None);
        };
        let mut bytes = vec![0; *n_bytes];
        self.file.seek(SeekFrom::Start(*at))?;
        self.file.read_exact(&mut bytes)?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}
