//! The owner's overview: charts that are drawn on the server, each with its table.

use askama::Template;
use rejoinder_core::publication::language::Language;
use rejoinder_core::{PageId, Time};

use crate::newsroom::Frame;
use crate::page::rendered;
use crate::words;

/// The figures of a day.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// Days since 1970.
    pub number: i64,
    /// Comments that readers see.
    pub n_published: i64,
    /// Comments that wait.
    pub n_held: i64,
    /// Comments that were refused or removed.
    pub n_refused: i64,
    /// Votes on the comments of the day.
    pub n_votes: i64,
    /// Comments that had to wait, from this day on.
    pub n_waited: i64,
    /// The middle time from a comment to the first decision on it, in microseconds, of those decided on
    /// this day.
    pub decided_within: Option<i64>,
}

impl Figures {
    const fn n_comments(&self) -> i64 {
        self.n_published + self.n_held + self.n_refused
    }

    fn within(&self) -> String {
        self.decided_within.map(duration).unwrap_or_default()
    }

    fn date(&self) -> String {
        let noon = self.number.saturating_mul(86_400).saturating_add(43_200);
        let time = Time::from_micros(noon.saturating_mul(1_000_000));
        words::of(Language::English).date(time).to_string()
    }
}

/// A site's last weeks as a page.
#[derive(Debug, Template)]
#[template(path = "publication/overview.html")]
pub struct OverviewPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame<'a>,
    /// One after the other, without a gap.
    pub days: &'a [Figures],
    /// The pages with the most comments: id, headline, how many.
    pub top: &'a [(PageId, String, i64)],
    /// The middle time from a comment to a decision, in microseconds, and of how many.
    pub decision: Option<(i64, usize)>,
}

/// A time in words, from microseconds.
fn duration(micros: i64) -> String {
    let minutes = micros / 60_000_000;
    match minutes {
        ..1 => "less than a minute".to_owned(),
        1..120 => format!("{minutes} min"),
        120..2_880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}

/// A number in groups of three.
fn count(n: i64) -> String {
    words::of(Language::English).number(n).to_string()
}

/// A chart of one figure for each day.
struct Chart {
    title: &'static str,
    /// What the colours of the first chart mean.
    has_legend: bool,
    bars: Vec<Bar>,
    /// What the highest bar stands for.
    most: String,
}

/// A bar of a chart, in the chart's own units.
struct Bar {
    x: usize,
    y: i64,
    height: i64,
    class: &'static str,
}

/// How high charts are.
const HEIGHT: i64 = 100;

/// From one bar to the next.
const STEP: usize = 10;

impl OverviewPage<'_> {
    fn width(&self) -> usize {
        self.days.len() * STEP
    }

    fn most(&self, of: impl Fn(&Figures) -> i64) -> i64 {
        self.days.iter().map(of).max().unwrap_or(0).max(1)
    }

    fn charts(&self) -> [Chart; 4] {
        let took = |day: &Figures| day.decided_within.unwrap_or(0);
        [
            Chart {
                title: "Comments by day",
                has_legend: true,
                bars: self.comments(),
                most: format!("at most {} a day", count(self.most(Figures::n_comments))),
            },
            Chart {
                title: "Votes, by the day of the comment",
                has_legend: false,
                bars: self.bars(|day| day.n_votes, "nr-published"),
                most: format!("at most {}", count(self.most(|day| day.n_votes))),
            },
            Chart {
                title: "Held for a decision, by day",
                has_legend: false,
                bars: self.bars(|day| day.n_waited, "nr-held"),
                most: format!("at most {} a day", count(self.most(|day| day.n_waited))),
            },
            Chart {
                title: "Time to a decision, the middle one of each day",
                has_legend: false,
                bars: self.bars(took, "nr-published"),
                most: format!("the longest: {}", duration(self.most(took))),
            },
        ]
    }

    /// What readers see stands at the bottom, what waits on it, what was refused on top.
    fn comments(&self) -> Vec<Bar> {
        let most = self.most(Figures::n_comments);
        let parts = |day: &Figures| {
            [
                (day.n_published, "nr-published"),
                (day.n_held, "nr-held"),
                (day.n_refused, "nr-refused"),
            ]
        };
        let mut bars = Vec::new();
        for (at, day) in self.days.iter().enumerate() {
            let mut below = 0;
            for (n, class) in parts(day) {
                let (low, high) = (below * HEIGHT / most, (below + n) * HEIGHT / most);
                below += n;
                bars.push(Bar {
                    x: at * STEP,
                    y: HEIGHT - high,
                    height: high - low,
                    class,
                });
            }
        }
        bars.retain(|bar| bar.height > 0);
        bars
    }

    /// What is there at all can be seen.
    fn bars(&self, of: impl Fn(&Figures) -> i64, class: &'static str) -> Vec<Bar> {
        let most = self.most(&of);
        let counted = self.days.iter().enumerate().map(|(at, day)| (at, of(day)));
        let shown = counted.filter(|(_, n)| *n > 0);
        let bar = |(at, n): (usize, i64)| {
            let height = n
                .saturating_mul(HEIGHT)
                .checked_div(most)
                .unwrap_or(0)
                .max(1);
            Bar {
                x: at * STEP,
                y: HEIGHT - height,
                height,
                class,
            }
        };
        shown.map(bar).collect()
    }

    /// How long the bar of a page is, of a hundred.
    fn share(&self, n: &i64) -> i64 {
        let most = self.top.iter().map(|(_, _, n)| *n).max().unwrap_or(1);
        (n * 100 / most.max(1)).max(1)
    }

    fn is_empty(&self) -> bool {
        self.days.iter().all(|day| day.n_comments() == 0)
    }

    fn total(&self) -> String {
        count(self.days.iter().map(Figures::n_comments).sum())
    }

    fn ends(&self) -> (String, String) {
        let date = |day: Option<&Figures>| day.map(Figures::date).unwrap_or_default();
        (date(self.days.first()), date(self.days.last()))
    }

    /// The time to a decision in words.
    fn decided_within(&self) -> Option<String> {
        let (micros, n) = self.decision?;
        let time = duration(micros);
        let comments = match n {
            1 => "1 comment".to_owned(),
            n => format!("{n} comments"),
        };
        Some(format!(
            "From a comment to the first decision on it: {time}, the middle of {comments}."
        ))
    }
}

/// A site's last weeks as a page.
pub fn overview_page(page: &OverviewPage<'_>) -> String {
    rendered(page)
}
