//! Times of a recording, as people read them.

use rejoinder_core::recordings::Span;

/// Milliseconds as `3:48` or, from an hour on, `1:02:33`.
pub(crate) fn clock(ms: i64) -> String {
    from(ms).clock()
}

/// Milliseconds as a fragment of a media address names them: in seconds.
pub(crate) fn seconds(ms: i64) -> String {
    from(ms).start().to_string()
}

fn from(ms: i64) -> Span {
    Span {
        start_ms: u64::try_from(ms).unwrap_or(0),
        end_ms: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_players_write_it() {
        for (ms, expected) in [
            (0, "0:00"),
            (228_999, "3:48"),
            (3_599_999, "59:59"),
            (3_600_000, "1:00:00"),
            (3_753_000, "1:02:33"),
            (-5, "0:00"),
        ] {
            assert_eq!(clock(ms), expected);
        }
    }

    #[test]
    fn an_address_names_a_time_in_seconds() {
        assert_eq!(seconds(228_000), "228");
        assert_eq!(seconds(228_500), "228.5");
        assert_eq!(seconds(228_005), "228.005");
    }
}
