//! Times of a recording, as people read them.

/// Milliseconds as `3:48` or, from an hour on, `1:02:33`.
pub(crate) fn clock(ms: i64) -> String {
    let s = ms.max(0) / 1_000;
    let (h, m, s) = (s / 3_600, s / 60 % 60, s % 60);
    match h {
        0 => format!("{m}:{s:02}"),
        h => format!("{h}:{m:02}:{s:02}"),
    }
}

/// Milliseconds as a fragment of a media address names them: seconds, with as many decimals as needed
/// (Media Fragments URI 1.0).
pub(crate) fn seconds(ms: i64) -> String {
    let (s, rest) = (ms.max(0) / 1_000, ms.max(0) % 1_000);
    match rest {
        0 => s.to_string(),
        rest => format!("{s}.{rest:03}").trim_end_matches('0').to_owned(),
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
