//! What an import did, for people and for the record.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};

use serde_json::json;

/// So many records are named with each reason in the summary.
const N_EXAMPLES: usize = 3;
/// So many reasons are told apart; the records of others are counted together.
const MAX_REASONS: usize = 1_000;
const OTHER_REASONS: &str = "other reasons, which the lines below name";

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
    /// Changes to records that came in.
    pub changed: u64,
    /// Records that came in without fields that have no place here.
    pub without: u64,
    /// Pages whose address is not on the site.
    pub elsewhere: u64,
}

impl Totals {
    /// Each count with its name.
    pub const fn named(&self) -> [(&'static str, u64); 9] {
        [
            ("pages", self.pages),
            ("added", self.added),
            ("held", self.held),
            ("hidden", self.hidden),
            ("known", self.known),
            ("dropped", self.dropped),
            ("changed", self.changed),
            ("without", self.without),
            ("elsewhere", self.elsewhere),
        ]
    }
}

/// What a line of the report says of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum What {
    Dropped,
    Changed,
    Without,
    Elsewhere,
}

impl What {
    const ALL: [Self; 4] = [Self::Dropped, Self::Changed, Self::Without, Self::Elsewhere];

    const fn word(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Changed => "changed",
            Self::Without => "without",
            Self::Elsewhere => "elsewhere",
        }
    }

    const fn heading(self) -> &'static str {
        match self {
            Self::Dropped => "Left out",
            Self::Changed => "Came in changed",
            Self::Without => "Came in without fields that have no place here",
            Self::Elsewhere => "Pages whose address is not on the site",
        }
    }
}

/// Records with one reason.
#[derive(Debug)]
struct Group {
    what: What,
    reason: String,
    n_records: u64,
    examples: Vec<String>,
}

/// Takes a line for each record that is left out or changed, with the reason; at the end it is
/// written with a summary before them.
///
/// What comes in is kept in a file of its own until then, so that a report may be of any length.
#[derive(Debug)]
pub struct Report {
    lines: BufWriter<File>,
    totals: Totals,
    groups: Vec<Group>,
    places: HashMap<(What, String), usize>,
    remarks: Vec<String>,
}

impl Report {
    /// A report with nothing in it.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            lines: BufWriter::new(tempfile::tempfile()?),
            totals: Totals::default(),
            groups: Vec::new(),
            places: HashMap::new(),
            remarks: Vec::new(),
        })
    }

    /// What happened so far.
    pub const fn totals(&self) -> Totals {
        self.totals
    }

    pub(super) fn totals_mut(&mut self) -> &mut Totals {
        &mut self.totals
    }

    /// A line about the import as a whole, once.
    pub fn remark(&mut self, remark: impl Into<String>) {
        let remark = one_line(&remark.into());
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// A record is left out.
    pub fn dropped(&mut self, record: &str, reason: &str) -> io::Result<()> {
        self.totals.dropped += 1;
        self.line(What::Dropped, record, reason)
    }

    pub(super) fn changed(&mut self, record: &str, reason: &str) -> io::Result<()> {
        self.totals.changed += 1;
        self.line(What::Changed, record, reason)
    }

    pub(super) fn without(&mut self, record: &str, fields: &str) -> io::Result<()> {
        self.totals.without += 1;
        self.line(What::Without, record, fields)
    }

    pub(super) fn elsewhere(&mut self, record: &str, reason: &str) -> io::Result<()> {
        self.totals.elsewhere += 1;
        self.line(What::Elsewhere, record, reason)
    }

    fn line(&mut self, what: What, record: &str, reason: &str) -> io::Result<()> {
        let (record, reason) = (one_line(record), one_line(reason));
        writeln!(self.lines, "{}\t{record}\t{reason}", what.word())?;
        let reason = match self.groups.len() < MAX_REASONS {
            true => reason,
            false if self.places.contains_key(&(what, reason.clone())) => reason,
            false => OTHER_REASONS.to_owned(),
        };
        let groups = &mut self.groups;
        let at = *self
            .places
            .entry((what, reason.clone()))
            .or_insert_with(|| {
                groups.push(Group {
                    what,
                    reason,
                    n_records: 0,
                    examples: Vec::new(),
                });
                groups.len() - 1
            });
        let group = &mut groups[at];
        group.n_records += 1;
        if group.examples.len() < N_EXAMPLES {
            group.examples.push(record);
        }
        Ok(())
    }

    /// Write the summary: what came, what did not, and why, with examples.
    pub fn write_summary(&self, out: &mut impl Write) -> io::Result<()> {
        let Totals {
            pages,
            added,
            held,
            hidden,
            known,
            ..
        } = self.totals;
        let (added, pages) = (counted(added, "comment"), counted(pages, "page"));
        writeln!(out, "Came in: {added} on {pages}")?;
        writeln!(out, "  {held} of them wait for a moderator")?;
        writeln!(
            out,
            "  {hidden} of them are not shown, being spam, rejected or removed"
        )?;
        writeln!(out, "Here already: {}", counted(known, "comment"))?;
        for remark in &self.remarks {
            writeln!(out, "{remark}")?;
        }
        for what in What::ALL {
            let mut groups: Vec<&Group> = self
                .groups
                .iter()
                .filter(|group| group.what == what)
                .collect();
            groups.sort_by_key(|group| std::cmp::Reverse(group.n_records));
            let n_records: u64 = groups.iter().map(|group| group.n_records).sum();
            writeln!(out, "{}: {n_records}", what.heading())?;
            for group in groups {
                let examples = group.examples.join("; ");
                writeln!(out, "  {} × {}", group.n_records, group.reason)?;
                writeln!(out, "      {examples}")?;
            }
        }
        Ok(())
    }

    /// Write the summary, and below it a line for each record: `dropped`, `changed`, `without` or
    /// `elsewhere`, the record as its own system names it, and the reason, with tabs between them.
    pub fn write_text(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.write_summary(out)?;
        writeln!(out, "\nEvery record:")?;
        self.each_line(|what, record, reason| writeln!(out, "{what}\t{record}\t{reason}"))?;
        out.flush()
    }

    /// Write the same as JSON.
    pub fn write_json(&mut self, out: &mut impl Write) -> io::Result<()> {
        let totals = self.totals.named().into_iter();
        let totals: serde_json::Map<_, _> = totals
            .map(|(name, n)| (name.to_owned(), json!(n)))
            .collect();
        let group = |group: &Group| {
            json!({
                "what": group.what.word(),
                "reason": group.reason,
                "records": group.n_records,
                "examples": group.examples,
            })
        };
        let reasons: Vec<_> = self.groups.iter().map(group).collect();
        let head =
            json!({"totals": totals, "remarks": self.remarks, "reasons": reasons}).to_string();
        write!(
            out,
            "{},\"records\":[",
            head.strip_suffix('}').unwrap_or(&head)
        )?;
        let mut comma = "";
        self.each_line(|what, record, reason| {
            let line = json!({"what": what, "record": record, "reason": reason});
            write!(out, "{}\n{line}", std::mem::replace(&mut comma, ","))
        })?;
        writeln!(out, "\n]}}")?;
        out.flush()
    }

    fn each_line(
        &mut self,
        mut give: impl FnMut(&str, &str, &str) -> io::Result<()>,
    ) -> io::Result<()> {
        self.lines.flush()?;
        let file = self.lines.get_mut();
        file.seek(SeekFrom::Start(0))?;
        for line in BufReader::new(&*file).lines() {
            let line = line?;
            let mut parts = line.splitn(3, '\t');
            let mut part = || parts.next().unwrap_or_default();
            give(part(), part(), part())?;
        }
        file.seek(SeekFrom::End(0))?;
        Ok(())
    }
}

