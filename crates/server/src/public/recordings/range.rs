//! Ranges of bytes, as RFC 9110 (section 14) writes them.

/// What a request wants of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordingByteRange {
    /// All of it.
    Whole,
    /// The bytes from `first` to `last`, both included.
    Part {
        /// The first byte.
        first: u64,
        /// The last byte.
        last: u64,
    },
    /// Only what is behind its end.
    Beyond,
}

/// Read the header `Range` for a file of `length` bytes. What is no range of bytes, and several ranges at
/// once, ask for the whole: RFC 9110 lets a server do so, and no player needs more.
pub(super) fn asked(range: Option<&str>, length: u64) -> RecordingByteRange {
    let Some(range) = range.and_then(|range| range.trim().strip_prefix("bytes=")) else {
        return RecordingByteRange::Whole;
    };
    let Some((first, last)) = range.split_once('-').filter(|_| !range.contains(',')) else {
        return RecordingByteRange::Whole;
    };
    let (first, last) = match (number(first), number(last)) {
        (Ok(None), Ok(Some(n))) => (length.saturating_sub(n), length.saturating_sub(1)),
        (Ok(Some(first)), Ok(last)) => {
            let end = length.saturating_sub(1);
            (first, last.map_or(end, |last| last.min(end)))
        }
        _ => return RecordingByteRange::Whole,
    };
    if range == "-0" || first >= length {
        return RecordingByteRange::Beyond;
    }
    match first <= last {
        true => RecordingByteRange::Part { first, last },
        false => RecordingByteRange::Whole,
    }
}

/// Digits, or nothing; more than there are bytes in the world count as that many.
fn number(text: &str) -> Result<Option<u64>, ()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(());
    }
    Ok(Some(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_rfc_9110_says() {
        let part = |first, last| RecordingByteRange::Part { first, last };
        for (range, expected) in [
            ("bytes=0-499", part(0, 499)),
            ("bytes=500-999", part(500, 999)),
            ("bytes=500-", part(500, 999)),
            ("bytes=-500", part(500, 999)),
            ("bytes=-5000", part(0, 999)),
            ("bytes=999-999", part(999, 999)),
            ("bytes=0-99999999999999999999999", part(0, 999)),
            ("bytes= 0 - 1 ", part(0, 1)),
            ("bytes=1000-", RecordingByteRange::Beyond),
            ("bytes=99999999999999999999999-", RecordingByteRange::Beyond),
            ("bytes=-0", RecordingByteRange::Beyond),
            ("bytes=5-4", RecordingByteRange::Whole),
            ("bytes=0-1,5-6", RecordingByteRange::Whole),
            ("bytes=-", RecordingByteRange::Whole),
            ("bytes=a-b", RecordingByteRange::Whole),
            ("bytes=0", RecordingByteRange::Whole),
            ("seconds=0-1", RecordingByteRange::Whole),
        ] {
            assert_eq!(asked(Some(range), 1_000), expected, "{range}");
        }
        assert_eq!(asked(None, 1_000), RecordingByteRange::Whole);
        assert_eq!(asked(Some("bytes=0-"), 0), RecordingByteRange::Beyond);
        assert_eq!(asked(Some("bytes=-5"), 0), RecordingByteRange::Beyond);
    }
}
