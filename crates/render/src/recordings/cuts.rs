//! What others made of a recording: which parts of it they left out.

use askama::Template;
use rejoinder_core::discussion::card;
use rejoinder_core::recordings::{
    CutComparison, CutPiece, OmittedStretch, Recording, RecordingState, Span, Stretch,
};

use crate::catalogue::{Catalogue, IsolatedName, fill};
use crate::html::Html;
use crate::recordings::content::{PlayerContent, TranscriptLine};
use crate::recordings::cut_of::CutOf;
use crate::recordings::time::{clock, seconds};
use crate::recordings::times::label;
use crate::recordings::wave::{WIDTH, x};

/// So much of what is said in a part stands in the table, in letters.
const EXCERPT: usize = 160;

/// Of this share on, in hundredths, a line of the transcript is said to be left out.
const MOST_OF: i64 = 50;

/// A bar of the picture, in its own units.
pub(crate) struct CutBar {
    pub(crate) x: i64,
    pub(crate) width: i64,
}

/// A row of the table.
pub(crate) struct CutRow {
    pub(crate) whole: Stretch,
    pub(crate) cut: Option<Stretch>,
    pub(crate) is_pause: bool,
    pub(crate) is_certain: bool,
    pub(crate) is_moved: bool,
    pub(crate) words: String,
}

impl CutRow {
    fn from(&self) -> String {
        nearest(self.whole.start_ms)
    }

    fn to(&self) -> String {
        nearest(self.whole.end_ms)
    }

    fn span(&self) -> String {
        let (start, end) = (self.whole.start_ms, self.whole.end_ms);
        format!("{},{}", seconds(start), seconds(end))
    }

    /// Where it is in the cut.
    fn in_cut(&self) -> String {
        self.cut.map_or_else(String::new, |cut| {
            format!("{} – {}", nearest(cut.start_ms), nearest(cut.end_ms))
        })
    }

    fn length(&self) -> String {
        nearest(self.whole.length_ms())
    }
}

/// A time to the nearest second: no comparison is more exact.
fn nearest(ms: i64) -> String {
    clock(ms + 500)
}

/// A cut as its template shows it.
#[derive(Template)]
#[template(path = "recordings/cut.html")]
pub(crate) struct CutView<'a> {
    texts: &'static Catalogue,
    cut: &'a Recording,
    comparison: Option<&'a CutComparison>,
    host: Option<&'a str>,
    rows: Vec<CutRow>,
}

/// Each cut of a recording, as HTML.
pub(crate) fn all(
    texts: &'static Catalogue,
    content: &PlayerContent<'_>,
    lines: &[TranscriptLine<'_>],
) -> Vec<Html<'static>> {
    let shown = content
        .cuts
        .iter()
        .filter(|of| of.cut.state != RecordingState::Refused);
    let html = shown.map(|of| {
        Html::of(&CutView {
            texts,
            cut: of.cut,
            comparison: of.comparison,
            host: of.cut.address.as_deref().and_then(card::host),
            rows: of
                .comparison
                .map_or_else(Vec::new, |found| rows(found, lines)),
        })
    });
    html.collect()
}

