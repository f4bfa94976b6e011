//! The owner's overview: charts that are drawn on the server, each with its table.

use askama::Template;
use rejoinder_core::discussion::agreement::sides::NoSidesReason;
use rejoinder_core::{PageId, Time};

use crate::catalogue::{self, Catalogue, NewsroomTexts, fill};
use crate::newsroom::NewsroomFrame;
use crate::page::rendered;

/// The figures of a day.
#[derive(Debug, Clone, Copy)]
pub struct OverviewDay {
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

impl OverviewDay {
    const fn n_comments(&self) -> i64 {
        self.n_published + self.n_held + self.n_refused
    }

    fn within(&self, texts: &NewsroomTexts) -> String {
        let within = self.decided_within;
        within.map(|time| duration(texts, time)).unwrap_or_default()
    }

    fn date(&self, catalogue: &Catalogue) -> String {
        let noon = self.number.saturating_mul(86_400).saturating_add(43_200);
        let time = Time::from_micros(noon.saturating_mul(1_000_000));
        catalogue.date(time).to_string()
    }
}

/// A site's last weeks as a page.
#[derive(Debug, Template)]
#[template(path = "publication/overview.html")]
pub struct OverviewPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The server's own address, without a slash at the end.
    pub base: &'a str,
    /// One after the other, without a gap.
    pub days: &'a [OverviewDay],
    /// The pages with the most comments: id, headline, how many.
    pub top: &'a [(PageId, String, i64)],
    /// The middle time from a comment to a decision, in microseconds, and of how many.
    pub decision: Option<(i64, usize)>,
    /// The middle time from a correction to its being accepted, in microseconds, and of how many.
    pub corrected: Option<(i64, usize)>,
    /// The middle time for which corrections wait, and how many do.
    pub uncorrected: Option<(i64, usize)>,
    /// What became of the wish to let readers sort by what both sides like, where there is one.
    pub agreed: Option<AgreedSortStatus<'a>>,
    /// When the server's backup failed, if none was made since.
    pub backup_failed_at: Option<Time>,
}

/// Whether readers are offered the order of what both sides like, and why not.
#[derive(Debug, Clone, Copy)]
pub struct AgreedSortStatus<'a> {
    /// Whether votes against are taken, which are needed.
    pub takes_votes_against: bool,
    /// When the votes were looked at, and why there are no sides, where there are none.
    pub looked_at: Option<(Time, Option<NoSidesReason>)>,
    /// A page that brought too many votes: id, headline, how many percent of a day's, when that was found.
    pub crowd: Option<(PageId, &'a str, i64, Time)>,
}

impl AgreedSortStatus<'_> {
    fn sentence(&self, texts: &Catalogue) -> String {
        let own = &texts.agreement.owner;
        let text = match self.looked_at {
            _ if !self.takes_votes_against => own.voting,
            None => own.first,
            Some((_, None)) => own.found,
            Some((_, Some(NoSidesReason::TooFewReaders))) => own.too_few_readers,
            Some((_, Some(NoSidesReason::TooAlike))) => own.too_alike,
            Some((_, Some(NoSidesReason::OneSided))) => own.one_sided,
        };
        text.to_owned()
    }

    fn when(&self, texts: &Catalogue) -> Option<String> {
        let (at, _) = self.looked_at.filter(|_| self.takes_votes_against)?;
        let date = texts.date(at);
        Some(fill(texts.agreement.owner.looked_at, &[("date", &date)]))
    }

    fn alarm(&self, texts: &Catalogue) -> Option<String> {
        let (_, _, percent, at) = self.crowd?;
        Some(crowd(texts, texts.agreement.owner.crowd, percent, at))
    }
}

/// The sentence that one page brought too many of a day's votes.
pub(crate) fn crowd(texts: &Catalogue, text: &str, percent: i64, at: Time) -> String {
    fill(text, &[("n", &percent), ("date", &texts.date(at))])
}

/// A time in words, from microseconds.
fn duration(texts: &NewsroomTexts, micros: i64) -> String {
    let texts = &texts.charts;
    let minutes = micros / 60_000_000;
    let (text, n) = match minutes {
        ..1 => return texts.under_a_minute.to_owned(),
        1..120 => (&texts.minutes, minutes),
        120..2_880 => (&texts.hours, minutes / 60),
        _ => (&texts.days, minutes / 1_440),
    };
    fill(text, &[("n", &n)])
}

