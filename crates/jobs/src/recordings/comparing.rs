//! A cut beside the recording that it was made from.

use media::compare::{Confidence, OmittedContent, TimeSpan};
use media::{Cut, DecodedSound, Fingerprint, compare};
use rejoinder_core::recordings::{CutComparison, CutPiece, OmittedStretch, Stretch};

/// What `cut` holds of `whole`. What may well be an accident is not told.
/// Calls `progress` with the share that is done.
pub(super) fn comparison(
    whole: &Fingerprint,
    cut: &DecodedSound,
    mut progress: impl FnMut(f64),
) -> CutComparison {
    let cut = Cut {
        fingerprint: &cut.fingerprint,
        samples: &cut.samples,
    };
    let found = compare(whole, cut, &mut progress);
    let told = found
        .pieces
        .iter()
        .filter(|piece| piece.confidence != Confidence::Possible);
    let pieces = told.map(|piece| CutPiece {
        whole: stretch(piece.full),
        cut: stretch(piece.cut),
        is_certain: piece.confidence == Confidence::Certain,
        is_moved: piece.is_moved,
    });
    let left_out = found.omissions.iter().map(|part| OmittedStretch {
        whole: stretch(part.full),
        is_pause: part.content == OmittedContent::Pause,
    });
    CutComparison {
        whole_ms: ms(found.full_ms),
        cut_ms: ms(found.cut_ms),
        pieces: pieces.collect(),
        left_out: left_out.collect(),
        faster_permille: found.speed_permille(),
    }
}

fn stretch(span: TimeSpan) -> Stretch {
    Stretch {
        start_ms: ms(span.start_ms),
        end_ms: ms(span.end_ms),
    }
}

fn ms(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}