/// Nothing breaks out of its line, or steers a terminal.
fn one_line(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace(is_hidden, " ")
}

/// So many of what is called `one`.
fn counted(n: u64, one: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {one}{s}")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn report() -> Report {
        let mut report = Report::new().unwrap();
        for id in 1..=5 {
            report
                .dropped(&format!("comment {id}"), "it is a pingback")
                .unwrap();
        }
        report
            .changed("comment 6\ndropped\tx", "cut \u{1b}[1m")
            .unwrap();
        report
    }

    #[test]
    fn a_report_begins_with_reasons_counts_and_examples() {
        let mut text = Vec::new();
        report().write_text(&mut text).unwrap();
        expect![[r#"
            Came in: 0 comments on 0 pages
              0 of them wait for a moderator
              0 of them are not shown, being spam, rejected or removed
            Here already: 0 comments
            Left out: 5
              5 × it is a pingback
                  comment 1; comment 2; comment 3
            Came in changed: 1
              1 × cut  [1m
                  comment 6 dropped x
            Came in without fields that have no place here: 0
            Pages whose address is not on the site: 0

            Every record:
            dropped	comment 1	it is a pingback
            dropped	comment 2	it is a pingback
            dropped	comment 3	it is a pingback
            dropped	comment 4	it is a pingback
            dropped	comment 5	it is a pingback
            changed	comment 6 dropped x	cut  [1m
        "#]]
        .assert_eq(&String::from_utf8(text).unwrap());
    }

    #[test]
    fn a_report_is_json_too() {
        let mut json = Vec::new();
        report().write_json(&mut json).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["totals"]["dropped"], 5);
        assert_eq!(json["reasons"][0]["records"], 5);
        assert_eq!(json["records"][5]["record"], "comment 6 dropped x");
    }

    #[test]
    fn reasons_beyond_many_are_counted_together() {
        let mut report = Report::new().unwrap();
        for id in 0..MAX_REASONS + 5 {
            report.dropped("comment", &format!("reason {id}")).unwrap();
        }
        let last = report.groups.last().unwrap();
        assert_eq!((last.reason.as_str(), last.n_records), (OTHER_REASONS, 5));
    }
}
