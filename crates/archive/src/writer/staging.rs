//! Where decided records wait until the whole file has been read.
//!
//! They are kept on the disk, in runs that are each in the order of the pages, and given back in that order
//! over all: of each page first everything that came first. So memory stays flat however long a file is
//! and whatever the order in which it names its pages.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write as _};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use super::packing::Packed;
use super::placing::PageNumber;

/// A run has about so many bytes, which are in memory until it is written.
const RUN_BYTES: usize = 4 << 20;

/// So many bytes are read ahead from all runs together, and from each at least and at most.
const AHEAD_BYTES: usize = 2 << 20;
const AHEAD_OF_RUN: (usize, usize) = (4 << 10, 64 << 10);

/// Takes records.
pub(super) struct Staging {
    file: BufWriter<File>,
    run_bytes: usize,
    n_bytes: u64,
    runs: Vec<Range<u64>>,
    /// The records of the run that is made, packed, and where each of them is.
    packed: Vec<u8>,
    records: Vec<(PageNumber, Range<usize>)>,
}

impl Staging {
    /// Nothing waits yet. The file goes when nobody needs it, however the program ends.
    pub(super) fn new() -> io::Result<Self> {
        Self::in_runs_of(RUN_BYTES)
    }

    fn in_runs_of(run_bytes: usize) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::with_capacity(AHEAD_OF_RUN.1, tempfile::tempfile()?),
            run_bytes,
            n_bytes: 0,
            runs: Vec::new(),
            packed: Vec::new(),
            records: Vec::new(),
        })
    }

    /// Keep a record of a page.
    pub(super) fn keep(&mut self, page: PageNumber, record: &impl Packed) -> io::Result<()> {
        let start = self.packed.len();
        record.pack(&mut self.packed);
        self.records.push((page, start..self.packed.len()));
        if self.packed.len() >= self.run_bytes {
            self.end_run()?;
        }
        Ok(())
    }

    fn end_run(&mut self) -> io::Result<()> {
        let start = self.n_bytes;
        self.records.sort_by_key(|(page, _)| *page);
        for (page, place) in self.records.drain(..) {
            let bytes = &self.packed[place];
            let n_bytes = u32::try_from(bytes.len()).map_err(io::Error::other)?;
            self.file.write_all(&page.to_le_bytes())?;
            self.file.write_all(&n_bytes.to_le_bytes())?;
            self.file.write_all(bytes)?;
            self.n_bytes += 8 + u64::from(n_bytes);
        }
        self.packed.clear();
        self.runs.push(start..self.n_bytes);
        Ok(())
    }

    /// All records have come: gives them back, with the numbers of their pages.
    pub(super) fn finish<T: Packed>(mut self) -> io::Result<Staged<T>> {
        self.end_run()?;
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        Staged::new(&Arc::new(file), self.runs)
    }
}

/// Gives the records back, page by page.
pub(super) struct Staged<T> {
    runs: Vec<BufReader<Run>>,
    /// The next record of each run that has one: its page, the run, and how many bytes it has.
    next: BinaryHeap<Reverse<(PageNumber, usize, u32)>>,
    packed: Vec<u8>,
    record: std::marker::PhantomData<T>,
}

impl<T: Packed> Staged<T> {
    fn new(file: &Arc<File>, places: Vec<Range<u64>>) -> io::Result<Self> {
        let (least, most) = AHEAD_OF_RUN;
        let ahead = (AHEAD_BYTES / places.len().max(1)).clamp(least, most);
        let run = |place| {
            let file = Arc::clone(file);
            BufReader::with_capacity(ahead, Run { file, place })
        };
        let mut staged = Self {
            runs: places.into_iter().map(run).collect(),
            next: BinaryHeap::new(),
            packed: Vec::new(),
            record: std::marker::PhantomData,
        };
        for run in 0..staged.runs.len() {
            staged.look_at(run)?;
        }
        Ok(staged)
    }

    /// See what the next record of a run is.
    fn look_at(&mut self, run: usize) -> io::Result<()> {
        let mut head = [0; 8];
        let from = &mut self.runs[run];
        if from.get_ref().place.is_empty() && from.buffer().is_empty() {
            return Ok(());
        }
        from.read_exact(&mut head)?;
        let mut head = &head[..];
        let (page, n_bytes) = (Packed::unpack(&mut head)?, Packed::unpack(&mut head)?);
        self.next.push(Reverse((page, run, n_bytes)));
        Ok(())
    }

    fn take(&mut self, run: usize, n_bytes: u32) -> io::Result<T> {
        self.packed.resize(n_bytes as usize, 0);
        self.runs[run].read_exact(&mut self.packed)?;
        let record = T::unpack(&mut &self.packed[..])?;
        self.look_at(run)?;
        Ok(record)
    }
}

impl<T: Packed> Iterator for Staged<T> {
    type Item = io::Result<(PageNumber, T)>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((page, run, n_bytes)) = self.next.pop()?;
        Some(self.take(run, n_bytes).map(|record| (page, record)))
    }
}

/// What is left to be read of a run.
struct Run {
    file: Arc<File>,
    place: Range<u64>,
}

impl Read for Run {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n_left = usize::try_from(self.place.end - self.place.start).unwrap_or(usize::MAX);
        let n_wanted = out.len().min(n_left);
        let n_read = self.file.read_at(&mut out[..n_wanted], self.place.start)?;
        self.place.start += n_read as u64;
        Ok(n_read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_page_by_page_in_the_order_in_which_they_came() {
        for run_bytes in [1, 20, 1 << 20] {
            let mut staging = Staging::in_runs_of(run_bytes).unwrap();
            for n in 0..100_u32 {
                staging.keep(n * 7 % 5, &format!("{n}")).unwrap();
            }

            let staged = staging.finish::<String>().unwrap();

            let came: Vec<(PageNumber, u32)> = staged
                .map(|record| record.unwrap())
                .map(|(page, text)| (page, text.parse().unwrap()))
                .collect();
            let mut expected: Vec<_> = (0..100).map(|n| (n * 7 % 5, n)).collect();
            expected.sort_unstable();
            assert_eq!(came, expected);
        }
    }

    #[test]
    fn a_file_in_which_nothing_waits_gives_nothing() {
        let staged = Staging::new().unwrap().finish::<String>().unwrap();
        assert_eq!(staged.count(), 0);
    }
}