/// A chart of one figure for each day.
struct Chart {
    title: &'static str,
    /// What the colours of the first chart mean.
    has_legend: bool,
    bars: Vec<ChartBar>,
    /// What the highest bar stands for.
    most: String,
}

/// A bar of a chart, in the chart's own units.
struct ChartBar {
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
    fn catalogue(&self) -> &'static Catalogue {
        catalogue::of(self.frame.site.settings.language)
    }

    fn width(&self) -> usize {
        self.days.len() * STEP
    }

    fn most(&self, of: impl Fn(&OverviewDay) -> i64) -> i64 {
        self.days.iter().map(of).max().unwrap_or(0).max(1)
    }

    fn charts(&self) -> [Chart; 4] {
        let took = |day: &OverviewDay| day.decided_within.unwrap_or(0);
        let texts = &self.frame.texts().charts;
        let longest = duration(self.frame.texts(), self.most(took));
        let at_most = |text: &str, n| fill(text, &[("n", &self.catalogue().number(n))]);
        [
            Chart {
                title: texts.comments,
                has_legend: true,
                bars: self.comments(),
                most: at_most(texts.at_most_a_day, self.most(OverviewDay::n_comments)),
            },
            Chart {
                title: texts.votes,
                has_legend: false,
                bars: self.bars(|day| day.n_votes, "nr-published"),
                most: at_most(texts.at_most, self.most(|day| day.n_votes)),
            },
            Chart {
                title: texts.held,
                has_legend: false,
                bars: self.bars(|day| day.n_waited, "nr-held"),
                most: at_most(texts.at_most_a_day, self.most(|day| day.n_waited)),
            },
            Chart {
                title: texts.time,
                has_legend: false,
                bars: self.bars(took, "nr-published"),
                most: fill(texts.longest, &[("time", &longest)]),
            },
        ]
    }

    /// What readers see stands at the bottom, what waits on it, what was refused on top.
    fn comments(&self) -> Vec<ChartBar> {
        let most = self.most(OverviewDay::n_comments);
        let parts = |day: &OverviewDay| {
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
                bars.push(ChartBar {
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
    fn bars(&self, of: impl Fn(&OverviewDay) -> i64, class: &'static str) -> Vec<ChartBar> {
        let most = self.most(&of);
        let counted = self.days.iter().enumerate().map(|(at, day)| (at, of(day)));
        let shown = counted.filter(|(_, n)| *n > 0);
        let bar = |(at, n): (usize, i64)| {
            let height = n
                .saturating_mul(HEIGHT)
                .checked_div(most)
                .unwrap_or(0)
                .max(1);
            ChartBar {
                x: at * STEP,
                y: HEIGHT - height,
                height,
                class,
            }
        };
        shown.map(bar).collect()
    }

    fn backup_failed(&self) -> Option<String> {
        let at = self.backup_failed_at?;
        Some(fill(
            self.frame.texts().overview.backup_failed,
            &[("time", &at)],
        ))
    }

    /// How long corrections take and wait, in sentences.
    fn corrections(&self) -> Vec<String> {
        let texts = &self.frame.texts().overview;
        let of = [
            (&texts.time_to_correction, self.corrected),
            (&texts.corrections_wait, self.uncorrected),
        ];
        let told = of.into_iter().filter_map(|(text, figure)| {
            let (time, n) = figure?;
            let time = duration(self.frame.texts(), time);
            Some(fill(text, &[("time", &time), ("n", &n)]))
        });
        told.collect()
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
        let total = self.days.iter().map(OverviewDay::n_comments).sum();
        self.catalogue().number(total).to_string()
    }

    fn ends(&self) -> (String, String) {
        let date = |day: Option<&OverviewDay>| {
            let date = day.map(|day| day.date(self.catalogue()));
            date.unwrap_or_default()
        };
        (date(self.days.first()), date(self.days.last()))
    }

    /// The time to a decision in words.
    fn decided_within(&self) -> Option<String> {
        let (micros, n) = self.decision?;
        let texts = self.frame.texts();
        let time = duration(texts, micros);
        let form = texts
            .charts
            .decided
            .of(i64::try_from(n).unwrap_or(i64::MAX));
        Some(fill(form, &[("n", &n), ("time", &time)]))
    }
}

/// A site's last weeks as a page.
pub fn overview_page(page: &OverviewPage<'_>) -> String {
    rendered(page)
}
