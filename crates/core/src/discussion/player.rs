//! Videos that can be played in their place: which links are of one, and the frame that plays it.
//!
//! A frame's address is made here from an id that was checked, letter by letter, and from nothing
//! else that a page or a reader wrote.

use url::Url;

/// Where frames come from: what the policy of our own pages lets in.
pub const ORIGINS: [&str; 3] = [
    "https://www.youtube-nocookie.com",
    "https://player.vimeo.com",
    "https://archive.org",
];

/// A frame that plays what a link leads to, once the reader asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Player {
    /// The address of the frame.
    pub frame: String,
    /// Where it comes from, for the reader who is asked.
    pub host: &'static str,
}

/// The player of a link, when it leads to a video of a provider that is known.
pub fn of(url: &str) -> Option<Player> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let mut path = url.path_segments()?;
    let (first, second) = (path.next().unwrap_or_default(), path.next());
    match host {
        "youtube.com" | "m.youtube.com" | "music.youtube.com" => match (first, second) {
            ("watch", None) => youtube(&parameter(&url, "v")?, &url),
            ("shorts" | "live" | "embed", Some(id)) => youtube(id, &url),
            _ => None,
        },
        "youtu.be" if second.is_none() => youtube(first, &url),
        "vimeo.com" if second.is_none_or(str::is_empty) => vimeo(first),
        "archive.org" if first == "details" => archive(second?),
        _ => None,
    }
}

fn youtube(id: &str, url: &Url) -> Option<Player> {
    let is_id = id.len() == 11 && id.bytes().all(is_plain);
    let start = parameter(url, "t").or_else(|| parameter(url, "start"));
    let start = start
        .and_then(|start| seconds(&start))
        .filter(|start| *start > 0);
    let from = start.map_or_else(String::new, |start| format!("?start={start}"));
    is_id.then(|| Player {
        frame: format!("https://www.youtube-nocookie.com/embed/{id}{from}"),
        host: "youtube-nocookie.com",
    })
}

fn vimeo(id: &str) -> Option<Player> {
    let is_id = (1..=12).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
    is_id.then(|| Player {
        frame: format!("https://player.vimeo.com/video/{id}?dnt=1"),
        host: "player.vimeo.com",
    })
}

fn archive(id: &str) -> Option<Player> {
    let is_id = (1..=100).contains(&id.len())
        && id.bytes().all(|b| is_plain(b) || b == b'.')
        && !id.starts_with('.');
    is_id.then(|| Player {
        frame: format!("https://archive.org/embed/{id}"),
        host: "archive.org",
    })
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs
        .find(|(own, _)| own == name)
        .map(|(_, value)| value.into_owned())
}

/// `90`, `90s` or `1h2m3s`.
fn seconds(text: &str) -> Option<u32> {
    let mut total: u32 = 0;
    let mut number = String::new();
    for c in text.chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        let n: u32 = number.parse().ok()?;
        total = total.checked_add(n.checked_mul(unit)?)?;
        number.clear();
    }
    match number.is_empty() {
        true => Some(total),
        false => total.checked_add(number.parse().ok()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(url: &str) -> Option<String> {
        of(url).map(|player| player.frame)
    }

    #[test]
    fn a_video_is_played_by_a_frame_of_our_own_making() {
        for (url, expected) in [
            (
                "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1m30s&list=x",
                "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=90",
            ),
            (
                "https://youtu.be/dQw4w9WgXcQ",
                "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
            ),
            (
                "https://youtube.com/shorts/dQw4w9WgXcQ?start=5",
                "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=5",
            ),
            (
                "https://vimeo.com/76979871",
                "https://player.vimeo.com/video/76979871?dnt=1",
            ),
            (
                "https://archive.org/details/night_of_the.living-dead",
                "https://archive.org/embed/night_of_the.living-dead",
            ),
        ] {
            assert_eq!(frame(url).as_deref(), Some(expected), "{url}");
        }
    }

    #[test]
    fn anything_else_is_a_link() {
        for url in [
            "https://www.youtube.com/watch?v=short",
            "https://www.youtube.com/watch?v=dQw4w9WgXc%22",
            "https://www.youtube.com/watch/more?v=dQw4w9WgXcQ",
            "https://www.youtube.com/@someone",
            "https://youtu.be/dQw4w9WgXcQ/more",
            "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
            "https://notyoutube.com/watch?v=dQw4w9WgXcQ",
            "https://vimeo.com/channels/staffpicks",
            "https://vimeo.com/12%2f34",
            "https://archive.org/details/../../x",
            "https://archive.org/details/a%2Fb",
            "https://archive.org/details",
            "https://news.example/",
            "nothing",
        ] {
            assert_eq!(frame(url), None, "{url}");
        }
        let start = "https://youtu.be/dQw4w9WgXcQ?t=99999999999999h";
        assert_eq!(
            frame(start).as_deref(),
            Some("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ")
        );
    }

    #[test]
    fn every_frame_comes_from_an_origin_that_is_named() {
        for url in [
            "https://youtu.be/dQw4w9WgXcQ",
            "https://vimeo.com/1",
            "https://archive.org/details/a",
        ] {
            let frame = Url::parse(&frame(url).unwrap()).unwrap();
            assert!(ORIGINS.contains(&&*frame.origin().ascii_serialization()));
        }
    }
}
