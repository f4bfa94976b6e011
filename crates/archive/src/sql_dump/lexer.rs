//! The words of SQL, as far as a dump's rows need them.

use std::io::{BufRead, BufReader, Read};

use super::MAX_BYTES;
use crate::ReadError;

/// Reads words, names, texts and signs, one after the other.
pub(super) struct Lexer<R: Read> {
    source: BufReader<R>,
    at_line: u64,
}

#[derive(Debug)]
pub(super) enum Token {
    Word(String),
    Name(String),
    Text(String),
    Sign(u8),
    End,
}

impl Token {
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own.eq_ignore_ascii_case(word))
    }

    pub(super) const fn is_plain(&self) -> bool {
        matches!(self, Self::Word(_))
    }

    pub(super) const fn is_open(&self) -> bool {
        matches!(self, Self::Sign(b'('))
    }

    /// The last part of a name with points.
    pub(super) fn name(&self) -> Option<String> {
        match self {
            Self::Name(name) => Some(name.clone()),
            Self::Word(word) => word.rsplit('.').next().map(str::to_owned),
            _ => None,
        }
    }
}

impl<R: Read> Lexer<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source: BufReader::with_capacity(64 * 1024, source),
            at_line: 1,
        }
    }

    fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        Ok(self.source.fill_buf()?.first().copied())
    }

    fn byte(&mut self) -> Result<Option<u8>, ReadError> {
        let byte = self.peek()?;
        if let Some(byte) = byte {
            self.source.consume(1);
            self.at_line += u64::from(byte == b'\n');
        }
        Ok(byte)
    }

    pub(super) fn line(&mut self) -> Result<Option<String>, ReadError> {
        let mut bytes = Vec::new();
        let most = MAX_BYTES as u64;
        let n = self
            .source
            .by_ref()
            .take(most)
            .read_until(b'\n', &mut bytes)?;
        if n == 0 {
            return Ok(None);
        }
        if bytes.len() == MAX_BYTES {
            return Err(self.broken("a row does not end"));
        }
        self.at_line += 1;
        let text = String::from_utf8_lossy(&bytes);
        Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
    }

    pub(super) fn broken(&self, reason: &str) -> ReadError {
        ReadError::Broken {
            at_byte: 0,
            reason: format!("line {}: {reason}", self.at_line),
        }
    }

    pub(super) fn token(&mut self) -> Result<Option<Token>, ReadError> {
        loop {
            let Some(byte) = self.byte()? else {
                return Ok(None);
            };
            match byte {
                byte if byte.is_ascii_whitespace() => {}
                b';' => return Ok(Some(Token::End)),
                b'-' if self.peek()? == Some(b'-') => drop(self.line()?),
                b'#' => drop(self.line()?),
                b'/' if self.peek()? == Some(b'*') => self.comment()?,
                b'\'' => return self.text(b'\'').map(|text| Some(Token::Text(text))),
                b'`' | b'"' => return self.text(byte).map(|text| Some(Token::Name(text))),
                b'(' | b')' | b',' | b'=' | b'.' | b':' => return Ok(Some(Token::Sign(byte))),
                byte => return self.word(byte).map(|word| Some(Token::Word(word))),
            }
        }
    }

    /// Whatever stands in `/* … */`, also what mysqldump lets newer servers run.
    fn comment(&mut self) -> Result<(), ReadError> {
        let mut last = 0;
        while let Some(byte) = self.byte()? {
            if last == b'*' && byte == b'/' {
                return Ok(());
            }
            last = byte;
        }
        Ok(())
    }

    fn word(&mut self, first: u8) -> Result<String, ReadError> {
        let mut bytes = vec![first];
        while let Some(byte) = self.peek()? {
            let ends = byte.is_ascii_whitespace()
                || matches!(
                    byte,
                    b'(' | b')' | b',' | b';' | b'\'' | b'"' | b'`' | b'=' | b':'
                );
            if ends || bytes.len() > 1_000 {
                break;
            }
            self.byte()?;
            bytes.push(byte);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A quoted text: a mark inside it is written twice, or after a backslash.
    fn text(&mut self, mark: u8) -> Result<String, ReadError> {
        let mut bytes = Vec::new();
        loop {
            let Some(byte) = self.byte()? else {
                let element = format!("a text of line {}", self.at_line);
                return Err(ReadError::CutOff { element });
            };
            match byte {
                byte if byte == mark && self.peek()? == Some(mark) => {
                    self.byte()?;
                    bytes.push(mark);
                }
                byte if byte == mark => break,
                b'\\' if mark == b'\'' => {
                    if let Some(escape) = self.byte()? {
                        bytes.push(match escape {
                            b'n' => b'\n',
                            b'r' => b'\r',
                            b't' => b'\t',
                            b'0' => 0,
                            b'Z' => 0x1a,
                            other => other,
                        });
                    }
                }
                byte => bytes.push(byte),
            }
            if bytes.len() > MAX_BYTES {
                return Err(self.broken("a text does not end"));
            }
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
