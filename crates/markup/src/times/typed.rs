//! Where what a tree says stands in the text as typed.

use std::ops::Range;

use comrak::nodes::Sourcepos;

/// A text as typed.
pub(super) struct TypedText<'t> {
    text: &'t str,
    /// Where each line begins.
    lines: Vec<usize>,
    /// The line that was looked at last; some nodes do not know theirs.
    line: usize,
    /// Where what was found last ends.
    done: usize,
}

impl<'t> TypedText<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        Self {
            text,
            lines: std::iter::once(0)
                .chain(ends.map(|(at, _)| at + 1))
                .collect(),
            line: 0,
            done: 0,
        }
    }

    /// Where `shown` stands that a node at `at` says: the next such place of its line. What was
    /// escaped is not found as it is shown; it stands somewhere in its line.
    pub(super) fn text(&mut self, at: Sourcepos, shown: &str) -> Range<usize> {
        let line = self.line(at);
        let column = line.start + at.start.column.saturating_sub(1);
        let from = [column, line.start].map(|from| from.max(self.done));
        let found = from
            .into_iter()
            .find_map(|from| self.find(from..line.end, shown));
        let found = found.unwrap_or(line);
        self.done = found.end;
        found
    }

    /// Where the link to `url` stands that begins and ends at `at`.
    pub(super) fn link(&mut self, at: Sourcepos, url: &str) -> Range<usize> {
        let line = self.line(at);
        let start = line.start + at.start.column.saturating_sub(1);
        let (last, column) = (at.end.line.wrapping_sub(1), at.end.column);
        let end = self.lines.get(last).map_or(0, |start| start + column);
        let is_there = |range: &Range<usize>| {
            let there = self.text.get(range.clone());
            there.is_some_and(|there| there.contains(url) || there.contains("]"))
        };
        let whole = Some(start..end).filter(is_there);
        whole
            .or_else(|| self.find(line.clone(), url))
            .unwrap_or(line)
    }

    fn find(&self, range: Range<usize>, shown: &str) -> Option<Range<usize>> {
        let start = range.start + self.text.get(range)?.find(shown)?;
        Some(start..start + shown.len())
    }

    fn line(&mut self, at: Sourcepos) -> Range<usize> {
        if (1..=self.lines.len()).contains(&at.start.line) {
            self.line = at.start.line - 1;
        }
        let start = self.lines[self.line];
        let next = self.lines.get(self.line + 1);
        start..next.copied().unwrap_or(self.text.len())
    }
}
