//! Bytes as text.

use crate::warning::{WarningKind, Warnings};

/// What the bytes 0x80 to 0x9f are in windows-1252; those that are nothing stay as they are
/// (<https://encoding.spec.whatwg.org/index-windows-1252.txt>).
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text of a file, with `\n` at the ends of its lines and no byte order mark.
///
/// UTF-16 needs its mark. What is not UTF-8 is windows-1252, of which latin-1 is a part, unless most
/// of what is not ASCII is right in UTF-8: then only some characters are broken.
pub(crate) fn decode(bytes: &[u8], warnings: &mut Warnings) -> String {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes, warnings),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes, warnings),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest, warnings),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) if is_mostly_utf8(bytes) => utf8(bytes, warnings),
            Err(_) => {
                warnings.add(WarningKind::Encoding, 1);
                windows_1252(bytes)
            }
        },
    };
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, warnings: &mut Warnings) -> String {
    let (pairs, last) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let chars = char::decode_utf16(units).map(Result::ok);
    let broken_end = (!last.is_empty()).then_some(None);
    replaced(chars.chain(broken_end), warnings)
}

fn utf8(bytes: &[u8], warnings: &mut Warnings) -> String {
    let chars = bytes.utf8_chunks().flat_map(|chunk| {
        let broken = (!chunk.invalid().is_empty()).then_some(None);
        chunk.valid().chars().map(Some).chain(broken)
    });
    replaced(chars, warnings)
}

/// The characters, with a sign for each that is broken.
fn replaced(chars: impl Iterator<Item = Option<char>>, warnings: &mut Warnings) -> String {
    let mut line = 1;
    chars
        .map(|c| {
            line += usize::from(c == Some('\n'));
            c.unwrap_or_else(|| {
                warnings.add(WarningKind::Unreadable, line);
                char::REPLACEMENT_CHARACTER
            })
        })
        .collect()
}

fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut n_good, mut n_broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        n_good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        n_broken += usize::from(!chunk.invalid().is_empty());
    }
    n_good > n_broken
}

fn windows_1252(bytes: &[u8]) -> String {
    let letter = |byte: &u8| match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(*byte),
    };
    bytes.iter().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str, n_warnings: usize) {
        let mut warnings = Warnings::default();
        assert_eq!(decode(bytes, &mut warnings), expected);
        let n: usize = warnings.into_list().iter().map(|warning| warning.n).sum();
        assert_eq!(n, n_warnings);
    }

    #[test]
    fn encodings_are_told_by_their_marks_and_else_by_what_is_right_in_them() {
        check("é\r\nb\rc\n".as_bytes(), "é\nb\nc\n", 0);
        check(b"\xef\xbb\xbfa", "a", 0);
        check(b"\xff\xfea\0\xe9\0", "aé", 0);
        check(b"\xfe\xff\0a\xd8\x3d\xde\x04", "a😄", 0);
        check(b"caf\xe9 \x93x\x94 \x80", "café “x” €", 1);
        check(b"", "", 0);
    }

    #[test]
    fn broken_characters_are_told() {
        check(b"\xff\xfea\0\x3d\xd8b\0x", "a\u{fffd}b\u{fffd}", 2);
        check(
            "é ü ö \u{20ac}".as_bytes().split_last().unwrap().1,
            "é ü ö \u{fffd}",
            1,
        );
        check(b"\xef\xbb\xbfa\xe9", "a\u{fffd}", 1);
    }
}
