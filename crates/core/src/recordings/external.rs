//! Recordings that are played elsewhere: which one an address leads to, and from where it plays.

use std::fmt;

use url::Url;

use super::provider::PlayerProvider;
use super::span::Span;

/// A recording that is played elsewhere. All its addresses have the same two parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExternalRecording {
    /// Who plays it.
    pub provider: PlayerProvider,
    /// What names it there, checked letter by letter: `dQw4w9WgXcQ`, `author/track`, `host/uuid`.
    pub id: String,
}

impl fmt::Display for ExternalRecording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.provider.as_str(), self.id)
    }
}

impl ExternalRecording {
    /// The recording that the address of a page or a player leads to, and the span that it names.
    pub fn parse(url: &str) -> Option<(Self, Option<Span>)> {
        let url = Url::parse(url).ok()?;
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let host = url.host_str()?;
        let host = host.strip_prefix("www.").unwrap_or(host);
        let path: Vec<&str> = url
            .path_segments()?
            .filter(|part| !part.is_empty())
            .collect();
        if host == "w.soundcloud.com" {
            return Self::parse_widget(&url, &path);
        }
        let (provider, id) = match host {
            "youtube.com" | "m.youtube.com" | "music.youtube.com" | "youtube-nocookie.com" => {
                (PlayerProvider::YouTube, youtube(&url, &path)?)
            }
            "youtu.be" => match path[..] {
                [id] => (PlayerProvider::YouTube, youtube_id(id)?),
                _ => return None,
            },
            "vimeo.com" | "player.vimeo.com" => (PlayerProvider::Vimeo, vimeo(&path)?),
            "soundcloud.com" | "m.soundcloud.com" => {
                (PlayerProvider::SoundCloud, soundcloud(&path)?)
            }
            "archive.org" => (PlayerProvider::InternetArchive, archive(&path)?),
            _ => (PlayerProvider::PeerTube, peertube(&url, &path)?),
        };
        Some((Self { provider, id }, span(&url)))
    }

    /// The player of `SoundCloud` is told of the track's own address.
    fn parse_widget(url: &Url, path: &[&str]) -> Option<(Self, Option<Span>)> {
        let inner = (path == ["player"]).then(|| parameter(url, "url"))??;
        let inner = Url::parse(&inner).ok()?;
        if !matches!(
            inner.host_str(),
            Some("soundcloud.com" | "www.soundcloud.com")
        ) {
            return None;
        }
        let (found, inside) = Self::parse(inner.as_str())?;
        Some((found, span(url).or(inside)))
    }
}

fn youtube(url: &Url, path: &[&str]) -> Option<String> {
    match path {
        ["watch"] => youtube_id(&parameter(url, "v")?),
        ["shorts" | "live" | "embed" | "v", id] => youtube_id(id),
        _ => None,
    }
}

fn youtube_id(id: &str) -> Option<String> {
    (id.len() == 11 && id.bytes().all(is_plain)).then(|| id.to_owned())
}

/// `ID`, `ID/SECRET`, `video/ID`, `channels/NAME/ID`, `groups/NAME/videos/ID`.
fn vimeo(path: &[&str]) -> Option<String> {
    let id = match path {
        ["video", id] | ["channels", _, id] | ["groups", _, "videos", id] | [id] => id,
        [id, secret] if secret.bytes().all(|b| b.is_ascii_hexdigit()) => id,
        _ => return None,
    };
    let is_id = (1..=12).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
    is_id.then(|| (*id).to_owned())
}

/// `AUTHOR/TRACK`, `AUTHOR/TRACK/SECRET`.
fn soundcloud(path: &[&str]) -> Option<String> {
    let (author, track) = match path {
        [author, track] => (author, track),
        [author, track, secret] if secret.starts_with("s-") => (author, track),
        _ => return None,
    };
    let is_name = |name: &str| name.len() <= 255 && name.bytes().all(is_plain);
    let is_list = SOUNDCLOUD_PLACES.contains(author) || SOUNDCLOUD_LISTS.contains(track);
    let is_track = is_name(author) && is_name(track) && !is_list;
    is_track.then(|| format!("{author}/{track}").to_ascii_lowercase())
}

/// What stands where an author does and is none.
const SOUNDCLOUD_PLACES: [&str; 8] = [
    "charts", "discover", "pages", "search", "stations", "stream", "tags", "you",
];

