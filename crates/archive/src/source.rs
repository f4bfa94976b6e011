//! Bytes as they come: compressed or not, with what has no place in a text taken out.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use flate2::read::MultiGzDecoder;

/// `file` as it is, or unpacked if it is compressed with gzip, whatever its name says.
pub fn plain_or_gzip<'r>(mut file: impl Read + Send + 'r) -> io::Result<Box<dyn Read + Send + 'r>> {
    let mut start = Vec::with_capacity(2);
    file.by_ref().take(2).read_to_end(&mut start)?;
    let is_gzip = start == [0x1f, 0x8b];
    let whole: Chain<Cursor<Vec<u8>>, _> = Cursor::new(start).chain(file);
    if is_gzip {
        return Ok(Box::new(MultiGzDecoder::new(BufReader::new(whole))));
    }
    Ok(Box::new(whole))
}

const CHUNK_BYTES: usize = 64 * 1024;
const BLOCK_BYTES: usize = 1024;

/// Text of an XML file that an XML reader accepts: from the first `<` on, in UTF-8, without the
/// control characters that many an export holds and XML forbids.
pub(crate) struct CleanText<R> {
    source: R,
    chunk: Vec<u8>,
    clean: Vec<u8>,
    n_given: usize,
    /// The start of a character whose rest has not been read yet.
    half: Vec<u8>,
    has_begun: bool,
}

impl<R: Read> CleanText<R> {
    pub(crate) fn new(source: R) -> Self {
        Self {
            source,
            chunk: vec![0; CHUNK_BYTES],
            clean: Vec::with_capacity(CHUNK_BYTES),
            n_given: 0,
            half: Vec::new(),
            has_begun: false,
        }
    }

    /// Clean the next chunk, behind what has not been given yet; whether there was one.
    fn read_more(&mut self) -> io::Result<bool> {
        self.clean.drain(..self.n_given);
        self.n_given = 0;
        let n_read = loop {
            match self.source.read(&mut self.chunk) {
                Ok(n_read) => break n_read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        let mut bytes = std::mem::take(&mut self.half);
        bytes.extend_from_slice(&self.chunk[..n_read]);
        self.keep(&bytes, n_read == 0);
        Ok(n_read > 0)
    }

    /// What comes next, at least `n_bytes` of it as long as there are so many.
    pub(crate) fn ahead(&mut self, n_bytes: usize) -> io::Result<&[u8]> {
        while self.clean.len() - self.n_given < n_bytes && self.read_more()? {}
        Ok(&self.clean[self.n_given..])
    }

    /// Most files have nothing to take out, so that whole blocks are copied.
    fn push_wanted(&mut self, text: &[u8]) {
        for block in text.chunks(BLOCK_BYTES) {
            let is_clean = block
                .iter()
                .fold(true, |clean, byte| clean & is_wanted(*byte));
            if is_clean {
                self.clean.extend_from_slice(block);
            } else {
                let wanted = block.iter().copied().filter(|byte| is_wanted(*byte));
                self.clean.extend(wanted);
            }
        }
    }

    fn keep(&mut self, bytes: &[u8], is_end: bool) {
        let mut bytes = bytes;
        if !self.has_begun {
            let Some(start) = bytes.iter().position(|byte| *byte == b'<') else {
                return;
            };
            self.has_begun = true;
            bytes = &bytes[start..];
        }
        for part in bytes.utf8_chunks() {
            self.push_wanted(part.valid().as_bytes());
            let invalid = part.invalid();
            let is_last =
                bytes.ends_with(invalid) && invalid.as_ptr_range().end == bytes.as_ptr_range().end;
            if invalid.is_empty() {
                continue;
            }
            if is_last && !is_end && invalid.len() < 4 && is_start_of_char(invalid) {
                self.half = invalid.to_vec();
            } else {
                self.clean.extend_from_slice("\u{fffd}".as_bytes());
            }
        }
    }
}

/// Whether XML allows a byte of a text.
const fn is_wanted(byte: u8) -> bool {
    byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Whether more bytes could make a character of `bytes`.
fn is_start_of_char(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

impl<R: Read> Read for CleanText<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: Read> BufRead for CleanText<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.ahead(1)
    }

    fn consume(&mut self, n: usize) {
        self.n_given = (self.n_given + n).min(self.clean.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    /// Gives one byte at a time, to cut every character in every place.
    struct Drip<'b>(&'b [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(out.len()).min(1);
            out[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        for text in [
            io::read_to_string(CleanText::new(bytes)),
            io::read_to_string(CleanText::new(Drip(bytes))),
        ] {
            assert_eq!(text.unwrap(), expected);
        }
    }

    #[test]
    fn what_xml_forbids_is_taken_out() {
        check("\u{feff}  `<a>é漢😀</a>".as_bytes(), "<a>é漢😀</a>");
        check(b"<a>\x00b\x08\t\r\n\x1f</a>", "<a>b\t\r\n</a>");
        check(
            b"<a>\xe9\xff\xf0\x9f\x98</a>",
            "<a>\u{fffd}\u{fffd}\u{fffd}</a>",
        );
        check(b"<a>\xe6\xbc", "<a>\u{fffd}");
        check(b"nothing", "");
        check(b"", "");
    }

    #[test]
    fn gzip_is_known_by_its_bytes() {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(b"<a/>").unwrap();
        let packed = packer.finish().unwrap();

        for bytes in [&packed[..], b"<a/>"] {
            let text = io::read_to_string(plain_or_gzip(bytes).unwrap()).unwrap();
            assert_eq!(text, "<a/>");
        }
        assert_eq!(
            io::read_to_string(plain_or_gzip(&b"<"[..]).unwrap()).unwrap(),
            "<"
        );
    }
}
