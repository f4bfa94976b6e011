//! What was measured, as a table for people and as JSON for programs.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::plan::{Plan, root};
use crate::work::{make, said, write};
use crate::{Result, clock, isso, nginx};

/// One line of the table.
#[derive(Debug, Default)]
pub(crate) struct ReportRow {
    pub(crate) what: String,
    pub(crate) ours: String,
    /// What it is held against, and its figure.
    pub(crate) other: String,
    pub(crate) ratio: Option<f64>,
    pub(crate) budget: Option<Budget>,
    /// Each round's figures.
    pub(crate) rounds: Value,
}

/// What was promised, and whether it was kept.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) text: &'static str,
    pub(crate) is_kept: bool,
}

/// A budget that is kept when `value` is at least `least`.
pub(crate) fn at_least(text: &'static str, value: f64, least: f64) -> Option<Budget> {
    Some(Budget {
        text,
        is_kept: value >= least,
    })
}

/// A budget that is kept when `value` is at most `most`.
pub(crate) fn at_most(text: &'static str, value: f64, most: f64) -> Option<Budget> {
    Some(Budget {
        text,
        is_kept: value <= most,
    })
}

/// The lines so far.
#[derive(Default)]
pub(crate) struct ReportRows(Vec<ReportRow>);

impl ReportRows {
    pub(crate) fn add(&mut self, row: ReportRow) {
        println!(
            "  {}: {}; {}{}",
            row.what,
            row.ours,
            row.other,
            row.verdict_with_gap()
        );
        self.0.push(row);
    }

    /// With what it was measured on.
    pub(crate) fn finish(self, plan: &Plan, took: Duration) -> Result<Report> {
        let commit = said("git", &["rev-parse", "--short=10", "HEAD"]);
        let changed = said(
            "git",
            &["status", "--porcelain", "--", "crates", "web", "Cargo.lock"],
        );
        let state = if changed.is_empty() {
            ""
        } else {
            ", with changes not committed"
        };
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpu.lines().find(|line| line.starts_with("model name"));
        let model = model
            .and_then(|line| line.split_once(": "))
            .map_or("", |(_, model)| model);
        let n_cores = std::thread::available_parallelism().map_or(0, usize::from);
        let wrk = said("wrk", &["-v"]);
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load: Vec<_> = load.split(' ').take(3).collect();
        let load = format!(
            "{} over the last 1, 5 and 15 minutes, this run included",
            load.join(", ")
        );
        let facts = vec![
            ("commit", format!("{commit}{state}")),
            ("date", clock::today()),
            (
                "machine",
                format!("{n_cores} cores, {model}, {}", said("uname", &["-sr"])),
            ),
            (
                "program",
                said(&plan.program.display().to_string(), &["--version"]),
            ),
            (
                "peers",
                format!("{}; {}", nginx::version(), isso::version()),
            ),
            (
                "readers",
                wrk.lines()
                    .next()
                    .unwrap_or_default()
                    .chars()
                    .take(40)
                    .collect(),
            ),
            (
                "rounds",
                format!("{} of {} s a side", plan.n_rounds, plan.load.as_secs()),
            ),
            ("load of the machine", load),
            ("took", format!("{} s", took.as_secs())),
        ];
        Ok(Report {
            rows: self.0,
            facts,
            commit,
        })
    }
}

/// All that a run has found.
pub(crate) struct Report {
    rows: Vec<ReportRow>,
    facts: Vec<(&'static str, String)>,
    commit: String,
}

impl ReportRow {
    const fn verdict(&self) -> &'static str {
        match &self.budget {
            Some(Budget { is_kept: true, .. }) => "pass",
            Some(_) => "**short**",
            None => "",
        }
    }

    fn verdict_with_gap(&self) -> String {
        let gap = if self.budget.is_some() { "; " } else { "" };
        format!("{gap}{}", self.verdict())
    }
}

impl Report {
    /// The lines, as Markdown.
    pub(crate) fn table(&self) -> String {
        let mut out = String::from(
            "| what | Rejoinder | held against | ratio | budget | |\n|---|---|---|---|---|---|\n",
        );
        for row in &self.rows {
            let ratio = row.ratio.map_or(String::new(), shown_ratio);
            let budget = row.budget.as_ref().map_or("", |budget| budget.text);
            let ReportRow {
                what, ours, other, ..
            } = row;
            let _ = writeln!(
                out,
                "| {what} | {ours} | {other} | {ratio} | {budget} | {} |",
                row.verdict()
            );
        }
        out
    }

    /// Keep it as `bench/results/DATE-COMMIT.md` and `.json`; the first is returned.
    pub(crate) fn write(&self, plan: &Plan) -> Result<PathBuf> {
        let folder = root().join("bench/results");
        make(&folder)?;
        let size = if plan.n_large > 1_000_000 { "-10m" } else { "" };
        let name = format!("{}-{}{size}{}", clock::today(), self.commit, plan.parts());
        let text = folder.join(format!("{name}.md"));
        let facts = self
            .facts
            .iter()
            .map(|(name, fact)| format!("- {name}: {fact}\n"));
        write(
            &text,
            format!(
                "# {name}\n\n{}\n{}",
                facts.collect::<String>(),
                self.table()
            ),
        )?;
        let rows: Vec<_> = self.rows.iter().map(ReportRow::json).collect();
        let facts: serde_json::Map<_, _> = self
            .facts
            .iter()
            .map(|(name, fact)| ((*name).to_owned(), Value::from(fact.as_str())))
            .collect();
        let whole = json!({ "facts": facts, "rows": rows });
        write(&folder.join(format!("{name}.json")), format!("{whole:#}\n"))?;
        Ok(text)
    }
}

impl ReportRow {
    fn json(&self) -> Value {
        json!({
            "what": self.what, "ours": self.ours, "held_against": self.other, "ratio": self.ratio,
            "budget": self.budget.as_ref().map(|budget| budget.text),
            "kept": self.budget.as_ref().map(|budget| budget.is_kept),
            "rounds": self.rounds,
        })
    }
}

fn shown_ratio(ratio: f64) -> String {
    if ratio < 10.0 {
        format!("{ratio:.2} ×")
    } else {
        format!("{ratio:.0} ×")
    }
}
