//! How far a long command is: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal as _, stderr};

use archive::Reached;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::note;

/// Elsewhere than on a terminal, a line comes after so many percent.
const STEP_PERCENT: u64 = 10;

/// How far a command is.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    next_percent: u64,
}

impl Progress {
    /// Nothing is done yet of what is counted in bytes.
    pub(crate) fn new() -> Self {
        Self::of("{bytes} of {total_bytes}")
    }

    /// Nothing is done yet of what is counted in rows.
    pub(crate) fn of_rows() -> Self {
        Self::of("{human_pos} of {human_len} rows")
    }

    fn of(counted: &str) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let template = format!("{{bar:30}} {{percent:>3}} %  {counted}  {{eta}} left  {{msg}}");
            let style = ProgressStyle::with_template(&template);
            if let Ok(style) = style {
                bar.set_style(style.progress_chars("━━ "));
            }
            bar
        });
        Self {
            bar,
            next_percent: STEP_PERCENT,
        }
    }

    /// `n_done` of `n_total` bytes or rows are done.
    pub(crate) fn at(&mut self, n_done: u64, n_total: u64) {
        self.tell(n_done, n_total, String::new());
    }

    /// `n_done` of `n_total` bytes are done, and so many of the comments that they hold.
    pub(crate) fn at_comments(&mut self, n_done: u64, n_total: u64, reached: Reached) {
        let n_comments = HumanCount(reached.n_comments());
        let about = match reached {
            Reached::Reading { .. } => format!("{n_comments} comments read"),
            Reached::Writing { .. } => format!("{n_comments} comments"),
        };
        self.tell(n_done, n_total, about);
    }

    /// `n_done` of `n_total` bytes are done, which held `n_rows`.
    pub(crate) fn at_rows(&mut self, n_done: u64, n_total: u64, n_rows: u64) {
        self.tell(n_done, n_total, format!("{} rows", HumanCount(n_rows)));
    }

    fn tell(&mut self, n_done: u64, n_total: u64, about: String) {
        if let Some(bar) = &self.bar {
            bar.set_length(n_total);
            bar.set_position(n_done);
            bar.set_message(about);
            return;
        }
        let percent = (n_done * 100).checked_div(n_total).unwrap_or(100);
        if percent >= self.next_percent && percent < 100 {
            let comma = if about.is_empty() { "" } else { ", " };
            note(format_args!("{percent} %{comma}{about}"));
            self.next_percent = percent - percent % STEP_PERCENT + STEP_PERCENT;
        }
    }

    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
