//! What an import did, for people and for the record.

use std::io::{self, Write};

/// What happened to the records of a file, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Pages that carry comments of the file.
    pub pages: u64,
    /// Comments that came in.
    pub added: u64,
    /// Of these, those that wait for a moderator.
    pub held: u64,
    /// Of these, those that are rejected, spam or removed, and so are not shown.
    pub hidden: u64,
    /// Comments that an earlier import brought.
    pub known: u64,
    /// Records that were left out.
    pub dropped: u64,
    /// Records that came in, but not as they were.
    pub changed: u64,
    /// Pages whose address is not on the site.
    pub elsewhere: u64,
}

/// Takes a line for each record that is left out or changed, with the reason.
///
/// Three columns with tabs between them: `dropped`, `changed` or, for a page whose address is not
/// on the site, `elsewhere`; the record as its own system names it; and the reason. The totals follow, a line each, with `total` in front.
pub struct Report<'w> {
    lines: Box<dyn Write + Send + 'w>,
    totals: Totals,
}

impl<'w> Report<'w> {
    /// A report that is written to `lines`.
    pub fn new(lines: impl Write + Send + 'w) -> Self {
        Self {
            lines: Box::new(lines),
            totals: Totals::default(),
        }
    }

    /// What happened so far.
    pub const fn totals(&self) -> Totals {
        self.totals
    }

    pub(super) fn totals_mut(&mut self) -> &mut Totals {
        &mut self.totals
    }

    pub(super) fn dropped(&mut self, record: &str, reason: &str) -> io::Result<()> {
        self.totals.dropped += 1;
        self.line("dropped", record, reason)
    }

    pub(super) fn changed(&mut self, record: &str, reason: &str) -> io::Result<()> {
        self.totals.changed += 1;
        self.line("changed", record, reason)
    }

    /// Write the totals. What was reported before stands, whether or not this is called.
    pub(super) fn finish(&mut self) -> io::Result<Totals> {
        let Totals {
            pages,
            added,
            held,
            hidden,
            known,
            dropped,
            changed,
            elsewhere,
        } = self.totals;
        for (name, n) in [
            ("pages", pages),
            ("added", added),
            ("held", held),
            ("hidden", hidden),
            ("known", known),
            ("dropped", dropped),
            ("changed", changed),
            ("elsewhere", elsewhere),
        ] {
            self.line("total", name, &n.to_string())?;
        }
        self.lines.flush()?;
        Ok(self.totals)
    }

    pub(super) fn elsewhere(&mut self, record: &str, reason: &str) -> io::Result<()> {
        self.totals.elsewhere += 1;
        self.line("elsewhere", record, reason)
    }

    fn line(&mut self, what: &str, record: &str, reason: &str) -> io::Result<()> {
        let one_line = |text: &str| text.replace(char::is_control, " ");
        writeln!(
            self.lines,
            "{what}\t{}\t{}",
            one_line(record),
            one_line(reason)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_cannot_break_out_of_its_line() {
        let mut lines = Vec::new();
        let mut report = Report::new(&mut lines);
        report.dropped("comment 1\ndropped\tx", "spam").unwrap();
        drop(report);
        assert_eq!(
            String::from_utf8(lines).unwrap(),
            "dropped\tcomment 1 dropped x\tspam\n"
        );
    }
}