/// What is left out and what is kept, in the order of the recording.
fn rows(comparison: &CutComparison, lines: &[TranscriptLine<'_>]) -> Vec<CutRow> {
    let out = |part: &OmittedStretch| CutRow {
        whole: part.whole,
        cut: None,
        is_pause: part.is_pause,
        is_certain: true,
        is_moved: false,
        words: words(part.whole, lines),
    };
    let kept = |piece: &CutPiece| CutRow {
        whole: piece.whole,
        cut: Some(piece.cut),
        is_pause: false,
        is_certain: piece.is_certain,
        is_moved: piece.is_moved,
        words: String::new(),
    };
    let out = comparison.left_out.iter().map(out);
    let mut rows: Vec<CutRow> = out.chain(comparison.pieces.iter().map(kept)).collect();
    rows.sort_by_key(|row| (row.whole.start_ms, row.cut.is_some()));
    rows
}

/// What is said in a part of the recording: the lines most of which lie in it.
fn words(part: Stretch, lines: &[TranscriptLine<'_>]) -> String {
    let own = lines.iter().filter(|line| {
        let (start_ms, end_ms) = (line.start_ms, line.end_ms);
        let stretch = Stretch { start_ms, end_ms };
        let length = stretch.length_ms();
        length > 0 && stretch.shared_ms(part).saturating_mul(100) >= length.saturating_mul(MOST_OF)
    });
    let said = own.map(|line| line.text).collect::<Vec<_>>().join(" ");
    markup::excerpt(&said, EXCERPT)
}

impl CutView<'_> {
    fn title(&self) -> IsolatedName<'_> {
        IsolatedName(&self.cut.title)
    }

    fn summary(&self) -> String {
        let comparison = self.comparison;
        CutOf {
            cut: self.cut,
            comparison,
        }
        .summary(self.texts)
    }

    /// How fast the cut plays, where that is not as fast as the recording.
    fn tempo(&self) -> Option<String> {
        let faster = self.comparison?.faster_permille;
        let texts = &self.texts.recordings;
        let text = match faster {
            0 => return None,
            1.. => &texts.cut_faster,
            _ => &texts.cut_slower,
        };
        let tenths = faster.unsigned_abs();
        let percent = match tenths % 10 {
            0 => (tenths / 10).to_string(),
            rest => format!("{}.{rest}", tenths / 10),
        };
        Some(fill(text, &[("percent", &percent)]))
    }

    fn is_reordered(&self) -> bool {
        self.comparison.is_some_and(CutComparison::is_reordered)
    }

    fn has_rows(&self) -> bool {
        self.comparison
            .is_some_and(|found| !found.pieces.is_empty())
            && !self.rows.is_empty()
    }

    fn bars_label(&self) -> String {
        fill(self.texts.recordings.cut_bars, &[("title", &self.title())])
    }

    fn source(&self, host: &str) -> String {
        fill(self.texts.recordings.cut_source, &[("host", &host)])
    }

    fn play(&self, row: &CutRow) -> String {
        let ms = |ms| u64::try_from(ms).unwrap_or(0);
        let start_ms = ms(row.whole.start_ms);
        let end_ms = Some(ms(row.whole.end_ms));
        label(self.texts, Span { start_ms, end_ms })
    }

    /// How wide the bar of the cut is beside that of the recording.
    fn cut_width(&self) -> i64 {
        self.comparison
            .map_or(0, |found| x(found.cut_ms, found.whole_ms))
    }

    /// The bars of what is kept, in the recording and in the cut.
    fn kept(&self) -> Vec<(CutBar, CutBar)> {
        let Some(found) = self.comparison else {
            return Vec::new();
        };
        let bar = |stretch: Stretch| {
            let at = x(stretch.start_ms, found.whole_ms);
            let width = (x(stretch.end_ms, found.whole_ms) - at).max(1);
            CutBar { x: at, width }
        };
        let pieces = found.pieces.iter();
        pieces
            .map(|piece| (bar(piece.whole), bar(piece.cut)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(start_ms: i64, end_ms: i64, text: &str) -> TranscriptLine<'_> {
        TranscriptLine {
            start_ms,
            end_ms,
            speaker: None,
            text,
            cited: None,
            is_marked: false,
            is_locked: false,
            proposals: Vec::new(),
        }
    }

    #[test]
    fn a_line_is_left_out_when_half_of_it_is() {
        let lines = [
            line(0, 10_000, "One."),
            line(10_000, 20_000, "Two."),
            line(20_000, 30_000, "Three."),
        ];
        let part = |start_ms, end_ms| words(Stretch { start_ms, end_ms }, &lines);
        assert_eq!(part(5_000, 25_000), "One. Two. Three.");
        assert_eq!(part(5_001, 24_999), "Two.");
        assert_eq!(part(40_000, 50_000), "");
    }
}