/// What stands where a track does and is none.
const SOUNDCLOUD_LISTS: [&str; 9] = [
    "albums",
    "comments",
    "followers",
    "following",
    "likes",
    "popular-tracks",
    "reposts",
    "sets",
    "tracks",
];

/// `details/ITEM`, `embed/ITEM`, and a file of an item, which is a recording of its own.
fn archive(path: &[&str]) -> Option<String> {
    let (item, file) = match path {
        ["details" | "embed", item] => (item, None),
        ["details" | "embed" | "download", item, file] => (item, Some(file)),
        _ => return None,
    };
    let is_item = |item: &str| {
        item.len() <= 100
            && item.bytes().all(|b| is_plain(b) || b == b'.')
            && !item.starts_with('.')
    };
    // An address that was parsed has nothing in it that would have to be escaped.
    let is_file = |file: &&&str| file.len() <= 255;
    let id = match file {
        Some(file) => format!("{item}/{}", Some(file).filter(is_file)?),
        None => (*item).to_owned(),
    };
    is_item(item).then_some(id)
}

/// `w/SHORT`, `videos/watch/ID`, `videos/embed/ID`, where the short id is the long one in other digits.
fn peertube(url: &Url, path: &[&str]) -> Option<String> {
    let (["w", id] | ["videos", "watch" | "embed", id]) = path else {
        return None;
    };
    let id = uuid(id).or_else(|| short_uuid(id))?;
    let (host, port) = (url.host_str()?, url.port());
    // The host is written into policies, too, where other letters would mean something.
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    if !host.bytes().all(is_name) {
        return None;
    }
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    Some(format!("{host}{port}/{id}"))
}

/// A UUID, without its dashes.
fn uuid(id: &str) -> Option<String> {
    let is_uuid = id.len() == 36
        && id.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        });
    is_uuid.then(|| id.replace('-', "").to_ascii_lowercase())
}

/// The digits of short ids: those that are not mistaken for others.
const DIGITS: &[u8; 58] = b"123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

