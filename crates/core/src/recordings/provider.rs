//! Who plays recordings elsewhere.

use std::str::FromStr;

/// Who plays a recording elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlayerProvider {
    /// `youtube.com`, `youtu.be`.
    YouTube,
    /// `vimeo.com`.
    Vimeo,
    /// Any instance of `PeerTube`; its host is part of the id.
    PeerTube,
    /// `soundcloud.com`.
    SoundCloud,
    /// `archive.org`.
    InternetArchive,
}

impl PlayerProvider {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::YouTube,
        Self::Vimeo,
        Self::PeerTube,
        Self::SoundCloud,
        Self::InternetArchive,
    ];

    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::YouTube => "youtube",
            Self::Vimeo => "vimeo",
            Self::PeerTube => "peertube",
            Self::SoundCloud => "soundcloud",
            Self::InternetArchive => "internet_archive",
        }
    }
}

/// A word that names no provider.
#[derive(Debug, thiserror::Error)]
#[error("no provider of recordings has this name")]
pub struct NoProvider;

impl FromStr for PlayerProvider {
    type Err = NoProvider;

    fn from_str(text: &str) -> Result<Self, NoProvider> {
        let found = Self::ALL.into_iter().find(|own| own.as_str() == text);
        found.ok_or(NoProvider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_providers_read_back() {
        for provider in PlayerProvider::ALL {
            assert_eq!(
                provider.as_str().parse::<PlayerProvider>().unwrap(),
                provider
            );
        }
        assert!("Youtube".parse::<PlayerProvider>().is_err());
    }
}
