//! The bytes of a file as lines of cells.

/// The longest cell that is kept, in characters.
const MAX_CELL: usize = 300;

/// The text of a file: UTF-8, or what banks wrote before it.
pub fn text_of(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // Windows-1252, as far as letters go.
        Err(_) => bytes
            .iter()
            .map(|byte| match byte {
                0x80 => '€',
                0x91 | 0x92 => '’',
                0x93 | 0x94 => '"',
                0x96 | 0x97 => '–',
                byte => char::from(*byte),
            })
            .collect(),
    }
}

/// What cells are separated by: what most of the first lines have in common.
pub(super) fn separator(text: &str) -> char {
    let lines: Vec<&str> = text.lines().take(30).collect();
    let count = |sign: char| {
        lines
            .iter()
            .map(|line| line.matches(sign).count())
            .sum::<usize>()
    };
    let by_count = |sign: &char| count(*sign);
    // A comma is in amounts, too.
    let clear = [';', '\t', '|'].into_iter().max_by_key(by_count);
    let in_each_line = |sign: &char| count(*sign) >= lines.len();
    clear.filter(in_each_line).unwrap_or(',')
}

/// The lines of a text as cells. A cell in quotation marks may hold anything, with the marks doubled.
pub(super) fn records(text: &str, separator: char) -> impl Iterator<Item = Vec<String>> {
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || {
        chars.peek()?;
        let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
        // Whether nothing can be seen of the cell so far; to look each time would take the square of it.
        let mut is_blank = true;
        while let Some(c) = chars.next() {
            match c {
                '"' if is_quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    cell.push('"');
                    is_blank = false;
                }
                '"' if is_quoted || is_blank => is_quoted = !is_quoted,
                '\r' if !is_quoted => {}
                '\n' if !is_quoted => break,
                c if c == separator && !is_quoted => {
                    cells.push(kept(&std::mem::take(&mut cell)));
                    is_blank = true;
                }
                c => {
                    cell.push(c);
                    is_blank &= c.is_whitespace();
                }
            }
        }
        cells.push(kept(&cell));
        Some(cells)
    })
}

fn kept(cell: &str) -> String {
    let words = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    words
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_CELL)
        .collect()
}
