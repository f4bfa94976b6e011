//! What is not in a cut, and what is in none of several.

use super::ComparedSound;
use super::result::{Comparison, Omission, OmittedContent};
use super::span::{TimeSpan, union};
use crate::fingerprint::HOP_MS;

/// What lies between two omissions that are one: a sliver.
const SLIVER_MS: u64 = 500;

/// Less is the error of two boundaries.
const MIN_MS: u64 = 150;

/// Returns what is in no piece.
pub(super) fn omissions(
    full: ComparedSound<'_>,
    kept: impl Iterator<Item = TimeSpan>,
) -> Vec<Omission> {
    let kept = union(kept);
    if kept.is_empty() {
        return Vec::new();
    }
    let missing = complement(&kept, full.words.len() as u64 * HOP_MS);
    let content = |span| {
        if is_pause(full, span) {
            OmittedContent::Pause
        } else {
            OmittedContent::Sound
        }
    };
    missing
        .into_iter()
        .map(|full| Omission {
            full,
            content: content(full),
        })
        .collect()
}

/// Returns what every one of several cuts of one recording leaves out. Cuts in which nothing was found
/// do not count.
pub fn omitted_by_all<'a>(cuts: impl IntoIterator<Item = &'a Comparison>) -> Vec<TimeSpan> {
    let cuts = cuts.into_iter().filter(|cut| !cut.pieces.is_empty());
    let all = cuts.map(|cut| cut.omissions.iter().map(|omission| omission.full).collect());
    let shared = all.reduce(|a: Vec<TimeSpan>, b: Vec<TimeSpan>| {
        let shared = |a: &TimeSpan, b: &TimeSpan| TimeSpan {
            start_ms: a.start_ms.max(b.start_ms),
            end_ms: a.end_ms.min(b.end_ms),
        };
        let pairs = a.iter().flat_map(|a| b.iter().map(move |b| shared(a, b)));
        pairs
            .filter(|span| span.start_ms + MIN_MS <= span.end_ms)
            .collect()
    });
    shared.unwrap_or_default()
}

fn complement(kept: &[TimeSpan], end_ms: u64) -> Vec<TimeSpan> {
    let ends = kept.iter().map(|span| span.end_ms);
    let starts = kept.iter().map(|span| span.start_ms).chain([end_ms]);
    let gaps = [0]
        .into_iter()
        .chain(ends)
        .zip(starts)
        .filter(|(start, end)| start + MIN_MS <= *end);
    let mut missing: Vec<TimeSpan> = Vec::new();
    for (start_ms, end_ms) in gaps {
        match missing.last_mut() {
            Some(last) if start_ms < last.end_ms + SLIVER_MS => last.end_ms = end_ms,
            _ => missing.push(TimeSpan { start_ms, end_ms }),
        }
    }
    missing
}

/// Tells whether `span` is nothing but a pause. Its edges may not be: they are as sharp as boundaries
/// are.
fn is_pause(full: ComparedSound<'_>, span: TimeSpan) -> bool {
    let words = (span.start_ms / HOP_MS) as i64..(span.end_ms / HOP_MS) as i64;
    let n_edge = (words.end - words.start).unsigned_abs() as usize / 3;
    words.filter(|t| !full.is_pause(*t)).count() <= n_edge.min(12)
}