fn short_uuid(id: &str) -> Option<String> {
    if !(20..=22).contains(&id.len()) {
        return None;
    }
    let mut uuid: u128 = 0;
    for letter in id.bytes() {
        let digit = DIGITS.iter().position(|digit| *digit == letter)?;
        uuid = uuid.checked_mul(58)?.checked_add(digit as u128)?;
    }
    Some(format!("{uuid:032x}"))
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// The span that an address names: in its fragment, or by what its player is told.
fn span(url: &Url) -> Option<Span> {
    let told = |name: &str| parameter(url, name).and_then(|value| Span::from_value(&value));
    let fragment = url.fragment().and_then(Span::from_fragment);
    let start = ["t", "start", "time_continue"].into_iter().find_map(told);
    let mut span = fragment.or(start)?;
    let end = ["end", "stop"].into_iter().find_map(told);
    if span.end_ms.is_none() {
        span.end_ms = end
            .map(|end| end.start_ms)
            .filter(|end| *end > span.start_ms);
    }
    Some(span)
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs
        .find(|(own, _)| own == name)
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `url` leads to, and the fragment of its span.
    fn read(url: &str) -> Option<(String, Option<String>)> {
        let (external, span) = ExternalRecording::parse(url)?;
        Some((external.to_string(), span.map(|span| span.to_string())))
    }

    #[track_caller]
    fn check(external: &str, urls: &[(&str, &str)]) {
        for (url, span) in urls {
            let span = (!span.is_empty()).then(|| format!("t={span}"));
            assert_eq!(read(url), Some((external.to_owned(), span)), "{url}");
        }
    }

    #[test]
    fn a_video_at_youtube_has_one_id_in_all_its_addresses() {
        check(
            "youtube:dQw4w9WgXcQ",
            &[
                ("https://youtu.be/dQw4w9WgXcQ", ""),
                ("https://youtu.be/dQw4w9WgXcQ?t=1349", "1349"),
                (
                    "http://www.youtube.com/watch?v=dQw4w9WgXcQ&t=22m29s",
                    "1349",
                ),
                (
                    "https://m.youtube.com/watch?app=x&v=dQw4w9WgXcQ&t=1h5s",
                    "3605",
                ),
                (
                    "https://music.youtube.com/watch?v=dQw4w9WgXcQ#t=1m30s",
                    "90",
                ),
                (
                    "https://www.youtube.com/embed/dQw4w9WgXcQ?start=90&end=100",
                    "90,100",
                ),
                (
                    "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=90&end=80",
                    "90",
                ),
                ("https://youtube.com/shorts/dQw4w9WgXcQ", ""),
                ("https://youtube.com/live/dQw4w9WgXcQ?t=90s", "90"),
                ("https://youtu.be/dQw4w9WgXcQ?t=soon", ""),
                ("https://youtu.be/dQw4w9WgXcQ?t=10#t=20,30", "20,30"),
            ],
        );
    }

    #[test]
    fn a_video_at_vimeo_has_one_id_in_all_its_addresses() {
        check(
            "vimeo:76979871",
            &[
                ("https://vimeo.com/76979871#t=1m30s", "90"),
                ("https://vimeo.com/76979871/", ""),
                ("https://vimeo.com/76979871/0f9a8b7c6d#t=90s", "90"),
                ("https://player.vimeo.com/video/76979871?h=x#t=90", "90"),
                ("https://vimeo.com/channels/staffpicks/76979871", ""),
                ("https://vimeo.com/groups/shorts/videos/76979871", ""),
            ],
        );
    }

    #[test]
    fn short_and_long_ids_of_peertube_are_one_video() {
        check(
            "peertube:framatube.org/9c9de5e80a1e484ab099e80766180a6d",
            &[
                (
                    "https://framatube.org/w/kkGMgK9ZtnKfYAgnEtQxbv?start=1m30s&stop=2m",
                    "90,120",
                ),
                (
                    "https://framatube.org/videos/watch/9c9de5e8-0a1e-484a-b099-e80766180a6d",
                    "",
                ),
                (
                    "https://framatube.org/videos/embed/9C9DE5E8-0a1e-484a-b099-e80766180a6d?start=90s",
                    "90",
                ),
            ],
        );
    }

    #[test]
    fn a_track_at_soundcloud_has_one_id_in_all_its_addresses() {
        check(
            "soundcloud:the-courier/episode-12",
            &[
                ("https://soundcloud.com/the-courier/episode-12#t=1:30", "90"),
                (
                    "https://soundcloud.com/The-Courier/episode-12?in=x/sets/y#t=1%3A30",
                    "90",
                ),
                (
                    "https://m.soundcloud.com/the-courier/episode-12/s-AbC?t=1:02:33",
                    "3753",
                ),
                (
                    "https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/the-courier/episode-12&color=x",
                    "",
                ),
            ],
        );
    }

    #[test]
    fn an_item_of_the_internet_archive_and_its_files_are_recordings() {
        check(
            "internet_archive:night_of_the.living-dead",
            &[
                ("https://archive.org/details/night_of_the.living-dead", ""),
                (
                    "https://archive.org/embed/night_of_the.living-dead?start=90",
                    "90",
                ),
            ],
        );
        check(
            "internet_archive:talks/one%20two.mp3",
            &[
                (
                    "https://archive.org/details/talks/one%20two.mp3?start=90.5",
                    "90.5",
                ),
                (
                    "https://archive.org/download/talks/one two.mp3#t=1,2",
                    "1,2",
                ),
            ],
        );
    }

    #[test]
    fn any_other_address_leads_to_none() {
        for url in [
            "https://www.youtube.com/watch?v=short",
            "https://www.youtube.com/watch?v=dQw4w9WgXc%22",
            "https://www.youtube.com/watch/more?v=dQw4w9WgXcQ",
            "https://www.youtube.com/@someone",
            "https://youtu.be/dQw4w9WgXcQ/more",
            "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
            "ftp://youtu.be/dQw4w9WgXcQ",
            "https://vimeo.com/channels/staffpicks",
            "https://vimeo.com/12%2f34",
            "https://vimeo.com/user/about",
            "https://soundcloud.com/the-courier",
            "https://soundcloud.com/the-courier/sets/all",
            "https://soundcloud.com/the-courier/likes",
            "https://soundcloud.com/you/library",
            "https://soundcloud.com/a/b%22",
            "https://w.soundcloud.com/player/?url=https%3A//youtu.be/dQw4w9WgXcQ",
            "https://w.soundcloud.com/player/?url=x",
            "https://archive.org/details",
            "https://archive.org/details/.x",
            "https://archive.org/download/x",
            "https://a.example/w/kkGMgK9ZtnKfYAgnEtQxb0",
            "https://a.example/w/zzzzzzzzzzzzzzzzzzzzzz9",
            "https://a.example/w/short",
            "https://a.example/videos/watch/9c9de5e8-0a1e-484a-b099-e80766180a6",
            "nothing",
            "",
        ] {
            assert_eq!(read(url), None, "{url}");
        }
    }
}
