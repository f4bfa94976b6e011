//! What is known of a recording, for those who read along.

use captions::{Chapter, Transcript};
use rejoinder_core::recordings::{Proposal, Recording, Span, TranscriptLock, TranscriptStatus};
use rejoinder_core::{CommentId, PageKey};

use crate::recordings::cut_of::CutOf;
use crate::recordings::time::clock;

/// A part of a recording that a comment speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitedPart {
    /// The comment.
    pub comment: CommentId,
    /// Where the part begins.
    pub start_ms: i64,
    /// Where it ends, if the comment says so.
    pub end_ms: Option<i64>,
}

/// A recording with everything that there is to read of it.
#[derive(Debug, Clone)]
pub struct PlayerContent<'a> {
    /// The recording.
    pub recording: &'a Recording,
    /// The page that it stands with.
    pub key: &'a PageKey,
    /// What is said in it, and how much that can be relied on.
    pub transcript: Option<(&'a Transcript, TranscriptStatus)>,
    /// The parts that it is divided into.
    pub chapters: &'a [Chapter],
    /// Its loudest samples, in slices of equal length.
    pub wave_form: &'a [u8],
    /// Where comments speak of it, in its order.
    pub cited: &'a [CitedPart],
    /// What readers propose to correct, in its order.
    pub proposals: &'a [Proposal],
    /// The parts that take no such proposals.
    pub locks: &'a [TranscriptLock],
    /// What others made of it.
    pub cuts: &'a [CutOf<'a>],
    /// The part that a link leads to.
    pub marked: Option<Span>,
}

/// A line of the transcript.
pub(crate) struct TranscriptLine<'a> {
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
    /// Who speaks, where it is another one than before.
    pub(crate) speaker: Option<&'a str>,
    pub(crate) text: &'a str,
    /// The first comment that speaks of it, and how many do.
    pub(crate) cited: Option<(CommentId, i64)>,
    pub(crate) is_marked: bool,
    pub(crate) is_locked: bool,
    /// What readers propose it to say, and lines that they miss behind it.
    pub(crate) proposals: Vec<&'a Proposal>,
}

/// A place of the recording that comments speak of.
pub(crate) struct CitedPlace {
    pub(crate) start_ms: i64,
    pub(crate) first: CommentId,
    pub(crate) n: i64,
}

impl CitedPlace {
    pub(crate) fn clock(&self) -> String {
        clock(self.start_ms)
    }
}

/// The places of the strip are so many at most, and each at least so long.
const N_PLACES: i64 = 60;
const LEAST_MS: i64 = 5_000;

impl PlayerContent<'_> {
    pub(crate) fn duration_ms(&self) -> i64 {
        let last = self.cited.iter().map(|cited| cited.start_ms).max();
        self.recording.duration_ms.or(last).unwrap_or(0)
    }

    pub(crate) fn lines(&self) -> Vec<TranscriptLine<'_>> {
        let Some((transcript, _)) = self.transcript else {
            return Vec::new();
        };
        let end_of_all = self.recording.duration_ms.unwrap_or(i64::MAX);
        let mut before = None;
        let cues = transcript.cues();
        let mut lines = Vec::with_capacity(cues.len());
        for (at, cue) in cues.iter().enumerate() {
            let start_ms = as_ms(cue.start_ms);
            let end_ms = transcript.end_ms(at).map_or(end_of_all, as_ms);
            let speaker = cue.speaker.as_deref().filter(|name| before != Some(*name));
            before = cue.speaker.as_deref().or(before);
            lines.push(TranscriptLine {
                start_ms,
                end_ms,
                speaker,
                text: &cue.text,
                cited: self.cited_between(start_ms, end_ms),
                is_marked: self.is_marked(start_ms, end_ms),
                is_locked: self
                    .locks
                    .iter()
                    .any(|lock| lock.touches(start_ms, Some(end_ms))),
                proposals: Vec::new(),
            });
        }
        for proposal in self.proposals {
            let text = proposal.before.as_ref().map(|said| said.text.as_str());
            let is_own = |line: &TranscriptLine<'_>| {
                line.start_ms == proposal.start_ms && text.is_none_or(|text| text == line.text)
            };
            let before = lines.partition_point(|line| line.start_ms <= proposal.start_ms);
            let nth = lines.iter().position(is_own);
            if let Some(line) = lines.get_mut(nth.unwrap_or(before.saturating_sub(1))) {
                line.proposals.push(proposal);
            }
        }
        lines
    }

    /// How many comments speak of what is between two times, and the first of them.
    fn cited_between(&self, start_ms: i64, end_ms: i64) -> Option<(CommentId, i64)> {
        let mut own = self.cited.iter().filter(|cited| {
            let until = cited.end_ms.unwrap_or(cited.start_ms + 1);
            cited.start_ms < end_ms && until > start_ms
        });
        let first = own.next()?.comment;
        let mut others: Vec<CommentId> = own.map(|cited| cited.comment).collect();
        others.push(first);
        others.sort_unstable();
        others.dedup();
        Some((first, i64::try_from(others.len()).unwrap_or(i64::MAX)))
    }

    fn is_marked(&self, start_ms: i64, end_ms: i64) -> bool {
        self.marked.is_some_and(|span| {
            let from = as_ms(span.start_ms);
            let to = span.end_ms.map_or(from + 1, as_ms);
            start_ms < to && end_ms > from
        })
    }

    /// Where comments speak, as few places that stand apart.
    pub(crate) fn places(&self) -> Vec<CitedPlace> {
        let step = (self.duration_ms() / N_PLACES).max(LEAST_MS);
        let mut places: Vec<(i64, CitedPlace)> = Vec::new();
        for cited in self.cited {
            let slot = cited.start_ms / step;
            match places.last_mut() {
                Some((own, place)) if *own == slot => place.n += 1,
                _ => places.push((
                    slot,
                    CitedPlace {
                        start_ms: cited.start_ms,
                        first: cited.comment,
                        n: 1,
                    },
                )),
            }
        }
        places.into_iter().map(|(_, place)| place).collect()
    }
}

fn as_ms(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}
