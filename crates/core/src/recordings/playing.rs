//! Players elsewhere: the frame that plays a recording in its place, once a reader asks for it.

use url::Url;

use super::external::ExternalRecording;
use super::provider::PlayerProvider;

/// A frame that plays a recording. Its address is made here from an id that was checked, letter by letter,
/// and from nothing else that anybody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedPlayer {
    /// The address of the frame.
    pub frame: String,
    /// Where it comes from: what the policy of a page has to let in.
    pub origin: String,
    /// The same for the reader who is asked.
    pub host: String,
    /// How it is told where to begin.
    pub seek: PlayerSeek,
}

/// How a player is told where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlayerSeek {
    /// By `start` in the query of its address, in seconds.
    Query,
    /// By `t` in the fragment of its address.
    Fragment,
    /// By a message, once it says that it plays.
    Message,
}

impl PlayerSeek {
    /// Its word, as scripts know it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::Message => "message",
        }
    }
}

impl EmbeddedPlayer {
    /// What plays the recording at `address`, which an editor gave.
    pub fn of(address: &str) -> Option<Self> {
        let (external, _) = ExternalRecording::parse(address)?;
        let id = external.id.as_str();
        let (frame, seek) = match external.provider {
            PlayerProvider::YouTube => (
                format!("https://www.youtube-nocookie.com/embed/{id}"),
                PlayerSeek::Query,
            ),
            PlayerProvider::Vimeo => (
                format!("https://player.vimeo.com/video/{id}?dnt=1"),
                PlayerSeek::Fragment,
            ),
            PlayerProvider::InternetArchive => {
                (format!("https://archive.org/embed/{id}"), PlayerSeek::Query)
            }
            PlayerProvider::PeerTube => (peertube(address, id)?, PlayerSeek::Query),
            PlayerProvider::SoundCloud => (
                format!(
                    "https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/{id}&show_comments=false"
                ),
                PlayerSeek::Message,
            ),
        };
        let url = Url::parse(&frame).ok()?;
        let host = url.host_str()?;
        Some(Self {
            origin: url.origin().ascii_serialization(),
            host: host.strip_prefix("www.").unwrap_or(host).to_owned(),
            frame,
            seek,
        })
    }
}

/// The player of an instance, which tells no other viewers of the reader.
fn peertube(address: &str, id: &str) -> Option<String> {
    let scheme = Url::parse(address).ok()?.scheme().to_owned();
    let (host, uuid) = id.split_once('/')?;
    let part = |from, to| uuid.get(from..to);
    let parts = [
        part(0, 8)?,
        part(8, 12)?,
        part(12, 16)?,
        part(16, 20)?,
        part(20, 32)?,
    ];
    let uuid = parts.join("-");
    Some(format!("{scheme}://{host}/videos/embed/{uuid}?p2p=0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_played_by_a_frame_of_our_own_making() {
        for (address, frame, origin) in [
            (
                "https://youtu.be/dQw4w9WgXcQ?t=9&list=x",
                "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
                "https://www.youtube-nocookie.com",
            ),
            (
                "https://vimeo.com/76979871",
                "https://player.vimeo.com/video/76979871?dnt=1",
                "https://player.vimeo.com",
            ),
            (
                "https://archive.org/details/talks/one%20two.mp3",
                "https://archive.org/embed/talks/one%20two.mp3",
                "https://archive.org",
            ),
            (
                "https://framatube.org/w/kkGMgK9ZtnKfYAgnEtQxbv?start=1m30s",
                "https://framatube.org/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d?p2p=0",
                "https://framatube.org",
            ),
            (
                "https://tube.example:8443/videos/watch/9c9de5e8-0a1e-484a-b099-e80766180a6d",
                "https://tube.example:8443/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d?p2p=0",
                "https://tube.example:8443",
            ),
            (
                "https://soundcloud.com/The-Courier/episode-12?in=x#t=1:30",
                "https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/the-courier/episode-12&show_comments=false",
                "https://w.soundcloud.com",
            ),
        ] {
            let playing = EmbeddedPlayer::of(address).unwrap();
            assert_eq!(
                (playing.frame.as_str(), playing.origin.as_str()),
                (frame, origin)
            );
        }
        assert_eq!(EmbeddedPlayer::of("https://news.example/talk.mp3"), None);
    }

    #[test]
    fn no_host_says_more_to_a_policy_than_where_it_is() {
        for host in ["a;sandbox", "a,b", "a'b", "a*b", "[::1]"] {
            let address = format!("https://{host}/w/kkGMgK9ZtnKfYAgnEtQxbv");
            assert_eq!(EmbeddedPlayer::of(&address), None, "{host}");
        }
    }
}
