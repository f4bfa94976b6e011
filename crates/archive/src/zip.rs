//! Zip files, as far as exports use them: stored or deflated files, no encryption.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::DeflateDecoder;

/// The longest comment that may stand at the end of a zip file, and what follows the list.
const MAX_TAIL: u64 = 65_535 + 22;
/// Bytes of the list of files.
const MAX_LIST: u32 = 64 << 20;
const END: [u8; 4] = *b"PK\x05\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";

/// A file in a zip file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    method: u16,
    packed_bytes: u64,
    at_byte: u64,
}

impl Entry {
    pub(crate) const fn packed_bytes(&self) -> u64 {
        self.packed_bytes
    }
}

/// The files in the zip file at `path`, in its order, without folders.
pub(crate) fn entries(path: &Path) -> io::Result<Vec<Entry>> {
    let mut file = File::open(path)?;
    let n_bytes = file.metadata()?.len();
    file.seek(SeekFrom::Start(n_bytes.saturating_sub(MAX_TAIL)))?;
    let mut tail = Vec::new();
    file.by_ref().take(MAX_TAIL).read_to_end(&mut tail)?;
    let end = tail
        .windows(4)
        .rposition(|bytes| bytes == END)
        .ok_or_else(|| broken("it has no list of files; it may be cut off"))?;
    let (list_bytes, list_at) = (number32(&tail, end + 12)?, number32(&tail, end + 16)?);
    if list_bytes > MAX_LIST {
        return Err(broken("its list of files is too long"));
    }
    file.seek(SeekFrom::Start(list_at.into()))?;
    let mut list = Vec::new();
    file.take(list_bytes.into()).read_to_end(&mut list)?;
    listed(&list)
}

fn listed(list: &[u8]) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut at = 0;
    while list[at.min(list.len())..].starts_with(&ENTRY) {
        let name_bytes = usize::from(number16(list, at + 28)?);
        let more = usize::from(number16(list, at + 30)?) + usize::from(number16(list, at + 32)?);
        let name = list.get(at + 46..at + 46 + name_bytes);
        let name = String::from_utf8_lossy(name.ok_or_else(cut_off)?).into_owned();
        if number16(list, at + 8)? & 1 == 1 {
            return Err(broken("its files are encrypted"));
        }
        if !name.ends_with('/') {
            entries.push(Entry {
                name,
                method: number16(list, at + 10)?,
                packed_bytes: number32(list, at + 20)?.into(),
                at_byte: number32(list, at + 42)?.into(),
            });
        }
        at += 46 + name_bytes + more;
    }
    Ok(entries)
}

/// The bytes of `entry`, unpacked.
pub(crate) fn open(path: &Path, entry: &Entry) -> io::Result<Box<dyn Read + Send>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(entry.at_byte))?;
    let mut head = [0; 30];
    file.read_exact(&mut head)?;
    let skipped = u64::from(number16(&head, 26)?) + u64::from(number16(&head, 28)?);
    file.seek(SeekFrom::Start(entry.at_byte + 30 + skipped))?;
    let packed = BufReader::new(file).take(entry.packed_bytes);
    match entry.method {
        0 => Ok(Box::new(packed)),
        8 => Ok(Box::new(DeflateDecoder::new(packed))),
        method => Err(broken(&format!(
            "{} is packed by method {method}, which is not known here",
            entry.name
        ))),
    }
}

fn number16(bytes: &[u8], at: usize) -> io::Result<u16> {
    let two = bytes.get(at..at + 2).ok_or_else(cut_off)?;
    Ok(u16::from_le_bytes([two[0], two[1]]))
}

fn number32(bytes: &[u8], at: usize) -> io::Result<u32> {
    let low = u32::from(number16(bytes, at)?);
    Ok(low | u32::from(number16(bytes, at + 2)?) << 16)
}

fn cut_off() -> io::Error {
    broken("it is cut off")
}

fn broken(reason: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("the zip file: {reason}"),
    )
}
