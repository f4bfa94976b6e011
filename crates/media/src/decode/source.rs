//! A file as symphonia reads it.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use symphonia::core::io::MediaSource;

/// Something to read from that has a size.
pub(super) struct SizedSource<S> {
    inner: S,
    size_bytes: u64,
    at: Arc<AtomicU64>,
}

/// Where a source is read that something else has taken in.
pub(super) struct SourcePosition {
    size_bytes: u64,
    at: Arc<AtomicU64>,
}

impl SourcePosition {
    /// Returns the share of it that lies before, from 0 to 1.
    pub(super) fn share(&self) -> f64 {
        let at = self.at.load(Ordering::Relaxed).min(self.size_bytes);
        at as f64 / self.size_bytes.max(1) as f64
    }
}

impl<S: Seek> SizedSource<S> {
    pub(super) fn new(mut inner: S) -> io::Result<Self> {
        let size_bytes = inner.seek(SeekFrom::End(0))?;
        inner.seek(SeekFrom::Start(0))?;
        Ok(Self {
            inner,
            size_bytes,
            at: Arc::default(),
        })
    }

    pub(super) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    pub(super) fn place(&self) -> SourcePosition {
        SourcePosition {
            size_bytes: self.size_bytes,
            at: Arc::clone(&self.at),
        }
    }
}

impl<S: Read> Read for SizedSource<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.at.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

impl<S: Seek> Seek for SizedSource<S> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = self.inner.seek(to)?;
        self.at.store(at, Ordering::Relaxed);
        Ok(at)
    }
}

impl<S: Read + Seek + Send + Sync> MediaSource for SizedSource<S> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.size_bytes)
    }
}
